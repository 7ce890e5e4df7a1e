"""What the lesson's exercises are asked about: the model and the sentences, each on its own."""

from functools import partial
from typing import Final

import streamlit as st

from backend.cached import cached_model, cached_tagger
from backend.catalogue import title_of
from backend.habits import Habits, measured_habits
from backend.lesson_questions import Reading
from backend.shared import Shared
from components.inputs import Sentences
from components.loading import load_both

_MODELS: Final = 32

_habits: Shared[str, Habits] = Shared(_MODELS, lambda _: 1)


def load_reading(name: str, sentences: Sentences) -> Reading:
    """Model and traces. Raises ModelError, or EmptySentence if Sentence A is empty."""
    a, b = load_both(name, sentences)
    return Reading(
        model=cached_model(name),
        title=title_of(name),
        a=a,
        b=b,
        habits_of=partial(_load_habits, name),
        tagger_of=partial(cached_tagger, name),
    )


def _load_habits(name: str) -> Habits:
    with st.spinner("Measuring what the heads look at …"):
        return _habits.find(name, lambda: measured_habits(cached_model(name).trace))
