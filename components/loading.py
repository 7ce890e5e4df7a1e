"""Models and traces for pages: from the caches, with progress while something takes its time."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from backend.cached import cached_model, cached_trace, model_is_ready
from backend.catalogue import BUILT_IN, SMALL, is_offered, title_of
from backend.cluster import is_used
from backend.errors import EmptySentence, UnknownModel
from backend.memory import megabytes
from backend.model import Model
from backend.model_files import model_folder
from backend.tokenizer import is_added
from backend.trace import Trace
from backend.unknown_tokens import unknown_words
from components.inputs import Sentences
from components.kept import visitor
from components.mask_choice import short_word
from components.own_machine import any_model
from components.plain import plain

_MOST_TOLD: Final = 8  # words
_READING: Final = "The model reads the sentences …"


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
    with st.spinner(_READING):
        trace = cached_trace(name, sentences.a, sentences.b)
    _tell_of_unread(model, [trace])
    if trace.embeddings.segment is None and trace.sentences[1] is not None:
        st.caption(
            "This model has no segment embeddings: it tells A and B apart by their places and the "
            "separator between them only."
        )
    return trace


def load_both(name: str, sentences: Sentences, *, pair: bool = False) -> tuple[Trace, Trace | None]:
    """The same of A and B, each read alone, or twice that of the pair; None where B holds nothing.

    Raises as `load_trace` does.
    """
    if pair:
        both = load_trace(name, sentences)
        return both, None if both.sentences[1] is None else both
    model = load_model(name)
    with st.spinner(_READING):
        first, second = cached_trace(name, sentences.a), _second(name, sentences.b)
    _tell_of_unread(model, [first] if second is None else [first, second])
    return first, second


def _second(name: str, text: str | None) -> Trace | None:
    try:
        return cached_trace(name, text) if text else None
    except EmptySentence:
        return None


def _tell_of_unread(model: Model, traces: Sequence[Trace]) -> None:
    """What the model has not read as it stands: tokens left out, and words it does not know.

    traces: of the pair, or of each sentence
    """
    if told := _left_out_said(model, traces):
        st.info(told)
    unknown = dict.fromkeys(word for trace in traces for word in unknown_words(trace))
    if unknown:
        st.caption(_unknown_said(plain(title_of(model.name)), list(map(short_word, unknown))))


def _left_out_said(model: Model, traces: Sequence[Trace]) -> str:
    """How many tokens of which sentence; nothing where all are read."""
    counts = [trace.left_out for trace in traces]
    pair = len(traces) == 1 and traces[0].sentences[1] is not None
    if pair and counts[0]:
        trace, alone = traces[0], model.tokenizer.split(str(traces[0].sentences[1]))
        read = ~is_added(trace) & (trace.segments == 1)
        whole = int((~is_added(alone)).sum()) + alone.left_out
        in_b = whole - int(read.sum())
        counts = [counts[0] - in_b, in_b]
    told = [f"{n} of Sentence {side}" for n, side in zip(counts, "AB", strict=False) if n]
    if not told:
        return ""
    one_input = ", and a pair is one input" if pair else ""
    return (
        f"{plain(title_of(model.name))} reads at most {model.limit} tokens of one input"
        f"{one_input}. So the last tokens are left out below: {' and '.join(told)}. The texts in "
        "the boxes stay whole."
    )


def _unknown_said(title: str, words: Sequence[str]) -> str:
    """Which words the model does not know."""
    shown = ", ".join(f"“{plain(word)}”" for word in words[:_MOST_TOLD])
    more = " and others" if len(words) > _MOST_TOLD else ""
    return (
        f"{shown}{more}: not in the vocabulary of {title}. It reads **[UNK]** there, the same "
        "token for every unknown word."
    )
