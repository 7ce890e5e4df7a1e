"""The words of what a model has read: pieces of a word together, and where else it stands."""

from dataclasses import dataclass

import numpy as np

from backend.alignment import words_of
from backend.trace import Trace


@dataclass(frozen=True)
class Word:
    """One word, or one token that is no part of a word.

    text: as it was typed; the token's name where nothing was typed
    first, end: its tokens are trace.tokens[first:end]
    segment: 0 = sentence A, 1 = sentence B
    special: whether it is [CLS], [SEP] or one of their like
    spelled: whether it has a letter or a digit, so that it can stand elsewhere as the same word
    """

    text: str
    first: int
    end: int
    segment: int
    special: bool
    spelled: bool

    @property
    def spelling(self) -> str:
        """What it has in common with the same word elsewhere, with or without capitals."""
        return self.text.casefold()


def words_in(trace: Trace) -> tuple[Word, ...]:
    """Every token once, those of a word together, in reading order."""
    found: list[Word] = []
    for segment in (0, 1):
        own = np.flatnonzero(trace.segments == segment)
        if own.size:
            found += _words_of_sentence(trace, segment, int(own[0]), int(own[-1]) + 1)
    return tuple(found)


def _words_of_sentence(trace: Trace, segment: int, first: int, end: int) -> list[Word]:
    sentence = trace.sentences[segment] or ""
    own = slice(first, end)
    groups = words_of(trace.tokens[own], trace.spans[own], trace.special[own], sentence)
    words: list[Word] = []
    for group in groups:
        start, first = first, first + len(group)
        special = bool(trace.special[start])
        typed = sentence[int(trace.spans[start, 0]) : int(trace.spans[first - 1, 1])]
        text = "".join(group) if special or not typed else typed
        spelled = not special and any(map(str.isalnum, typed))
        words.append(Word(text, start, first, segment, special, spelled))
    return words
