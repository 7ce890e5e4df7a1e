"""Asking for a token of the sentences, or for two."""

from typing import Final

import streamlit as st

from backend.trace import Reading
from components import kept
from components.fitted import fitted_tokens
from components.plain import plain, told_apart
from components.token_chips import visible

MOST_SIDE_BY_SIDE: Final = 64
"""So many tokens can be clicked as words; more are found faster in a box that one types into."""


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


def choose_query(trace: Reading) -> int:
    """Draw Query, the tokens side by side; the place of the one that looks, in a fitted view.

    Until one is chosen it is the first of Sentence A.
    """
    query = kept.view().query
    chosen = min(1, len(trace.tokens) - 1) if query is None else query
    side_by_side = len(trace.tokens) <= MOST_SIDE_BY_SIDE
    if kept.stored("query_side_by_side") != side_by_side:
        kept.store("query_side_by_side", side_by_side)
        kept.seed("query", None)  # another kind of widget is empty: it must hear its value again
    if not side_by_side:
        _show_box("Query", "query", chosen, 0, trace)
        return chosen
    names = told_apart([visible(token) for token in trace.tokens])
    kept.seed("query", chosen)
    st.pills(
        "Query: the token that looks",
        range(len(names)),
        key="query",
        format_func=lambda place: plain(names[place]),
        required=True,
        on_change=kept.keep_widget,
        args=("query",),
    )
    return chosen


def choose_key(trace: Reading, strongest: int) -> int:
    """Draw Key; the place of the one that is looked at, `strongest` until one is chosen."""
    other = kept.view().other
    empty = f"{strongest}  {visible(trace.tokens[strongest])}: the most weight of all words"
    _show_box("Key to look at closely", "other", other, None, trace, empty)
    return strongest if other is None else other


def _show_box(
    title: str,
    key: str,
    value: int | None,
    empty: int | None,
    trace: Reading,
    placeholder: str = "Any other token",
) -> None:
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
        placeholder=placeholder,
    )
