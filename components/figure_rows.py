"""Parts of Plotly figures with one row a token: axes, cells, bars, frames, room for them."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from components import plot
from components.figures import colour_bar, colour_scale
from components.palette import DIVERGING, INK, Theme

Floats = NDArray[np.floating[Any]]
Layout = dict[str, Any]

ROW: Final = 22
"""Pixels of a token."""
TITLE: Final = 30
"""Pixels of a panel's title."""
AXIS: Final = 58
"""Pixels of an axis below the panels, with its title."""
ICONS: Final = 26
"""Pixels of Plotly's icons, which come when one points at a figure."""
COLOURS: Final = 62
"""Pixels of the colour bar below that."""

_LETTER: Final = 8
_LONGEST: Final = 16  # letters that get room
_NUMBERS: Final = 0.38  # of a panel's width, for the numbers at its right end
_ZERO: Final = "#808895"  # to be seen on light and on dark pages
_WIDEST: Final = 64  # dimensions that are told by eights


def frame(inner: float, names: Sequence[str], *, bottom: int, top: int = 0) -> Layout:
    """A figure with room for `inner` pixels of panels and for the names on their left.

    top: pixels above, ICONS where Plotly's would lie on a title
    The margins are reckoned: left to itself, Plotly draws everything twice to find them.
    """
    left = 14 + _LETTER * min(_LONGEST, max(map(len, names)))
    return {
        "height": top + inner + bottom,
        "margin": {"l": left, "r": 8, "t": top, "b": bottom, "autoexpand": False},
        "annotations": [],
        "shapes": [],
        "showlegend": False,
        "bargap": 0.25,
    }


def token_rows(names: Sequence[str]) -> Layout:
    """An axis over rows of tokens, the first one at the top. names: Plotly labels, (token,)"""
    return {
        "tickvals": list(range(len(names))),
        "ticktext": [shortened(name) for name in names],
        "ticks": "",
        "range": [len(names) - 0.5, -0.5],
        "automargin": False,
        "showgrid": False,
        "zeroline": False,
    }


def dimension_columns(count: int, *, titled: bool = True) -> Layout:
    """An axis over the dimensions of a head, with or without what stands below it."""
    return {
        "title": {"text": "dimension of the head" if titled else None, "standoff": 6},
        "showticklabels": titled,
        "ticks": "",
        "range": [-0.5, count - 0.5],
        "dtick": 8 if count <= _WIDEST else None,
        "automargin": False,
        "showgrid": False,
        "zeroline": False,
    }


def number_scale(series: Sequence[Floats], top: float = 0.0) -> Layout:
    """An axis on which all these bars have room, and their numbers at its right end.

    top: where the longest bar ends at least
    """
    highest = max(top, *(float(values.max()) for values in series))
    lowest = min(0.0, *(float(values.min()) for values in series))
    length = max(0.0, highest) - lowest or 1.0
    return {
        "range": [lowest - 0.03 * length, lowest + length / (1 - _NUMBERS)],
        "showticklabels": False,
        "showgrid": False,
        "zeroline": True,
        "zerolinecolor": _ZERO,
        "automargin": False,
        "fixedrange": True,
    }


def signed_colours(limit: float, theme: Theme, y: float) -> Layout:
    """Colours from -limit through zero to limit, and the bar that tells them at the height `y`."""
    return {
        "colorscale": colour_scale(DIVERGING[theme]),
        "cmin": -limit,
        "cmax": limit,
        "colorbar": colour_bar("value") | {"y": y, "len": 1, "nticks": 5},
    }


def signed_marker(values: Floats, theme: Theme) -> Layout:
    """Colours of bars, and hatching for those below zero."""
    negative = (values < 0).tolist()
    return {
        "color": [DIVERGING[theme][1 if below else 5] for below in negative],
        "pattern": {"shape": ["/" if below else "" for below in negative], "solidity": 0.55},
    }


def cells(values: Floats, named: Sequence[str], what: str, *, x: str, y: str) -> plot.Trace:
    """One cell a number, in the colours of the figure's `coloraxis`.

    values: (row, dimension); named: what each row is called, a Plotly label; what: a cell is
    """
    return plot.heatmap(
        z=values,
        customdata=[[name] * values.shape[1] for name in named],
        xaxis=x,
        yaxis=y,
        xgap=1,
        ygap=1,
        coloraxis="coloraxis",
        hovertemplate=f"%{{customdata}}<br>{what}dimension %{{x}}: <b>%{{z:+.3f}}</b>"
        "<extra></extra>",
    )


def bars(
    values: Floats, named: Sequence[str], what: str, form: str, marker: Layout, *, x: str, y: str
) -> plot.Trace:
    """One bar a row. values: (row,); form: how a number is written, as Python formats it"""
    return plot.bar(
        x=values,
        y=list(range(len(values))),
        xaxis=x,
        yaxis=y,
        orientation="h",
        customdata=list(zip(named, written(values, form), strict=True)),
        marker=marker,
        hovertemplate=f"%{{customdata[0]}}<br>{what} <b>%{{customdata[1]}}</b><extra></extra>",
    )


def numbers(values: Floats, form: str, scale: Layout, *, x: str, y: str) -> plot.Trace:
    """The bars' numbers below each other, at the right end of their scale."""
    start, end = scale["range"]
    return plot.scatter(
        x=[end - 0.02 * (end - start)] * len(values),
        y=list(range(len(values))),
        xaxis=x,
        yaxis=y,
        mode="text",
        text=written(values, form),
        textposition="middle left",
        hoverinfo="skip",
    )


def written(values: Floats, form: str) -> list[str]:
    """The numbers with a proper minus sign. values: (row,)"""
    return [f"{value:{form}}".replace("-", "−") for value in values.tolist()]


def heading(text: str, x: float, y: float) -> Layout:
    """A panel's title, its lower left corner there, as shares of the figure."""
    return {
        "text": f"<b>{text}</b>",
        "x": x,
        "y": y,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
    }


def row_frame(row: int, axis: str, theme: Theme) -> Layout:
    """A frame around one row, through all panels side by side."""
    return {
        "type": "rect",
        "xref": "paper",
        "yref": axis,
        "x0": 0,
        "x1": 1,
        "y0": row - 0.5,
        "y1": row + 0.5,
        "line": {"width": 2, "color": INK[theme]},
    }


def shortened(name: str) -> str:
    """As much of a name as has room."""
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
