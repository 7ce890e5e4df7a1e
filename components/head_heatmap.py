"""The chosen head as a heatmap with exact values."""

import numpy as np
import streamlit as st

from backend.sentence_filter import SHOW, shown_tokens
from backend.trace import Trace
from components.drawn_figure import show_figure
from components.figures import attention_figure
from components.page import page_theme
from components.view import Choice
from components.weight_words import RAW_WORDS, WeightWords


def show_head_heatmap(trace: Trace, choice: Choice, words: WeightWords = RAW_WORDS) -> None:
    """Draw the chosen head, cut to the sentences that the filter shows.

    words: how what stands in `trace.attention` is spoken of
    """
    queries, keys = (np.flatnonzero(kept) for kept in shown_tokens(trace.segments, choice.show))
    part = "" if choice.show == "all" else f", {SHOW[choice.show]}"
    place = words.place(choice.layer, choice.head).capitalize()
    st.markdown(f"**{place}{part}: {words.exact}**, with special tokens and faint ones")
    weights = trace.attention[choice.layer, choice.head][np.ix_(queries, keys)]
    figure = attention_figure(
        weights,
        [trace.tokens[query] for query in queries],
        [trace.tokens[key] for key in keys],
        theme=page_theme(),
        titles=(words.query_axis, words.key_axis, words.noun),
        marked=_row_of(choice.query, queries.tolist()),
        largest=float(weights.max()) if words.layered else 1.0,  # whole layers spread thinly
    )
    show_figure(figure, f"{place}{part}: {words.exact}", key="heatmap")


def _row_of(query: int | None, queries: list[int]) -> int | None:
    return queries.index(query) if query in queries else None
