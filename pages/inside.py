"""Inside a head: queries, keys, scores, softmax, values, and what the head adds."""

import streamlit as st

from components import inside_results, inside_scores
from components.inputs import choose_head, choose_model, choose_sentences
from components.inside_drawing import inside_of
from components.inside_words import READING, about_drawn, strongest_key, summary
from components.loading import load_model, load_trace
from components.page import page
from components.switch_off import changed_trace, choose_switched_off
from components.switch_off_effects import show_effects
from components.switch_off_ranking import show_removals
from components.token_choice import choose_key, choose_query

with page(
    "Inside a head",
    "How does a head come to its weights, and what does it do with them? One head, one token that "
    "looks, and every step of the computation with the real numbers.",
):
    with st.expander("How to read this page"):
        st.markdown(READING)
    sentences, model = choose_sentences(), choose_model()
    trace = load_trace(model, sentences)
    choice = choose_head(trace)
    query = choose_query(trace)
    with st.expander("Switch off heads, or hide tokens"):
        off = choose_switched_off(trace)
    changed = changed_trace(trace, off)
    steps = load_model(model).head_steps(changed, choice.layer, choice.head, query, off=off)
    key = choose_key(trace, strongest_key(steps.weights, trace.special))
    inside = inside_of(trace, steps, key)
    st.markdown(summary(steps, inside.names, trace.special))
    if len(inside.places) < len(trace.tokens):
        st.info(about_drawn(steps, inside.places))

    st.header("1. A query and a key for each token", anchor=False)
    st.markdown(
        "The head turns the vector of the token that looks into a query, and every token's vector "
        f"into a key, {steps.head_width} numbers each."
    )
    inside_scores.show_vectors(inside, off)
    st.header("2. The query times each key", anchor=False)
    st.markdown(
        "Query and key are multiplied dimension by dimension, and the products are added up: the "
        "dot product says how well a key fits the query."
    )
    inside_scores.show_products(inside)
    st.subheader("Which dimensions make the score", anchor=False)
    inside_scores.show_dimensions(inside)
    st.header("3. Divided by the square root of the width", anchor=False)
    inside_scores.show_division(inside)
    st.header("4. Softmax: scores become shares of 1", anchor=False)
    st.markdown(
        "Each score becomes a positive number, its power of *e*, and is divided by the sum of all "
        "of them. These shares are the weights; they add up to 1."
    )
    inside_scores.show_softmax(inside)
    st.header("5. The values, weighted and added up", anchor=False)
    st.markdown(
        "Every token offers a value vector. Each is multiplied by its weight, and their sum is "
        "what the head hands on."
    )
    inside_results.show_values(inside)
    st.header("6. What the head adds to the token's vector", anchor=False)
    st.markdown(
        "The layer's output map brings each head's sum back to the model's full width. The parts "
        "of all heads are added to the token's vector, and the sum is layer-normalised."
    )
    inside_results.show_contribution(inside)
    st.header("All numbers", anchor=False)
    inside_results.show_numbers(inside, changed)
    st.header("What depends on it", anchor=False)
    show_effects(trace, changed, off, query)
    show_removals(trace, query)
    inside_results.show_ways(query)
