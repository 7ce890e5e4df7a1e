"""All heads in two orders for one token: by how hard they look, and by what their removal does.

Source: Jain and Wallace 2019, Attention is not Explanation (weights held against what happens when
something is taken away).
"""

from dataclasses import dataclass

import numpy as np

from backend.head_removal import HeadRemovals
from backend.trace import FloatArray, IntArray, Trace


@dataclass(frozen=True, eq=False)
class HeadRanking:
    """What each head has for one token, its query; all arrays are (layer, head).

    weights: the largest weight on one other word, 0 to 1
    keys: the place of that word
    turned, moved: as in `HeadRemovals`, for this token
    """

    weights: FloatArray
    keys: IntArray
    turned: FloatArray
    moved: FloatArray

    @property
    def by_weight(self) -> IntArray:
        """The place of each head, 1 for the largest weight."""
        return _places(self.weights)

    @property
    def by_effect(self) -> IntArray:
        """The place of each head, 1 for the one whose removal turns the token's vector most."""
        return _places(self.turned)

    @property
    def correlation(self) -> float | None:
        """How alike both orders are; see `rank_correlation`."""
        return rank_correlation(self.weights, self.turned)


def head_ranking(trace: Trace, removals: HeadRemovals, query: int) -> HeadRanking | None:
    """Both orders for one token; None where there is no other word that it could look at.

    Special tokens, where heads rest that find nothing, do not count as words.
    """
    words = np.flatnonzero(~trace.special & (np.arange(len(trace.tokens)) != query))
    if not words.size:
        return None
    weights, keys = strongest_looks(trace.attention, query, words)
    return HeadRanking(weights, keys, removals.turned[..., query], removals.moved[..., query])


def in_order(places: IntArray) -> list[tuple[int, int]]:
    """Layer and head of each, the first place first. places: (layer, head), as `by_weight`."""
    found = np.argsort(places, axis=None).tolist()
    return [divmod(one, places.shape[1]) for one in found]


def strongest_looks(
    attention: FloatArray, query: int, keys: IntArray
) -> tuple[FloatArray, IntArray]:
    """The largest weight that each head puts from the query on one of the keys, and on which.

    attention: (layer, head, query, key); keys: (key,), places, one at least
    returns: weights (layer, head), 0 to 1, and places (layer, head); of equals the first
    """
    weights = attention[:, :, query, keys]  # (layer, head, key)
    return weights.max(axis=2), keys[weights.argmax(axis=2)]


def ranks(values: FloatArray) -> FloatArray:
    """The rank of each value, 1 the highest; equal ones share the mean of their ranks.

    values: any shape, kept
    """
    _, group, counts = np.unique(-values, return_inverse=True, return_counts=True)
    last = counts.cumsum()
    means: FloatArray = (last - (counts - 1) / 2).astype(np.float32)
    return means[group].reshape(values.shape)


def rank_correlation(one: FloatArray, other: FloatArray) -> float | None:
    """How alike two orders of the same things are; None where either puts all in one place.

    1 the same order, 0 nothing in common, -1 the opposite order. Source: Spearman 1904.
    """
    places = [ranks(values).ravel().astype(float) for values in (one, other)]
    centred = [each - each.mean() for each in places]
    lengths = np.prod([np.linalg.norm(values) for values in centred])
    return float(centred[0] @ centred[1] / lengths) if lengths else None


def _places(values: FloatArray) -> IntArray:
    """1 for the largest, of equals for the first; (layer, head) as the values."""
    places = np.empty(values.size, np.int64)
    places[np.argsort(-values, axis=None, kind="stable")] = np.arange(1, values.size + 1)
    return places.reshape(values.shape)
