"""What is shown with an answer of the lesson: chips, bars, or a head's weights."""

from functools import partial

import streamlit as st

from backend.cached import cached_tokenizer
from backend.lesson_questions import Bars, Evidence, Pieces, Row
from backend.lesson_tables import bars_csv
from backend.tables import attention_csv
from components.downloads import offer_csv
from components.figures import attention_figure
from components.figures_lesson import bars_figure
from components.page import page_theme
from components.plain import plain
from components.token_chips import chips_of, show_token_chips


def show_evidence(evidence: Evidence, model: str, *, key: str) -> None:
    """Draw it; `model` is the one whose tokenizer cuts the pieces."""
    if isinstance(evidence, Pieces):
        show_pieces(model, evidence.a, evidence.b, key=key)
    elif isinstance(evidence, Row):
        show_row(evidence, key=key)
    else:
        show_bars(evidence, key=key)


def show_pieces(tokenizer: str, a: str, b: str | None, *, key: str) -> None:
    """Draw the sentences as this tokenizer cuts them."""
    show_token_chips((a, b), chips_of((a, b), cached_tokenizer(tokenizer).split(a, b)), key=key)


def show_row(row: Row, *, key: str) -> None:
    """Draw one head's weights, one row framed."""
    st.markdown(f"**{plain(row.title)}**")
    weights = row.trace.attention[row.layer, row.head]
    tokens = row.trace.tokens
    figure = attention_figure(weights, tokens, tokens, theme=page_theme(), marked=row.query)
    st.plotly_chart(figure, key=key, config={"displaylogo": False})
    name = f"attention-layer-{row.layer}-head-{row.head}.csv"
    offer_csv(f"{row.title} (CSV)", name, partial(attention_csv, row.trace, row.layer, row.head))


def show_bars(bars: Bars, *, key: str) -> None:
    """Draw bars under their title."""
    st.markdown(f"**{plain(bars.title)}**")
    figure = bars_figure(bars.names, bars.series, theme=page_theme())
    st.plotly_chart(figure, key=key, config={"displaylogo": False})
    offer_csv("These numbers (CSV)", f"{key}.csv", partial(bars_csv, bars.names, bars.series))
