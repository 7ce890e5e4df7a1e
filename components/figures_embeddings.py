"""Plotly figures of vectors compared with each other and with the vocabulary."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from components import plot
from components.figure_text import readable_figure
from components.figures import colour_bar, colour_scale
from components.palette import DIVERGING, HEADS, Theme
from components.plain import label, positions

Floats = NDArray[np.floating[Any]]

_TENTHS: Final = (0, 0.2, 0.4, 0.6, 0.8, 1)
_MARGINS: Final = {"l": 8, "r": 8, "t": 8, "b": 8}


def similarity_figure(similarity: Floats, tokens: Sequence[str], *, theme: Theme) -> plot.Figure:
    """Cosine of every token with every other: 1 the same direction, 0 nothing in common.

    similarity: (token, token). The scale is fixed from -1 to 1, so that two figures compare.
    """
    names = positions(tokens)
    heatmap = plot.heatmap(
        z=similarity,
        x=names,
        y=names,
        zmin=-1,
        zmax=1,
        colorscale=colour_scale(DIVERGING[theme]),
        colorbar=colour_bar("cosine"),
        hovertemplate="%{y} and %{x}<br>cosine <b>%{z:.3f}</b><extra></extra>",
    )
    layout = {
        "xaxis": {
            "title": {"text": "position of the other token"},
            "type": "category",
            "labelalias": {name: str(position) for position, name in enumerate(names)},
            "side": "top",
        },
        "yaxis": {
            "title": {"text": "position and piece"},
            "type": "category",
            "autorange": "reversed",
        },
        "height": max(360, min(960, 20 * len(tokens) + 190)),
        "margin": _MARGINS | {"b": 90},
    }
    return readable_figure([heatmap], layout, theme)


def nearest_figure(
    pieces: Sequence[str], similarity: Floats, own: str, *, theme: Theme
) -> plot.Figure:
    """The nearest pieces as bars, nearest first; the piece itself is hatched.

    similarity: (piece,), cosine, 1 for the same direction.
    """
    names = [f"{rank} {label(piece)}" for rank, piece in enumerate(pieces, start=1)]
    bars = plot.bar(
        x=similarity,
        y=names,
        orientation="h",
        text=[f"{value:.3f}" for value in similarity],
        textposition="outside",
        marker={
            "color": HEADS[theme][0],
            "pattern": {"shape": ["/" if piece == own else "" for piece in pieces]},
        },
        cliponaxis=False,
        hovertemplate="%{y}<br>cosine <b>%{x:.3f}</b><extra></extra>",
    )
    lowest = min(0.0, float(np.min(similarity, initial=0.0)))
    layout = {
        "xaxis": {
            "title": {"text": "cosine similarity"},
            "range": [lowest, 1.15],
            "tickvals": _TENTHS,
        },
        "yaxis": {
            "title": {"text": "rank and piece"},
            "type": "category",
            "autorange": "reversed",
        },
        "height": 28 * len(pieces) + 90,
        "margin": _MARGINS,
    }
    return readable_figure([bars], layout, theme)
