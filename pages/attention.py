"""Attention: who looks at whom, in every layer and head."""

import streamlit as st

from components.attention_downloads import show_downloads
from components.attention_view import show_attention
from components.head_heatmap import show_head_heatmap
from components.inputs import choose_head, choose_model, choose_sentences, keep_choice
from components.loading import load_trace
from components.page import page

with page(
    "Attention",
    "Who looks at whom? Every layer has several heads, and in each of them every token spreads "
    "one whole of attention over all tokens. Point at a token to see where it looks. Click a "
    "small picture, or press the arrow keys in the grid, to choose another head.",
):
    sentences, model = choose_sentences(), choose_model()
    trace = load_trace(model, sentences)
    choice = choose_head(trace)
    picture, numbers = st.columns(2, gap="medium")
    with picture:
        show_attention(trace, choice, on_choice=keep_choice)
    with numbers:
        show_head_heatmap(trace, choice)
    show_downloads(trace, choice)
