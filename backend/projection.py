"""Many dimensions drawn in two."""

import numpy as np

from backend.trace import FloatArray


def principal_components(points: FloatArray, count: int = 2) -> tuple[FloatArray, FloatArray]:
    """Coordinates of the points along the directions in which they differ most.

    The share says how much of all differences a direction holds: 1 = everything lies on it,
    0 = nothing (as when all points are one). The same points always give the same signs: the
    point furthest out along a direction lies on its positive side.

    points: (point, width)
    returns: coordinates (point, count) and shares (count,), falling, together at most 1
    Raises ValueError if `points` is no matrix with rows or `count` is below 1.
    Source: Pearson 1901, On lines and planes of closest fit to systems of points in space.
    """
    if points.ndim != 2 or len(points) == 0 or count < 1:
        raise ValueError(
            f"expected points (point, width) and a count from 1, got {points.shape} and {count}"
        )
    centred = points - points.mean(axis=0)
    left, lengths, _ = np.linalg.svd(centred, full_matrices=False)
    along = _signed(left * lengths)[:, :count]  # (point, direction)
    total = float((lengths**2).sum())
    shares = lengths[:count] ** 2 / (total or 1.0)
    missing = count - len(shares)  # fewer points than directions asked for
    return np.pad(along, ((0, 0), (0, missing))), np.pad(shares, (0, missing))


def _signed(along: FloatArray) -> FloatArray:
    furthest = np.abs(along).argmax(axis=0)
    signs = np.sign(along[furthest, np.arange(along.shape[1])])
    return along * np.where(signs == 0, 1, signs)
