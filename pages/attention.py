"""Attention: who looks at whom, in every layer and head."""

import streamlit as st

from components.attention_downloads import show_downloads
from components.attention_view import show_attention
from components.head_heatmap import show_head_heatmap
from components.inputs import choose_model, choose_sentences
from components.kept import keep_choice
from components.loading import load_trace
from components.page import page
from components.presenter import main_figure, tell_chosen
from components.switch_off import changed_trace, choose_switched_off
from components.switch_off_effects import show_effects
from components.switch_off_ranking import show_removals
from components.switch_off_words import in_short
from components.token_choice import choose_token
from components.view_options import WEIGHTS
from components.weight_choice import choose_weights, drawn_weights
from components.weight_words import SYMBOLS
from components.whole_views import whole_attention

READING = """
- The **query** is the token that looks, the **key** the token it looks at. A **weight** of 0.371
  means that 37.1 % of the query's attention goes to that key.
- A **layer** reads what the layer below wrote. The **heads** of a layer work at the same time, each
  with its own habits: in layer 3, head 1 of the built-in model a pronoun often looks at a noun; in
  layer 0, head 2 every token looks at the one before it.
- **[CLS]** and **[SEP]** are special tokens that mark the beginning and the ends. Heads that
  find nothing of their own in a sentence are thought to rest there (Clark et al. 2019). Hide them
  to see the rest; the weights stay the true ones.
- Read as a pair, A and B look at each other too. Empty Sentence B to see A alone: `it` then looks
  at `chicken` with 0.68 instead of 0.37.
- **Switch off**, below the figure, runs the model without a head, or without being able to look at
  a word, and says what becomes of the chosen token.
- Attention is where a head looks, not by itself a reason for what a model decides
  (Jain and Wallace 2019; Wiegreffe and Pinter 2019).
"""

with page(
    "Attention",
    "Who looks at whom? In every head of every layer, each token shares out its attention, 1 in "
    "all, over all tokens. Point at a token to see where it looks. Click a small picture, or press "
    "the arrow keys there, to choose another head.",
) as taken:
    with st.expander("How to read this page"):
        st.markdown(READING + SYMBOLS)
    sentences, model = choose_sentences(), choose_model()
    trace = load_trace(model, sentences)
    kind, choice = choose_weights(trace)
    figures, switches = st.container(), st.container()
    with switches:
        st.header("Switch off", anchor=False)
        st.markdown(
            "What depends on a head, or on being able to look at a word? Switch a head off, or "
            "hide a token from all others, and the model runs again, for you alone: what others "
            "see stays as it is."
        )
        off = choose_switched_off(trace)
    with figures:
        changed = changed_trace(trace, off, kind)
        drawn = drawn_weights(changed, kind, choice, off=off)
        picture, numbers = st.columns(2, gap="medium")
        with picture, main_figure():
            tell_chosen(f"Weights: {WEIGHTS[drawn.kind]}", in_short(off))
            show_attention(drawn.trace, choice, on_choice=keep_choice, words=drawn.words)
        with numbers:
            show_head_heatmap(drawn.trace, choice, drawn.words)
        show_downloads(drawn, choice, changed=bool(off))
        taken.whole = whole_attention(drawn, choice, off)
    with switches:
        token = choose_token(trace)
        show_effects(trace, changed, off, token)
        show_removals(trace, token)
