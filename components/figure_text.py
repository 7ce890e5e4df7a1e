"""Text of Plotly figures that can be read from the last row, on light and on dark pages."""

from typing import Final

import plotly.graph_objects as go

from components.palette import Theme

SIZE: Final = 14
_INK: Final[dict[Theme, str]] = {"light": "#31333f", "dark": "#fafafa"}


def with_readable_text(figure: go.Figure, theme: Theme) -> go.Figure:
    """The same figure, every text in it at least SIZE pixels and in the page's own colour.

    Streamlit's theme sets smaller, greyer text on each axis, which only each axis can override.
    """
    font = {"size": SIZE, "color": _INK[theme]}
    axis = {"tickfont": font, "title_font": font}
    bar = {"tickfont": font, "title": {"font": font}}
    figure.update_xaxes(axis).update_yaxes(axis)
    figure.update_annotations(font=font)
    figure.update_layout(font=font, legend_font=font)
    figure.update_traces(colorbar=bar, selector={"type": "heatmap"})
    if figure.layout.coloraxis.colorscale is not None:
        figure.update_coloraxes(colorbar=bar)
    for kind in ("scatter", "bar"):
        figure.update_traces(textfont=font, selector={"type": kind})
    return figure
