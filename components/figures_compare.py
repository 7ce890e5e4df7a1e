"""Plotly figure of a comparison: how near a word's vector is to two others, layer by layer."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from backend.trace import FloatArray
from components import plot
from components.figure_lines import LEGEND_ABOVE
from components.figure_text import readable_figure
from components.palette import HEADS, Theme
from components.plain import label

_DASHES: Final = ("solid", "dash")
_MARKERS: Final = ("circle", "diamond-open")
"""How A and B are told apart; the two words have their colours."""


def cosine_figure(
    a: FloatArray, b: FloatArray, query: str, keys: Sequence[str], *, theme: Theme
) -> plot.Figure:
    """Cosine of the query's vector to each key's, in A and in B; 1 = the same direction.

    a, b: (layer + 1, key), the input first
    """
    layers = ["input", *map(str, range(len(a) - 1))]
    lines = [
        plot.scatter(
            x=layers,
            y=cosines[:, key],
            mode="lines+markers",
            line={"color": HEADS[theme][key], "dash": _DASHES[side], "width": 2.5},
            marker={"symbol": _MARKERS[side], "size": 10, "line": {"width": 2}},
            name=f"{label(name)}, {'AB'[side]}",
            hovertemplate=f"{label(query)} and {label(name)} in {'AB'[side]}, after %{{x}}: "
            "<b>%{y:.3f}</b><extra></extra>",
        )
        for key, name in enumerate(keys)
        for side, cosines in enumerate((a, b))
    ]
    lowest = min(-0.02, float(np.floor(10 * min(a.min(), b.min()) - 0.2) / 10))  # room for a mark
    layout = {
        "xaxis": {"title": "after layer", "type": "category"},
        "yaxis": {"title": "cosine similarity", "range": [lowest, 1.02]},
        "height": 400,
        "margin": {"l": 64, "r": 12, "t": 60, "b": 56, "autoexpand": False},
        "legend": LEGEND_ABOVE,
        "hovermode": "closest",
    }
    return readable_figure(lines, layout, theme)
