"""Plotly figures made larger for a lecture hall; no Streamlit."""

import re
from collections.abc import Mapping
from typing import Any, Final

from components import plot

_PIXELS: Final = {"size", "thickness", "itemwidth", "standoff", "l", "r", "t", "b"}
"""Numbers that are pixels wherever they stand in a figure: of texts, marks, bars and margins."""

_IN_TEXT: Final = re.compile(r"(<span style=.font-size:)(\d+)(?=px)")
_LEAST: Final = 0.8  # of the scale of its letters, by which a figure grows at least


def enlarged(figure: plot.Figure, scale: float, window: int) -> plot.Figure:
    """A larger copy: texts, marks and margins `scale` times as large.

    window: pixels of height that a figure fills at most, where its rows then still have room for
    their letters
    """
    layout = _scaled(figure.layout, scale)
    height = figure.layout.get("height")
    if height:
        layout["height"] = max(_LEAST * scale * height, min(scale * height, window))
    return plot.Figure([_scaled(trace, scale) for trace in figure.traces], layout)


def _scaled(part: Any, scale: float, name: str = "") -> Any:
    if isinstance(part, Mapping):
        return {key: _scaled(value, scale, key) for key, value in part.items()}
    if isinstance(part, list | tuple) and (name in _PIXELS or _has_parts(part)):
        return [_scaled(one, scale, name) for one in part]
    if isinstance(part, str):
        return _IN_TEXT.sub(lambda found: f"{found[1]}{round(scale * int(found[2]))}", part)
    is_number = isinstance(part, int | float) and not isinstance(part, bool)
    return scale * part if is_number and name in _PIXELS else part


def _has_parts(several: Any) -> bool:
    return any(isinstance(one, Mapping) for one in several)
