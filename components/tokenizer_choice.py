"""Which tokenizer cuts the sentences: the model's own, or one of BERT's two."""

import streamlit as st

from backend.catalogue import title_of
from backend.tokenizer import CASED, UNCASED
from components import kept


def choose_tokenizer(model: str) -> str:
    """Draw Tokenizer; the name of the chosen one, the model's own until another is chosen."""
    names = list(dict.fromkeys([model, UNCASED, CASED]))
    chosen = kept.stored("tokenizer")
    kept.seed("tokenizer", chosen if chosen in names else model)
    name = st.selectbox(
        "Tokenizer",
        names,
        key="tokenizer",
        format_func=lambda name: f"{title_of(name)}, the model's own" if name == model else name,
        on_change=kept.store_widget,
        args=("tokenizer",),
        persist_state="session",
        help="Each tokenizer has its own list of pieces. “Uncased” makes all letters small "
        "first, “cased” keeps capitals. Both work without a network.",
    )
    return name if name in names else model  # a browser can send any name


def use_tokenizer(name: str) -> None:
    """Cut the sentences with this tokenizer; for the callbacks of buttons."""
    kept.store("tokenizer", name)
