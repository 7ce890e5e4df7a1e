"""Which token of one sentence is which token of another, whatever was put in or taken out between.

Whole words are aligned first; the pieces of a word meet only pieces of the word that stands
against theirs. Of all ways with the fewest changes (a word replaced, put in or taken out counts
one) the one with the fewest replaced words is taken, and of those the one that replaces as early
as it can.

Source: Needleman and Wunsch 1970, "A general method applicable to the search for similarities in
the amino acid sequence of two proteins".
"""

from collections.abc import Sequence
from itertools import groupby
from typing import TypeVar

import numpy as np

from backend.trace import BoolArray, IntArray

Pair = tuple[int | None, int | None]
"""Index in the first sentence and index in the second; None where one has no counterpart."""

Item = TypeVar("Item", bound=str | tuple[str, ...])

Words = Sequence[tuple[str, ...]]
"""A sentence as words, each a tuple of pieces."""


def aligned_tokens(a: Words, b: Words) -> list[Pair]:
    """Each token of `a` and `b` once, in order, those that belong together in one pair."""
    starts_a, starts_b = (_starts(words) for words in (a, b))
    pairs: list[Pair] = []
    for i, j in aligned(a, b):
        inside = aligned(() if i is None else a[i], () if j is None else b[j])
        pairs += [
            (
                None if k is None or i is None else starts_a[i] + k,
                None if m is None or j is None else starts_b[j] + m,
            )
            for k, m in inside
        ]
    return _taken_out_first(pairs)


def aligned(a: Sequence[Item], b: Sequence[Item]) -> list[Pair]:
    """Each index of `a` and `b` once, in order; what was taken out stands before what was put in.

    Swapping `a` and `b` swaps the pairs.
    """
    if (len(b), [*map(str, b)]) < (len(a), [*map(str, a)]):  # any fixed order of the two will do
        return _taken_out_first([(i, j) for j, i in aligned(b, a)])
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    middle = _cheapest_way(a[head : len(a) - tail], b[head : len(b) - tail])
    pairs: list[Pair] = [(i, i) for i in range(head)]
    pairs += [(_moved(i, head), _moved(j, head)) for i, j in middle]
    pairs += [(len(a) - n, len(b) - n) for n in range(tail, 0, -1)]
    return _taken_out_first(pairs)


def words_of(
    tokens: Sequence[str], spans: IntArray, special: BoolArray, sentence: str
) -> list[tuple[str, ...]]:
    """The tokens as words: a piece that goes on within a word belongs to the piece before it.

    spans: (token, 2), first character and the one after the last in `sentence`;
    special: (token,), True for tokens that stand for themselves, such as [CLS]
    """
    words: list[tuple[str, ...]] = []
    for index, token in enumerate(tokens):
        if index and not special[index - 1 : index + 1].any() and _goes_on(spans, index, sentence):
            words[-1] += (token,)
        else:
            words.append((token,))
    return words


def _goes_on(spans: IntArray, index: int, sentence: str) -> bool:
    """Whether a token begins right after a letter of the one before, with a letter of its own."""
    start, end = int(spans[index, 0]), int(spans[index - 1, 1])
    return 0 < start <= end and all(map(str.isalnum, (sentence[start - 1], sentence[start:][:1])))


def _starts(words: Words) -> list[int]:
    return [0, *np.cumsum([len(word) for word in words]).tolist()]


def _common(a: Sequence[Item], b: Sequence[Item]) -> int:
    """How many items are equal from the start."""
    pairs = zip(a, b, strict=False)
    return next((n for n, (x, y) in enumerate(pairs) if x != y), min(len(a), len(b)))


def _cheapest_way(a: Sequence[Item], b: Sequence[Item]) -> list[Pair]:
    costs = _costs(a, b).tolist()
    gap = _gap(a, b)
    pairs: list[Pair] = []
    i, j = 0, 0
    while i < len(a) and j < len(b):
        replaced = 0 if a[i] == b[j] else gap + 1
        if costs[i][j] == costs[i + 1][j + 1] + replaced:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif costs[i][j] == costs[i + 1][j] + gap:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return [*pairs, *((k, None) for k in range(i, len(a))), *((None, k) for k in range(j, len(b)))]


def _gap(a: Sequence[Item], b: Sequence[Item]) -> int:
    """What one change costs: more than all replacements' extra cost of 1 together."""
    return len(a) + len(b) + 1


def _costs(a: Sequence[Item], b: Sequence[Item]) -> IntArray:
    """The least cost of aligning what is left of `a` from i and of `b` from j: (a + 1, b + 1)."""
    codes = {item: code for code, item in enumerate(dict.fromkeys([*a, *b]))}
    numbers = np.array([codes[item] for item in b], np.int64)
    gap = _gap(a, b)
    ramp = gap * np.arange(len(b), -1, -1)  # putting in all that is left of b
    costs = np.empty((len(a) + 1, len(b) + 1), np.int64)
    costs[-1] = ramp
    for i in range(len(a) - 1, -1, -1):
        row = costs[i + 1] + gap
        replaced = np.where(numbers == codes[a[i]], 0, gap + 1)
        row[:-1] = np.minimum(row[:-1], costs[i + 1, 1:] + replaced)
        # Putting in any number of b's items first, for a whole row at once.
        costs[i] = np.minimum.accumulate((row - ramp)[::-1])[::-1] + ramp
    return costs


def _moved(index: int | None, by: int) -> int | None:
    return None if index is None else index + by


def _taken_out_first(pairs: Sequence[Pair]) -> list[Pair]:
    """The same pairs; between two that have a counterpart, those of the first sentence first."""
    ordered: list[Pair] = []
    for _, run in groupby(pairs, key=lambda pair: None in pair):
        ordered += sorted(run, key=lambda pair: pair[0] is None)
    return ordered
