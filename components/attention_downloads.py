"""The numbers behind the Attention page: downloads, and the code that gives the same ones."""

from collections.abc import Callable

import streamlit as st

from backend.cached import cached_model
from backend.catalogue import SMALL
from backend.tables import attention_csv, attention_npz, lengths_csv, notebook_code
from backend.trace import Trace
from backend.weight_kinds import RAW, Weights
from components.downloads import offer_csv, offer_download
from components.made_files import MOST_BYTES
from components.view import Choice
from components.weight_choice import Drawn

MOST_ROWS = 1_200_000
"""Rows of the largest CSV file offered, some 50 MB: 128 tokens with the built-in model."""
ROW_BYTES = 42
"""Of one row."""


def show_downloads(drawn: Drawn, choice: Choice, *, changed: bool = False) -> None:
    """Draw buttons for the head, the layer and everything.

    changed: whether something is switched off; the files are called so, and the code, which knows
        of no such thing, is left out
    """
    recipe, words = drawn.recipe, drawn.words
    end = "-changed" if changed else ""
    layer, head = choice.layer, choice.head
    weights = drawn.trace.attention
    with st.container(horizontal=True):
        if not words.layered:
            _offer_rows(
                "This head (CSV)",
                f"{words.name(layer, head)}{end}.csv",
                lambda: attention_csv(recipe.read().table, layer, head),
                weights[layer, head].size,
            )
        if weights[layer].size <= MOST_ROWS:
            _offer_rows(
                "This layer (CSV)",
                f"{words.name(layer)}{end}.csv",
                lambda: attention_csv(recipe.read().table, layer),
                weights[layer].size,
            )
        else:
            _offer_arrays(
                "This layer (.npz)",
                f"{words.name(layer)}{end}.npz",
                lambda: attention_npz(recipe.read().table, layer),
                weights[layer].nbytes,
            )
        if weights.size <= MOST_ROWS:
            _offer_rows(
                "Everything (CSV)",
                f"{words.file}{end}.csv",
                lambda: attention_csv(recipe.read().table),
                weights.size,
            )
        if _bytes_of(drawn.trace) < MOST_BYTES:
            _offer_arrays(
                "Everything (.npz)",
                f"{words.file}{end}.npz",
                lambda: attention_npz(recipe.read().table),
                _bytes_of(drawn.trace),
            )
        if drawn.kind == "values":
            offer_csv(
                "Lengths (CSV)", f"values-lengths{end}.csv", lambda: _lengths_of(recipe.read())
            )
        if drawn.kind == RAW and not changed:
            show_code(drawn.trace, choice)
    if told := _too_many(drawn.trace):
        st.caption(told)


def _bytes_of(trace: Trace) -> int:
    """What the binary file with everything is as large as."""
    return trace.attention.nbytes + trace.hidden.nbytes


def _too_many(trace: Trace) -> str:
    """Why not every file is offered; nothing where it is."""
    if trace.attention.size <= MOST_ROWS:
        return ""
    many = f"All {trace.attention.size:,} weights are too many for a CSV file"
    if _bytes_of(trace) < MOST_BYTES:
        return f"{many}; the .npz file for NumPy holds them."
    return f"{many}, and for one file at all: each layer has its own, for NumPy."


def _offer_rows(label: str, file_name: str, make: Callable[[], bytes], rows: int) -> None:
    offer_csv(label, file_name, make, size=rows * ROW_BYTES)


def _offer_arrays(label: str, file_name: str, make: Callable[[], bytes], size: int) -> None:
    offer_download(label, file_name, make, mime="application/octet-stream", size=size)


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
