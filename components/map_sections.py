"""The Embeddings page's map: the words after each layer, and the way of one of them."""

from collections.abc import Sequence

import streamlit as st

from backend import embedding_tables as tables
from backend.cached_maps import MapRecipe
from backend.token_map import TokenMap, path_of
from backend.trace import FloatArray
from components.downloads import offer_csv
from components.drawn_figure import show_figure
from components.figures_token_map import drift_figure, map_figure, path_figure
from components.page import page_theme
from components.parts import part_of_page
from components.plain import plain


@part_of_page
def show_map(recipe: MapRecipe) -> None:
    """The words after one layer, and the way of one word that A and B share."""
    words = recipe.read()
    pair = choose_pair(words)
    _show_layer(recipe, pair)
    offer_csv("The map (CSV)", "token-map.csv", lambda: tables.map_csv(recipe.read()))
    if pair is not None:
        _show_way(words, pair)
        offer_csv(
            "How alike the words stay (CSV)",
            "drift.csv",
            lambda: tables.drift_csv(recipe.read()),
        )


def choose_pair(words: TokenMap) -> int | None:
    """Draw Word to follow; which of `words.pairs` was chosen, None where there is none."""
    if not words.segments.any():
        return None
    if not len(words.pairs):
        st.info("No word stands in both sentences, so there is none to follow from A to B.")
        return None
    shared = [words.tokens[a] for a, _ in words.pairs]
    chosen: int = st.selectbox(
        "Word to follow",
        range(len(shared)),
        index=shared.index("it") if "it" in shared else int(words.similarity[-1].argmin()),
        format_func=lambda pair: f"{shared[pair]}  ({_ordinal(shared, pair)})",
    )
    return chosen


@part_of_page
def _show_layer(recipe: MapRecipe, pair: int | None) -> None:
    """The map after one layer. A fragment of its own: a step redraws this one figure only."""
    words = recipe.read()
    names = [tables.layer_name(layer) for layer in range(len(words.points))]
    layer = st.select_slider(
        "After layer",
        range(len(names)),
        format_func=lambda place: names[place],
        help="“input” is what goes into layer 0.",
    )
    if pair is not None:
        st.markdown(_about_pair(words, pair, layer))
    figure = map_figure(
        words.points,
        words.tokens,
        words.segments,
        words.pairs,
        layer=layer,
        share=words.share,
        theme=page_theme(),
        followed=pair,
    )
    show_figure(figure, f"The words after {names[layer]}", key="map")


def _show_way(words: TokenMap, pair: int) -> None:
    names = [tables.layer_name(layer) for layer in range(len(words.points))]
    word = words.tokens[words.pairs[pair, 0]]
    shared = [words.tokens[a] for a, _ in words.pairs]
    points, share = path_of(words.hidden[:, words.pairs[pair]])
    left, right = st.columns(2)
    with left:
        st.markdown(
            f"**The way of “{plain(word)}” through the layers.** A plane of its own: the one that "
            "shows most of this way."
        )
        figure = path_figure(points, word, names, share=share, theme=page_theme())
        show_figure(figure, f"The way of {word} through the layers", key="way")
    with right:
        st.markdown(
            f"**How alike each shared word stays.** The thick line is “{plain(word)}”; every thin "
            "line is another word that both sentences have."
        )
        figure = drift_figure(words.similarity, shared, names, followed=pair, theme=page_theme())
        show_figure(figure, "How alike each shared word stays", key="drift")


def _ordinal(shared: Sequence[str], pair: int) -> str:
    return f"{shared[: pair + 1].count(shared[pair])} of {shared.count(shared[pair])}"


def _about_pair(words: TokenMap, pair: int, layer: int) -> str:
    similarity = words.similarity[:, pair]
    word = plain(words.tokens[words.pairs[pair, 0]])
    place = "in the encoder's input" if layer == 0 else f"after layer {layer - 1}"
    return (
        f"“{word}” in A and “{word}” in B: cosine similarity **{similarity[layer]:.3f}** {place}. "
        f"It begins at {similarity[0]:.3f} in the input and ends at {similarity[-1]:.3f}; "
        f"least alike are the two {_where(similarity)}."
    )


def _where(similarity: FloatArray) -> str:
    lowest = int(similarity.argmin())
    place = "in the input" if lowest == 0 else f"after layer {lowest - 1}"
    return f"{place} ({similarity[lowest]:.3f})"
