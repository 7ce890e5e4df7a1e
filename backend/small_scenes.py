"""Who did what to which place, and why: what the small BERT's sentences tell, by chance.

Kept out of its training, to see whether it learns a step or a list:
- new pairs: of the pairs of an agent and a place a tenth never stand together there;
- new nouns: the words of HELD_OUT stand there in statements about one thing (`the chicken did not
  cross because it was too tired .`), or beside another noun without any adjective (`the chicken
  saw the river .`). So the model knows them, but was never asked to choose between one of them
  and another noun.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Literal, NamedTuple

from backend.small_words import ANIMALS, HELD_OUT, PLACES, SEEMING, VEHICLES, Agents, Places

Nouns = Literal["known", "new pairs", "new nouns"]

_KINDS: Final = (ANIMALS, ANIMALS, ANIMALS, VEHICLES)
_ALL_AGENTS: Final = ANIMALS.nouns + VEHICLES.nouns
_ALL_PLACES: Final = tuple(sorted({noun for deed in PLACES for noun in deed.nouns}))
_PLACE_FIRST: Final = 0.4
_FAILED: Final = 0.7
_REASON_FIRST: Final = 0.3
_FAILURES: Final = ("did not", "didn ' t", "could not", "refused to")


@dataclass(frozen=True)
class Scene:
    """An agent does something to a place, or fails to, because of how one of them is."""

    kind: Agents
    agent: str
    deed: Places
    place: str
    failed: bool
    about_agent: bool
    adjective: str

    @property
    def meant(self) -> str:
        """The noun that the adjective is about."""
        return self.agent if self.about_agent else self.place

    @property
    def adjectives(self) -> tuple[str, ...]:
        """All that could be the reason in the adjective's stead, it included."""
        group = self.kind if self.about_agent else self.deed
        return group.failing if self.failed else group.managing


class Part(NamedTuple):
    """Words, and where among them the pronoun or the noun asked for stands."""

    words: list[str]
    spot: int


def sort_of(agent: str, place: str) -> Nouns | None:
    """How the training knows the two together; None if it never asks because of one of them."""
    new = (agent in HELD_OUT) + (place in HELD_OUT)
    if new:
        return "new nouns" if new == 2 else None
    number = 7 * _ALL_AGENTS.index(agent) + 3 * _ALL_PLACES.index(place)
    return "new pairs" if number % 10 == 0 else "known"


def scene_with(chance: Random, nouns: Nouns) -> Scene:
    """A scene whose nouns the training knows in this way."""
    while True:
        scene = any_scene(chance)
        if sort_of(scene.agent, scene.place) == nouns:
            return scene


def any_scene(chance: Random) -> Scene:
    """A scene of any nouns; agent and place are meant equally often."""
    kind, deed = chance.choice(_KINDS), chance.choice(PLACES)
    return _scene(chance, kind, chance.choice(kind.nouns), deed, chance.choice(deed.nouns))


def another_reason(chance: Random, scene: Scene) -> Scene:
    """The same nouns and deed, but everything else by chance."""
    return _scene(chance, scene.kind, scene.agent, scene.deed, scene.place)


def _scene(chance: Random, kind: Agents, agent: str, deed: Places, place: str) -> Scene:
    failed, about_agent = chance.random() < _FAILED, chance.random() < 0.5
    scene = Scene(kind, agent, deed, place, failed, about_agent, "")
    return Scene(kind, agent, deed, place, failed, about_agent, chance.choice(scene.adjectives))


def told(chance: Random, scene: Scene, subject: str = "it") -> Part:
    """`the dog did not cross the river because it was too wide`; the spot is the subject."""
    return _because(chance, _event(chance, scene), subject, scene)


def told_of_one(chance: Random, scene: Scene, subject: str = "it") -> Part:
    """`the dog did not cross because it was too tired`: the noun that is meant, and no other."""
    return _because(chance, _event_of_one(chance, scene), subject, scene)


def asked(chance: Random, scene: Scene) -> Part:
    """`the river was too wide` in one of several ways; the spot is the noun."""
    too = "too " if scene.failed and chance.random() < 0.5 else ""
    how = f"{chance.choice(SEEMING)} {too}{scene.adjective}"
    start, that = chance.choice((("the", ""), ("the", ""), ("so the", ""), ("it was the", "that ")))
    return Part(f"{start} {scene.meant} {that}{how}".split(), len(start.split()))


def _event(chance: Random, scene: Scene) -> list[str]:
    """`the dog did not cross the river`, or `the river was not crossed by the dog`."""
    if chance.random() < _PLACE_FIRST:
        was = "was not" if scene.failed else "was"
        return f"the {scene.place} {was} {scene.deed.past} by the {scene.agent}".split()
    wanted = f"wanted to {scene.deed.verb}"
    managed = chance.choice((wanted, scene.deed.past, scene.deed.past))
    done = _failure(chance, scene) if scene.failed else managed
    return f"the {scene.agent} {done} the {scene.place}".split()


def _event_of_one(chance: Random, scene: Scene) -> list[str]:
    if scene.about_agent:
        done = _failure(chance, scene) if scene.failed else scene.deed.past
        return f"the {scene.agent} {done}".split()
    if scene.failed and chance.random() < 0.5:
        return f"nobody {scene.deed.past} the {scene.place}".split()
    return f"the {scene.place} was {'not ' if scene.failed else ''}{scene.deed.past}".split()


def _failure(chance: Random, scene: Scene) -> str:
    return f"{chance.choice(_FAILURES)} {scene.deed.verb}"


def _because(chance: Random, event: Sequence[str], subject: str, scene: Scene) -> Part:
    too = ["too"] if scene.failed else []
    reason = [*subject.split(), chance.choice(SEEMING), *too, scene.adjective]
    because, length = chance.choice(("because", "because", "since")), len(subject.split())
    if chance.random() < _REASON_FIRST:
        return Part([because, *reason, ",", *event], length)
    return Part([*event, because, *reason], len(event) + length)
