"""A long text cut into pieces that a model can read: whole sentences, as many as fit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.errors import EmptySentence, InputError
from backend.tokenizer import Tokenizer, is_added
from backend.trace import IntArray

PIECE_TOKENS: Final = 128
"""Of one piece, [CLS] and [SEP] with them: the longest that Clark et al. 2019 read as well."""
MOST_TOKENS: Final = 20_000
MOST_CHARACTERS: Final = 200_000

_ENDS: Final = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+|(?<!\s)\s*\n\s*|(?<=[。！？])")
_NO_LIMIT: Final = 10 * MOST_CHARACTERS


@dataclass(frozen=True)
class TextPieces:
    """What is read of a text.

    texts: one after the other, each short enough for the model
    tokens: in all of them, those that the tokenizer adds not counted
    left_out: tokens at the end of the text that are not read
    """

    texts: tuple[str, ...]
    tokens: int
    left_out: int


@dataclass(frozen=True)
class _Run:
    """text[start:end] and how many tokens it has."""

    start: int
    end: int
    tokens: int


def text_pieces(tokenizer: Tokenizer, text: str, most: int = MOST_TOKENS) -> TextPieces:
    """Cut the text; of more than `most` tokens the rest is left out, whole sentences at a time.

    A sentence that is too long for a piece is cut between words, and within one where it must be.
    Raises InputError if the text has no token.
    """
    room = min(PIECE_TOKENS, tokenizer.limit) - _added(tokenizer)
    sentences = _sentences(text[:MOST_CHARACTERS])
    runs = [run for place in sentences for run in _runs(tokenizer, text, *place, room)]
    ends = np.cumsum([run.tokens for run in runs])
    kept = runs[: int((ends <= most).sum())]
    if not kept:
        raise InputError("There is nothing in the text to read. Type or upload some sentences.")
    used = int(ends[len(kept) - 1])
    return TextPieces(tuple(_joined(text, kept, room)), used, int(ends[-1]) - used)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence begins and ends: after . ! ? and at the end of a line."""
    start = 0
    for gap in _ENDS.finditer(text):
        yield start, gap.end()
        start = gap.end()
    yield start, len(text)


def _runs(tokenizer: Tokenizer, text: str, start: int, end: int, room: int) -> Iterator[_Run]:
    """A sentence, or the parts of one that is too long; nothing where it has no token."""
    spans = _spans(tokenizer, text[start:end])
    first = 0
    while first < len(spans):
        last = _last_of_part(spans, first, room, text[start:end])
        begin = start if first == 0 else start + int(spans[first, 0])
        stop = end if last == len(spans) else start + int(spans[last, 0])
        if stop > begin:
            yield _Run(begin, stop, last - first)
        first = last


def _last_of_part(spans: IntArray, first: int, room: int, sentence: str) -> int:
    """The end of the part that begins with token `first`, after a word if there is one."""
    if len(spans) - first <= room:
        return len(spans)
    for last in range(first + room, first, -1):
        if sentence[int(spans[last, 0]) - 1].isspace() or sentence[int(spans[last, 0])].isspace():
            return last
    return first + room


def _joined(text: str, runs: list[_Run], room: int) -> Iterator[str]:
    """As many neighbouring runs in one piece as fit."""
    start, used = runs[0].start, 0
    for run in runs:
        if used + run.tokens > room:
            yield text[start : run.start]
            start, used = run.start, 0
        used += run.tokens
    yield text[start : runs[-1].end]


def _added(tokenizer: Tokenizer) -> int:
    """How many tokens it puts around a text."""
    return int(is_added(tokenizer.split("a")).sum())


def _spans(tokenizer: Tokenizer, text: str) -> IntArray:
    """First character and the one after the last of each token that was not added: (token, 2)."""
    try:
        pieces = tokenizer.split(text, limit=_NO_LIMIT)
    except EmptySentence:
        return np.zeros((0, 2), dtype=np.int64)
    return pieces.spans[~is_added(pieces)]
