"""Values of a link that are more than a word or a number, read and written."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

_LONGEST: Final = 4_000  # characters; 12 x 12 heads take 800
_TWO: Final = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_PLACE: Final = re.compile(r"[0-9]{1,9}")
_PAIR: Final = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})")
_DONE: Final = re.compile(r"[rw-]{0,40}")

Pairs = tuple[tuple[int, int], ...]
Part = TypeVar("Part")


def read_two(value: object) -> tuple[int, ...] | None:
    """Two places, as `2-8` in a link or as two numbers from a figure."""
    text = "-".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    found = _TWO.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None


def read_places(value: object) -> tuple[int, ...]:
    """Any number of places, as `2-8-11`, each once; without those that are none."""
    return _good(int(found[0]) for found in _parts(value, _PLACE) if found)


def read_pairs(value: object) -> Pairs:
    """Any number of pairs, as `3.1-0.2`, each once; without those that are none."""
    return _good((int(found[1]), int(found[2])) for found in _parts(value, _PAIR) if found)


def is_whole(name: str, value: object) -> bool:
    """Whether nothing of a value of this field is left out."""
    return name not in _LISTS or all(_parts(value, _LISTS[name]))


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
    "present": "presenting or not",
    "done": "the lesson's answers",
    "off": "heads to switch off",
    "hidden": "tokens to hide",
    "search": "pairs of tokens to search by",
}


_LISTS: Final = {"off": _PAIR, "hidden": _PLACE, "search": _PAIR}


def _parts(value: object, form: re.Pattern[str]) -> list[re.Match[str] | None]:
    """Each part of a list, None where it is of another form; what is too long ends in a None."""
    text = _text(value)
    parts = text[:_LONGEST].split("-") if text else []
    cut: list[None] = [None] if len(text) > _LONGEST else []
    return [*map(form.fullmatch, parts[: len(parts) - len(cut)]), *cut]


def _good(found: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(dict.fromkeys(found))


def _text(value: object) -> str:
    if not isinstance(value, list | tuple):
        return str(value)
    return "-".join(".".join(map(str, v)) if isinstance(v, list | tuple) else str(v) for v in value)
