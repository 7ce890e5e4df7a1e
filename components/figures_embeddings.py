"""Plotly figures of embeddings: arrays and token strings in, a figure out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from components.figure_text import with_readable_text
from components.figures import colour_bar, colour_scale, token_axis
from components.palette import DIVERGING, HEADS, Scale, Theme
from components.plain import label, positions

Floats = NDArray[np.floating[Any]]

SATURATED_SHARE: Final = 0.5
"""Per cent of all values that lie beyond the ends of the equation's colour scale."""
_WIDEST_STRIP: Final = 64
_STRIP_ROW_PIXELS: Final = 14
_PANEL_PIXELS: Final = 150
_GAP_PIXELS: Final = 40
_BAR_PIXELS: Final = 70
_SCALE_STEPS: Final = 40
_TENTHS: Final = (0, 0.2, 0.4, 0.6, 0.8, 1)
_MARGINS: Final = {"margin": {"l": 8, "r": 8, "t": 8, "b": 8}}


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
        Part("→", "layer-normalised: what the encoder reads", normalised),
    ]


def equation_limit(parts: Sequence[Part]) -> float:
    """The value at which the colours end: only SATURATED_SHARE per cent lie beyond it."""
    sizes = np.concatenate([np.abs(part.values).ravel() for part in parts])
    return float(np.percentile(sizes, 100 - SATURATED_SHARE)) or 1.0


def one_token_figure(
    parts: Sequence[Part], position: int, *, limit: float, theme: Theme
) -> go.Figure:
    """Every value of one token's vectors, the dimensions written line by line like text."""
    width = parts[0].values.shape[1]
    columns = strip_columns(width)
    rows = width // columns
    dimensions = np.arange(width, dtype=np.int32).reshape(rows, columns)
    figure = _stacked(parts, max(3, rows) * _STRIP_ROW_PIXELS, bottom=60)
    for row, part in enumerate(parts, start=1):
        figure.add_heatmap(
            z=part.values[position].reshape(rows, columns),
            customdata=dimensions,
            xgap=1,
            ygap=1,
            hovertemplate=f"{part.title}<br>dimension %{{customdata}}: <b>%{{z:.4f}}</b>"
            "<extra></extra>",
            coloraxis="coloraxis",
            row=row,
            col=1,
        )
    figure.update_yaxes(
        autorange="reversed",
        tickmode="array",
        tickvals=list(range(0, rows, 2)),
        ticktext=[str(row * columns) for row in range(0, rows, 2)],
    )
    figure.update_yaxes(title="dimension", row=len(parts), col=1)
    figure.update_xaxes(title=f"{width} dimensions, {columns} in a line", row=len(parts), col=1)
    return _coloured(figure, limit, theme)


def all_tokens_figure(
    parts: Sequence[Part], tokens: Sequence[str], *, limit: float, theme: Theme
) -> go.Figure:
    """Every value of every token's vectors: one column a token, one row a dimension."""
    figure = _stacked(parts, _PANEL_PIXELS, bottom=110)
    for row, part in enumerate(parts, start=1):
        figure.add_heatmap(
            z=np.ascontiguousarray(part.values.T),  # (width, token)
            x=positions(tokens),
            hovertemplate=f"{part.title}<br>%{{x}}, dimension %{{y}}: <b>%{{z:.4f}}</b>"
            "<extra></extra>",
            coloraxis="coloraxis",
            row=row,
            col=1,
        )
    axis = token_axis(tokens, "token")
    title = axis.pop("title")
    figure.update_xaxes(**axis, tickangle=-60)
    figure.update_xaxes(title=title, row=len(parts), col=1)
    figure.update_yaxes(autorange="reversed", matches="y", nticks=4)
    figure.update_yaxes(title="dimension", row=len(parts), col=1)
    return _coloured(figure, limit, theme)


def similarity_figure(similarity: Floats, tokens: Sequence[str], *, theme: Theme) -> go.Figure:
    """Cosine of every token with every other: 1 the same direction, 0 nothing in common.

    similarity: (token, token). The scale is fixed from -1 to 1, so that two figures compare.
    """
    names = positions(tokens)
    figure = go.Figure(
        go.Heatmap(
            z=similarity,
            x=names,
            y=names,
            zmin=-1,
            zmax=1,
            colorscale=colour_scale(DIVERGING[theme]),
            colorbar=colour_bar("cosine"),
            hovertemplate="%{y} and %{x}<br>cosine <b>%{z:.3f}</b><extra></extra>",
        )
    )
    figure.update_yaxes(title="position and piece", type="category", autorange="reversed")
    figure.update_xaxes(
        title="position of the other token",
        type="category",
        labelalias={name: str(position) for position, name in enumerate(names)},
        side="top",
    )
    figure.update_layout(height=max(360, min(960, 20 * len(tokens) + 190)), **_MARGINS)
    figure.update_layout(margin_b=90)
    return with_readable_text(figure, theme)


def nearest_figure(
    pieces: Sequence[str], similarity: Floats, own: str, *, theme: Theme
) -> go.Figure:
    """The nearest pieces as bars, nearest first; the piece itself is hatched.

    similarity: (piece,), cosine, 1 for the same direction.
    """
    names = [f"{rank} {label(piece)}" for rank, piece in enumerate(pieces, start=1)]
    figure = go.Figure(
        go.Bar(
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
    )
    lowest = min(0.0, float(np.min(similarity, initial=0.0)))
    figure.update_xaxes(title="cosine similarity", range=[lowest, 1.15], tickvals=_TENTHS)
    figure.update_yaxes(title="rank and piece", type="category", autorange="reversed")
    figure.update_layout(height=28 * len(pieces) + 90, **_MARGINS)
    return with_readable_text(figure, theme)


def strip_columns(width: int) -> int:
    """How many dimensions stand in a line, so that every line is full."""
    return max(n for n in range(1, _WIDEST_STRIP + 1) if width % n == 0)


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


def _stacked(parts: Sequence[Part], panel: int, bottom: int) -> go.Figure:
    """Panels one under the other, each with its sign and title above it, as in a written sum."""
    count = len(parts)
    inner = count * panel + (count - 1) * _GAP_PIXELS
    figure = make_subplots(
        rows=count, cols=1, shared_xaxes=True, vertical_spacing=_GAP_PIXELS / inner
    )
    for row, part in enumerate(parts):
        sign = f"<span style='font-size:26px'><b>{part.sign}</b></span>  " if part.sign else ""
        figure.add_annotation(
            text=f"{sign}{part.title}",
            x=0,
            y=1 - row * (panel + _GAP_PIXELS) / inner,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
        )
    return figure.update_layout(
        height=inner + _GAP_PIXELS + _BAR_PIXELS + bottom,
        margin={"l": 8, "r": 8, "t": _GAP_PIXELS + _BAR_PIXELS, "b": bottom},
        coloraxis_colorbar_y=1 + _GAP_PIXELS / inner,
    )


def _coloured(figure: go.Figure, limit: float, theme: Theme) -> go.Figure:
    ticks = [share * limit for share in (-1, -0.5, 0, 0.5, 1)]
    figure.update_layout(
        coloraxis={
            "colorscale": root_scale(DIVERGING[theme]),
            "cmin": -limit,
            "cmax": limit,
            "colorbar": colour_bar("value")
            | {
                "y": figure.layout.coloraxis.colorbar.y,
                "yanchor": "bottom",
                "len": 1,
                "tickangle": 0,
                "tickvals": ticks,
                "ticktext": [f"{tick:.2f}" for tick in ticks],
            },
        },
    )
    return with_readable_text(figure, theme)
