"""Text of Plotly figures that can be read from the last row, on light and on dark pages."""

from typing import Final

# Plotly asks whether pandas is loaded; another visitor's thread may just be loading it. Importing
# it here makes this thread wait for that.
import pandas  # noqa: F401
import plotly.graph_objects as go

from components.palette import INK, Theme

SIZE: Final = 14


def with_readable_text(figure: go.Figure, theme: Theme) -> go.Figure:
    """The same figure, every text in it at least SIZE pixels and in the page's own colour.

    Streamlit's theme sets smaller, greyer text on each axis, which only each axis can override.
    Each attribute is set by itself: Plotly's `update_...` methods take seven times as long.
    """
    font = {"size": SIZE, "color": INK[theme]}
    layout = figure.layout
    layout.font = layout.legend.font = font
    titled = [layout[name] for name in layout if name.startswith(("xaxis", "yaxis"))]
    titled += [trace.colorbar for trace in figure.data if trace.type == "heatmap"]
    if layout.coloraxis.colorscale is not None:
        titled.append(layout.coloraxis.colorbar)
    for axis in titled:
        axis.tickfont = axis.title.font = font
    for note in layout.annotations:
        note.font = font
    for trace in figure.data:
        if trace.type in ("scatter", "bar"):
            trace.textfont = font
    return figure
