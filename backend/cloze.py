"""A sentence as words that can be masked: each one hidden, shown again, and looked up.

A word is a run of characters without spaces, without the punctuation at its ends: so
`road.` leaves its full stop outside the mask. A mask that was typed is a word, too.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from backend.errors import EmptySentence
from backend.tokenizer import UNKNOWN, Tokenizer
from backend.trace import IntArray, Trace

_TYPED: Final = re.compile(r"\[mask\]|<mask>", re.IGNORECASE)
"""What is meant as a mask, whichever model reads it: `[mask]` for `[MASK]`, too."""


@dataclass(frozen=True)
class Word:
    """One word; `start` and `end` are its first character and the one after its last."""

    text: str
    start: int
    end: int


def with_masks(text: str, mask: str) -> str:
    """The text with each mask as the model at hand writes it, however it was typed."""
    return _TYPED.sub(lambda _: mask, text)


def words_of(text: str, mask: str) -> list[Word]:
    """The words in reading order; a mask is one, also without spaces around it."""
    own = re.escape(mask)
    runs = re.finditer(rf"{own}|(?:(?!{own})\S)+", text)
    words = (_bare(run[0], run.start(), mask) for run in runs)
    return [word for word in words if word.text]


def masked(text: str, places: Collection[int], mask: str) -> str:
    """The sentence with the words at these places masked. Places count words from 0."""
    parts, last = list[str](), 0
    for place, word in enumerate(words_of(text, mask)):
        if place in places:
            parts += [text[last : word.start], mask]
            last = word.end
    return "".join([*parts, text[last:]])


def mask_places(text: str, mask: str) -> list[int]:
    """Which words are masks."""
    return [place for place, word in enumerate(words_of(text, mask)) if word.text == mask]


def unmasked(text: str, before: str, mask: str) -> str:
    """The sentence as it was: `before` if masking words in it gives `text`, else `text` itself."""
    same = masked(before, mask_places(text, mask), mask) == text
    return before if same else text


def same_but_for_masks(text: str, other: str, mask: str) -> bool:
    """Whether these are one sentence of which other words are masked."""
    words, others = words_of(text, mask), words_of(other, mask)
    pairs = zip(words, others, strict=False)
    same = all(one.text == two.text or mask in (one.text, two.text) for one, two in pairs)
    return same and len(words) == len(others)


def can_be_filled(texts: Iterable[str], tokenizer: Tokenizer, mask: str) -> bool:
    """Whether a mask is in one of the texts, and no word that the tokenizer does not know in any.

    Blank texts do not count.
    """
    written = [with_masks(text, mask) for text in texts if text.strip()]
    try:
        pieces = {piece for text in written for piece in tokenizer.split(text).tokens}
    except EmptySentence:
        return False
    return mask in pieces and pieces.isdisjoint(UNKNOWN)


def masks_in(trace: Trace, masks: IntArray, segment: int) -> IntArray:
    """Those of the masks that stand in this sentence: (place,). segment: 0 = A, 1 = B"""
    own: IntArray = masks[trace.segments[masks] == segment]
    return own


def _bare(run: str, start: int, mask: str) -> Word:
    """The run without the punctuation at its ends."""
    if run == mask:
        return Word(run, start, start + len(run))
    first, last = 0, len(run)
    while first < last and _is_punctuation(run[first]):
        first += 1
    while last > first and _is_punctuation(run[last - 1]):
        last -= 1
    return Word(run[first:last], start + first, start + last)


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character).startswith("P")
