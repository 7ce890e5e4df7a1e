"""How alike two heads are, and a map on which like heads stand near each other.

Sources: Lin 1991, Divergence Measures Based on the Shannon Entropy (Jensen-Shannon divergence);
Clark et al. 2019, What Does BERT Look At? (heads compared and drawn so); Endres and Schindelin
2003, A New Metric for Probability Distributions (its square root is a distance); Torgerson 1952,
Multidimensional Scaling (the map).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.head_patterns import entropies
from backend.trace import FloatArray

_BLOCK: Final = 2_000_000  # weights of which logarithms are held at once

Wide = NDArray[np.float64]


def divergence_sums(rows: FloatArray) -> Wide:
    """For every two heads the sum over queries of the Jensen-Shannon divergence of their rows.

    Bits: 0 for equal rows, 1 for rows that share no key. H((p + q) / 2) - (H(p) + H(q)) / 2,
    where H is the entropy.

    rows: (head, query, key), each row sums to 1
    returns: (head, head), symmetric, zero on the diagonal
    """
    heads, queries, keys = rows.shape
    sums = np.zeros((heads, heads))
    step = max(1, _BLOCK // max(1, heads * keys))
    for start in range(0, queries, step):
        _add_block(sums, np.ascontiguousarray(rows[:, start : start + step]))
    return np.maximum(sums, 0)  # equal rows can be off by what float32 cannot hold


def _add_block(sums: Wide, rows: FloatArray) -> None:
    own = entropies(rows).sum(axis=1, dtype=np.float64)  # (head,)
    for head in range(len(rows) - 1):
        others = slice(head + 1, None)
        between = entropies((rows[head] + rows[others]) / 2)  # (other head, query)
        found = between.sum(axis=1, dtype=np.float64) - (own[head] + own[others]) / 2
        sums[head, others] += found
        sums[others, head] += found


def head_map(divergences: Wide) -> tuple[Wide, float]:
    """A place for each head, so that like heads stand near each other, by classical scaling.

    The distance of two heads is the square root of their divergence. The same map comes out every
    time: on each axis the head that is farthest out stands on the positive side.

    divergences: (head, head)
    returns: (head, 2), and the share of the squared distances that two directions keep, 0 to 1
    """
    return scaled_map(np.sqrt(divergences))


def scaled_map(distances: Wide) -> tuple[Wide, float]:
    """Points in a plane whose distances come as near to these as they can.

    distances: (point, point), symmetric
    returns: (point, 2) around zero, and the share of all squared distances that they keep; 1
    where there is nothing to keep
    """
    count = len(distances)
    middle = np.eye(count) - 1 / count
    products = -middle @ (distances**2) @ middle / 2
    values, vectors = np.linalg.eigh(products)
    values, vectors = values[::-1], vectors[:, ::-1]  # largest first
    kept = np.maximum(values[:2], 0)
    points = np.zeros((count, 2))
    points[:, : len(kept)] = vectors[:, :2] * np.sqrt(kept)
    outermost = np.argmax(np.round(np.abs(points), 9), axis=0)
    points *= np.where(points[outermost, [0, 1]] < 0, -1, 1)
    all_of_it = float(np.abs(values).sum())
    return points, float(kept.sum() / all_of_it) if all_of_it > 1e-12 else 1.0
