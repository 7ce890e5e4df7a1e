"""The numbers behind the Attention page: downloads, and the code that gives the same ones."""

from functools import partial

import streamlit as st

from backend.cached import cached_model
from backend.catalogue import SMALL
from backend.tables import attention_csv, attention_npz, lengths_csv, notebook_code
from backend.trace import Trace
from backend.weight_kinds import RAW
from components.downloads import offer_csv, offer_download
from components.view import Choice
from components.weight_choice import Drawn

MOST_ROWS = 4_000_000
"""Rows of the largest CSV file offered, some 200 MB; the binary file has no such limit."""


def show_downloads(drawn: Drawn, choice: Choice, *, changed: bool = False) -> None:
    """Draw buttons for the head, the layer and everything.

    changed: whether something is switched off; the files are called so, and the code, which knows
        of no such thing, is left out
    """
    trace, words = drawn.table, drawn.words
    end = "-changed" if changed else ""
    layer, head = choice.layer, choice.head
    with st.container(horizontal=True):
        if not words.layered:
            offer_csv(
                "This head (CSV)",
                f"{words.name(layer, head)}{end}.csv",
                partial(attention_csv, trace, layer, head),
            )
        offer_csv(
            "This layer (CSV)",
            f"{words.name(layer)}{end}.csv",
            partial(attention_csv, trace, layer),
        )
        if trace.attention.size <= MOST_ROWS:
            offer_csv("Everything (CSV)", f"{words.file}{end}.csv", partial(attention_csv, trace))
        offer_download(
            "Everything (.npz)",
            f"{words.file}{end}.npz",
            partial(attention_npz, trace),
            mime="application/octet-stream",
        )
        if drawn.lengths is not None:
            make = partial(lengths_csv, trace.tokens, drawn.lengths)
            offer_csv("Lengths (CSV)", f"values-lengths{end}.csv", make)
        if drawn.kind == RAW and not changed:
            show_code(trace, choice)
    if trace.attention.size > MOST_ROWS:
        st.caption(
            f"All {trace.attention.size:,} weights are too many for a CSV file; the .npz file "
            "for NumPy holds them."
        )


def show_code(trace: Trace, choice: Choice) -> None:
    """Draw the button that opens some lines of Python with the same numbers."""
    with st.popover("Code", icon=":material/code:"):
        st.markdown(
            "The same numbers in Python, with this app's own code; the training takes a minute or "
            "two:"
            if trace.model == SMALL
            else "The same numbers in a notebook, with transformers alone:"
        )
        limit = cached_model(trace.model).limit
        code = notebook_code(trace.model, *trace.sentences, choice.layer, choice.head, limit)
        st.code(code, language="python")
