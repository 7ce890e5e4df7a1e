"""Text of Plotly figures that can be read from the last row, on light and on dark pages."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

# Plotly asks whether pandas is loaded; another visitor's thread may just be loading it. Importing
# it here makes this thread wait for that.
import pandas  # noqa: F401
import plotly.graph_objects as go
from plotly.basedatatypes import BaseTraceType

from components.palette import INK, Theme

SIZE: Final = 14


def readable_figure(
    traces: Sequence[BaseTraceType], layout: Mapping[str, Any], theme: Theme
) -> go.Figure:
    """A figure, every text in it SIZE pixels and, where it has no colour, in the page's ink.

    Streamlit's theme sets smaller, greyer text on each axis, which only each axis can override.
    All is put together before the figure is made: to change one that is made already takes Plotly
    many times as long.
    """
    font = {"size": SIZE, "color": INK[theme]}
    legend = {**layout.get("legend", {}), "font": font}
    readable = {**layout, "font": font, "legend": legend}
    for name in {"xaxis", "yaxis", *layout}:
        if name.startswith(("xaxis", "yaxis")) and f"{name}1" not in layout:
            readable[name] = _with_font(layout.get(name, {}), font)
    if "coloraxis" in layout:
        bar = _with_font(layout["coloraxis"].get("colorbar", {}), font)
        readable["coloraxis"] = {**layout["coloraxis"], "colorbar": bar}
    if "annotations" in layout:
        notes = layout["annotations"]
        readable["annotations"] = [{**note, "font": font | note.get("font", {})} for note in notes]
    for trace in traces:
        if trace.type == "heatmap":
            trace.colorbar.tickfont = trace.colorbar.title.font = font
        elif trace.type in ("scatter", "bar"):
            own = trace.textfont.color
            trace.textfont = font if own is None else font | {"color": own}
    return go.Figure(list(traces), readable)


def _with_font(scale: Mapping[str, Any], font: Mapping[str, Any]) -> dict[str, Any]:
    """An axis or a bar of colours with this font on its numbers and its title."""
    title = scale.get("title") or {}
    if isinstance(title, str):
        title = {"text": title}
    return {**scale, "tickfont": font, "title": {**title, "font": font}}
