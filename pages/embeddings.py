"""Embeddings: token + segment + position = what the encoder reads."""

import streamlit as st

from backend.cached_maps import MapRecipe
from components.embedding_sections import show_all_tokens, show_one_token, show_similarity
from components.inputs import choose_model, choose_sentences
from components.loading import load_trace
from components.map_sections import show_map
from components.page import page

with page(
    "Embeddings",
    "A model calculates with vectors, not with words. Each token gets up to three of them: one "
    "for the piece itself, one for the sentence it stands in (its segment), one for its "
    "position. They are added, number by number, and the sum is brought to a common scale "
    "(layer normalisation). That is what the encoder reads.",
):
    sentences, model_name = choose_sentences(), choose_model()
    trace = load_trace(model_name, sentences)
    if trace.embeddings.segment is None:
        st.info("This model has no segment embeddings of its own: it adds token and position only.")

    st.header("One token in full", anchor=False)
    show_one_token(model_name, trace.sentences)

    st.header("All tokens side by side", anchor=False)
    st.markdown(
        "Each row is a token, each column one of the dimensions. The segment's vector is the same "
        "all down a sentence; the position's is the same in every text."
    )
    show_all_tokens(trace)

    st.header("How alike the tokens are", anchor=False)
    st.markdown(
        "Rows and columns are the tokens; each cell is the cosine similarity of two of them, from "
        "−1 (opposite) through 0 (nothing in common) to 1 (the same direction). Before the "
        "position is added, equal pieces of one sentence are one and the same vector; the "
        "position tells them apart. Both pictures have the same scale."
    )
    show_similarity(trace)

    st.header("The words on a map, layer by layer", anchor=False)
    st.markdown(
        "The vectors of all layers seen from the two directions in which they differ most "
        "(principal components, one pair of directions for all layers, so that a word can be "
        "followed; each layer is moved so that the middle of its words is at zero). Near means "
        "alike, but two directions show only a part of the spread: the axes say how much. "
        "Special tokens are left out. Names that would "
        "lie over each other are not written: point at the mark."
    )
    a, b = trace.sentences
    if b is None:
        st.info("Type something into Sentence B to follow a word from one sentence to the other.")
        show_map(MapRecipe(model_name, a, None, together=True))
    else:
        alone = st.radio(
            "How the model reads the sentences",
            ("Each on its own", "Together, as one pair"),
            horizontal=True,
            help="On its own, the same word at the same place starts as the very same vector, so "
            "all that parts the two later comes from the other words of its sentence. As a pair, "
            "B stands further right and reads A too.",
        )
        show_map(MapRecipe(model_name, a, b, together=alone == "Together, as one pair"))
