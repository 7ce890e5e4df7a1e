"""Plotly figures of words on their way through the layers: arrays and strings in, a figure out."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from components import plot
from components.figure_lines import LEGEND_ABOVE
from components.figure_names import outward, written_names, written_on_a_phone
from components.figure_text import readable_figure
from components.palette import HEADS, Theme
from components.plain import label

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

_MARKERS: Final[tuple[dict[str, Any], ...]] = (
    {"symbol": "circle", "size": 9},
    {"symbol": "diamond-open", "size": 15, "line": {"width": 3}},
)
"""A's is filled and B's a frame around it, so that both show where two words are at one place."""
WIDE_ONLY: Final = 0.99
"""Opacity of the names that have room in a wide figure only: by it the page finds and hides them
in a narrow one. Of what a trace can be marked with, Streamlit and Plotly leave this in the page."""
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
) -> plot.Figure:
    """The words after one layer: near means alike. Lines join a word of A with the same in B.

    points: (layer + 1, token, 2); segments: (token,); pairs: (pair, 2), indices of tokens;
    share: (2,), part of the spread on each axis. `followed` is the pair drawn strongly,
    with the way it has come since the input. The
    axes are the same for every layer, so that a move on screen is a move of the vectors.
    """
    ranges = [_range(points[..., axis]) for axis in (0, 1)]
    important = [] if followed is None else pairs[followed].tolist()
    names = written_names(points[layer], tokens, ranges, important)
    traces = _joining_lines(points[layer], pairs, followed, theme)
    if followed is not None:
        traces += _trails(points[: layer + 1, pairs[followed]], theme)
    traces += [
        plot.scatter(
            x=points[layer, own, 0],
            y=points[layer, own, 1],
            mode="markers",
            customdata=[label(tokens[index]) for index in own],
            marker=_MARKERS[segment] | {"color": HEADS[theme][segment]},
            name=f"sentence {letter}",
            hovertemplate=f"%{{customdata}} in {letter}<br><b>(%{{x:.2f}}, %{{y:.2f}})</b>"
            "<extra></extra>",
        )
        for segment, letter in enumerate("AB")
        for own in [np.flatnonzero(segments == segment).tolist()]
    ]
    narrow = written_on_a_phone(points[layer], tokens, ranges, names, important)
    wide = [index for index in names if index not in narrow]
    for written, opacity in ((narrow, 1), (wide, WIDE_ONLY)):
        sides = [names[index] for index in written]
        traces.append(_text(points[layer][written], [label(tokens[n]) for n in written], sides))
        traces[-1]["opacity"] = opacity
    titles = [f"direction {n} ({part:.0%} of the spread)" for n, part in enumerate(share, start=1)]
    axes = [
        {"title": {"text": title}, "range": ends, "zeroline": True, "zerolinecolor": _GREY}
        for title, ends in zip(titles, ranges, strict=True)
    ]
    return _framed(traces, *axes, height=600, theme=theme)


def path_figure(
    points: Floats, word: str, names: Sequence[str], *, share: Floats, theme: Theme
) -> plot.Figure:
    """One word's way in A and in B, from the input through every layer.

    points: (layer + 1, 2, 2), A then B; names: (layer + 1,)
    """
    ranges = [_range(points[..., axis]) for axis in (0, 1)]
    spread = [high - low for low, high in ranges]
    places = [outward(points[:, 0] / spread, place) for place in range(len(points))]
    traces = [
        plot.scatter(
            x=points[:, segment, 0],
            y=points[:, segment, 1],
            mode="lines+markers",
            customdata=list(names),
            line={"color": HEADS[theme][segment], "dash": ("solid", "dash")[segment]},
            marker=_MARKERS[segment],
            name=f"“{label(word)}” in {letter}",
            hovertemplate=f"{letter}, after %{{customdata}}<br><b>(%{{x:.2f}}, %{{y:.2f}})</b>"
            "<extra></extra>",
        )
        for segment, letter in enumerate("AB")
    ]
    traces.append(_text(points[:, 0], names, places))
    axes = [
        {"title": {"text": f"direction {n} ({part:.0%} of the way)"}, "range": ends}
        for n, (part, ends) in enumerate(zip(share, ranges, strict=True), start=1)
    ]
    return _framed(traces, *axes, height=440, theme=theme)


def drift_figure(
    similarity: Floats, words: Sequence[str], names: Sequence[str], *, followed: int, theme: Theme
) -> plot.Figure:
    """Cosine of each shared word in A and B, layer by layer: 1 = still the same vector.

    similarity: (layer + 1, pair); names: (layer + 1,). The followed word stands out.
    """
    others = [pair for pair in range(len(words)) if pair != followed]
    lines = [
        plot.scatter(
            x=list(names),
            y=similarity[:, pair],
            mode="lines",
            line={"color": _GREY, "width": 1},
            name=label(words[pair]),
            showlegend=False,
            hovertemplate=f"{label(words[pair])}, after %{{x}}: <b>%{{y:.3f}}</b><extra></extra>",
        )
        for pair in [*others, followed]
    ]
    lowest = float(np.floor(10 * similarity.min() - 0.5) / 10)
    ends = [lowest, 1.05]
    values = similarity[:, followed]
    way = np.stack([np.linspace(0, 1, len(values)), values / (ends[1] - ends[0])], axis=1)
    lines[-1].update(
        mode="lines+markers+text",
        line={"color": HEADS[theme][_FOLLOWED], "width": 4},
        text=[f"{value:.2f}" for value in values],
        textposition=_inside_at_the_ends([outward(way, place) for place in range(len(way))]),
        cliponaxis=False,
    )
    across = {"title": {"text": "after layer"}, "type": "category"}
    down = {"title": {"text": "cosine of the word in A and in B"}, "range": ends}
    return _framed(lines, across, down, height=440, theme=theme)


def _text(points: Floats, names: Sequence[str], places: Sequence[str]) -> plot.Trace:
    """Names beside points, clear of the larger of the two marks. points: (name, 2)."""
    return plot.scatter(
        x=points[:, 0],
        y=points[:, 1],
        mode="markers+text",
        text=list(names),
        textposition=list(places),
        marker={"size": _MARKERS[1]["size"] + 3, "opacity": 0},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


def _inside_at_the_ends(places: Sequence[str]) -> list[str]:
    """The same sides, but none to the left of the first point or to the right of the last."""
    first, *between, last = places
    return [f"{first.split()[0]} center", *between, f"{last.split()[0]} center"]


def _joining_lines(
    points: Floats, pairs: Ints, followed: int | None, theme: Theme
) -> list[plot.Trace]:
    others = [pair for pair in range(len(pairs)) if pair != followed]
    chosen = [] if followed is None else [followed]
    styles = (
        (others, {"color": _GREY, "width": 1, "dash": "dot"}, "the same word"),
        (chosen, {"color": HEADS[theme][_FOLLOWED], "width": 5}, "the word to follow"),
    )
    return [
        plot.scatter(
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


def _trails(points: Floats, theme: Theme) -> list[plot.Trace]:
    """The way of one word in A and in B so far. points: (layer + 1, 2, 2), A then B."""
    return [
        plot.scatter(
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


def _framed(
    traces: Sequence[plot.Trace],
    across: dict[str, Any],
    down: dict[str, Any],
    *,
    height: int,
    theme: Theme,
) -> plot.Figure:
    layout = {
        "xaxis": across,
        "yaxis": down,
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "legend": LEGEND_ABOVE,
    }
    return readable_figure(traces, layout, theme)
