"""Plotly figures of what switching off does: layer by layer, and head by head."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from backend.trace import FloatArray, IntArray
from components import plot
from components.figure_lines import LEGEND_ABOVE, marked_lines
from components.figure_text import readable_figure
from components.figures import colour_bar, colour_scale
from components.palette import HEADS, INK, SEQUENTIAL, Theme

_MARGINS: Final = {"l": 8, "r": 16, "t": 8, "b": 8}
_CELL_PIXELS: Final = 34
_BESIDE: Final = 130
"""Pixels above and below the cells: the axis and the colour bar."""
_LOWEST: Final = 1e-8
"""A distance of zero has no logarithm."""
_DECADES: Final = 3
"""Powers of ten that the colours tell apart, down from the largest."""


def distance_figure(
    lines: Mapping[str, FloatArray], names: Sequence[str], *, theme: Theme
) -> plot.Figure:
    """Cosine distances between both runs after each layer; 0 = nothing is changed.

    lines: (layer + 1,) each, at most four, by what they are called; names: (layer + 1,)
    """
    hover = "<br>after %{x}: <b>%{y:.4f}</b>"
    layout = {
        "xaxis": {"title": {"text": "after layer"}, "type": "category"},
        "yaxis": {"title": {"text": "cosine distance"}, "rangemode": "tozero"},
        "height": 380,
        "margin": _MARGINS,
        "legend": LEGEND_ABOVE,
        "showlegend": True,
    }
    drawn = marked_lines(lines, names, hover=hover, theme=theme)
    return readable_figure(drawn, layout, theme)


def removal_figure(
    turned: FloatArray,
    weights: FloatArray,
    by_weight: IntArray,
    *,
    chosen: tuple[int, int],
    first: int,
    theme: Theme,
) -> plot.Figure:
    """Every head's effect as a map, the first by weight ringed; its points can be chosen.

    turned, weights, by_weight: (layer, head); `by_weight` is 1 for the largest weight
    chosen: the head that is framed; first: how many are ringed
    """
    layers, heads = turned.shape
    logarithms = np.log10(np.maximum(turned, _LOWEST))
    top = float(logarithms.max())
    cells = plot.heatmap(
        z=logarithms,
        zmin=top - _DECADES,
        zmax=top,
        colorscale=colour_scale(SEQUENTIAL[theme]),
        colorbar=colour_bar("effect of removal") | _decades(top),
        xgap=1,
        ygap=1,
        hoverinfo="skip",
    )
    points = _points(turned, weights)
    ringed = by_weight.ravel() <= first
    rings = plot.scatter(
        x=points["x"][ringed],
        y=points["y"][ringed],
        mode="markers",
        marker={
            "symbol": "circle-open",
            "size": 20,
            "color": HEADS[theme][1],
            "line": {"width": 3},
        },
        hoverinfo="skip",
    )
    layout = {
        "xaxis": {
            "title": {"text": "head"},
            "side": "top",
            "dtick": 1,
            "range": [-0.5, heads - 0.5],
        },
        "yaxis": {"title": {"text": "layer"}, "dtick": 1, "range": [layers - 0.5, -0.5]},
        "height": _CELL_PIXELS * layers + _BESIDE,
        "margin": _MARGINS,
        "showlegend": False,
        "clickmode": "event+select",
        "dragmode": False,
    }
    layer, head = chosen
    layout["shapes"] = [
        {"type": "rect", "x0": head - 0.5, "x1": head + 0.5, "y0": layer - 0.5, "y1": layer + 0.5,
         "line": {"width": 3, "color": INK[theme]}}
    ]  # fmt: skip
    return readable_figure([cells, rings, _choosable(points, theme)], layout, theme)


def _points(turned: FloatArray, weights: FloatArray) -> dict[str, Any]:
    """Where each head's point stands, and what is said of it."""
    y, x = np.divmod(np.arange(turned.size), turned.shape[1])
    told = np.stack([turned.ravel(), weights.ravel()], axis=1)  # (head of all, 2)
    return {"x": x, "y": y, "customdata": told}


def _choosable(points: Mapping[str, Any], theme: Theme) -> plot.Trace:
    """A point that cannot be seen on every cell: Plotly lets points be chosen, and cells not."""
    unseen = {"opacity": 0}
    return plot.scatter(
        **points,
        mode="markers",
        marker={"size": _CELL_PIXELS - 4, "symbol": "square", "color": INK[theme], "opacity": 0},
        selected={"marker": unseen},
        unselected={"marker": unseen},
        hovertemplate="layer %{y}, head %{x}<br>effect of removal <b>%{customdata[0]:.2g}</b>"
        "<br>largest weight <b>%{customdata[1]:.3f}</b><extra></extra>",
    )


def _decades(top: float) -> dict[str, Any]:
    """Ticks of the colour bar at the powers of ten within it."""
    powers = np.arange(np.ceil(top - _DECADES), np.floor(top) + 1)
    return {"tickvals": powers, "ticktext": [f"{10.0**power:g}" for power in powers]}
