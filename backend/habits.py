"""What the heads of a model are in the habit of looking at, measured on the app's own examples.

Source: Clark et al. 2019, What Does BERT Look At? An Analysis of BERT's Attention.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.examples import EXAMPLES
from backend.head_patterns import weight_at_distance
from backend.trace import FloatArray, Trace

PRONOUNS: Final = frozenset(("it", "they", "he", "she", "him", "her", "them"))
"""Those that stand for a word of the text; “I”, “we” and “you” seldom do."""


@dataclass(frozen=True)
class Habit:
    """The head that has a habit most, and how much: `share` is a mean weight, 0 to 1."""

    layer: int
    head: int
    share: float


@dataclass(frozen=True)
class Habits:
    """The head of a model that does each of these most.

    previous, following: looks at the token before, at the token after
    first: looks at the first token, which is [CLS] in BERT
    pronoun: moves most of a pronoun's weight when a later word of the sentence changes
    """

    previous: Habit
    following: Habit
    first: Habit
    pronoun: Habit


def measured_habits(read: Callable[[str], Trace]) -> Habits:
    """The habits of the model that reads: means over the examples, each sentence on its own."""
    pairs = [(read(example.a), read(example.b)) for example in EXAMPLES if example.b]
    single = [trace for pair in pairs for trace in pair]
    shifts = list(_shifts(pairs)) or [np.zeros(single[0].attention.shape[:2], dtype=np.float32)]
    return Habits(
        previous=_strongest([weight_at_distance(trace.attention, -1) for trace in single]),
        following=_strongest([weight_at_distance(trace.attention, 1) for trace in single]),
        first=_strongest([trace.attention[..., 0].mean(axis=2) for trace in single]),
        pronoun=_strongest(shifts),
    )


def is_pronoun(token: str) -> bool:
    """Whether the piece is a pronoun of the third person."""
    return token.removeprefix("Ġ").lower() in PRONOUNS


def _shifts(pairs: list[tuple[Trace, Trace]]) -> Iterator[FloatArray]:
    """For each pair that is equal up to its pronoun: how far its weights move, (layer, head)."""
    for a, b in pairs:
        query = next((place for place, token in enumerate(a.tokens) if is_pronoun(token)), None)
        if query is not None and a.tokens[: query + 1] == b.tokens[: query + 1]:
            before, after = (trace.attention[:, :, query, 1:query] for trace in (a, b))
            yield np.abs(before - after).max(axis=2, initial=0)


def _strongest(shares: list[FloatArray]) -> Habit:
    mean = np.mean(shares, axis=0)  # (layer, head)
    layer, head = np.unravel_index(int(mean.argmax()), mean.shape)
    return Habit(int(layer), int(head), float(mean[layer, head]))
