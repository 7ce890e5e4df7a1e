"""Asking for a token of the sentences, or for two."""

import streamlit as st

from backend.trace import Reading
from components import kept
from components.token_chips import visible
from components.view import fitted_tokens


def choose_token(trace: Reading) -> int:
    """Draw Token; its place. Until one is chosen it is the first of Sentence A."""
    query = kept.fit(trace, fitted_tokens).query
    chosen = min(1, len(trace.tokens) - 1) if query is None else query
    _show_box("Token", "query", chosen, 0, trace)
    return chosen


def choose_tokens(trace: Reading) -> tuple[int, int | None]:
    """Draw Token and Held against; the places of both tokens, the other None where none is."""
    one, two = st.columns(2)
    with one:
        chosen = choose_token(trace)
    with two:
        other = kept.view().other
        _show_box("Held against", "other", other, None, trace)
    return chosen, other


def _show_box(title: str, key: str, value: int | None, empty: int | None, trace: Reading) -> None:
    """A box at `value`; cleared, it holds `empty`."""
    names = [f"{place}  {visible(token)}" for place, token in enumerate(trace.tokens)]
    kept.seed(key, value)
    st.selectbox(
        title,
        range(len(names)),
        index=empty,
        key=key,
        format_func=lambda place: names[place],
        on_change=kept.keep_widget,
        args=(key,),
        placeholder="Any other token",
    )
