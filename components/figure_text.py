"""Text of Plotly figures that can be read from the last row, on light and on dark pages."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from components.palette import INK, Theme
from components.plot import Figure, Layout, Trace

SIZE: Final = 14


def readable_figure(traces: Sequence[Trace], layout: Layout, theme: Theme) -> Figure:
    """A figure, every text in it SIZE pixels and, where it has no colour, in the page's ink.

    Streamlit's theme sets smaller, greyer text on each axis, which only each axis can override.
    """
    font = {"size": SIZE, "color": INK[theme]}
    readable = {**layout, "font": font, "legend": {**layout.get("legend", {}), "font": font}}
    for name in {"xaxis", "yaxis", *layout}:
        if name.startswith(("xaxis", "yaxis")) and f"{name}1" not in layout:
            readable[name] = _with_font(layout.get(name, {}), font)
    if "coloraxis" in layout:
        readable["coloraxis"] = _with_bar(layout["coloraxis"], font)
    if "annotations" in layout:
        notes = layout["annotations"]
        readable["annotations"] = [{**note, "font": font | note.get("font", {})} for note in notes]
    return Figure([_readable(trace, font) for trace in traces], readable)


def _readable(trace: Trace, font: Mapping[str, Any]) -> Trace:
    """The trace with this font in its bar of colours and its texts."""
    if "colorbar" in trace:
        trace = _with_bar(trace, font)
    if trace["type"] in ("scatter", "bar") and "text" in trace:
        trace = trace | {"textfont": font | trace.get("textfont", {})}
    return trace


def _with_bar(colours: Mapping[str, Any], font: Mapping[str, Any]) -> dict[str, Any]:
    return {**colours, "colorbar": _with_font(colours.get("colorbar", {}), font)}


def _with_font(scale: Mapping[str, Any], font: Mapping[str, Any]) -> dict[str, Any]:
    """An axis or a bar of colours with this font on its numbers and its title."""
    title = scale.get("title") or {}
    if isinstance(title, str):
        title = {"text": title}
    return {**scale, "tickfont": font, "title": {**title, "font": font}}
