"""Figures as Plotly's own objects, which check every name and every value they are given."""

import plotly.graph_objects as go

from components.plot import Drawn, Figure


def checked(figure: Figure) -> go.Figure:
    """The figure as it is drawn. Raises ValueError for what Plotly does not take."""
    go.Figure(Drawn(figure).to_dict())
    return go.Figure(list(figure.traces), dict(figure.layout))
