"""Plotly figures of one head's steps: vectors by dimension, and bars row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from components import plot
from components.figure_rows import (
    AXIS,
    COLOURS,
    ICONS,
    ROW,
    TITLE,
    Floats,
    bars,
    cells,
    dimension_columns,
    frame,
    heading,
    number_scale,
    numbers,
    row_frame,
    signed_colours,
    signed_marker,
    token_rows,
)
from components.figure_text import readable_figure
from components.palette import INK, SEQUENTIAL, Theme

_STRIP: Final = 30  # pixels of a vector that stands by itself
_FOOT: Final = 12  # pixels below bars
_BETWEEN: Final = 0.05  # of the width, between panels side by side
_BARS: Final = 0.38  # of the width, for bars beside vectors


@dataclass(frozen=True, eq=False)
class Vectors:
    """Vectors below each other, one row each.

    values: (row, dimension); names: Plotly labels of the rows, none for a vector by itself
    """

    title: str
    values: Floats
    names: Sequence[str] = ()

    @property
    def pixels(self) -> int:
        """How high they stand, with their title."""
        return TITLE + (ROW * len(self.names) if self.names else _STRIP)


@dataclass(frozen=True, eq=False)
class Bars:
    """A number for each row.

    values: (row,); form: how they are written, as Python formats them; signed ones begin with +
    top: where the axis ends at least
    """

    title: str
    values: Floats
    form: str = "+z.1f"
    top: float = 0.0


def vectors_figure(
    panels: Sequence[Vectors], *, limit: float, theme: Theme, marked: int | None = None
) -> plot.Figure:
    """Panels of vectors below each other, one column a dimension for all of them.

    limit: the value at which the colours end, on both sides of zero
    marked: the row to frame in the panel that has names
    """
    inner = sum(panel.pixels for panel in panels)
    names = next(panel.names for panel in panels if panel.names)
    layout = frame(inner, names, bottom=AXIS + COLOURS)
    layout["coloraxis"] = signed_colours(limit, theme, -AXIS / inner)
    drawn, bottom = [], float(inner)
    for number, panel in enumerate(panels, start=1):
        x, y = f"x{number}", f"y{number}"
        upper, bottom = (bottom - TITLE) / inner, bottom - panel.pixels
        layout[f"yaxis{number}"] = token_rows(panel.names or [""]) | {
            "domain": [bottom / inner, upper],
            "anchor": x,
        }
        last = number == len(panels)
        layout[f"xaxis{number}"] = dimension_columns(panel.values.shape[1], titled=last) | {
            "anchor": y,
            "matches": None if last else f"x{len(panels)}",
        }
        layout["annotations"].append(heading(panel.title, 0, upper))
        drawn.append(cells(panel.values, panel.names or [panel.title], "", x=x, y=y))
        if panel.names and marked is not None:
            layout["shapes"].append(row_frame(marked, y, theme))
    return readable_figure(drawn, layout, theme)


def products_figure(
    names: Sequence[str],
    products: Floats,
    sums: Floats,
    *,
    theme: Theme,
    marked: int | None = None,
) -> plot.Figure:
    """Products by dimension, and beside each row of them their sum as a bar.

    names: Plotly labels, (token,); products: (token, dimension); sums: (token,)
    marked: the row to frame
    """
    inner = ROW * len(names) + TITLE
    limit = float(np.abs(products).max()) or 1.0
    upper, rows = 1 - TITLE / inner, token_rows(names) | {"domain": [0, 1 - TITLE / inner]}
    left, right = [0, 1 - _BARS - _BETWEEN / 2], [1 - _BARS + _BETWEEN / 2, 1]
    scale, form = number_scale([sums]), "+z.1f"
    layout = frame(inner, names, bottom=AXIS + COLOURS, top=ICONS) | {
        "coloraxis": signed_colours(limit, theme, -AXIS / inner),
        "xaxis": dimension_columns(products.shape[1]) | {"domain": left},
        "xaxis2": scale | {"domain": right, "anchor": "y2"},
        "yaxis": rows,
        "yaxis2": rows | {"anchor": "x2", "matches": "y", "showticklabels": False},
        "annotations": [
            heading("query × key", 0, upper),
            heading("their sum", right[0], upper),
        ],
        "shapes": [] if marked is None else [row_frame(marked, "y", theme)],
    }
    drawn = [
        cells(products, names, "query × key, ", x="x", y="y"),
        bars(sums, names, "dot product", form, signed_marker(sums, theme), x="x2", y="y2"),
        numbers(sums, form, scale, x="x2", y="y2"),
    ]
    return readable_figure(drawn, layout, theme)


def bars_by_row_figure(
    names: Sequence[str], panels: Sequence[Bars], *, theme: Theme, marked: int | None = None
) -> plot.Figure:
    """A bar for each row in panels side by side, all on one scale.

    names: Plotly labels, (row,); marked: the row to frame
    """
    inner = ROW * len(names) + TITLE
    upper, last = 1 - TITLE / inner, len(panels)
    scale = number_scale([p.values for p in panels], top=max(p.top for p in panels))
    layout = frame(inner, names, bottom=_FOOT, top=ICONS)
    drawn: list[plot.Trace] = []
    for number, panel in enumerate(panels, start=1):
        x, y = f"x{number}", f"y{number}"
        left = (number - 1) / last + (_BETWEEN / 2 if number > 1 else 0)
        right = number / last - (_BETWEEN / 2 if number < last else 0)
        layout[f"xaxis{number}"] = scale | {"domain": [left, right], "anchor": y}
        layout[f"yaxis{number}"] = token_rows(names) | {
            "domain": [0, upper],
            "anchor": x,
            "matches": "y" if number > 1 else None,
            "showticklabels": number == 1,
        }
        layout["annotations"].append(heading(panel.title, left, upper))
        signed = panel.form.startswith("+")
        marker = signed_marker(panel.values, theme) if signed else {"color": SEQUENTIAL[theme][4]}
        drawn.append(bars(panel.values, names, panel.title, panel.form, marker, x=x, y=y))
        drawn.append(numbers(panel.values, panel.form, scale, x=x, y=y))
    if marked is not None:
        layout["shapes"].append(row_frame(marked, "y", theme))
    return readable_figure(drawn, layout, theme)


def dimensions_figure(
    order: NDArray[np.integer[Any]], query: Floats, key: Floats, *, theme: Theme
) -> plot.Figure:
    """The products of one query and one key as bars in this order, and their sum so far as a line.

    order: the dimensions, (place,); query, key: (dimension,)
    """
    products = (query * key)[order]
    named = [str(dimension) for dimension in order.tolist()]
    each = plot.bar(
        x=named,
        y=products,
        name="product",
        marker=signed_marker(products, theme),
        customdata=np.stack([query[order], key[order]], axis=1),
        hovertemplate="dimension %{x}<br>query %{customdata[0]:+.3f} × key %{customdata[1]:+.3f}"
        "<br>= <b>%{y:+.3f}</b><extra></extra>",
    )
    together = plot.scatter(
        x=named,
        y=np.cumsum(products),
        name="sum from the left up to here",
        mode="lines+markers",
        line={"color": INK[theme], "width": 2},
        marker={"size": 6},
        hovertemplate="sum up to dimension %{x} <b>%{y:+.3f}</b><extra></extra>",
    )
    layout = {
        "xaxis": {
            "title": {"text": "dimension of the head, largest product first"},
            "type": "category",
            "tickangle": 0,
        },
        "yaxis": {"title": {"text": "product"}, "tickformat": "~r"},
        "height": 360,
        "margin": {"l": 8, "r": 8, "t": 34, "b": 8},
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    }
    return readable_figure([each, together], layout, theme)
