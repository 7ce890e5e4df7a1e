"""BertViz: the classic three views of attention, without a network."""

import streamlit as st

from components.bertviz_views import show_view
from components.inputs import choose_head, choose_model, choose_sentences, choose_view
from components.loading import load_trace
from components.page import page

READING = """
- **BertViz** (Vig 2019, *A Multiscale Visualization of Attention in the Transformer Model*;
  Apache License 2.0) is where these three pictures come from. Its own scripts draw what stands
  below, from the weights that this app computed; nothing is fetched from a network.
- The **Attention** page shows the same weights: there they can be read as numbers, special tokens
  can be hidden, and long texts fit. Only the neuron view shows more: the queries and keys from
  which the weights are computed.
- **Layer** and **Head** in the sidebar set where a view opens; the drop-downs inside are
  BertViz's own and leave the sidebar as it is. *Sentence A -> Sentence B* means: tokens of A look,
  tokens of B are looked at. The colours only tell heads, or layers, apart; from the eleventh on
  they repeat.
- On the keyboard, Tab goes to the squares, pictures and tokens, arrow keys move among them, Enter
  presses; Shift and Enter is the double click.
- A strong line says where a head looks. It does not say that this token is why the model decides as
  it does (Jain and Wallace 2019; Wiegreffe and Pinter 2019).
"""

with page(
    "BertViz",
    "The classic three views. One layer with its heads, all heads of all layers at once, or how a "
    "single head comes to its weights: drawn by BertViz itself, for your sentences.",
):
    with st.expander("How to read this page"):
        st.markdown(READING)
    sentences, model = choose_sentences(), choose_model()
    trace = load_trace(model, sentences)
    choice = choose_head(trace)
    show_view(choose_view(), trace, choice)
