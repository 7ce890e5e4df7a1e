"""Where names stand beside the points of a figure, so that they can be read."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

_PIXELS: Final = np.array([640, 470])
"""Width and height of the figure that is reckoned with: as wide as beside an open sidebar."""
_LETTER: Final = 8
_MARK: Final = 8
_SIDES: Final = ("top center", "bottom center", "middle right", "middle left")


def written_names(
    points: Floats, tokens: Sequence[str], ranges: Sequence[Sequence[float]], first: Sequence[int]
) -> dict[int, str]:
    """Which points' names are written, and on which side, so that none lies over another.

    The points `first` come first and are written in any case. Of equal names at one place only
    one is written.

    points: (token, 2); ranges: lowest and highest value of each axis
    """
    low, high = np.array(ranges).T
    pixels = (points - low) * _PIXELS / (high - low)  # (token, 2)
    taken = np.full((2 * len(tokens), 4), np.inf)
    taken[: len(tokens)] = np.concatenate([pixels - _MARK, pixels + _MARK], axis=1)
    written: dict[int, str] = {}
    for index in [*first, *(n for n in range(len(tokens)) if n not in first)]:
        here = [n for n in written if np.abs(pixels[n] - pixels[index]).max() < _MARK]
        if any(tokens[n] == tokens[index] for n in here):
            continue
        boxes = {side: _box(pixels[index], tokens[index], side) for side in _SIDES}
        free = [side for side in _SIDES if not _crosses(boxes[side], taken)]
        if free or index in first:
            side = (free or _SIDES)[0]
            taken[len(tokens) + len(written)] = boxes[side]
            written[index] = side
    return written


def outward(way: Floats, place: int) -> str:
    """On which side of a way's point its name is clear of the way. way: (place, 2), y upwards."""
    around = way[[n for n in (place - 1, place + 1) if 0 <= n < len(way)]] - way[place]
    lengths = np.linalg.norm(around, axis=1, keepdims=True)
    x, y = -(around / np.where(lengths > 0, lengths, 1)).sum(axis=0)
    size = float(np.hypot(x, y))
    vertical = "top" if y >= 0 else "bottom"
    horizontal = "center" if abs(x) <= 0.4 * size else "right" if x > 0 else "left"
    return f"{vertical} {horizontal}"


def _box(point: Floats, name: str, side: str) -> Floats:
    """Left, lower, right and upper end of a name beside its point."""
    width = _LETTER * len(name) + 4
    vertical, horizontal = side.split()
    left = {"left": -10 - width, "center": -width / 2, "right": 10}[horizontal]
    lower = {"top": 9, "middle": -8, "bottom": -25}[vertical]
    return np.array([left, lower, left + width, lower + 16]) + np.tile(point, 2)


def _crosses(box: Floats, others: Floats) -> bool:
    """Whether a box lies over any of the others. others: (box, 4)."""
    below = (others[:, :2] < box[2:]).all(axis=1)
    above = (others[:, 2:] > box[:2]).all(axis=1)
    return bool((below & above).any())
