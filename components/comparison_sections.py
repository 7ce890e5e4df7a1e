"""The parts of the Compare page: what is read, what it means, cosines, controls, downloads."""

import streamlit as st

from backend import comparison_tables as tables
from backend.cached import cached_trace
from backend.cached_comparisons import ComparisonRecipe, side_by_side
from backend.catalogue import BUILT_IN
from backend.examples import EXAMPLES
from backend.two_sentences import Comparison
from components.comparison_choice import Asked
from components.comparison_words import THRESHOLDS, cosine_words, known_words, layer_zero, verdict
from components.downloads import offer_csv
from components.drawn_figure import show_figure
from components.figures_compare import cosine_figure
from components.inputs import Sentences, choose_head, choose_pair, use_example
from components.loading import load_both
from components.page import page_theme
from components.plain import plain
from components.weight_words import RAW_WORDS

_STYLE = """<style>
.st-key-verdict { min-height: 8.6rem; }
@media (max-width: 640px) { .st-key-verdict { min-height: 17rem; } }
</style>"""
"""Room for what is said, so that a few words more do not move what is pointed at below."""


def load_comparison(name: str, sentences: Sentences, *, pair: bool) -> Comparison | None:
    """A and B as the model read them, each alone or as one pair; None where there is no B.

    Raises ModelError if the model cannot be had, EmptySentence if Sentence A is empty.
    """
    first, second = load_both(name, sentences, pair=pair)
    return None if second is None else side_by_side(first, second)


def choose_reading() -> bool:
    """Draw what can be chosen of two sentences; whether [CLS] and [SEP] count as keys."""
    with st.container(horizontal=True):
        choose_pair()
        return st.toggle(
            "Count [CLS] and [SEP] as keys", key="special_keys", persist_state="session"
        )


def ask_for_second(name: str, a: str) -> None:
    """Say that there is nothing to compare A with, and offer a pair."""
    choose_head(cached_trace(name, a))
    example = EXAMPLES[0]
    st.info(
        "A comparison needs two sentences: put into Sentence B what is in Sentence A, and change "
        "one word. Or begin with a pair that is known to show something."
    )
    st.button(
        f"Compare “{example.name}”",
        on_click=use_example,
        args=(example,),
        icon=":material/compare_arrows:",
    )


def show_verdict(asked: Asked) -> None:
    """What the numbers say."""
    if asked.note:
        st.warning(plain(asked.note))
    st.html(_STYLE)
    with st.container(border=True, key="verdict"):
        st.markdown("\n\n".join(verdict(asked)))


def show_limits(asked: Asked, name: str, sentences: Sentences) -> None:
    """How far what is seen here goes: the chosen example, layer 0, where a move begins to count."""
    if asked.words is not RAW_WORDS:
        st.markdown(f"What is known of the examples was measured in raw weights. {THRESHOLDS}")
        return
    claim = next((e.claim for e in EXAMPLES if (e.a, e.b) == (sentences.a, sentences.b)), None)
    known = known_words(claim) if claim and name == BUILT_IN else ""
    st.markdown("\n\n".join(filter(None, [known, layer_zero(asked), THRESHOLDS])))


def show_cosines(asked: Asked) -> None:
    """How near the query's vector is to both keys' vectors, layer by layer."""
    if len(asked.keys) < 2:
        st.info("A and B need two more words in common to set one against the other.")
        return
    st.markdown(cosine_words(asked))
    a, b = asked.comparison.cosines(asked.query, asked.keys)
    names = [asked.name(key) for key in asked.keys]
    figure = cosine_figure(a, b, asked.name(asked.query), names, theme=page_theme())
    title = f"How near {asked.name(asked.query)} is to {' and '.join(names)}, layer by layer"
    show_figure(figure, title, key="cosines")


def show_downloads(asked: Asked, recipe: ComparisonRecipe) -> None:
    """A button for each thing that is plotted.

    recipe: how the comparison is read again when one of them is pressed
    """
    ranking, counted, query, keys = asked.ranking, asked.counted, asked.query, asked.keys
    layer, head, words = asked.layer, asked.head, asked.words
    kind = "compare" if words is RAW_WORDS else f"compare-{words.file}"
    within = "" if words.layered else f"-head-{head}"
    with st.container(horizontal=True):
        offer_csv(
            f"This {words.unit} (CSV)",
            f"{kind}-layer-{layer}{within}.csv",
            lambda: tables.differences_csv(recipe.read(), layer, head),
        )
        if ranking is not None:
            offer_csv(
                "Ranking (CSV)",
                f"{kind}-ranking.csv",
                lambda: tables.ranking_csv(recipe.read(), query, counted, ranking),
            )
        if len(keys) == 2:
            offer_csv(
                "Arrows (CSV)",
                f"{kind}-arrows.csv",
                lambda: tables.arrows_csv(recipe.read(), query, keys),
            )
            offer_csv(
                "Cosines (CSV)",
                "compare-cosines.csv",
                lambda: tables.cosines_csv(recipe.read(), query, keys),
            )
