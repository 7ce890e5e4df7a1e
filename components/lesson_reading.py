"""What the lesson's exercises are asked about: the model and the sentences, each on its own."""

from functools import partial
from typing import Final

import streamlit as st

from backend.cached import cached_model, cached_tagger, cached_trace
from backend.catalogue import title_of
from backend.errors import EmptySentence
from backend.habits import Habits, measured_habits
from backend.lesson_questions import Reading
from backend.shared import Shared
from backend.trace import Trace
from components.inputs import Sentences
from components.loading import load_model, load_trace

_MODELS: Final = 32

_habits: Shared[str, Habits] = Shared(_MODELS, lambda _: 1)


def load_reading(name: str, sentences: Sentences) -> Reading:
    """Model and traces. Raises ModelError, or EmptySentence if Sentence A is empty."""
    model = load_model(name)
    return Reading(
        model=model,
        title=title_of(name),
        a=load_trace(name, Sentences(sentences.a, None)),
        b=_second(name, sentences.b),
        habits_of=partial(_load_habits, name),
        tagger_of=partial(cached_tagger, name),
    )


def _second(name: str, text: str | None) -> Trace | None:
    """Sentence B on its own; None where it holds nothing to read."""
    if text is None:
        return None
    try:
        trace = cached_trace(name, text)
    except EmptySentence:
        return None
    if trace.left_out:
        st.info(f"Of Sentence B, {trace.left_out} tokens are left out, too.")
    return trace


def _load_habits(name: str) -> Habits:
    with st.spinner("Measuring what the heads look at …"):
        return _habits.find(name, lambda: measured_habits(cached_model(name).trace))
