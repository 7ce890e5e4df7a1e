"""The parts of the Embeddings page, each with its words, its figure and its download."""

from functools import partial
from typing import Final

import numpy as np
import streamlit as st

from backend import embedding_tables as tables
from backend.cached import cached_trace, trace_again
from backend.model import Model
from backend.similarity import cosine_similarity
from backend.trace import Embeddings, FloatArray, Trace
from components.downloads import offer_csv
from components.drawn_figure import show_figure
from components.figures_embeddings import nearest_figure, similarity_figure
from components.figures_equation import (
    SATURATED_SHARE,
    Part,
    all_tokens_figure,
    equation_limit,
    equation_parts,
    one_token_figure,
)
from components.kept import write_address
from components.loading import load_model
from components.page import page_theme
from components.parts import part_of_page
from components.plain import plain
from components.presenter import main_figure, tell_chosen
from components.token_chips import visible
from components.token_choice import choose_token

NEIGHBOURS: Final = 12


def parts_of(embeddings: Embeddings) -> list[Part]:
    """The equation's lines for these vectors."""
    return equation_parts(
        embeddings.token, embeddings.segment, embeddings.position, embeddings.input
    )


@part_of_page
def show_one_token(model: str, sentences: tuple[str, str | None]) -> None:
    """The equation for one token in full, and the vocabulary's pieces nearest to it.

    A fragment keeps what it was given while its page is open: it is given names, neither a model
    nor a trace.
    """
    loaded = load_model(model)
    trace = cached_trace(model, *sentences)
    parts = parts_of(trace.embeddings)
    limit = equation_limit(parts)
    position = choose_token(trace)
    figure = one_token_figure(parts, position, limit=limit, theme=page_theme())
    with main_figure():
        tell_chosen(f"Token {position}: “{plain(visible(trace.tokens[position]))}”")
        show_figure(figure, f"The vectors of {trace.tokens[position]}, added up", key="one_token")
    st.markdown(_about_colours(limit))
    again = trace_again(trace)
    offer_csv(
        "This token's vectors (CSV)",
        f"embeddings-token-{position}.csv",
        lambda: tables.one_token_csv(_columns(again()), position),
    )
    _show_nearest(loaded, trace, position)
    write_address()


def show_all_tokens(trace: Trace) -> None:
    """The equation for all tokens side by side."""
    parts = parts_of(trace.embeddings)
    figure = all_tokens_figure(parts, trace.tokens, limit=equation_limit(parts), theme=page_theme())
    show_figure(figure, "The vectors of all tokens, added up", key="all_tokens")
    again, tokens = trace_again(trace), trace.tokens
    offer_csv(
        "All tokens' vectors (CSV)",
        "embeddings.csv",
        lambda: tables.all_tokens_csv(_columns(again()), tokens),
    )


def show_similarity(trace: Trace) -> None:
    """Cosine of all tokens with each other, before and after the position is added."""
    before, after = _likeness(trace)
    theme = page_theme()
    titled = {"Before the position is added": before, "After the position is added": after}
    for number, (column, (title, values)) in enumerate(
        zip(st.columns(2), titled.items(), strict=True)
    ):
        with column:
            st.markdown(f"**{title}**")
            figure = similarity_figure(values, trace.tokens, theme=theme)
            show_figure(figure, f"How alike the tokens are. {title}", key=f"likeness_{number}")
    again, tokens = trace_again(trace), trace.tokens
    offer_csv(
        "Similarities (CSV)",
        "similarities.csv",
        lambda: tables.similarity_csv(*_likeness(again()), tokens),
    )


def _show_nearest(model: Model, trace: Trace, position: int) -> None:
    st.subheader("The nearest pieces of the vocabulary", anchor=False)
    st.markdown(
        f"Of the {len(model.pieces):,} pieces that the model knows, these have the token "
        "embeddings that point most nearly the same way (cosine similarity, 1 = the same "
        "direction), as one asks word2vec for a word's neighbours. "
        "A hatched bar is the piece itself."
    )
    vectors = {"Token embedding": trace.embeddings.token, "Encoder's input": trace.embeddings.input}
    which = st.radio(
        "Compare",
        list(vectors),
        horizontal=True,
        captions=["the piece alone", "with segment and position, layer-normalised"],
    )
    ids, cosines = model.nearest(vectors[which][position], NEIGHBOURS)
    pieces = [model.pieces[number] for number in ids]
    own = trace.tokens[position]
    drawn, listed = st.columns([3, 2])
    with drawn:
        figure = nearest_figure(pieces, cosines, own, theme=page_theme())
        show_figure(figure, f"The pieces nearest to {own}", key="nearest", numbers=False)
    listed.dataframe(
        {
            "piece": [f"{piece} (itself)" if piece == own else piece for piece in pieces],
            "id": ids,
            "cosine": cosines,
        },
        hide_index=True,
        column_config={"cosine": st.column_config.NumberColumn(format="%.3f")},
    )
    offer_csv(
        "Nearest pieces (CSV)", "nearest.csv", partial(tables.nearest_csv, ids, pieces, cosines)
    )


def _likeness(trace: Trace) -> tuple[FloatArray, FloatArray]:
    """(token, token) each: cosines before and after the position is added."""
    vectors = trace.embeddings
    without = vectors.token if vectors.segment is None else vectors.token + vectors.segment
    added = without + vectors.position
    return cosine_similarity(without, without), cosine_similarity(added, added)


def _columns(trace: Trace) -> dict[str, FloatArray]:
    """The equation's lines for all tokens."""
    parts = parts_of(trace.embeddings)
    names = [part.title.split(":")[0] for part in parts]
    return {name: np.asarray(part.values) for name, part in zip(names, parts, strict=True)}


def _about_colours(limit: float) -> str:
    return (
        "One scale of colours for every line, zero in the middle. The colour grows with the "
        "square root of the value, because the vectors that are added are much smaller than the "
        f"normalised one. Values beyond ±{limit:.2f} ({SATURATED_SHARE:.1f} % of all) get the "
        "last colour. Point at a cell for its exact number."
    )
