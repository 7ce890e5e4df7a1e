"""The one way to draw a Plotly figure: with a name, what it shows in words, and as a table."""

from collections.abc import Callable
from typing import Any, Final, Literal

import streamlit as st

from components import plot
from components.figure_words import MOST_ROWS, count_of_points, figure_table, figure_words
from components.presenter import sized

_STYLE: Final = """<style>
[class*="st-key-steady_"] { overflow: hidden; gap: 0; }
</style>"""
_CONFIG: Final = {"displaylogo": False, "modeBarButtonsToRemove": ["toImage"]}
"""Pictures, at the foot of every page, are larger than what Plotly would save, and have names."""


def show_figure(
    figure: plot.Figure,
    title: str,
    *,
    key: str,
    on_select: Literal["ignore", "rerun"] | Callable[[], None] = "ignore",
    config: dict[str, Any] | None = None,
    steady: bool = False,
    numbers: bool = True,
) -> Any:
    """Draw a figure, its name and what it says for those who cannot see it, its numbers below.

    The numbers are sent when they are asked for. Comes back with what is chosen in the figure.

    title: what the figure is, a plain text without a full stop
    steady: in a place of its own height, for figures that change while one looks: the changed
    figure stands for a moment below the one it replaces, and nothing below that may move
    numbers: False where a table beside the figure has the same numbers
    """
    figure = sized(figure)
    if _is_phone():
        # A finger on the figure scrolls the page.
        figure = plot.Figure(figure.traces, {**figure.layout, "dragmode": False})
    room: Literal["content"] | int = int(figure.layout["height"]) if steady else "content"
    with st.container(height=room, border=False, key=f"{'steady' if steady else 'figure'}_{key}"):
        event = st.plotly_chart(
            plot.Drawn(figure),
            key=key,
            alt=f"{title}. {figure_words(figure)}",
            on_select=on_select,
            selection_mode="points",
            config=_CONFIG | (config or {}),
        )
    if numbers:
        _offer_table(figure, key)
    return event


def _is_phone() -> bool:
    """Whether the reader's browser says that it is one for fingers."""
    browser = st.context.headers.get("User-Agent", "")
    return any(name in browser for name in ("Mobi", "Android", "iPad"))


def keep_figures_steady() -> None:
    """Do what `show_figure` needs for steady ones, once on a page."""
    st.html(_STYLE)


def _offer_table(figure: plot.Figure, key: str) -> None:
    with st.expander("The numbers as a table", key=f"numbers_{key}", on_change="rerun") as table:
        if table.open:
            st.dataframe(figure_table(figure), hide_index=True)
            if (count := count_of_points(figure)) > MOST_ROWS:
                st.caption(f"The {MOST_ROWS:,} largest of {count:,} numbers, whatever their sign.")
