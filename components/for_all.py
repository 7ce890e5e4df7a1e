"""What is done once for all visitors who ask for it, as each of them sees it while it lasts."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from backend.cached import cached_tagger
from backend.errors import ExplorerError, TooMuchAsked
from backend.for_all import ForAll, Key, Steps, taggers
from backend.tagger import Tagger
from backend.training_states import Failed, Running, State, Waiting
from components.page import show_error
from components.parts import part_of_page
from components.plain import plain

_SECONDS: Final = 1.0
"""Between two questions how far it is."""

_UNFORESEEN: Final = "This failed for a reason that was not foreseen. Try it again."

Words = Callable[[Steps | None], str]
"""How far it is, in words; None before the first step is done."""


def find_tagger(model: str) -> Tagger | None:
    """The model's layer for parts of speech; None while `show_training` has to stand for it."""
    return cached_tagger(model) if taggers.is_ready(model) else None


def show_training(model: str) -> None:
    """Train the model's layer for parts of speech; the page is drawn anew when it is there."""
    show_work(taggers, model, _training_words, at_once=True, offer="Train it again")


def show_work(work: ForAll[Key], key: Key, words: Words, *, at_once: bool, offer: str) -> None:
    """How far it is; the button `offer` where it has to be asked for, or has failed.

    It goes on whatever the reader clicks; the page is drawn anew when it is over. Where too much
    was asked for it to end, it is begun again: by itself if at_once, else by the button.
    """
    state = work.state(key)
    if isinstance(state, Waiting | Running) or (
        at_once and _is_to_begin(state) and _is_begun(work, key)
    ):
        part_of_page(_watch, run_every=_SECONDS)(work, key, words)
        return
    if isinstance(state, Failed):
        if at_once and isinstance(state.error, TooMuchAsked) and not state.error.is_due:
            show_error(state.error)
            return
        st.error(_failure_words(state.error))
    if st.button(offer, icon=":material/timer:") and _is_begun(work, key):
        st.rerun()


def _is_to_begin(state: State[Steps, None] | None) -> bool:
    """Whether what need not be asked for begins now."""
    if isinstance(state, Failed):
        return isinstance(state.error, TooMuchAsked) and state.error.is_due
    return not isinstance(state, Waiting | Running)


def _failure_words(error: BaseException) -> str:
    """What came in its way, and what to do."""
    if isinstance(error, TooMuchAsked):
        return f"This was begun and broke off. {plain(error.in_vain)}"
    return plain(str(error)) if isinstance(error, ExplorerError) else _UNFORESEEN


def _is_begun(work: ForAll[Key], key: Key) -> bool:
    """Put it into the line; False, and a sentence, where the line is too long."""
    try:
        work.start(key)
    except ExplorerError as error:
        st.error(plain(str(error)))
        return False
    return True


def _watch(work: ForAll[Key], key: Key, words: Words) -> None:
    state = work.state(key)
    if work.is_ready(key) or not isinstance(state, Waiting | Running):
        st.rerun()
    if isinstance(state, Running):
        now = state.progress
        st.progress(now.share if now else 0.0, words(now))
    else:
        ahead = f" Now: {plain(state.ahead.name)}." if state.ahead else ""
        st.progress(0.0, f"Waiting for others' trainings: place {state.place}.{ahead}")


def _training_words(now: Steps | None) -> str:
    text = "Training the classification layer"
    return f"{text}: {now.done} of {now.of} pairs of sentences read" if now else f"{text} …"
