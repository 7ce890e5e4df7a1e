"""What is shown with an answer of the lesson: pieces, bars, or a head's weights."""

from functools import partial
from typing import Final

import streamlit as st

from backend.cached import trace_again
from backend.lesson_questions import Bars, Evidence, Pieces, Row
from backend.lesson_tables import bars_csv
from backend.tables import attention_csv
from components.downloads import offer_csv
from components.drawn_figure import show_figure
from components.figures import attention_figure
from components.figures_lesson import bars_figure
from components.page import page_theme
from components.plain import plain

QUIET: Final = {"displayModeBar": False}
"""Small figures have no toolbar, which would lie over their titles."""

_TEXT_PIXELS: Final = 860
_COLOURS: Final = ("blue", "orange")
_MOST_PIECES: Final = 60


def show_words(markdown: str) -> None:
    """Draw a paragraph no wider than one can read."""
    with st.container(width=_TEXT_PIXELS):
        st.markdown(markdown)


def show_evidence(evidence: Evidence, *, key: str) -> None:
    """Draw it."""
    if isinstance(evidence, Pieces):
        show_pieces(evidence)
    elif isinstance(evidence, Row):
        show_row(evidence, key=key)
    else:
        show_bars(evidence, key=key)


def offer_evidence(evidence: Evidence, *, key: str) -> None:
    """Draw the button that saves what a figure shows; pieces are text already."""
    if isinstance(evidence, Row):
        layer, head, again = evidence.layer, evidence.head, trace_again(evidence.trace)
        label, name = f"Layer {layer}, head {head} (CSV)", f"attention-layer-{layer}-head-{head}"
        offer_csv(label, f"{name}.csv", lambda: attention_csv(again(), layer, head))
    elif isinstance(evidence, Bars):
        offer_csv(
            "These numbers (CSV)", f"{key}.csv", partial(bars_csv, evidence.names, evidence.series)
        )


def show_pieces(evidence: Pieces) -> None:
    """Draw the pieces in a line, each with its number, the groups in colours of their own."""
    words = [
        f":{_COLOURS[group]}-badge[**{plain(piece)}** {number}]"
        for piece, number, group in zip(
            evidence.pieces, evidence.numbers, evidence.groups, strict=True
        )
    ]
    more = f" and {len(words) - _MOST_PIECES} more" if len(words) > _MOST_PIECES else ""
    st.markdown(f"Each piece with its {evidence.what}: {' '.join(words[:_MOST_PIECES])}{more}")


def show_row(row: Row, *, key: str) -> None:
    """Draw one head's weights, one row framed."""
    st.markdown(f"**{plain(row.title)}**")
    tokens = row.trace.tokens
    figure = attention_figure(
        row.trace.attention[row.layer, row.head],
        tokens,
        tokens,
        theme=page_theme(),
        marked=row.query,
    )
    show_figure(figure, row.title, key=key, config=QUIET)


def show_bars(bars: Bars, *, key: str) -> None:
    """Draw bars under their title."""
    st.markdown(f"**{plain(bars.title)}**")
    figure = bars_figure(bars.names, bars.series, theme=page_theme(), end=bars.end)
    show_figure(figure, bars.title, key=key, config=QUIET)
