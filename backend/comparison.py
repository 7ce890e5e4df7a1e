"""How two readings of a sentence differ: weights, what is left of them in proportion, vectors.

Rows and columns that belong together are told by `places`, (place, 2): index in A and in B,
-1 where one of them has no such token.
"""

from dataclasses import dataclass

import numpy as np

from backend.similarity import cosine_similarity
from backend.trace import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Ranking:
    """All heads, the one first that moves most: on which key, and from which weight to which.

    layer, head, key: (rank,); key is an index into the keys that were given
    a, b: (rank,), the weight on that key in A and in B
    """

    layer: IntArray
    head: IntArray
    key: IntArray
    a: FloatArray
    b: FloatArray

    @property
    def change(self) -> FloatArray:
        """B minus A, (rank,); -1 = all of the weight gone, 1 = all of it new."""
        change: FloatArray = self.b - self.a
        return change


def head_ranking(a: FloatArray, b: FloatArray) -> Ranking:
    """The heads by the largest change, up or down, of a query's weight on one single key.

    Of heads that move equally the lower layer and head comes first, of keys the first.

    a, b: (layer, head, key), the query's weights in A and in B on the same keys, one at least
    Raises ValueError if the shapes differ or there is no key.
    """
    if a.shape != b.shape or a.ndim != 3 or not a.shape[2]:
        raise ValueError(
            f"expected two arrays (layer, head, key) alike, with a key, got {a.shape}, {b.shape}"
        )
    moved = np.abs(b - a)
    key = moved.argmax(axis=2)  # (layer, head)
    order = np.argsort(-moved.max(axis=2), axis=None, kind="stable")  # (rank,)
    layer, head = np.unravel_index(order, key.shape)
    best = key[layer, head]
    return Ranking(layer, head, best, a[layer, head, best], b[layer, head, best])


def weight_differences(a: FloatArray, b: FloatArray, places: IntArray) -> FloatArray:
    """B minus A for every pair of places; not a number where A or B lacks one of them.

    a, b: (query, key), each of its own size; places: (place, 2)
    returns: (place, place)
    """
    grids = [_spread(weights, places[:, side]) for side, weights in enumerate((a, b))]
    difference: FloatArray = grids[1] - grids[0]
    return difference


def proportion_changes(a: FloatArray, b: FloatArray) -> FloatArray:
    """How far, in each layer, one of these keys' part in what all of them get moves at most.

    0 where the weights only shrank or grew together, because another key took more or less.

    a, b: (layer, head, key), as for `head_ranking`
    returns: (layer,)
    """
    parts = [weights / weights.sum(axis=2, keepdims=True) for weights in (a, b)]
    changes: FloatArray = np.abs(parts[1] - parts[0]).max(axis=(1, 2))
    return changes


def vector_cosines(hidden: FloatArray, query: int, keys: IntArray) -> FloatArray:
    """How alike one token's vector is to those of others, from the input through every layer.

    hidden: (layer + 1, token, width); keys: (key,)
    returns: (layer + 1, key), cosines from -1 to 1
    """
    cosines: FloatArray = np.stack(
        [cosine_similarity(vectors[query : query + 1], vectors[keys])[0] for vectors in hidden]
    )
    return cosines


def _spread(weights: FloatArray, indices: IntArray) -> FloatArray:
    """The weights at these rows and columns; not a number at -1."""
    grid = weights[np.ix_(indices, indices)].copy()
    grid[indices < 0] = np.nan
    grid[:, indices < 0] = np.nan
    return grid
