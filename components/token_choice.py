"""Asking for a token of the sentences, and for another one to hold it against."""

import streamlit as st

from backend.trace import Reading
from components import kept
from components.token_chips import visible


def choose_tokens(trace: Reading) -> tuple[int, int | None]:
    """Draw Token and Held against; the places of both tokens, the other None where none is.

    Until a token is chosen it is the first one of Sentence A.
    """
    view = kept.fit_tokens(trace)
    chosen = min(1, len(trace.tokens) - 1) if view.query is None else view.query
    names = [f"{place}  {visible(token)}" for place, token in enumerate(trace.tokens)]
    one, two = st.columns(2)
    for column, key, title, value in (
        (one, "query", "Token", chosen),
        (two, "other", "Held against", view.other),
    ):
        kept.seed(key, value)
        column.selectbox(
            title,
            range(len(names)),
            index=None if key == "other" else 0,
            key=key,
            format_func=lambda place: names[place],
            on_change=kept.keep_widget,
            args=(key,),
            placeholder="Any other token",
        )
    return chosen, view.other
