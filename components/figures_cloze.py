"""Plotly figures of the Cloze page: arrays and words in, a figure out."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from components import plot
from components.figure_lines import LEGEND_ABOVE, Floats, marked_lines
from components.figure_text import readable_figure
from components.figures import colour_bar, colour_scale
from components.figures_lesson import written
from components.palette import HEADS, INK, SEQUENTIAL, Theme
from components.plain import label, positions, told_apart

ORDINALS: Final = ("1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th")

_ROW_PIXELS: Final = 44
_HEAD_PIXELS: Final = 30
_GAP: Final = 1  # empty cells between two heads
_MARGINS: Final = {"l": 8, "r": 24, "t": 8, "b": 8}


def layers_figure(
    pieces: Sequence[Sequence[str]],
    probabilities: Floats,
    names: Sequence[str],
    *,
    theme: Theme,
) -> plot.Figure:
    """The likeliest pieces after each layer, the input's below, the last layer's on top.

    pieces: (layer + 1, rank); probabilities: (layer + 1, rank), 0 to 1; names: (layer + 1,)
    """
    shares = _texts(probabilities)
    heatmap = plot.heatmap(
        z=probabilities,
        zmin=0,
        zmax=1,
        customdata=[[label(piece) for piece in row] for row in pieces],
        text=shares,
        colorscale=colour_scale(SEQUENTIAL[theme]),
        colorbar=colour_bar("probability"),
        xgap=2,
        ygap=2,
        hovertemplate="after layer %{y}<br>%{customdata} <b>%{text}</b><extra></extra>",
    )
    ranks = len(pieces[0])
    layout = {
        "xaxis": {
            "tickvals": list(range(ranks)),
            "ticktext": ORDINALS[:ranks],
            "side": "top",
        },
        "yaxis": {
            "title": {"text": "after layer"},
            "tickvals": list(range(len(names))),
            "ticktext": list(names),
        },
        "height": _ROW_PIXELS * len(names) + 120,
        "margin": {"l": 8, "r": 8, "t": 36, "b": 60},
    }
    layout["annotations"] = [
        {
            "x": rank,
            "y": layer,
            "text": f"<b>{label(_short(piece))}</b><br>{shares[layer][rank]}",
            "showarrow": False,
            "font": {"color": text_colour(float(probabilities[layer, rank]), theme)},
        }
        for layer, row in enumerate(pieces)
        for rank, piece in enumerate(row)
    ]
    return readable_figure([heatmap], layout, theme)


def loss_figure(losses: Floats, steps: int, *, theme: Theme) -> plot.Figure:
    """The mean loss of every ten steps; the axis is as long as the whole training.

    losses: (step,), mean -log probability of the right words; 0 would be certainty
    """
    ends = range(10, len(losses) + 1, 10)
    curve = plot.scatter(
        x=list(ends),
        y=[float(losses[end - 10 : end].mean()) for end in ends],
        mode="lines",
        line={"color": HEADS[theme][0], "width": 3},
        hovertemplate="step %{x}: <b>%{y:.2f}</b><extra></extra>",
    )
    layout = _course_layout(steps) | {"showlegend": False}
    highest = max(1.0, float(losses[:10].mean())) if len(losses) else 1.0
    layout["yaxis"] = {"title": {"text": "loss"}, "range": [0, 1.1 * highest]}
    return readable_figure([curve], layout, theme)


def scores_figure(
    lines: Mapping[str, Floats],
    at: Sequence[int],
    steps: int,
    *,
    theme: Theme,
    title: str,
    chosen: int | None = None,
    guess: str = "",
) -> plot.Figure:
    """Shares or probabilities over the training, in per cent, at the steps `at`.

    lines: at most three by what they are called, 0 to 1, (snapshot,) each
    chosen: the step that an upright line marks
    guess: what a line at 50 per cent is called; there is none where it is empty
    """
    shares = {name: 100 * np.asarray(values) for name, values in lines.items()}
    hover = ", step %{x}: <b>%{y:.1f} %</b>"
    drawn = marked_lines(shares, at, hover=hover, theme=theme)
    layout = _course_layout(steps) | {"showlegend": True}
    layout["yaxis"] = {"title": {"text": label(title)}, "range": [-3, 103]}
    ink = {"color": INK[theme], "width": 2}
    if guess:
        thin = ink | {"dash": "longdash", "width": 1}
        ends = {"x": [0, steps], "y": [50, 50], "hoverinfo": "skip"}
        drawn = [*drawn, plot.scatter(**ends, mode="lines", name=label(guess), line=thin)]
    if chosen is not None:
        layout["shapes"] = [
            {"type": "line", "xref": "x", "yref": "y domain", "x0": chosen, "x1": chosen, "y0": 0,
             "y1": 1, "line": ink}
        ]  # fmt: skip
    return readable_figure(drawn, layout, theme)


def heads_figure(attention: Floats, tokens: Sequence[str], *, theme: Theme) -> plot.Figure:
    """All heads of all layers as small heatmaps, the layers from the bottom up.

    attention: (layer, head, query, key). In each, queries are rows from the top, keys columns.
    """
    layers, heads, count, _ = attention.shape
    pitch = count + _GAP
    tiled = np.full((layers * pitch - _GAP, heads * pitch - _GAP), np.nan, np.float32)
    said = np.full(tiled.shape, "", dtype=object)
    names = positions(tokens)
    arrows = np.array([[f"{query} → {key}" for key in names] for query in names], dtype=object)
    for layer in range(layers):
        for head in range(heads):
            top, left = layer * pitch, head * pitch
            # Rows are counted upwards here, so that layer 0 is below: a tile stands on its head.
            tiled[top : top + count, left : left + count] = attention[layer, head, ::-1]
            said[top : top + count, left : left + count] = np.char.add(
                f"layer {layer}, head {head}<br>", arrows[::-1].astype(str)
            )
    heatmap = plot.heatmap(
        z=tiled,
        zmin=0,
        zmax=1,
        customdata=said,
        colorscale=colour_scale(SEQUENTIAL[theme]),
        colorbar=colour_bar("weight"),
        text=_texts(tiled),
        hoverongaps=False,
        hovertemplate="%{customdata}<br><b>%{text}</b><extra></extra>",
    )
    layout = {
        "xaxis": _tile_axis("head", heads, count) | {"side": "top"},
        "yaxis": _tile_axis("layer", layers, count),
        "height": 420,
        "margin": {"l": 8, "r": 8, "t": 36, "b": 56},
        "shapes": [
            {
                "type": "rect",
                "x0": head * pitch - 0.5,
                "x1": head * pitch + count - 0.5,
                "y0": layer * pitch - 0.5,
                "y1": layer * pitch + count - 0.5,
                "line": {"width": 1, "color": INK[theme]},
            }
            for layer in range(layers)
            for head in range(heads)
        ],
    }
    return readable_figure([heatmap], layout, theme)


def look_figure(attention: Floats, tokens: Sequence[str], *, theme: Theme) -> plot.Figure:
    """Where one token looks in each head, a row a head. attention: (layer, head, key)."""
    layers, heads, _ = attention.shape
    rows = [f"{layer}, {head}" for layer in range(layers) for head in range(heads)]
    heatmap = plot.heatmap(
        z=attention.reshape(layers * heads, -1),
        x=positions(tokens),
        y=rows,
        zmin=0,
        zmax=1,
        ygap=2,
        colorscale=colour_scale(SEQUENTIAL[theme]),
        colorbar=colour_bar("weight"),
        text=_texts(attention.reshape(layers * heads, -1)),
        hovertemplate="layer, head %{y} → %{x}<br><b>%{text}</b><extra></extra>",
    )
    layout = {
        "xaxis": {
            "type": "category",
            "tickvals": positions(tokens),
            "ticktext": [label(token) for token in told_apart(tokens)],
            "side": "top",
            "tickangle": -90,  # upright, all of them have room on a phone
        },
        "yaxis": {"type": "category", "title": {"text": "layer, head"}},
        "height": _HEAD_PIXELS * len(rows) + 180,
        "margin": {"l": 8, "r": 8, "t": 90, "b": 56},
    }
    return readable_figure([heatmap], layout, theme)


def text_colour(value: float, theme: Theme) -> str:
    """Black or white, whichever can be read better on the scale's colour for a value of 0 to 1."""
    colours = np.array([_channels(colour) for colour in SEQUENTIAL[theme]])  # (colour, channel)
    places = np.linspace(0, 1, len(colours))
    mixed = np.array([np.interp(value, places, channel) for channel in colours.T]) / 255
    linear = np.where(mixed <= 0.04045, mixed / 12.92, ((mixed + 0.055) / 1.055) ** 2.4)
    light = float(linear @ [0.2126, 0.7152, 0.0722])  # relative luminance, WCAG 2.1
    return "#000000" if (light + 0.05) / 0.05 > 1.05 / (light + 0.05) else "#ffffff"


def _channels(colour: str) -> list[int]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]


def _course_layout(steps: int) -> dict[str, Any]:
    return {
        "xaxis": {"title": {"text": "training step"}, "range": [-0.02 * steps, 1.02 * steps]},
        "height": 340,
        "margin": _MARGINS,
        "legend": LEGEND_ABOVE,
    }


def _tile_axis(title: str, count: int, cells: int) -> dict[str, Any]:
    centres = [number * (cells + _GAP) + (cells - 1) / 2 for number in range(count)]
    return {
        "tickvals": centres,
        "ticktext": [f"{title} {number}" for number in range(count)],
        "showgrid": False,
        "zeroline": False,
    }


def _texts(values: Floats) -> list[list[str]]:
    """Each value as it is written, for what is pointed at."""
    return [[label(written(value)) for value in row] for row in values.tolist()]


def _short(piece: str) -> str:
    return piece if len(piece) <= 12 else piece[:11] + "…"
