"""Plotly figures of all heads of a model: arrays in, a figure out. Each head can be chosen."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from components import plot
from components.figure_names import written_names
from components.figure_text import readable_figure
from components.figures import colour_bar, colour_scale
from components.figures_cloze import text_colour
from components.palette import HEADS, INK, PAGE, SEQUENTIAL, Theme

Floats = NDArray[np.floating[Any]]

NO_CASE: Final = "–"
_ROW_PIXELS: Final = 40
_MOST_WRITTEN: Final = 12  # heads in a row whose numbers have room on a phone
_TARGET: Final = 34  # pixels around a cell's middle that can be clicked
_MARKS: Final = ("circle", "square", "diamond", "cross", "x", "triangle-up", "triangle-down",
                 "star", "hexagon", "pentagon", "hourglass", "bowtie")  # fmt: skip
_MARGIN: Final = 0.09  # of the spread, around the outermost heads
_RING: Final = 24  # pixels
_LEAST_SPREAD: Final = 0.1
_PHONE: Final = (350, 350)  # pixels, in which no name is to lie over another


def head_grid_figure(
    values: Floats, title: str, *, largest: float, theme: Theme, chosen: tuple[int, int]
) -> plot.Figure:
    """A number for each head as a map, layers below each other, heads side by side.

    values: (layer, head); not a number where there is none
    title: what the colours mean; largest: the value that has the last colour, so that maps of one
    kind can be held against each other; chosen: layer and head of the one to frame
    """
    layers, heads = values.shape
    largest = largest or 1.0
    heatmap = plot.heatmap(
        z=values,
        zmin=0,
        zmax=largest,
        colorscale=colour_scale(SEQUENTIAL[theme]),
        colorbar=colour_bar(title),
        hoverinfo="skip",
        xgap=1,
        ygap=1,
    )
    layout = {
        "xaxis": {"title": "head", "dtick": 1, "side": "top", "showgrid": False, "zeroline": False,
               "range": [-0.5, heads - 0.5], "fixedrange": True},
        "yaxis": {"title": "layer", "dtick": 1, "showgrid": False, "zeroline": False,
               "range": [layers - 0.5, -0.5], "fixedrange": True},
        "height": _ROW_PIXELS * layers + 120,
        "margin": {"l": 44, "r": 8, "t": 52, "b": 56, "autoexpand": False},
        "hovermode": "closest",
        "dragmode": False,
        "clickmode": "event+select",
        "showlegend": False,
    }  # fmt: skip
    targets = _targets(values, "markers+text" if heads <= _MOST_WRITTEN else "markers")
    shares = np.nan_to_num(values.ravel() / largest).tolist()
    targets["textfont"] = {"color": [text_colour(share, theme) for share in shares]}
    frame = {"width": 3, "color": HEADS[theme][1]}
    layer, head = chosen
    layout["shapes"] = [
        {"type": "rect", "x0": head - 0.5, "x1": head + 0.5, "y0": layer - 0.5, "y1": layer + 0.5,
         "line": frame}
    ]  # fmt: skip
    return readable_figure([heatmap, targets], layout, theme)


def head_places_figure(
    points: Floats, layers: int, heads: int, *, theme: Theme, chosen: tuple[int, int]
) -> plot.Figure:
    """All heads on a map: near means alike. Each layer has its own colour and mark.

    points: (head, 2), the heads of all layers one after the other
    """
    names = [f"{layer}.{head}" for layer in range(layers) for head in range(heads)]
    ranges = _equal_ranges(points)
    first = chosen[0] * heads + chosen[1]
    sides = written_names(points, names, ranges, [first], _PHONE)
    traces = [_layer_marks(points, layer, heads, theme) for layer in range(layers)]
    traces += [_ring(points[first], theme), _names(points, names, sides, first)]
    axes = [
        {"title": "", "range": ends, "showticklabels": False, "showgrid": False, "ticks": "",
         "zeroline": False, "fixedrange": True}
        for ends in ranges
    ]  # fmt: skip
    layout = {
        "xaxis": axes[0],
        "yaxis": axes[1] | {"scaleanchor": "x"},
        "height": 600,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 60, "autoexpand": False},
        "hovermode": "closest",
        "dragmode": False,
        "clickmode": "event+select",
        "legend": {"orientation": "h", "y": -0.02, "yanchor": "top", "x": 0},
    }
    return readable_figure(traces, layout, theme)


def short_number(value: float) -> str:
    """Two digits, as short as they can be written: .37, 1.0, 4.5, 12."""
    if np.isnan(value):
        return NO_CASE
    if value < 0.995:
        return f"{value:.2f}".removeprefix("0")
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def _targets(values: Floats, mode: str) -> plot.Trace:
    """The numbers, and unseen marks behind them: Plotly lets one choose marks only."""
    layers, heads = values.shape
    unseen = {"marker": {"opacity": 0}}
    flat = values.ravel().tolist()
    return plot.scatter(
        x=np.tile(np.arange(heads), layers),
        y=np.repeat(np.arange(layers), heads),
        mode=mode,
        marker={"symbol": "square", "size": _TARGET, "opacity": 0},
        selected=unseen,
        unselected=unseen,
        text=[short_number(value) for value in flat],
        textposition="middle center",
        customdata=[
            [*divmod(place, heads), "no case" if np.isnan(value) else f"{value:.3f}"]
            for place, value in enumerate(flat)
        ],
        hovertemplate="layer %{y}, head %{x}: <b>%{customdata[2]}</b><extra></extra>",
    )


def _layer_marks(points: Floats, layer: int, heads: int, theme: Theme) -> plot.Trace:
    own = points[layer * heads : (layer + 1) * heads]
    colours = HEADS[theme]
    full = {"marker": {"opacity": 1}}
    return plot.scatter(
        x=own[:, 0],
        y=own[:, 1],
        mode="markers",
        name=f"layer {layer}",
        customdata=[[layer, head] for head in range(heads)],
        marker={
            "symbol": _MARKS[layer % len(_MARKS)],
            "size": 12,
            "color": colours[layer % len(colours)],
            "line": {"width": 1, "color": PAGE[theme]},
        },
        selected=full,
        unselected=full,
        hovertemplate="layer %{customdata[0]}, head %{customdata[1]}<extra></extra>",
    )


def _equal_ranges(points: Floats) -> list[list[float]]:
    """What both axes show, as long on screen for the same distance."""
    low, high = points.min(axis=0), points.max(axis=0)
    spread = max(float((high - low).max()), _LEAST_SPREAD) * (1 + 2 * _MARGIN)
    middle = (low + high) / 2
    return [[float(m) - spread / 2, float(m) + spread / 2] for m in middle]


def _ring(point: Floats, theme: Theme) -> plot.Trace:
    """Around the head that is chosen."""
    return plot.scatter(
        x=[point[0]],
        y=[point[1]],
        mode="markers",
        marker={"symbol": "circle-open", "size": _RING, "color": INK[theme], "line": {"width": 3}},
        hoverinfo="skip",
        showlegend=False,
    )


def _names(points: Floats, names: Sequence[str], sides: dict[int, str], ringed: int) -> plot.Trace:
    """Names beside the marks; unseen marks of their own keep them away from those that are seen."""
    shown = list(sides)
    return plot.scatter(
        x=points[shown, 0],
        y=points[shown, 1],
        mode="markers+text",
        marker={"size": [_RING + 4 if place == ringed else 16 for place in shown], "opacity": 0},
        text=[names[place] for place in shown],
        textposition=[sides[place] for place in shown],
        hoverinfo="skip",
        showlegend=False,
    )
