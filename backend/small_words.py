"""The words of the small BERT's sentences, by what they can do and be.

Which adjective goes with which noun is what the model can learn by heart: those who act are tired
or rusty, places are wide or steep, and no adjective stands for both.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Agents:
    """Nouns that act, and what they may be when they fail and when they do not."""

    nouns: tuple[str, ...]
    failing: tuple[str, ...]
    managing: tuple[str, ...]


@dataclass(frozen=True)
class Places:
    """One deed, the nouns it is done to, and what they may be when it fails and when not."""

    verb: str
    past: str
    nouns: tuple[str, ...]
    failing: tuple[str, ...]
    managing: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ANIMALS: Final = Agents(
    _words(
        "animal bear beaver camel cat chicken cow dog donkey duck elephant frog goat hedgehog hen "
        "horse kitten lamb lion monkey otter panda parrot penguin pig rabbit rat snake squirrel "
        "tiger turtle zebra"
    ),
    _words("frightened hungry lazy nervous scared shy sick sleepy stubborn timid tired weak"),
    _words("bored brave curious frightened hungry scared thirsty"),
)
VEHICLES: Final = Agents(
    _words("car cart scooter tractor train truck van wagon"),
    _words("broken heavy old rusty slow weak"),
    _words("fast new strong"),
)
PLACES: Final = (
    Places(
        "cross",
        "crossed",
        _words(
            "bridge canal desert field lane meadow park path river road square stream street "
            "swamp track trail valley"
        ),
        _words("busy crowded dangerous icy long muddy rough wide"),
        _words("empty narrow quiet safe"),
    ),
    Places(
        "climb",
        "climbed",
        _words("cliff dune hill mountain ridge rock roof slope stair tower tree wall"),
        _words("dangerous high icy slippery smooth steep tall"),
        _words("flat low safe tall"),
    ),
    Places(
        "jump",
        "jumped",
        _words("barrier fence gate hedge hole log puddle stream trench wall"),
        _words("deep high tall wide"),
        _words("low narrow small"),
    ),
    Places(
        "enter",
        "entered",
        _words("barn cave cellar field forest garden house market room tunnel yard"),
        _words("crowded dangerous dark muddy narrow noisy"),
        _words("empty open quiet warm"),
    ),
)
HELD_OUT: Final = frozenset(
    _words("bridge cave chicken donkey fence garden goat hill penguin road tiger tower van")
)
"""Nouns that the training shows in statements about one thing only, with nothing to choose."""

MARKS: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
SEEMING: Final = _words("was was was looked seemed")
"""Verbs before an adjective, as often as they are to come."""
MEETING: Final = _words("saw found liked")
_OTHERS: Final = _words(
    "the did not didn ' t could refused wanted to by because since it that so too very and nobody "
    ". ,"
)


def _vocabulary() -> tuple[str, ...]:
    groups = [_OTHERS, SEEMING, MEETING]
    for agents in (ANIMALS, VEHICLES):
        groups += [agents.nouns, agents.failing, agents.managing]
    for places in PLACES:
        groups += [(places.verb, places.past), places.nouns, places.failing, places.managing]
    return (*MARKS, *sorted({word for group in groups for word in group}))


VOCABULARY: Final = _vocabulary()
"""All words by id, the five marks first."""
