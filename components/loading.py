"""Models and traces for pages: from the caches, with progress while something takes its time."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from backend.cached import cached_model, cached_trace, model_is_ready
from backend.catalogue import BUILT_IN, SMALL, is_offered, title_of
from backend.cluster import is_used
from backend.errors import UnknownModel
from backend.memory import megabytes
from backend.model import Model
from backend.model_files import model_folder
from backend.trace import Trace
from backend.unknown_tokens import unknown_words
from components.inputs import Sentences
from components.kept import visitor
from components.mask_choice import short_word
from components.own_machine import any_model
from components.plain import plain

_MOST_TOLD: Final = 8  # words


def load_model(name: str) -> Model:
    """The model, with a progress bar while it is fetched for the first time.

    Whoever asks for it meanwhile sees the progress of the same download.
    Raises ModelError if it cannot be had.
    """
    if not is_offered(name, any_model=any_model()):
        raise UnknownModel("This model is not offered here. Choose one under Model.")
    if model_is_ready(name):
        return cached_model(name, visitor())
    title = plain(title_of(name))
    if name not in (BUILT_IN, SMALL):
        _fetch(name, title)
    with st.spinner(f"Loading {title} …"):
        return cached_model(name, visitor())


def _fetch(name: str, title: str) -> None:
    """Have the model's files on this computer; the page tells how far that is.

    Where a cluster runs the models, that is without the weights: each of its machines has its own.
    """
    place, what = st.empty(), f"the tokenizer of {title}" if is_used() else title

    def show_progress(done: int, total: int) -> None:
        if total:
            place.progress(
                done / total, f"Fetching {what}: {megabytes(done)} of {megabytes(total)}"
            )
        else:
            place.progress(0.0, f"Asking the Hugging Face Hub for {title} …")

    try:
        model_folder(name, show_progress, weights=not is_used())
    finally:
        place.empty()


def load_trace(name: str, sentences: Sentences) -> Trace:
    """What the model computed for the sentences; says what of them it did not read as it stands.

    Raises ModelError if the model cannot be had, EmptySentence if Sentence A is empty.
    """
    model = load_model(name)
    with st.spinner("The model reads the sentences …"):
        trace = cached_trace(name, sentences.a, sentences.b)
    if trace.left_out:
        st.info(
            f"{plain(title_of(name))} reads at most {model.limit} tokens at once. "
            f"{trace.left_out} tokens are left out below; the text in the box stays whole."
        )
    if unknown := unknown_words(trace):
        st.caption(_unknown_said(plain(title_of(name)), [short_word(word) for word in unknown]))
    if trace.embeddings.segment is None and trace.sentences[1] is not None:
        st.caption(
            "This model has no segment embeddings: it tells A and B apart by their places and the "
            "separator between them only."
        )
    return trace


def _unknown_said(title: str, words: Sequence[str]) -> str:
    """Which words the model does not know."""
    shown = ", ".join(f"“{plain(word)}”" for word in words[:_MOST_TOLD])
    more = " and others" if len(words) > _MOST_TOLD else ""
    return (
        f"{shown}{more}: not in the vocabulary of {title}. It reads **[UNK]** there, the same "
        "token for every unknown word."
    )
