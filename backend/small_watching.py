"""What a small BERT does, at each snapshot of its training, with questions it was never asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.masked_words import likeliest
from backend.shared import Shared
from backend.small_bert import Snapshot
from backend.small_examples import QUESTIONS, Question
from backend.small_words import VOCABULARY
from backend.trace import FloatArray

_SNAPSHOTS: Final = 40
"""Whose answers are kept: of two trainings, some 0.7 MB each with the weights."""
_IDS: Final = {word: number for number, word in enumerate(VOCABULARY)}


@dataclass(frozen=True, eq=False)
class Watched:
    """What the model of a snapshot makes of a question.

    mask: where the mask stands among the tokens
    attention: (layer, head, query, key), each row sums to 1
    probabilities: (vocabulary,), of each word at the mask
    """

    question: Question
    tokens: tuple[str, ...]
    mask: int
    attention: FloatArray
    probabilities: FloatArray

    def probability(self, word: str) -> float:
        """How likely the word is at the mask, 0 to 1. Raises KeyError if the model lacks it."""
        return float(self.probabilities[_IDS[word]])

    def best(self, count: int) -> list[tuple[str, float]]:
        """The most likely words with their probabilities, most likely first."""
        ids = likeliest(self.probabilities, count)
        return [(VOCABULARY[number], float(self.probabilities[number])) for number in ids]

    @property
    def is_right(self) -> bool:
        """Whether the right word is likelier than all others."""
        return self.best(1)[0][0] == self.question.answer


_watched: Shared[Snapshot, tuple[Watched, ...]] = Shared(_SNAPSHOTS, lambda _: 1)


def watched(snapshot: Snapshot) -> tuple[Watched, ...]:
    """What the snapshot's model makes of each of QUESTIONS, in their order."""
    return _watched.find(snapshot, lambda: _watch(snapshot))


def answers_over_time(snapshots: Sequence[Snapshot], number: int) -> tuple[FloatArray, FloatArray]:
    """How likely the right and the other noun of question `number` were: (snapshot,) each."""
    seen = [watched(snapshot)[number] for snapshot in snapshots]
    nouns = QUESTIONS[number].answer, QUESTIONS[number].other
    right, other = (np.array([one.probability(noun) for one in seen], np.float32) for noun in nouns)
    return right, other


def _watch(snapshot: Snapshot) -> tuple[Watched, ...]:
    model = snapshot.model()
    words = snapshot.masked_words(model)
    seen = []
    for question in QUESTIONS:
        trace = model.trace(question.text)
        filled = words.fill(trace)
        seen.append(
            Watched(
                question=question,
                tokens=trace.tokens,
                mask=int(filled.positions[0]),
                attention=trace.attention,
                probabilities=filled.probabilities[-1, 0],
            )
        )
    return tuple(seen)
