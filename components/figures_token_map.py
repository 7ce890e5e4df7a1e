"""Plotly figures of words on their way through the layers: arrays and strings in, a figure out."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from components.figure_text import with_readable_text
from components.palette import HEADS, Theme
from components.plain import label

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

_MARKERS: Final = (
    {"symbol": "circle", "size": 9},
    {"symbol": "diamond-open", "size": 15, "line": {"width": 3}},
)
"""A's is filled and B's a frame around it, so that both show where two words are at one place."""
_MOST_WORDS: Final = 60
_GREY: Final = "#808895"
_FOLLOWED: Final = 3


def map_figure(
    points: Floats,
    tokens: Sequence[str],
    segments: Ints,
    pairs: Ints,
    *,
    layer: int,
    share: Floats,
    theme: Theme,
    followed: int | None = None,
) -> go.Figure:
    """The words after one layer: near means alike. Lines join a word of A with the same in B.

    points: (layer + 1, token, 2); segments: (token,); pairs: (pair, 2), indices of tokens;
    share: (2,), part of the spread on each axis. `followed` is the pair drawn strongly,
    with the way it has come since the input. The
    axes are the same for every layer, so that a move on screen is a move of the vectors.
    """
    figure = go.Figure(_joining_lines(points[layer], pairs, followed, theme))
    if followed is not None:
        figure.add_traces(_trails(points[: layer + 1, pairs[followed]], theme))
    named = _named(len(tokens), pairs, followed)
    for segment, letter in enumerate("AB"):
        own = np.flatnonzero(segments == segment)
        figure.add_scatter(
            x=points[layer, own, 0],
            y=points[layer, own, 1],
            mode="markers+text",
            text=[label(tokens[int(index)]) if named[index] else "" for index in own],
            customdata=[label(tokens[int(index)]) for index in own],
            textposition="top center" if segment == 0 else "bottom center",
            marker=_MARKERS[segment] | {"color": HEADS[theme][segment]},
            name=f"sentence {letter}",
            hovertemplate=f"%{{customdata}} in {letter}<br>(%{{x:.2f}}, %{{y:.2f}})<extra></extra>",
        )
    for axis, update in enumerate((figure.update_xaxes, figure.update_yaxes)):
        update(
            title=f"direction {axis + 1} ({share[axis]:.0%} of the spread)",
            range=_range(points[..., axis]),
            zeroline=True,
            zerolinecolor=_GREY,
        )
    return _framed(figure, 600, theme)


def path_figure(
    points: Floats, word: str, names: Sequence[str], *, layer: int, share: Floats, theme: Theme
) -> go.Figure:
    """One word's way in A and in B, from the input through every layer; `layer` is drawn large.

    points: (layer + 1, 2, 2), A then B; names: (layer + 1,)
    """
    figure = go.Figure()
    places = range(len(points))
    for segment, letter in enumerate("AB"):
        way = points[:, segment]
        figure.add_scatter(
            x=way[:, 0],
            y=way[:, 1],
            mode="lines+markers+text",
            text=list(names) if segment == 0 else None,
            customdata=list(names),
            textposition="top center",
            line={"color": HEADS[theme][segment], "dash": ("solid", "dash")[segment]},
            marker=_MARKERS[segment]
            | {"size": [(14, 22)[segment] if n == layer else 8 + 3 * segment for n in places]},
            name=f"“{label(word)}” in {letter}",
            hovertemplate=f"{letter}, after %{{customdata}}<extra></extra>",
        )
    for axis, update in enumerate((figure.update_xaxes, figure.update_yaxes)):
        update(
            title=f"direction {axis + 1} ({share[axis]:.0%} of the way)",
            range=_range(points[..., axis]),
        )
    return _framed(figure, 440, theme)


def drift_figure(
    similarity: Floats, words: Sequence[str], names: Sequence[str], *, followed: int, theme: Theme
) -> go.Figure:
    """Cosine of each shared word in A and B, layer by layer: 1 = still the same vector.

    similarity: (layer + 1, pair); names: (layer + 1,). The followed word stands out.
    """
    figure = go.Figure()
    others = [pair for pair in range(len(words)) if pair != followed]
    for pair in [*others, followed]:
        chosen = pair == followed
        figure.add_scatter(
            x=list(names),
            y=similarity[:, pair],
            mode="lines+markers+text" if chosen else "lines",
            text=[f"{value:.2f}" for value in similarity[:, pair]] if chosen else None,
            textposition="bottom center",
            line={
                "color": HEADS[theme][_FOLLOWED] if chosen else _GREY,
                "width": 4 if chosen else 1,
            },
            name=label(words[pair]),
            showlegend=False,
            hovertemplate=f"{label(words[pair])}, after %{{x}}: <b>%{{y:.3f}}</b><extra></extra>",
        )
    lowest = float(np.floor(10 * similarity.min() - 0.5) / 10)
    figure.update_xaxes(title="after layer", type="category")
    figure.update_yaxes(title="cosine of the word in A and in B", range=[lowest, 1.03])
    return _framed(figure, 440, theme)


def _named(count: int, pairs: Ints, followed: int | None) -> NDArray[np.bool_]:
    """Whose name is written: everybody's, but of two joined words only the one in A."""
    named = np.full(count, count <= _MOST_WORDS)
    named[pairs[:, 1]] = False
    if followed is not None:
        named[pairs[followed]] = True
    return named


def _joining_lines(
    points: Floats, pairs: Ints, followed: int | None, theme: Theme
) -> list[go.Scatter]:
    others = [pair for pair in range(len(pairs)) if pair != followed]
    chosen = [] if followed is None else [followed]
    styles = (
        (others, {"color": _GREY, "width": 1, "dash": "dot"}, "the same word"),
        (chosen, {"color": HEADS[theme][_FOLLOWED], "width": 5}, "the word to follow"),
    )
    return [
        go.Scatter(
            x=_with_gaps(points[pairs[kept], 0]),
            y=_with_gaps(points[pairs[kept], 1]),
            mode="lines",
            line=style,
            name=name,
            hoverinfo="skip",
            showlegend=bool(kept),
        )
        for kept, style, name in styles
    ]


def _trails(points: Floats, theme: Theme) -> list[go.Scatter]:
    """The way of one word in A and in B so far. points: (layer + 1, 2, 2), A then B."""
    return [
        go.Scatter(
            x=points[:, segment, 0],
            y=points[:, segment, 1],
            mode="lines",
            line={"color": HEADS[theme][segment], "width": 1.5},
            name=f"its way in {letter}",
            hoverinfo="skip",
        )
        for segment, letter in enumerate("AB")
    ]


def _with_gaps(ends: Floats) -> list[float | None]:
    """Both ends of each line, then a gap. ends: (line, 2)."""
    return [value for start, end in ends.reshape(-1, 2).tolist() for value in (start, end, None)]


def _range(values: Floats) -> list[float]:
    low, high = float(values.min()), float(values.max())
    margin = 0.12 * (high - low) or 1.0
    return [low - margin, high + margin]


def _framed(figure: go.Figure, height: int, theme: Theme) -> go.Figure:
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    return with_readable_text(figure, theme)
