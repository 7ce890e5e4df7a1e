"""Heads: which heads do what."""

import streamlit as st

from components.heads_likeness import show_likeness
from components.heads_reading import measure
from components.heads_search import show_search
from components.heads_sections import show_map, show_measures_table
from components.inputs import choose_head, choose_model, choose_sentences
from components.loading import load_trace
from components.page import page

READING = """
- Each cell of a map is one **head**: layers from top to bottom, heads from left to right, counted
  from 0. **Click a cell, a mark or the box before a line of a table** and the head opens on the
  Attention page. With the keyboard: Layer and Head in the sidebar, then the button below the map.
- Every number is a **mean over the tokens** that look. [CLS], [SEP] and their like are looked at,
  but do not count among those that look: what they look at means little (Clark et al. 2019).
- A measure says where a head looks **on average**, here. It is no name for what the head is for: a
  head that looks at the previous token in one text can do something else in another.
- **Bits apart** is the Jensen-Shannon divergence of two heads: 0 if their tokens share out their
  attention in the same way, 1 if no token looks at anything in both.
- Attention is where a head looks, not by itself a reason for what a model decides
  (Jain and Wallace 2019; Wiegreffe and Pinter 2019).
"""

with page(
    "Heads",
    "Which heads do what? BERT's heads were never told what to look for, yet many keep to one "
    "habit. Here every head of the model is measured at once: find the one that looks at the "
    "previous token, rests on [CLS], or leads from a pronoun to its noun.",
):
    with st.expander("How to read this page"):
        st.markdown(READING)
    sentences, model = choose_sentences(), choose_model()
    trace = load_trace(model, sentences)
    choice = choose_head(trace)
    st.header("All heads, measured", anchor=False)
    measured = measure(trace)
    if measured:
        show_map(measured, trace, choice)
        st.subheader("Every measure of every head", anchor=False)
        st.markdown("Click a heading to sort, and the box before a line to open its head.")
        show_measures_table(measured, trace)
        st.header("How alike the heads are", anchor=False)
        st.markdown(
            "Near means alike, as in Clark et al. 2019: heads of one layer often stand together. "
            "Distance is the square root of the mean Jensen-Shannon divergence of the two heads' "
            "rows (Endres and Schindelin 2003), drawn by classical multidimensional scaling "
            "(Torgerson 1952). The directions themselves mean nothing. “3.1” is layer 3, head 1."
        )
        show_likeness(measured, choice)
    show_search(trace, choice)
