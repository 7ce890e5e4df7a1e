"""Lines of a Plotly figure that can be told apart without their colours."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from components import plot
from components.palette import HEADS, Theme
from components.plain import label

Floats = NDArray[np.floating[Any]]

_STYLES: Final = (("solid", "circle"), ("dash", "diamond"), ("dot", "square"), ("dashdot", "x"))

LEGEND_ABOVE: Final = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}


def marked_lines(
    lines: Mapping[str, Floats], at: Sequence[Any], *, hover: str, theme: Theme
) -> list[plot.Trace]:
    """At most four lines by what they are called, each with a dash and a mark of its own.

    lines: (point,) each; at: (point,), where they stand along the axis
    hover: what is said of a point, behind the line's name, in Plotly's template
    """
    return [
        plot.scatter(
            x=list(at),
            y=values,
            mode="lines+markers",
            name=label(name),
            line={"color": HEADS[theme][number], "dash": dash, "width": 3},
            marker={"symbol": symbol, "size": 9},
            cliponaxis=False,
            hovertemplate=f"{label(name)}{hover}<extra></extra>",
        )
        for number, ((name, values), (dash, symbol)) in enumerate(
            zip(lines.items(), _STYLES, strict=False)
        )
    ]
