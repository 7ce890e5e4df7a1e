"""Models and traces for pages: from the caches, with progress while something takes its time."""

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for

import streamlit as st

from backend.cached import cached_model, cached_trace
from backend.catalogue import title_of
from backend.model import Model
from backend.trace import Trace
from components.inputs import Sentences

_POLL_SECONDS = 0.2


def load_model(name: str) -> Model:
    """The model, with a progress bar while it is fetched or loaded for the first time.

    Raises ModelError if it cannot be had.
    """
    progress = [0, 0]  # bytes done, bytes in all

    def note_progress(done: int, total: int) -> None:
        progress[:] = done, total

    pool = ThreadPoolExecutor(1)
    future = pool.submit(cached_model, name, note_progress)
    pool.shutdown(wait=False)  # a reader who leaves the page does not wait for the download
    _show_progress(future, name, progress)
    return future.result()


def load_trace(name: str, sentences: Sentences) -> Trace:
    """What the model computed for the sentences; says so where a part of them was left out.

    Raises ModelError if the model cannot be had, EmptySentence if Sentence A is empty.
    """
    model = load_model(name)
    with st.spinner("The model reads the sentences …"):
        trace = cached_trace(name, sentences.a, sentences.b)
    if trace.left_out:
        st.info(
            f"{title_of(name)} reads at most {model.limit} tokens at once. The last "
            f"{trace.left_out} tokens are left out below; the text in the box stays whole."
        )
    return trace


def _show_progress(future: "Future[Model]", name: str, progress: list[int]) -> None:
    place = st.empty()
    while not wait_for([future], _POLL_SECONDS).done:
        done, total = progress
        title = title_of(name)
        text = f"Loading {title} …"
        if total:
            text = f"Fetching {title}: {done / 1e6:.0f} of {total / 1e6:.0f} MB"
        place.progress(done / total if total else 0.0, text)
    place.empty()
