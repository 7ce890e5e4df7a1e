"""Compare: what changed inside when one word changed?"""

import streamlit as st

from backend.weight_kinds import KINDS
from components.comparison_choice import asked_of
from components.comparison_controls import show_controls
from components.comparison_kinds import drawn_comparison
from components.comparison_sections import (
    ask_for_second,
    choose_reading,
    load_comparison,
    show_cosines,
    show_downloads,
    show_limits,
    show_verdict,
)
from components.comparison_view import show_comparison
from components.inputs import choose_head, choose_model, choose_sentences
from components.kept import keep_choice, view
from components.page import page
from components.presenter import main_figure, tell_chosen
from components.view_options import WEIGHTS
from components.weight_choice import choose_kind
from components.weight_words import SYMBOLS
from components.whole_views import whole_comparison

READING = """
- The words of A and B are **aligned**: a word put in or taken out shifts none of the others. What
  only one sentence has is hatched in the pictures.
- **Read alone**, A knows nothing of B, so a difference comes from the changed word. **As one
  pair** they look at each other too, and which comes first makes a difference of its own.
- The **list** puts first the head whose weight from the query to one single word that A and B have
  in common changes most, up or down. [CLS] and [SEP], where heads rest that find nothing (Clark et
  al. 2019), count only if you switch them on.
- Each **arrow** is a head: it leads from its two weights in A to its two weights in B. Below the
  dashed line the first key gets more, above it the second.
- **Cosine similarity** says how alike two vectors are: 1 the same direction, 0 nothing in common.
- Attention is where a head looks, not by itself a reason for what a model decides
  (Jain and Wallace 2019; Wiegreffe and Pinter 2019).
"""

with page(
    "Compare",
    "What changed inside when one word changed? Both sentences go through the same model; here is "
    "every weight of A and of B, and what is different. A weight says how much one word, the "
    "query, looks at another word, the key.",
) as taken:
    with st.expander("How to read this page"):
        st.markdown(READING + SYMBOLS)
    sentences, model = choose_sentences(), choose_model()
    switches = st.container()
    pair = view().pair
    compared = load_comparison(model, sentences, pair=pair)
    if compared is None:
        ask_for_second(model, sentences.a)
    else:
        with switches:
            special = choose_reading()
        kind = choose_kind([compared.a.trace, compared.b.trace])
        choice = choose_head(compared, layered=KINDS[kind].per_layer)
        drawn, words, recipe = drawn_comparison(compared, kind, choice)
        asked = asked_of(drawn, choice, special=special, words=words)
        show_verdict(asked)
        with main_figure():
            tell_chosen(f"Weights: {WEIGHTS[recipe.kind]}")
            show_comparison(asked, choice.serial, on_choice=keep_choice)
        if pair:
            st.subheader("What the order does by itself", anchor=False)
            show_controls(asked)
        st.subheader("How the word's vector moves through the layers", anchor=False)
        show_cosines(asked)
        st.subheader("How far this goes", anchor=False)
        show_limits(asked, model, sentences)
        show_downloads(asked, recipe)
        taken.whole = whole_comparison(asked, recipe, choice.serial)
