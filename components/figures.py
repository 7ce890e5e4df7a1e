"""Plotly figures of attention: arrays and tokens in, a figure out."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from components import plot
from components.figure_text import readable_figure
from components.palette import INK, SEQUENTIAL, Scale, Theme
from components.plain import names, positions

LOOKING: Final = ("query: the token that looks", "key: the token looked at", "weight")
"""What the rows, the columns and the colours of attention weights are."""

_ROW_PIXELS: Final = 24
# Margins are reckoned here: left to itself, Plotly draws everything twice to find them.
_AXIS_PIXELS: Final = 44  # for an axis's title and ticks
_LETTER_PIXELS: Final = 8
_LONGEST: Final = 16  # letters that get room
_RISE: Final = 0.87  # of a label turned by 60 degrees
_BAR_PIXELS: Final = 56  # for the colour bar below
_ALL_NAMED: Final = 18  # tokens that are all named; of more, those that there is room for


def colour_scale(colours: Scale) -> list[list[float | str]]:
    """A Plotly colour scale with these colours at equal distances from 0 to 1."""
    return [[index / (len(colours) - 1), colour] for index, colour in enumerate(colours)]


def colour_bar(title: str) -> dict[str, Any]:
    """A colour bar below the figure, where it takes no width from the tokens."""
    return {
        "title": {"text": title, "side": "right"},
        "orientation": "h",
        "thickness": 12,
        "y": 0,
        "yanchor": "top",
    }


def token_axis(tokens: Sequence[str], title: str) -> dict[str, Any]:
    """A category axis over tokens. Of many, Plotly names those that there is room for."""
    aliases = dict(zip(positions(tokens), names(tokens), strict=True))
    return {
        "title": title,
        "type": "category",
        "labelalias": aliases,
        "dtick": 1 if len(tokens) <= _ALL_NAMED else None,
    }


def attention_figure(
    weights: NDArray[np.float32],
    queries: Sequence[str],
    keys: Sequence[str],
    *,
    theme: Theme,
    titles: tuple[str, str, str] = LOOKING,
    marked: int | None = None,
    largest: float = 1.0,
) -> plot.Figure:
    """One head's weights as a heatmap; 0 is no attention, 1 all of a token's attention.

    weights: (query, key). `titles` are those of the rows, the columns and the colours; `marked` is
    the row to frame; `largest` is where the colours end. With 1 heads can be compared by eye.
    """
    heatmap = plot.heatmap(
        z=weights,
        x=positions(keys),
        y=positions(queries),
        zmin=0,
        zmax=largest,
        colorscale=colour_scale(SEQUENTIAL[theme]),
        colorbar=colour_bar(titles[2]),
        hovertemplate="%{y} → %{x}<br><b>%{z:.3f}</b><extra></extra>",
    )
    own = {"automargin": False}
    columns = token_axis(keys, titles[1]) | {"side": "top", "tickangle": -60} | own
    rows = token_axis(queries, titles[0]) | {"autorange": "reversed"} | own
    longest_key, longest_query = (
        max(map(len, axis["labelalias"].values())) for axis in (columns, rows)
    )
    layout: dict[str, Any] = {
        "xaxis": columns,
        "yaxis": rows,
        "height": max(420, min(900, _ROW_PIXELS * len(queries) + 160)),
        "margin": {
            "l": _AXIS_PIXELS + min(_LONGEST, longest_query) * _LETTER_PIXELS,
            "t": _AXIS_PIXELS + min(_LONGEST, longest_key) * _LETTER_PIXELS * _RISE,
            "r": _LETTER_PIXELS * min(_LONGEST, longest_key) / 2,
            "b": _BAR_PIXELS,
            "autoexpand": False,
        },
    }
    if marked is not None:
        layout["shapes"] = [
            {"type": "rect", "xref": "x domain", "yref": "y", "x0": 0, "x1": 1,
             "y0": marked - 0.5, "y1": marked + 0.5, "line": {"width": 2, "color": INK[theme]}}
        ]  # fmt: skip
    return readable_figure([heatmap], layout, theme)
