"""The words of a sentence, each to be masked with a click."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from backend.cloze import mask_places, masked, unmasked, with_masks, words_of
from components import kept
from components.plain import JOINER, plain
from components.token_chips import visible

_MOST_WORDS: Final = 60
"""Words of a sentence that can be clicked; others are masked by typing."""
_LONGEST: Final = 20
_STYLE: Final = """<style>
[data-testid="stButtonGroup"] > [aria-label^="Words of Sentence"],
[data-testid="stButtonGroup"] > [aria-label="Nouns"] {
  flex-wrap: wrap; overflow: visible; row-gap: 0.4rem;
}
[aria-label^="Words of Sentence"] [data-testid="stMarkdownContainer"] p { font-size: 1.05rem; }
[aria-label^="Words of Sentence"] [aria-pressed="true"] {
  box-shadow: inset 0 0 0 2px currentColor;
}
[aria-label^="Words of Sentence"] [aria-pressed="true"] p { font-weight: 700; }
[aria-label^="Words of Sentence"] [aria-pressed="true"] p::before {
  content: "hidden: "; font-weight: 400;
}
</style>"""
"""A sentence wraps instead of running out of sight; what is hidden says so."""


def wrap_pills() -> None:
    """Let the sentences and the nouns of the Cloze page wrap as text does."""
    st.html(_STYLE)


def choose_masks(letter: str, text: str, mask: str) -> None:
    """Draw the words of a sentence; the choice goes into the sentence itself.

    letter: a or b, as the sentence is called in a link; mask: what the model reads as one.
    A word that was masked here keeps its name as long as nothing else changes in the sentence.
    """
    key = f"words_{letter}"
    before = unmasked(text, kept.stored(f"whole_{letter}", text), mask)
    names = _names([word.text for word in words_of(before, mask)])
    kept.seed(key, [place for place in mask_places(text, mask) if place < _MOST_WORDS])
    st.pills(
        f"Words of Sentence {letter.upper()}",
        range(min(len(names), _MOST_WORDS)),
        selection_mode="multi",
        key=key,
        format_func=lambda place: names[place] if place < len(names) else "",
        on_change=_mask_words,
        args=(letter, before, mask),
        help="A word with a thick frame is hidden from the model.",
    )
    if len(names) > _MOST_WORDS:
        st.caption(f"The first {_MOST_WORDS} words can be clicked; type {plain(mask)} elsewhere.")


def _names(words: Sequence[str]) -> list[str]:
    """Each word in Markdown; equal ones differ in what cannot be seen.

    Streamlit knows a pill by its name: a click on the second `the` would be taken for the first.
    """
    shown, names = [plain(short_word(word)) for word in words], list[str]()
    for place, name in enumerate(shown):
        names.append(name + JOINER * shown[:place].count(name))
    return names


def _mask_words(letter: str, before: str, mask: str) -> None:
    """Mask what is chosen and nothing else; what was typed as a mask stays one."""
    chosen = set(kept.widget_value(f"words_{letter}") or ())
    now = mask_places(with_masks(getattr(kept.view(), letter), mask), mask)
    chosen.update(place for place in now if place >= _MOST_WORDS)  # no click can reach those
    typed = set(mask_places(before, mask))
    if typed - chosen:
        kept.note(
            f"The word behind this {mask} is not known here. Type one in its place into Sentence "
            f"{letter.upper()}."
        )
    kept.store(f"whole_{letter}", before)
    kept.keep(letter, masked(before, chosen | typed, mask))


def short_word(text: str) -> str:
    """The word as it is drawn: visible, and cut where it is very long."""
    text = visible(text)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
