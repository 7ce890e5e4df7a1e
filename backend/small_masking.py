"""What a small BERT is asked: texts as ids, some words masked, and what stood there.

Every text's question is masked nine times in ten. Of all other words 8 % are chosen, and of these
80 % are masked, 10 % replaced by a random word and 10 % left, as in Devlin et al. 2018, section
3.1. One thing goes beyond masking: at half of the pronouns the model is asked which noun they stand
for. Without it the masks are filled as well, but no head looks from a pronoun to its noun: `it`
is always `it`, and nothing masked depends on where it looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np

from backend.small_sentences import Text
from backend.small_words import MARKS, VOCABULARY
from backend.trace import IntArray

NOT_ASKED: Final = -100
"""The label of tokens that nothing is asked about."""
_IDS: Final = {word: number for number, word in enumerate(VOCABULARY)}
_CLS, _SEP, _MASK = (_IDS[mark] for mark in ("[CLS]", "[SEP]", "[MASK]"))
_QUESTIONS: Final = 0.9
_PRONOUNS: Final = 0.5
_OTHERS: Final = 0.08
_MASKED: Final = 0.8  # of the other words chosen; half of the rest are replaced


@dataclass(frozen=True, eq=False)
class Batch:
    """Texts of one length, filled up with [PAD].

    ids, segments: (text, token), as the model reads them
    padding: (text, token), 1 where a token stands, 0 at [PAD]
    labels: (text, token), the id that is asked for, NOT_ASKED elsewhere
    """

    ids: IntArray
    segments: IntArray
    padding: IntArray
    labels: IntArray


def training_batch(chance: Random, texts: Sequence[Text]) -> Batch:
    """The texts with words masked at random, and their labels."""
    batch = _read(texts)
    for row, text in enumerate(texts):
        _ask_at_random(chance, batch, row, text)
    return batch


def answer_batch(texts: Sequence[Text]) -> Batch:
    """The texts with the word masked that is asked for, and nothing else asked.

    Raises ValueError if a text asks for nothing.
    """
    batch = _read(texts)
    for row, text in enumerate(texts):
        if text.answer is None:
            raise ValueError(f"expected a text with a question, got {' '.join(text.words)!r}")
        _mask(batch, row, _place(text, text.answer))
    return batch


def pronoun_batch(texts: Sequence[Text]) -> Batch:
    """The texts with nothing masked, asked at each pronoun for the noun it stands for."""
    batch = _read(texts)
    for row, text in enumerate(texts):
        for word, meant in text.pronouns:
            batch.labels[row, _place(text, word)] = _IDS[meant]
    return batch


def _read(texts: Sequence[Text]) -> Batch:
    rows = [_ids(text) for text in texts]
    shape = len(rows), max(len(row) for row in rows)
    ids, segments = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for number, (row, text) in enumerate(zip(rows, texts, strict=True)):
        ids[number, : len(row)] = row
        if text.second is not None:
            segments[number, text.second + 2 : len(row)] = 1
    return Batch(ids, segments, (ids > 0).astype(np.int64), np.full(shape, NOT_ASKED))


def _ids(text: Text) -> list[int]:
    """`[CLS] A [SEP]` or `[CLS] A [SEP] B [SEP]`."""
    words = [_IDS[word] for word in text.words]
    if text.second is None:
        return [_CLS, *words, _SEP]
    return [_CLS, *words[: text.second], _SEP, *words[text.second :], _SEP]


def _place(text: Text, word: int) -> int:
    """Where a word stands among the tokens."""
    return word + 1 + (text.second is not None and word >= text.second)


def _ask_at_random(chance: Random, batch: Batch, row: int, text: Text) -> None:
    meant = dict(text.pronouns)
    for word in range(len(text.words)):
        place = _place(text, word)
        if word == text.answer:
            if chance.random() < _QUESTIONS:
                _mask(batch, row, place)
        elif word in meant:
            if chance.random() < _PRONOUNS:
                batch.labels[row, place] = _IDS[meant[word]]
        elif chance.random() < _OTHERS:
            _disturb(chance, batch, row, place)


def _mask(batch: Batch, row: int, place: int) -> None:
    batch.labels[row, place] = batch.ids[row, place]
    batch.ids[row, place] = _MASK


def _disturb(chance: Random, batch: Batch, row: int, place: int) -> None:
    """Mask the word, replace it, or leave it, and ask for it."""
    label, kind = batch.ids[row, place], chance.random()
    _mask(batch, row, place)
    batch.labels[row, place] = label
    if kind >= _MASKED:
        replaced = kind < (1 + _MASKED) / 2
        batch.ids[row, place] = chance.randrange(len(MARKS), len(_IDS)) if replaced else label
