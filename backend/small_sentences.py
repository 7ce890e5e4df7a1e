"""Sentences that a small BERT learns from in a minute, made by rules and chance.

The heart of them is a sentence whose pronoun may stand for either of two nouns, and a question
about it: `the chicken did not cross the road because it was too wide . the [MASK] was wide .`
Which noun it is, the adjective decides: those who act are tired, hungry or rusty, places wide or
steep. So filling the mask takes two things. That `wide` goes with places, and which words are
places, can be learned by heart. Which place it was this time cannot: the nouns are drawn at
random, and only the sentence itself tells. An agent is meant as often as a place, and in two
sentences of five the place comes first (`the road was not crossed by the chicken because ...`),
so the order does not give it away.

`backend.small_scenes` says which combinations the training never shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from backend.small_scenes import (
    Nouns,
    Part,
    Scene,
    another_reason,
    any_scene,
    asked,
    scene_with,
    sort_of,
    told,
    told_of_one,
)
from backend.small_words import HELD_OUT, MEETING

_IN_ONE: Final = 0.6  # of the texts are one sentence for the model, the others a pair A, B
_STOPPED: Final = 0.8  # of the last sentences have a full stop
_QUESTION_FIRST: Final = 0.15
_NOUN_AGAIN: Final = 0.15  # a noun stands where the pronoun would
_HELD_OUT: Final = 0.5  # of the statements are about a held-out noun
_TWO_SCENES: Final = 0.2  # of the batches


@dataclass(frozen=True)
class Text:
    """One or two sentences in words, all small letters.

    second: where sentence B begins, None where all is sentence A
    answer: where the word stands that is asked for, None if none is
    pronouns: where each pronoun stands, and the noun that it stands for
    """

    words: tuple[str, ...]
    second: int | None = None
    answer: int | None = None
    pronouns: tuple[tuple[int, str], ...] = ()


def training_texts(chance: Random, count: int, *, first: bool) -> list[Text]:
    """Texts for one training step; `first`: for the beginning, where there is nothing to choose.

    Later one batch in five holds half as many texts, each of two sentences to resolve.
    """
    if first:
        return [_statement(chance) for _ in range(count)]
    if chance.random() < _TWO_SCENES:
        return [_two_scenes(chance) for _ in range(count // 2)]
    makers = (_choice, _untold, _statement)
    return [make(chance) for make in chance.choices(makers, (55, 15, 25), k=count)]


def held_out_texts(nouns: Nouns, count: int, seed: int = 0) -> list[Text]:
    """Sentences with nouns of one sort, each with a pronoun and a question; no two are equal."""
    chance, texts = Random(seed), dict[Text, None]()
    while len(texts) < count:
        texts[_question(chance, scene_with(chance, nouns))] = None
    return list(texts)


def _choice(chance: Random) -> Text:
    """Two nouns, and one of them is asked for."""
    scene = scene_with(chance, "known")
    if chance.random() < _NOUN_AGAIN:
        part = told(chance, scene, f"the {scene.meant}")
        return Text(tuple(_ended(chance, part.words)), answer=part.spot)
    return _question(chance, scene)


def _question(chance: Random, scene: Scene) -> Text:
    telling, asking = told(chance, scene), asked(chance, scene)
    if chance.random() < _QUESTION_FIRST:
        words, second, starts = _joined(chance, asking.words, telling.words)
        return Text(words, second, asking.spot, ((starts[1] + telling.spot, scene.meant),))
    return _told_and_asked(chance, telling, asking, scene.meant)


def _told_and_asked(chance: Random, telling: Part, asking: Part, meant: str) -> Text:
    words, second, starts = _joined(chance, telling.words, asking.words)
    return Text(words, second, starts[1] + asking.spot, ((telling.spot, meant),))


def _untold(chance: Random) -> Text:
    """Two nouns and a pronoun, without a question."""
    scene = scene_with(chance, "known")
    part = told(chance, scene)
    return Text(tuple(_ended(chance, part.words)), pronouns=((part.spot, scene.meant),))


def _two_scenes(chance: Random) -> Text:
    """Two such sentences, mostly of the same nouns, as the app compares them."""
    one = scene_with(chance, "known")
    other = another_reason(chance, one) if chance.random() < 0.7 else _beside(chance, one)
    parts = [told(chance, scene) for scene in (one, other)]
    if asks := chance.random() < 0.5:
        parts.append(asked(chance, other))
    words, second, starts = _joined(chance, *(part.words for part in parts))
    spots = [start + part.spot for start, part in zip(starts, parts, strict=True)]
    pronouns = (spots[0], one.meant), (spots[1], other.meant)
    return Text(words, second, spots[2] if asks else None, pronouns)


def _beside(chance: Random, one: Scene) -> Scene:
    """A scene of nouns that make no new pair with those of the other."""
    while True:
        scene = scene_with(chance, "known")
        crossed = sort_of(one.agent, scene.place), sort_of(scene.agent, one.place)
        if crossed == ("known", "known"):
            return scene


def _statement(chance: Random) -> Text:
    """About one thing, so that there is nothing to choose; half the time a held-out noun."""
    held_out = chance.random() < _HELD_OUT
    scene = any_scene(chance)
    while (scene.meant in HELD_OUT) != held_out:
        scene = any_scene(chance)
    return _of_one(chance, scene) if chance.random() < 0.55 else _plain(chance, scene)


def _of_one(chance: Random, scene: Scene) -> Text:
    """With a pronoun and a question, or with the noun again."""
    if chance.random() < 0.3:
        words = told_of_one(chance, scene, f"the {scene.meant}").words
        return Text((*words, "."), answer=_one_of_both(chance, words, scene.meant))
    return _told_and_asked(chance, told_of_one(chance, scene), asked(chance, scene), scene.meant)


def _plain(chance: Random, scene: Scene) -> Text:
    """The noun twice, or beside another one of which nothing more is said."""
    if chance.random() < 0.2 and sort_of(scene.agent, scene.place) != "new pairs":
        return Text(("the", scene.agent, chance.choice(MEETING), "the", scene.place, "."))
    noun, adjective, other = scene.meant, scene.adjective, chance.choice(scene.adjectives)
    forms = (
        f"the {noun} was {adjective} . the {noun} was very {adjective} .",
        f"the {noun} was {adjective} . it was the {noun} that was {adjective} .",
        f"the {noun} was {adjective} and {other} . so the {noun} seemed {other} .",
        f"because the {noun} was {adjective} , the {noun} looked {other} .",
    )
    words = chance.choice(forms).split()
    return Text(tuple(words), answer=_one_of_both(chance, words, noun))


def _one_of_both(chance: Random, words: list[str], noun: str) -> int:
    return chance.choice([spot for spot, word in enumerate(words) if word == noun])


def _joined(
    chance: Random, *parts: list[str]
) -> tuple[tuple[str, ...], int | None, tuple[int, ...]]:
    """The words of all, where sentence B begins if they are a pair, and where each part begins.

    The first part alone is A. It may go without a full stop there, as the last one always may.
    """
    pair = chance.random() >= _IN_ONE
    words, starts = list[str](), list[int]()
    for number, part in enumerate(parts):
        starts.append(len(words))
        may_end = number == len(parts) - 1 or (pair and number == 0)
        words += _ended(chance, part) if may_end else [*part, "."]
    return tuple(words), starts[1] if pair else None, tuple(starts)


def _ended(chance: Random, words: list[str]) -> list[str]:
    return [*words, "."] if chance.random() < _STOPPED else words
