"""The Heads page's search by example: pairs of words in, the heads that look so out."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import streamlit as st

from backend.cached import cached_trace
from backend.errors import ExplorerError
from backend.examples import EXAMPLES, Claim
from backend.head_search import (
    case_of,
    examples_of,
    found_in,
    known_nouns,
    nouns_of,
    preset_cases,
    word_at,
)
from backend.trace import Trace
from backend.trace_words import Word, words_in
from components import kept
from components.attention_view import trace_name
from components.focus_after import focus_after
from components.for_all import find_tagger, show_training
from components.heads_found import about_here, about_presets, show_found
from components.inputs import choose_over, use_sentences
from components.link_values import Pairs
from components.mask_choice import short_word
from components.plain import plain
from components.view import Choice
from components.word_pairs import show_word_pairs

MOST_PAIRS: Final = 20
_KEY: Final = "word_pairs"
_BEGIN: Final = "begin_search"


def show_search(trace: Trace, choice: Choice) -> None:
    """Draw the heading, the words, the chosen pairs, and the heads ranked by them."""
    words = words_in(trace)
    pairs = _pairs(words, kept.view().search)
    with st.container():
        st.header("Search by example", anchor=False)
        focus_after(_BEGIN, there=bool(pairs))
    st.markdown(
        "Which head looks from one word at another? A word of several pieces counts as one: the "
        "mean over the pieces that look, of all that goes to the pieces looked at."
    )
    name = trace_name(trace)
    show_word_pairs(
        words, pairs, name=name, key=_KEY, on_pair=partial(_add, name, [w.first for w in words])
    )
    if not pairs:
        _offer_beginning(trace)
        return
    names = _names(words)
    _show_pairs(pairs, names)
    over = choose_over()
    nouns = _nouns(trace, words)
    if nouns is None:
        return
    examples = examples_of(trace, pairs, nouns)
    if over == "here":
        cases = [case_of(trace.attention, e.query.word, e.key.word, nouns) for e in examples]
        st.caption(about_here(trace))
    else:
        with st.spinner("The model reads the presets …"):
            cases = preset_cases(examples, partial(cached_trace, trace.model))
        st.markdown(about_presets(examples))
    found = found_in(cases)
    if found is None:
        st.info("No preset has these words. Choose others, or search these sentences.")
    else:
        show_found(found, pairs, names, choice)


def _pairs(words: Sequence[Word], chosen: Pairs) -> Pairs:
    """The chosen pairs by their words' first tokens, each once."""
    places = (tuple(word_at(words, token).first for token in pair) for pair in chosen)
    return tuple(dict.fromkeys((query, key) for query, key in places))[:MOST_PAIRS]


def _names(words: Sequence[Word]) -> dict[int, str]:
    """What each word is called, by its first token; with its place where it stands twice."""
    counts = [word.spelling for word in words]
    return {
        word.first: short_word(word.text)
        + (f" {word.first}" if counts.count(word.spelling) > 1 else "")
        for word in words
    }


def _offer_beginning(trace: Trace) -> None:
    """What to do first, and a button that does it."""
    st.info(
        "Which head leads from a pronoun to its noun? Click a word above that looks, then the word "
        "it should look at, and the heads are ranked by the weight they put there. Or begin with "
        "an example:"
    )
    a, b = trace.sentences
    here = next((example for example in EXAMPLES if example.a == a and example.claim), None)
    example = here or EXAMPLES[0]
    if example.claim:
        st.button(
            plain(f"{example.claim.pronoun} → {example.claim.first}"),
            key=_BEGIN,
            icon=":material/search:",
            on_click=_begin,
            args=(trace.model, (a, b) if here else (example.a, example.b), example.claim),
            help=None if here else "Puts the first example into the sidebar. Back undoes it.",
        )


def _begin(model: str, sentences: tuple[str, str | None], claim: Claim) -> None:
    """Search by the pronoun and the noun it stands for in Sentence A."""
    try:
        words = words_in(cached_trace(model, *sentences))
    except ExplorerError as error:
        kept.note(error.in_vain)
        return
    query, key = (
        next(word.first for word in words if word.spelling == text)
        for text in (claim.pronoun, claim.first)
    )
    if kept.view().a != sentences[0]:
        use_sentences(sentences[0], sentences[1] or "")
    kept.change(search=((query, key),))


def _add(name: str, places: Sequence[int]) -> None:
    """Take over a pair that was clicked; from the browser anything may come."""
    held: Any = kept.widget_value(_KEY)
    told = held.get("pair") if isinstance(held, Mapping) else None
    pair = told.get("pair") if isinstance(told, Mapping) and told.get("trace") == name else None
    if not isinstance(pair, list) or len(pair) != 2 or not all(p in places for p in pair):
        return
    search = kept.view().search
    if len(search) >= MOST_PAIRS:
        kept.note(f"At most {MOST_PAIRS} pairs are searched by. Remove one first.")
        return
    kept.change(search=tuple(dict.fromkeys((*search, (int(pair[0]), int(pair[1]))))))


def _remove(pair: tuple[int, int], pairs: Pairs) -> None:
    kept.change(search=tuple(other for other in pairs if other != pair))


def _show_pairs(pairs: Pairs, names: Mapping[int, str]) -> None:
    """The chosen pairs, each as a button that takes it away."""
    st.markdown("**Searched for** (press a pair to remove it)")
    with st.container(horizontal=True):
        for query, key in pairs:
            st.button(
                plain(f"{names[query]} → {names[key]}"),
                key=f"pair_{query}_{key}",
                icon=":material/close:",
                on_click=_remove,
                args=((query, key), pairs),
            )


def _nouns(trace: Trace, words: Sequence[Word]) -> Sequence[Word] | None:
    """The nouns, among which a key may get most; None while the tagger is still trained."""
    known = known_nouns(trace, words)
    if known is not None:
        return known
    tagger = find_tagger(trace.model)
    if tagger is None:
        st.caption("To tell nouns from other words, the app's own layer for parts of speech is "
                   "trained on this model first.")  # fmt: skip
        show_training(trace.model)
        return None
    return nouns_of(trace, words, tagger)
