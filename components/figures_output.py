"""Plotly figures of what comes out: a token's way through the layers, accuracy by layer."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from components import plot
from components.figure_lines import LEGEND_ABOVE, Floats, marked_lines
from components.figure_text import readable_figure
from components.palette import HEADS, INK, Theme

_MARGINS: Final = {"l": 8, "r": 16, "t": 8, "b": 8}


def way_figure(lines: Mapping[str, Floats], names: Sequence[str], *, theme: Theme) -> plot.Figure:
    """Cosines of one token's vector with others, layer by layer; 1 = the same direction.

    lines: (layer + 1,) each, at most four, by what they are called; names: (layer + 1,)
    """
    hover = "<br>%{x}: <b>%{y:.3f}</b>"
    drawn = marked_lines(lines, names, hover=hover, theme=theme)
    lowest = min(0.0, *(float(np.floor(10 * values.min()) / 10) for values in lines.values()))
    layout = {
        "xaxis": {"title": {"text": "after layer"}, "type": "category"},
        "yaxis": {"title": {"text": "cosine similarity"}, "range": [lowest, 1.03]},
        "height": 420,
        "margin": _MARGINS,
        "legend": LEGEND_ABOVE,
        "showlegend": True,
    }
    return readable_figure(drawn, layout, theme)


def accuracy_figure(
    by_layer: Sequence[float],
    by_word: float,
    names: Sequence[str],
    *,
    theme: Theme,
    counted: str = "tokens",
    baseline: str = "most frequent tag of each word",
) -> plot.Figure:
    """Per cent of what is counted right after each layer, and by a baseline as a dashed line.

    by_layer: 0 to 1, (layer + 1,); by_word: the baseline, 0 to 1; names: (layer + 1,)
    """
    values = [100 * share for share in by_layer]
    told = {0, len(values) - 1, int(np.argmax(values))}  # at a phone's width there is no more room
    curve = plot.scatter(
        x=list(names),
        y=values,
        mode="lines+markers+text",
        line={"color": HEADS[theme][0], "width": 4},
        marker={"size": 10},
        text=[f"{value:.1f} %" if layer in told else "" for layer, value in enumerate(values)],
        textposition=_beside_the_way(values),
        cliponaxis=False,
        hovertemplate="after layer %{x}: <b>%{y:.1f} %</b><extra></extra>",
    )
    lowest = 10 * np.floor(min(*values, 100 * by_word) / 10 - 0.2)
    layout = {
        "xaxis": {"title": {"text": "the layer it is trained on"}, "type": "category"},
        "yaxis": {
            "title": {"text": f"per cent of {counted} right"},
            "range": [max(0, lowest), 103],
        },
        "height": 380,
        "margin": _MARGINS | {"r": 32},
        "showlegend": False,
    }
    line = {"color": INK[theme], "dash": "dash", "width": 2}
    across = {"xref": "x domain", "yref": "y"}
    layout["shapes"] = [
        across | {"type": "line", "x0": 0, "x1": 1, "y0": 100 * by_word, "y1": 100 * by_word,
                  "line": line}
    ]  # fmt: skip
    layout["annotations"] = [
        across | {"text": f"{baseline}: {100 * by_word:.1f} %", "x": 1, "y": 100 * by_word,
                  "xanchor": "right", "yanchor": "top", "showarrow": False}
    ]  # fmt: skip
    return readable_figure([curve], layout, theme)


def _beside_the_way(values: Sequence[float]) -> list[str]:
    """Above each point, but below the first and the last where the way comes from above."""
    below = {0: values[:2], len(values) - 1: values[:-3:-1]}
    lower = {place for place, (here, *near) in below.items() if near and here < near[0]}
    return [f"{'bottom' if place in lower else 'top'} center" for place in range(len(values))]
