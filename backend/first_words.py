"""Which words a comparison begins with, before the reader has chosen any."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from backend.habits import is_pronoun
from backend.trace import BoolArray, FloatArray, IntArray

DETERMINERS: Final = frozenset(
    ("the", "a", "an", "this", "that", "these", "those", "my", "your", "his", "her", "its", "our",
     "their")
)  # fmt: skip


def first_query(tokens: Sequence[str], same: BoolArray, special: BoolArray) -> int | None:
    """The place of the word to begin with: one that A and B have in common.

    The last pronoun before the first place that differs; else the first pronoun; else the word
    nearest to the first place that differs; None where A and B have no word in common.

    tokens: one a place; same, special: (place,)
    """
    differs = np.flatnonzero(~same)
    change = int(differs[0]) if differs.size else len(tokens)
    plain = _words(tokens, same & ~special)
    pronouns = [place for place in plain if is_pronoun(tokens[place])]
    before = [place for place in pronouns if place < change]
    if pronouns:
        return before[-1] if before else pronouns[0]
    return min(plain, key=lambda place: abs(place - change), default=None)


def first_keys(
    tokens: Sequence[str], places: IntArray, a: FloatArray, b: FloatArray, query: int
) -> tuple[int, ...]:
    """Two words to set against each other, in the order of the text; fewer where there are fewer.

    Of the words after “the”, “a”, “my” and their like (of all words where there are not two
    such) those on which the query's weight changes most in any head.

    tokens: one a place; places: (key,), those that may be chosen; a, b: (layer, head, key), the
    query's weights on them
    """
    allowed = np.zeros(len(tokens), bool)
    allowed[places] = True
    words = [place for place in _words(tokens, allowed) if place != query]
    nouns = [place for place in words if place and _bare(tokens[place - 1]) in DETERMINERS]
    wanted = nouns if len(nouns) > 1 else words
    moved = dict(zip(places.tolist(), np.abs(b - a).max(axis=(0, 1)).tolist(), strict=True))
    return tuple(sorted(sorted(wanted, key=lambda place: -moved[place])[:2]))


def _words(tokens: Sequence[str], allowed: BoolArray) -> list[int]:
    """Places of words; of all tokens where none is a word."""
    places: list[int] = np.flatnonzero(allowed).tolist()
    return [place for place in places if _bare(tokens[place]).isalpha()] or places


def _bare(token: str) -> str:
    """The token in small letters, without the mark of a space before it."""
    return token.lstrip("Ġ").lower()
