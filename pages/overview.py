"""Overview: what BERT does to these sentences, from the bottom up."""

import streamlit as st

from components.diagram import show_diagram
from components.diagram_downloads import show_downloads
from components.diagram_rows import lines_head
from components.diagram_words import pair_words
from components.for_all import find_tagger, show_training
from components.inputs import choose_head, choose_lines, choose_model, choose_sentences
from components.kept import keep_choice
from components.loading import load_trace
from components.page import page
from components.presenter import main_figure

BEYOND = """
**What the figure leaves out.** Each layer has a second part, a small network that works on every
token by itself (feed-forward), and around both parts the old vector is added to the new one
(residual connection), so that a token keeps most of what it was. Attention is where a head looks,
not why the model decides (Jain and Wallace 2019; Wiegreffe and Pinter 2019).
"""

with page(
    "Overview",
    "What does BERT do to these sentences? Read the figure from the bottom up, or press Play. "
    "Change a word in the sidebar (behind » on a phone). The brackets are the arrays' shapes.",
):
    sentences, model = choose_sentences(), choose_model()
    trace = load_trace(model, sentences)
    choice = choose_head(trace)
    with st.sidebar:
        lines = choose_lines()
    tagger = find_tagger(model)
    st.markdown(pair_words(trace, choice.layer, lines_head(choice, lines)))
    with main_figure():
        show_diagram(trace, choice, lines, tagger, on_choice=keep_choice)
    st.markdown(BEYOND)
    show_downloads(trace, choice, lines)
    if tagger is None:
        show_training(model)
