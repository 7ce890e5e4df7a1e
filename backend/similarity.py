"""How alike vectors are, by the angle between them."""

import numpy as np

from backend.trace import FloatArray, IntArray


def cosine_similarity(left: FloatArray, right: FloatArray) -> FloatArray:
    """The cosine of the angle between every row of `left` and every row of `right`.

    1 = same direction, 0 = at right angles, -1 = opposite. A row of zeros has no direction and
    gets 0 with everything.

    left: (row, width)
    right: (other, width)
    returns: (row, other)
    Raises ValueError if the widths differ.
    """
    if left.ndim != 2 or right.ndim != 2 or left.shape[1] != right.shape[1]:
        raise ValueError(
            f"expected two matrices of one width, got shapes {left.shape} and {right.shape}"
        )
    cosines: FloatArray = (left @ right.T) / _lengths(left)[:, None] / _lengths(right)
    return np.clip(cosines, -1, 1)


def paired_cosines(left: FloatArray, right: FloatArray) -> FloatArray:
    """The cosine of each vector on the left with its partner on the right: (...,).

    Alike vectors have 1, opposite ones -1. A vector of zeros gets 0.

    left, right: (..., width), of one shape or stretched to one
    """
    lengths = np.linalg.norm(left, axis=-1) * np.linalg.norm(right, axis=-1)
    dots = (left * right).sum(axis=-1)
    cosines: FloatArray = np.divide(dots, lengths, out=np.zeros_like(dots), where=lengths > 0)
    return np.clip(cosines, -1, 1)


def nearest_rows(vector: FloatArray, matrix: FloatArray, count: int) -> tuple[IntArray, FloatArray]:
    """The `count` rows of `matrix` most alike to `vector`, and how alike: most alike first.

    Of rows equally alike the lower index comes first. Fewer come back if there are fewer rows.

    vector: (width,)
    matrix: (row, width)
    returns: indices (count,) and cosines (count,), falling
    Raises ValueError if the widths differ or `count` is negative.
    """
    if count < 0:
        raise ValueError(f"expected a count of 0 or more, got {count}")
    cosines = cosine_similarity(vector[None], matrix)[0]  # (row,)
    if count < len(cosines):  # only those as near as the last that counts need to be sorted
        near = np.flatnonzero(cosines >= -np.partition(-cosines, count)[count])
    else:
        near = np.arange(len(cosines))
    nearest = near[np.argsort(-cosines[near], kind="stable")][:count].astype(np.int64)
    return nearest, cosines[nearest]


def _lengths(rows: FloatArray) -> FloatArray:
    """(row,), 1 for a row of zeros; `np.linalg.norm` would take four times as long."""
    lengths: FloatArray = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    lengths[lengths == 0] = 1
    return lengths
