"""Overview: what BERT does to these sentences, from the bottom up."""

import streamlit as st

from components.attention_view import show_attention
from components.inputs import choose_head, choose_model, choose_sentences
from components.kept import keep_choice
from components.loading import load_trace
from components.overview import show_steps
from components.page import page

with page(
    "Overview",
    "What does BERT do to these sentences? Change a word in the sidebar (behind » on a phone) and "
    "press Enter. Numbers in brackets are the shape of what was computed: (pieces, numbers).",
):
    sentences, model = choose_sentences(), choose_model()
    trace = load_trace(model, sentences)
    choice = choose_head(trace)
    show_steps(trace)
    st.subheader("Who looks at whom", anchor=False)
    show_attention(trace, choice, on_choice=keep_choice)
