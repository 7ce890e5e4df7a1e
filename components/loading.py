"""Models and traces for pages: from the caches, with progress while something takes its time."""

import streamlit as st

from backend.cached import cached_model, cached_trace
from backend.catalogue import is_offered, title_of
from backend.errors import UnknownModel
from backend.model import Model
from backend.trace import Trace
from components.inputs import Sentences
from components.own_machine import any_model
from components.plain import plain


def load_model(name: str) -> Model:
    """The model, with a progress bar while it is fetched for the first time.

    Raises ModelError if it cannot be had.
    """
    if not is_offered(name, any_model=any_model()):
        raise UnknownModel("This model is not offered here. Choose one under Model.")
    title = plain(title_of(name))
    place = st.empty()

    def show_progress(done: int, total: int) -> None:
        text = f"Fetching {title}: {done / 1e6:.0f} of {total / 1e6:.0f} MB"
        place.progress(done / total if total else 0.0, text)

    with st.spinner(f"Loading {title} …"):
        model = cached_model(name, show_progress)
    place.empty()
    return model


def load_trace(name: str, sentences: Sentences) -> Trace:
    """What the model computed for the sentences; says so where a part of them was left out.

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
    if trace.embeddings.segment is None and trace.sentences[1] is not None:
        st.caption(
            "This model has no segment embeddings: it tells A and B apart by their places and the "
            "separator between them only."
        )
    return trace
