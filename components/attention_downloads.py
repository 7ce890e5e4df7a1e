"""The numbers behind the Attention page: downloads, and the code that gives the same ones."""

import streamlit as st

from backend.cached import cached_model
from backend.catalogue import SMALL
from backend.tables import attention_csv, attention_npz, lengths_csv, notebook_code
from backend.trace import Trace
from backend.weight_kinds import RAW, Weights
from components.downloads import offer_csv, offer_download
from components.view import Choice
from components.weight_choice import Drawn

MOST_ROWS = 1_200_000
"""Rows of the largest CSV file offered, some 50 MB that the server holds for each who asks:
128 tokens with the built-in model. The binary file has no such limit."""


def show_downloads(drawn: Drawn, choice: Choice, *, changed: bool = False) -> None:
    """Draw buttons for the head, the layer and everything.

    changed: whether something is switched off; the files are called so, and the code, which knows
        of no such thing, is left out
    """
    recipe, words = drawn.recipe, drawn.words
    end = "-changed" if changed else ""
    layer, head = choice.layer, choice.head
    count = drawn.trace.attention.size
    with st.container(horizontal=True):
        if not words.layered:
            offer_csv(
                "This head (CSV)",
                f"{words.name(layer, head)}{end}.csv",
                lambda: attention_csv(recipe.read().table, layer, head),
            )
        offer_csv(
            "This layer (CSV)",
            f"{words.name(layer)}{end}.csv",
            lambda: attention_csv(recipe.read().table, layer),
        )
        if count <= MOST_ROWS:
            offer_csv(
                "Everything (CSV)",
                f"{words.file}{end}.csv",
                lambda: attention_csv(recipe.read().table),
            )
        offer_download(
            "Everything (.npz)",
            f"{words.file}{end}.npz",
            lambda: attention_npz(recipe.read().table),
            mime="application/octet-stream",
        )
        if drawn.kind == "values":
            offer_csv(
                "Lengths (CSV)", f"values-lengths{end}.csv", lambda: _lengths_of(recipe.read())
            )
        if drawn.kind == RAW and not changed:
            show_code(drawn.trace, choice)
    if count > MOST_ROWS:
        st.caption(
            f"All {count:,} weights are too many for a CSV file; the .npz file "
            "for NumPy holds them."
        )


def _lengths_of(weights: Weights) -> bytes:
    if weights.lengths is None:
        raise ValueError("expected weights with the lengths of what is handed on")
    return lengths_csv(weights.drawn.tokens, weights.lengths)


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
