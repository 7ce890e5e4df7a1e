"""Words to be clicked two by two: the word that looks, then the word it should look at."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import streamlit as st

from backend.trace_words import Word
from components.browser_files import script_of, style_of
from components.link_values import Pairs
from components.mask_choice import short_word

_TITLES: Final = ("Sentence A", "Sentence B")

_mount = st.components.v2.component(
    "word_pairs",
    css=style_of("figure", "chips", "word_pairs"),
    js=script_of("elements", "word_pairs"),
)


def show_word_pairs(
    words: Sequence[Word], pairs: Pairs, *, name: str, key: str, on_pair: Callable[[], None]
) -> None:
    """Draw the words, those of the chosen pairs marked.

    name: of the text, which comes back with what is chosen in it
    When the reader has chosen two, `on_pair` is called; they then stand in the session under `key`
    as `pair`: their first tokens' places and the name of the text, unchecked, from the browser.
    """
    _mount(data=word_pairs_data(words, pairs, name), key=key, on_pair_change=on_pair)


def word_pairs_data(words: Sequence[Word], pairs: Pairs, name: str) -> dict[str, Any]:
    """What the browser is sent."""
    groups = [
        {
            "title": title,
            "words": [
                {"text": short_word(word.text), "place": word.first, "special": word.special}
                for word in words
                if word.segment == segment
            ],
        }
        for segment, title in enumerate(_TITLES)
    ]
    return {
        "name": name,
        "groups": [group for group in groups if group["words"]],
        "pairs": [list(pair) for pair in pairs],
    }
