"""Plotly figures of token + segment + position = what the encoder reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from components import plot
from components.figure_text import readable_figure
from components.figures import colour_bar, token_axis
from components.palette import DIVERGING, Scale, Theme
from components.plain import positions

Floats = NDArray[np.floating[Any]]
Axis = dict[str, Any]

SATURATED_SHARE: Final = 0.5
"""Per cent of all values that lie beyond the ends of the equation's colour scale."""
_WIDEST_STRIP: Final = 64
_STRIP_ROW_PIXELS: Final = 14
_PANEL_PIXELS: Final = 100
_TALLEST_PANEL: Final = 520
_TOKEN_PIXELS: Final = 8
_NAMED_PIXELS: Final = 18
"""Of a row from which on each has room for its name."""
_TALL_ROWS: Final = 40
"""Tokens up to which a row keeps its height, however tall the panel gets."""
_GAP_PIXELS: Final = 40
_BAR_PIXELS: Final = 70
_SCALE_STEPS: Final = 40


@dataclass(frozen=True, eq=False)
class Part:
    """One line of the equation: the sign in front of it, what it is, and its values.

    values: (token, width)
    """

    sign: str
    title: str
    values: Floats


def equation_parts(
    token: Floats, segment: Floats | None, position: Floats, normalised: Floats
) -> list[Part]:
    """token + segment + position = sum → normalised; without segment where a model has none.

    All arrays: (token, width).
    """
    total = token + position if segment is None else token + segment + position
    parts = [Part("", "token: which piece it is", token)]
    if segment is not None:
        parts.append(Part("+", "segment: sentence A or B", segment))
    return [
        *parts,
        Part("+", "position: where it stands", position),
        Part("=", "the sum", total),
        Part("→", "layer-normalised: what is read", normalised),
    ]


def equation_limit(parts: Sequence[Part]) -> float:
    """The value at which the colours end: only SATURATED_SHARE per cent lie beyond it."""
    sizes = np.concatenate([np.abs(part.values).ravel() for part in parts])
    return float(np.percentile(sizes, 100 - SATURATED_SHARE)) or 1.0


def one_token_figure(
    parts: Sequence[Part], position: int, *, limit: float, theme: Theme
) -> plot.Figure:
    """Every value of one token's vectors, the dimensions written line by line like text."""
    width = parts[0].values.shape[1]
    columns = strip_columns(width)
    rows = width // columns
    dimensions = np.arange(width, dtype=np.int32).reshape(rows, columns)
    heatmaps = [
        {
            "z": part.values[position].reshape(rows, columns),
            "customdata": dimensions,
            "xgap": 1,
            "ygap": 1,
            "hovertemplate": f"{part.title}<br>dimension %{{customdata}}: <b>%{{z:.4f}}</b>"
            "<extra></extra>",
        }
        for part in parts
    ]
    across = {"title": {"text": f"{width} dimensions, {columns} in a line"}}
    down = {
        "title": "dimension",
        "tickvals": list(range(0, rows, 2)),
        "ticktext": [str(row * columns) for row in range(0, rows, 2)],
    }
    layout = _stacked(parts, max(3, rows) * _STRIP_ROW_PIXELS, across, down, bottom=60)
    return _equation(heatmaps, layout, limit, theme)


def all_tokens_figure(
    parts: Sequence[Part],
    tokens: Sequence[str],
    *,
    limit: float,
    theme: Theme,
    row_pixels: int = _TOKEN_PIXELS,
) -> plot.Figure:
    """Every value of every token's vectors: one row a token, one column a dimension.

    row_pixels: of a token, up to _TALL_ROWS of them or as long as the panel is not too tall
    Dimensions lie across, where there are pixels for each of them: with less than one, the
    browser would leave different ones out of each panel, and the sum would not add up.
    """
    names = positions(tokens)
    heatmaps = [
        {
            "z": part.values,  # (token, width)
            "y": names,
            "hovertemplate": f"{part.title}<br>%{{y}}, dimension %{{x}}: <b>%{{z:.4f}}</b>"
            "<extra></extra>",
        }
        for part in parts
    ]
    across = {"title": {"text": "dimension"}}
    tallest = max(_TALLEST_PANEL, row_pixels * _TALL_ROWS)
    panel = max(_PANEL_PIXELS, min(tallest, row_pixels * len(tokens)))
    down = token_axis(tokens, "token")
    if panel >= _NAMED_PIXELS * len(tokens):
        down["dtick"] = 1
    layout = _stacked(parts, panel, across, down, bottom=60)
    return _equation(heatmaps, layout, limit, theme)


def strip_columns(width: int) -> int:
    """How many dimensions stand in a line, so that every line is full."""
    return max(n for n in range(1, _WIDEST_STRIP + 1) if width % n == 0)


@cache
def root_scale(colours: Scale) -> list[list[float | str]]:
    """A diverging Plotly scale whose colour grows with the square root of the value.

    Zero stays in the middle. Vectors of very different length can so share one scale.
    """
    steps = np.linspace(-1, 1, _SCALE_STEPS + 1)
    places = 0.5 + 0.5 * np.sign(steps) * steps**2
    return [
        [float(place), _between(colours, 0.5 + 0.5 * step)]
        for place, step in zip(places, steps, strict=True)
    ]


def _between(colours: Scale, place: float) -> str:
    """The colour at `place` (0 to 1) between equally spaced colours."""
    channels = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours])
    stops = np.linspace(0, 1, len(colours))
    red, green, blue = (round(np.interp(place, stops, channel)) for channel in channels.T)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _stacked(
    parts: Sequence[Part], panel: int, across: Axis, down: Axis, *, bottom: int
) -> dict[str, Any]:
    """Panels one under the other, each with its sign and title above it, as in a written sum.

    The lowest panel alone has the horizontal axis `across` with its names and both titles.
    """
    inner = len(parts) * panel + (len(parts) - 1) * _GAP_PIXELS
    layout: dict[str, Any] = {
        "height": inner + _GAP_PIXELS + _BAR_PIXELS + bottom,
        "margin": {"l": 8, "r": 8, "t": _GAP_PIXELS + _BAR_PIXELS, "b": bottom},
        "coloraxis": {"colorbar": {"y": 1 + _GAP_PIXELS / inner}},
        "annotations": [],
    }
    bare = {name: value for name, value in across.items() if name != "title"}
    for row, part in enumerate(parts):
        number, last = row + 1, row == len(parts) - 1
        top = 1 - row * (panel + _GAP_PIXELS) / inner
        layout[f"xaxis{number}"] = (across if last else bare | {"showticklabels": False}) | {
            "anchor": f"y{number}",
            "matches": None if last else f"x{len(parts)}",
        }
        layout[f"yaxis{number}"] = down | {
            "anchor": f"x{number}",
            "domain": [max(0.0, top - panel / inner), top],
            "autorange": "reversed",
            "matches": "y" if row else None,
            "title": {"text": down["title"] if last else None},
        }
        layout["annotations"].append(_heading(part, top))
    return layout


def _heading(part: Part, top: float) -> dict[str, Any]:
    sign = f"<span style='font-size:26px'><b>{part.sign}</b></span>  " if part.sign else ""
    return {
        "text": f"{sign}{part.title}",
        "x": 0,
        "y": top,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
    }


def _equation(
    heatmaps: Sequence[dict[str, Any]], layout: dict[str, Any], limit: float, theme: Theme
) -> plot.Figure:
    """One heatmap a panel, all with one scale of colours from -limit to limit."""
    ticks = [share * limit for share in (-1, -0.5, 0, 0.5, 1)]
    above = {
        "yanchor": "bottom",
        "len": 1,
        "tickangle": 0,
        "tickvals": ticks,
        "ticktext": [f"{tick:.2f}" for tick in ticks],
    }
    layout["coloraxis"] = {
        "colorscale": root_scale(DIVERGING[theme]),
        "cmin": -limit,
        "cmax": limit,
        "colorbar": colour_bar("value") | layout["coloraxis"]["colorbar"] | above,
    }
    panels = [
        plot.heatmap(**heatmap, coloraxis="coloraxis", xaxis=f"x{row}", yaxis=f"y{row}")
        for row, heatmap in enumerate(heatmaps, start=1)
    ]
    return readable_figure(panels, layout, theme)
