"""Plotly figures that change while one looks, without the page jumping."""

from typing import Final

import plotly.graph_objects as go
import streamlit as st

_STYLE: Final = """<style>
[class*="st-key-steady_"] { overflow: hidden; gap: 0; }
</style>"""


def keep_figures_steady() -> None:
    """Do what `show_steady` needs, once on a page."""
    st.html(_STYLE)


def show_steady(figure: go.Figure, *, key: str) -> None:
    """Draw a figure in a place of its own height.

    A changed figure stands for a moment below the one it replaces. What has no room is not seen,
    and what stands below does not move.
    """
    with st.container(height=int(figure.layout.height), border=False, key=f"steady_{key}"):
        st.plotly_chart(figure, key=key)
