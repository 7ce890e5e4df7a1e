"""Values of a link that are more than a word or a number, read and written."""

import re
from collections.abc import Callable, Mapping
from typing import Final

_LONGEST: Final = 4_000  # characters; 12 x 12 heads take 800
_TWO: Final = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_PLACES: Final = re.compile(r"[0-9]{1,9}(-[0-9]{1,9})*|")
_PAIRS: Final = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}(-[0-9]{1,9}\.[0-9]{1,9})*|")
_DONE: Final = re.compile(r"[rw-]{0,40}")

Pairs = tuple[tuple[int, int], ...]


def read_two(value: object) -> tuple[int, ...] | None:
    """Two places, as `2-8` in a link or as two numbers from a figure."""
    text = "-".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    found = _TWO.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None


def read_places(value: object) -> tuple[int, ...] | None:
    """Any number of places, as `2-8-11`, each once."""
    text = _text(value)
    if len(text) > _LONGEST or not _PLACES.fullmatch(text):
        return None
    return tuple(dict.fromkeys(int(place) for place in text.split("-") if place))


def read_pairs(value: object) -> Pairs | None:
    """Any number of pairs, as `3.1-0.2`, each once."""
    text = _text(value)
    if len(text) > _LONGEST or not _PAIRS.fullmatch(text):
        return None
    pairs = (pair.partition(".") for pair in text.split("-") if pair)
    return tuple(dict.fromkeys((int(one), int(two)) for one, _, two in pairs))


def read_flag(value: object) -> bool | None:
    """Yes or no, as `1` or `0`."""
    return {"1": True, "True": True, "0": False, "False": False}.get(str(value))


def read_done(value: object) -> str | None:
    """The lesson's answers, one character an exercise."""
    found = _DONE.fullmatch(str(value))
    return found[0] if found else None


def written(value: object) -> str:
    """How a link writes a value; the readers read it back."""
    if isinstance(value, bool):
        return str(int(value))
    return _text(value)


READERS: Final[Mapping[str, Callable[[object], object]]] = {
    "keys": read_two,
    "pair": read_flag,
    "present": read_flag,
    "done": read_done,
    "off": read_pairs,
    "hidden": read_places,
    "search": read_pairs,
}
"""The fields of a view that are read so; each gives None where a value is no good."""

MEANING: Final = {
    "keys": "two tokens to set against each other",
    "pair": "whether to read the sentences as one pair",
    "present": "whether to present",
    "done": "the lesson's answers",
    "off": "heads to switch off",
    "hidden": "tokens to hide",
    "search": "pairs of tokens to search by",
}


def _text(value: object) -> str:
    if not isinstance(value, list | tuple):
        return str(value)
    return "-".join(".".join(map(str, v)) if isinstance(v, list | tuple) else str(v) for v in value)
