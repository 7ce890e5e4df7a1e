"""Figures and tables of all heads: a head that is chosen in one opens on the Attention page."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from backend.weight_kinds import RAW
from components.drawn_figure import show_figure
from components.inputs import go_to

QUIET: Final = {"displayModeBar": False}


def show_heads_figure(figure: Any, title: str, shape: tuple[int, int], *, key: str) -> None:
    """Draw a figure whose marks' own data begin with layer and head; a click opens that head.

    shape: the number of layers and of heads a layer
    """
    event = show_figure(figure, title, key=key, on_select="rerun", config=QUIET, numbers=False)
    for point in event.selection.points:
        data = point.get("customdata")
        if _is_head(data, *shape):
            open_head(data[0], data[1])


def show_heads_table(
    columns: Mapping[str, Sequence[Any]],
    heads: Sequence[tuple[int, int]],
    forms: Mapping[str, Any],
    *,
    key: str,
    first: Sequence[str] = (),
) -> None:
    """Draw a table with a line for each of these heads; a chosen line opens its head.

    first: the columns that stand before layer and head
    """
    data = {"layer": [layer for layer, _ in heads], "head": [head for _, head in heads], **columns}
    numbers = {
        "layer": st.column_config.NumberColumn(width=56),
        "head": st.column_config.NumberColumn(width=56),
    }
    event: Any = st.dataframe(
        data,
        hide_index=True,
        column_order=[*first, *(name for name in data if name not in first)],
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        column_config={**numbers, **forms},
    )
    for row in event.selection.rows:
        if 0 <= row < len(heads):  # a browser can send any number
            open_head(*heads[row])


def open_head(layer: int, head: int) -> None:
    """Open the Attention page at this head; ends the run."""
    go_to("attention", layer=layer, head=head, weights=RAW)


def _is_head(data: Any, layers: int, heads: int) -> bool:
    """Whether a mark's own data name a head; a browser can send anything."""
    if not isinstance(data, list) or not all(isinstance(number, int) for number in data[:2]):
        return False
    return len(data) > 1 and 0 <= data[0] < layers and 0 <= data[1] < heads
