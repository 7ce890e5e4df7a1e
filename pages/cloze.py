"""Cloze: fill in the masked word, and watch a small BERT learn to do it."""

import streamlit as st

from components.cloze_filling import show_filling
from components.cloze_learning import show_learning
from components.cloze_sentences import show_own_sentences, show_way_back
from components.cloze_words import HELD_OUT_WORDS, LEARNING, LIMITS, READING
from components.drawn_figure import keep_figures_steady
from components.inputs import choose_model, choose_sentences
from components.mask_choice import wrap_pills
from components.page import page

with page(
    "Cloze",
    "Which word is missing? Hide a word, and BERT says what could stand there. Filling in such "
    "gaps is the task it learned from. Below, a small BERT learns it before your eyes.",
):
    with st.expander("How to read this page"):
        st.markdown(READING)
    wrap_pills()
    keep_figures_steady()
    sentences, model = choose_sentences(), choose_model()

    st.header("Fill in", anchor=False)
    show_way_back()
    show_filling(model, sentences)
    st.markdown("Sentences that the small BERT knows all words of, two at a time:")
    show_own_sentences()

    st.header("Learn", anchor=False)
    st.markdown(LEARNING)
    show_learning()
    st.markdown(HELD_OUT_WORDS)
    st.markdown(LIMITS)
