"""Where names stand beside the points of a figure, so that they can be read."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

_PIXELS: Final = (640, 470)
"""Width and height of the figure that is reckoned with: as wide as beside an open sidebar."""
_PHONE: Final = (280, 430)
"""The same on a phone 390 pixels wide."""
_ROOM: Final = 8
"""Pixels by which a name may stick out of the axes there."""
_LETTER: Final = 8
_MARK: Final = 8
_SIDES: Final = ("top center", "bottom center", "middle right", "middle left")


def written_names(
    points: Floats,
    tokens: Sequence[str],
    ranges: Sequence[Sequence[float]],
    first: Sequence[int],
    size: tuple[int, int] = _PIXELS,
) -> dict[int, str]:
    """Which points' names are written, and on which side, so that none lies over another.

    The points `first` come first and are written in any case. Of equal names at one place only
    one is written.

    points: (token, 2); ranges: lowest and highest value of each axis; size: the figure's width
    and height in pixels
    """
    pixels = _pixels(points, ranges, size)
    boxes = np.stack([_boxes(pixels, tokens, side) for side in _SIDES], axis=1)
    taken = _marks(pixels, len(tokens))
    written: dict[int, str] = {}
    for index in [*first, *(n for n in range(len(tokens)) if n not in first)]:
        same = [n for n in written if tokens[n] == tokens[index]]
        if (np.abs(pixels[same] - pixels[index]).max(axis=1) < _MARK).any():
            continue
        free = np.flatnonzero(~_crosses(boxes[index], taken))
        if len(free) or index in first:
            place = free[0] if len(free) else 0
            taken[len(tokens) + len(written)] = boxes[index, place]
            written[index] = _SIDES[place]
    return written


def written_on_a_phone(
    points: Floats,
    tokens: Sequence[str],
    ranges: Sequence[Sequence[float]],
    sides: Mapping[int, str],
    first: Sequence[int],
) -> list[int]:
    """Those of the names on their sides that lie over none where the figure is narrow.

    points: (token, 2); sides: what `written_names` found; the points `first` are among them
    """
    pixels = _pixels(points, ranges, _PHONE)
    taken = _marks(pixels, len(sides))
    written = list[int]()
    for index, side in sides.items():
        box = _boxes(pixels[[index]], [tokens[index]], side)
        left, _, right, _ = box[0]
        is_inside = left >= -_ROOM and right <= _PHONE[0] + _ROOM
        if index in first or (is_inside and not _crosses(box, taken).any()):
            taken[len(tokens) + len(written)] = box[0]
            written.append(index)
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


def _pixels(points: Floats, ranges: Sequence[Sequence[float]], size: tuple[int, int]) -> Floats:
    """Where the points are in a figure of that width and height: (token, 2), y upwards."""
    low, high = np.array(ranges).T
    placed: Floats = (points - low) * np.array(size) / (high - low)
    return placed


def _marks(pixels: Floats, names: int) -> Floats:
    """The boxes of the points' marks, and room for those of names: (token + name, 4)."""
    taken = np.full((len(pixels) + names, 4), np.inf)
    taken[: len(pixels)] = np.concatenate([pixels - _MARK, pixels + _MARK], axis=1)
    return taken


def _boxes(pixels: Floats, names: Sequence[str], side: str) -> Floats:
    """Left, lower, right and upper end of each name beside its point: (name, 4)."""
    x, y = pixels.T
    width = _LETTER * np.array([len(name) for name in names]) + 4
    vertical, horizontal = side.split()
    left = x + {"left": -10 - width, "center": -width / 2, "right": 10}[horizontal]
    lower = y + {"top": 9, "middle": -8, "bottom": -25}[vertical]
    return np.stack([left, lower, left + width, lower + 16], axis=1)


def _crosses(boxes: Floats, others: Floats) -> NDArray[np.bool_]:
    """Which boxes lie over any of the others. boxes: (box, 4); others: (other, 4)."""
    left, lower, right, upper = boxes.T[..., None]  # each (box, 1)
    beside = (others[:, 0] < right) & (others[:, 2] > left)  # (box, other)
    crossed = beside & (others[:, 1] < upper) & (others[:, 3] > lower)
    return np.asarray(crossed.any(axis=1))
