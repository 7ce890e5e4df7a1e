"""Sentences that the small BERT can read, put in for the reader's own, which can come back."""

from typing import Final

import streamlit as st

from backend.catalogue import SMALL
from backend.cloze import can_be_filled, same_but_for_masks
from backend.masked_words import MASKS
from backend.small_bert import small_tokenizer
from backend.small_examples import QUESTIONS
from components import kept
from components.inputs import use_model, use_sentences

_MASK: Final = MASKS[0]
_PAIRS: Final = tuple(
    (one.text, two.text) for one, two in zip(QUESTIONS[::2], QUESTIONS[1::2], strict=True)
)
_REPLACED: Final = "replaced_sentences"


def show_own_sentences() -> None:
    """Buttons that put sentences of the small BERT's own language into the sidebar."""
    with st.container(horizontal=True):
        for number, pair in enumerate(_PAIRS):
            answers = (question.answer for question in QUESTIONS[2 * number : 2 * number + 2])
            st.button(", ".join(answers), key=f"own_{number}", on_click=_put_in, args=pair)


def use_small_bert() -> None:
    """Choose the small BERT; sentences that it cannot fill give way to an example.

    For the callbacks of buttons.
    """
    view = kept.view()
    use_model(SMALL)
    if not can_be_filled((view.a, view.b), small_tokenizer(), _MASK):
        _put_in(*_PAIRS[0])


def show_way_back() -> None:
    """A button that puts the reader's sentences back, as long as others stand there for them."""
    replaced = kept.stored(_REPLACED)
    if replaced and _are_own():
        st.button(
            "Put my sentences back",
            key="put_back",
            icon=":material/undo:",
            on_click=_put_back,
            help="Those in the sidebar were put in because the small BERT can read them.",
        )


def _put_in(a: str, b: str) -> None:
    view = kept.view()
    if not _are_own():
        kept.store(_REPLACED, (view.a, view.b))
    use_sentences(a, b)


def _put_back() -> None:
    use_sentences(*kept.stored(_REPLACED))
    kept.store(_REPLACED, None)


def _are_own() -> bool:
    """Whether sentences of these buttons stand in the sidebar, whichever words are masked."""
    view = kept.view()
    return any(
        same_but_for_masks(view.a, a, _MASK) and same_but_for_masks(view.b, b, _MASK)
        for a, b in _PAIRS
    )
