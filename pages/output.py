"""Output: the final vectors T and the classification layer on top of them."""

import streamlit as st

from backend.cached import cached_task_head
from components.accuracy_section import show_accuracy
from components.answer_sections import show_own_layer, show_tags
from components.fitted import fitted_tokens
from components.for_all import find_tagger, show_training
from components.inputs import choose_model, choose_sentences
from components.kept import fit
from components.loading import load_model, load_trace
from components.output_sections import show_vector_map, show_vectors, show_way
from components.page import page
from components.token_choice import choose_tokens

WHAT_IT_SHOWS = """
**What this shows, and what it does not.** A probability is how sure the layer is, not how often it
is right. The layer reads one vector and nothing else, so what it gets right stands in that vector
in a form that a linear layer can read. That does not mean that the model itself makes use of it
(Belinkov 2022). The sentences it learned from are few and everyday: on texts of another kind it can
do worse.
"""

with page(
    "Output",
    "The last layer leaves one vector for every token, together called T. A task needs one more "
    "layer on top, the classification layer: it multiplies each vector by weights of its own, and "
    "a softmax makes probabilities of the result. The answer is the likeliest label.",
):
    sentences, model_name = choose_sentences(), choose_model()
    trace = load_trace(model_name, sentences)
    model = load_model(model_name)
    fit(trace, fitted_tokens)
    own = cached_task_head(model_name)
    if own is not None:
        st.header("The model's own classification layer", anchor=False)
        show_own_layer(trace, model, own)

    st.header("The classification layer for parts of speech", anchor=False)
    st.markdown(
        "Above each token its likeliest part of speech, a tag of the Penn Treebank; below it the "
        "three likeliest with their probabilities. Special tokens have none."
    )
    tagger = find_tagger(model_name)
    if tagger is None:
        show_training(model_name)
    else:
        show_tags(trace, model, tagger)
    st.markdown(WHAT_IT_SHOWS)

    st.header("How good is it, and which layer knows most?", anchor=False)
    show_accuracy(model_name)

    st.header("T, the final vectors", anchor=False)
    st.markdown(
        "Each row is a token, each column one of the dimensions. No single number has a meaning of "
        "its own that one could name; the layers above read them all at once."
    )
    show_vectors(trace)
    st.subheader("T on a map", anchor=False)
    st.markdown(
        "The same vectors seen from the two directions in which they differ most (principal "
        "components). Near means alike, but two directions show only a part of the spread: the "
        "axes say how much. Special tokens are left out. Names that would lie over each other are "
        "not written: point at the mark."
    )
    show_vector_map(trace)

    st.header("One token's way through the layers", anchor=False)
    st.markdown(
        "What a token's vector keeps of what came in, and what it becomes like. Cosine similarity: "
        "1 is the same direction, 0 nothing in common. The neighbours and the chosen token are "
        "taken at the same layer."
    )
    show_way(trace, *choose_tokens(trace))
