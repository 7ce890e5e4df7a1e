"""Plotly figures of what a layer learned: its curve, its mistakes, what more examples bring."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from backend.growth import Growth
from backend.trace import FloatArray, IntArray
from backend.transfer import CurvePoint
from components import plot
from components.figure_lines import LEGEND_ABOVE
from components.figure_text import SIZE, readable_figure
from components.figures import colour_bar, colour_scale
from components.figures_lesson import written
from components.palette import HEADS, INK, SEQUENTIAL, Theme
from components.plain import label

_CELL_PIXELS: Final = 44
_LONGEST: Final = 16
"""Letters of a label on an axis; the whole stands where one points."""
_MARGINS: Final = {"l": 8, "r": 16, "t": 8, "b": 8}
_LEGEND: Final = LEGEND_ABOVE | {"traceorder": "normal"}
_LABELS_WITH_NUMBERS: Final = 20
"""Of a matrix up to which its cells have room for their numbers."""


def curve_figure(curve: Sequence[CurvePoint], *, theme: Theme) -> plot.Figure:
    """The loss after each step above, the share right below: learned from, and held out."""
    steps = [point.step for point in curve]
    right: Callable[[float], str] = "{:.0f} %".format
    lines: list[tuple[str, list[float], str, str, str, Callable[[float], str]]] = [
        ("loss", [point.loss for point in curve], "solid", "circle", "y", written),
        ("learned from", [100 * p.accuracy for p in curve], "dash", "diamond", "y2", right),
        ("held out", [100 * p.held_out_accuracy for p in curve], "solid", "square", "y2", right),
    ]
    drawn = [
        plot.scatter(
            x=steps,
            y=values,
            yaxis=axis,
            mode="lines+markers",
            name=name,
            line={"color": HEADS[theme][number], "dash": dash, "width": 3},
            marker={"symbol": symbol, "size": 8},
            cliponaxis=False,
            customdata=[label(form(value)) for value in values],
            hovertemplate=f"{name}, after step %{{x}}: <b>%{{customdata}}</b><extra></extra>",
        )
        for number, (name, values, dash, symbol, axis, form) in enumerate(lines)
    ]
    layout = {
        "xaxis": {"title": {"text": "step of L-BFGS"}, "anchor": "y2"},
        "yaxis": {"title": {"text": "loss"}, "domain": [0.6, 1], "rangemode": "tozero"},
        "yaxis2": {"title": {"text": "per cent right"}, "domain": [0, 0.48], "range": [0, 104]},
        "height": 440,
        "margin": _MARGINS,
        "legend": _LEGEND,
    }
    return readable_figure(drawn, layout, theme)


def confusion_figure(classes: Sequence[str], confusion: IntArray, *, theme: Theme) -> plot.Figure:
    """How many sentences of each label were given each label; what is right is the diagonal.

    confusion: (true label, predicted label)
    """
    count = len(classes)
    places = list(range(count))
    numbered = count <= _LABELS_WITH_NUMBERS
    heatmap = plot.heatmap(
        z=confusion,
        x=places,
        y=places,
        zmin=0,
        zmax=int(confusion.max()) * (2 if numbered else 1),  # the ink is read on the paler half
        colorscale=colour_scale(SEQUENTIAL[theme]),
        showscale=not numbered,
        colorbar=colour_bar("sentences"),
        texttemplate="%{z}" if numbered else "",
        textfont={"size": SIZE + 2, "color": INK[theme]},
        xgap=2,
        ygap=2,
        customdata=_named_pairs(classes),
        hovertemplate="%{customdata}: <b>%{z}</b><extra></extra>",
    )
    ticks = {"tickvals": places, "ticktext": [label(_short(name)) for name in classes]}
    layout = {
        "xaxis": ticks | {"title": {"text": "predicted"}, "side": "top", "showgrid": False},
        "yaxis": ticks | {"title": {"text": "true"}, "autorange": "reversed", "showgrid": False},
        "height": max(300, min(900, _CELL_PIXELS * count + 140)),
        "margin": _MARGINS,
    }
    return readable_figure([heatmap], layout, theme)


def growth_figure(growth: Growth, *, theme: Theme) -> plot.Figure:
    """Accuracy by number of examples, by vectors and by word counts; bands without extremes.

    A dotted line is what always saying the most frequent label gives.
    """
    sizes = [str(size) for size in growth.sizes[:-1]] + [f"all {growth.sizes[-1]}"]
    ways = (
        ("the model's vectors", growth.by_vector, "solid", "circle"),
        ("word counts", growth.by_words, "dash", "diamond"),
    )
    drawn = [
        trace
        for number, (name, shares, dash, symbol) in enumerate(ways)
        for trace in _line_in_band(
            sizes, 100 * shares, name, {"color": HEADS[theme][number], "dash": dash}, symbol
        )
    ]
    guess = plot.scatter(
        x=sizes,
        y=[100 * growth.most_frequent] * len(sizes),
        mode="lines",
        name="always the most frequent label",
        line={"color": INK[theme], "dash": "dot", "width": 2},
        hovertemplate="always the most frequent label: <b>%{y:.0f} %</b><extra></extra>",
    )
    layout = {
        "xaxis": {"title": {"text": "examples learned from"}, "type": "category"},
        "yaxis": {"title": {"text": "per cent right, held out"}, "range": [0, 104]},
        "height": 420,
        "margin": _MARGINS,
        "legend": _LEGEND,
    }
    return readable_figure([*drawn, guess], layout, theme)


def _line_in_band(
    sizes: Sequence[str], shares: FloatArray, name: str, line: dict[str, Any], symbol: str
) -> list[plot.Trace]:
    """The mean over the draws, and a band around it without the best and the worst draw.

    shares: (size, draw)
    """
    low, high = middle_of(shares)
    edge = {"x": sizes, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    hidden = edge | {"showlegend": False}
    mean = plot.scatter(
        x=sizes,
        y=shares.mean(axis=1),
        mode="lines+markers",
        name=name,
        line=line | {"width": 3},
        marker={"symbol": symbol, "size": 9},
        cliponaxis=False,
        customdata=np.stack([low, high], axis=1),
        hovertemplate=f"{name}, %{{x}}: <b>%{{y:.0f}} %</b> "
        "(%{customdata[0]:.0f} to %{customdata[1]:.0f})<extra></extra>",
    )
    return [
        plot.scatter(y=high, **hidden),
        plot.scatter(y=low, fill="tonexty", fillcolor=_faint(line["color"]), **hidden),
        mean,
    ]


def middle_of(shares: NDArray[np.floating[Any]]) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest value of each row when its lowest and its highest are left out.

    shares: (size, draw)
    """
    ordered = np.sort(shares, axis=1)
    inner = ordered[:, 1:-1] if ordered.shape[1] > 2 else ordered
    return inner[:, 0], inner[:, -1]


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"


def _named_pairs(classes: Sequence[str]) -> list[list[str]]:
    return [
        [f"true: {label(is_)}<br>predicted: {label(said)}" for said in classes] for is_ in classes
    ]


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
