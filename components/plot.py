"""Plotly figures as plain data: what is drawn, and the layout around it.

Plotly's own objects check every name and value they are given: milliseconds a figure, at every
visitor's every change. The tests check each figure that any page draws instead, once.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import numpy as np

# Plotly asks whether pandas is loaded; another visitor's thread may just be loading it. Importing
# it here makes this thread wait for that.
import pandas  # noqa: F401
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.basedatatypes import BaseFigure

Trace = dict[str, Any]
Layout = Mapping[str, Any]

_SHORT: Final = {"float32": "f4", "float64": "f8", "int8": "i1", "int16": "i2", "int32": "i4"}
"""What Plotly in the browser calls arrays that it reads as bytes."""
_WHOLE_NUMBERS: Final = "int32"  # the largest that it knows


@dataclass(frozen=True, eq=False)
class Figure:
    """Traces in the order in which they are drawn, and the layout, both in Plotly's own names."""

    traces: Sequence[Trace] = ()
    layout: Layout = field(default_factory=dict)


def heatmap(**properties: Any) -> Trace:
    """A trace of coloured cells, `z` from the bottom row up."""
    return {"type": "heatmap", **properties}


def scatter(**properties: Any) -> Trace:
    """A trace of points: marks, texts, or the lines that join them."""
    return {"type": "scatter", **properties}


def bar(**properties: Any) -> Trace:
    """A trace of bars."""
    return {"type": "bar", **properties}


class Drawn(BaseFigure):  # type: ignore[misc]
    """A figure as Streamlit takes it without having Plotly check it: one of Plotly's own kind."""

    def __init__(self, figure: Figure) -> None:
        """Hold what is to be sent to the browser; nothing of Plotly's own is set up."""
        self._sent = {
            "data": [_sent(trace) for trace in figure.traces],
            "layout": {"template": _template(), **_sent(figure.layout)},
        }

    def to_dict(self) -> dict[str, Any]:
        """The figure in Plotly's JSON; arrays of numbers as bytes."""
        return self._sent


@cache
def _template() -> Any:
    """The colours and lines that Streamlit gives all figures."""
    return go.Figure().to_dict()["layout"]["template"]


def _sent(part: Any) -> Any:
    """The same in JSON's kinds, without what is None: Plotly then takes what it takes by itself."""
    if isinstance(part, Mapping):
        return {name: _sent(value) for name, value in part.items() if value is not None}
    if isinstance(part, np.ndarray):
        return _bytes(part)
    if isinstance(part, list | tuple | range):
        return [_sent(one) for one in part]
    return part.item() if isinstance(part, np.generic) else part


def _bytes(values: NDArray[Any]) -> Any:
    """Numbers as bytes, as Plotly in the browser reads them; anything else as a list."""
    if values.dtype.kind in "iu":
        values = values.astype(_WHOLE_NUMBERS)
    name = _SHORT.get(str(values.dtype))
    if name is None or not values.size:
        return values.tolist()
    sent = {"dtype": name, "bdata": base64.b64encode(values.tobytes()).decode()}
    return sent if values.ndim == 1 else sent | {"shape": ", ".join(map(str, values.shape))}
