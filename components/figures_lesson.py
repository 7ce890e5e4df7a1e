"""Plotly figures of the lesson's answers: a few numbers with names."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from components import plot
from components.figure_text import readable_figure
from components.palette import HEADS, Theme
from components.plain import label

Floats = NDArray[np.floating[Any]]

_BAR_PIXELS: Final = 30
_PATTERNS: Final = ("", "/")
_ROOM: Final = 1.2
"""Times the longest bar: the axis ends there, so that the number after the bar has room."""
_LONGEST: Final = 28
_LEAST: Final = 0.001
"""What three digits can still say."""


def bars_figure(
    names: Sequence[str],
    series: Sequence[tuple[str, Floats]],
    *,
    theme: Theme,
    end: float | None = None,
    counted: str | None = None,
) -> plot.Figure:
    """One bar a name for each of the series, which have colours and patterns of their own.

    series: what each is called and its values, (name,). Names are told apart by their place, so
    equal ones stay apart. `end` is the value where the axis ends, so that figures can be held
    against each other; by default that of the longest bar. `counted` names the axis of the values.
    """
    places = list(range(len(names)))
    bars = [
        plot.bar(
            x=values,
            y=places,
            orientation="h",
            name=label(title),
            text=[label(written(value)) for value in values],
            textposition="outside",
            marker={"color": HEADS[theme][number], "pattern": {"shape": _PATTERNS[number]}},
            cliponaxis=False,
            hovertemplate=f"{label(title)}, %{{y}}: <b>%{{text}}</b><extra></extra>",
        )
        for number, (title, values) in enumerate(series)
    ]
    ends = np.concatenate([values for _, values in series])
    longest = end or float(ends.max()) or 1.0
    ticks = {"tickvals": [0, end / 2, end]} if end else {}
    layout = {
        "xaxis": {"range": [min(0.0, float(ends.min())), longest * _ROOM]}
        | ticks
        | {"title": {"text": counted}},
        "yaxis": {
            "tickvals": places,
            "ticktext": [label(_short(name)) for name in names],
            "autorange": "reversed",
        },
        "height": _BAR_PIXELS * len(names) * (1 + 0.5 * (len(series) - 1))
        + (90 if counted is None else 115),
        "margin": {"l": 8, "r": 24, "t": 30 if len(series) > 1 else 8, "b": 8},
        "showlegend": len(series) > 1,
        "legend": {"orientation": "h", "y": 1, "yanchor": "bottom", "traceorder": "normal"},
    }
    return readable_figure(bars, layout, theme)


def written(value: float) -> str:
    """A number of these figures in plain text: of three digits, of one from 10 on."""
    if 0 < value < _LEAST:
        return f"< {_LEAST}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[:_LONGEST] + "…"
