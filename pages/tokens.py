"""Tokens: which pieces and ids the sentences become."""

from functools import partial

import streamlit as st

from backend.cached import cached_tokenizer
from backend.tables import tokens_csv
from backend.tokenizer import CASED
from components.downloads import offer_csv
from components.inputs import choose_model, choose_sentences, use_sentences
from components.page import page
from components.presenter import main_figure
from components.token_chips import chips_of, show_token_chips, visible
from components.tokenizer_choice import choose_tokenizer, use_tokenizer

LESSON = "My dog Fido is cute. He likes playing."


def use_lesson_sentence() -> None:
    """Show the lesson's sentence as the lesson's tokenizer cuts it."""
    use_sentences(LESSON)
    use_tokenizer(CASED)


with page(
    "Tokens",
    "Before a model can read, a tokenizer cuts the text into pieces from a fixed list, its "
    "vocabulary, and looks up each piece's number, its id. BERT's way is called WordPiece: "
    "frequent words stay whole, rarer ones fall into frequent fragments. The fragments often "
    "look like morphemes (the parts of a word that carry meaning), but not always: they were "
    "chosen by how often they occur, not by what they mean.",
):
    sentences, model = choose_sentences(), choose_model()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = choose_tokenizer(model)
        st.button(
            "The lesson's sentence",
            on_click=use_lesson_sentence,
            help="Puts “My dog Fido is cute. He likes playing.” into Sentence A, empties Sentence "
            "B and chooses the tokenizer bert-base-cased. Back undoes it.",
        )
    pieces = cached_tokenizer(name).split(sentences.a, sentences.b)
    if pieces.left_out:
        st.info(
            f"The text is longer than the {pieces.limit} tokens that fit: {pieces.left_out} are "
            "left out below. The text in the box stays whole."
        )
    chips = chips_of((sentences.a, sentences.b), pieces)
    with main_figure():
        show_token_chips((sentences.a, sentences.b), chips, key="chips")

    st.header("The same as a table", anchor=False)
    st.markdown(
        "Everything is counted from 0, the characters from the beginning of their own sentence. "
        "“7 to 9” means characters 7 and 8: the end is not counted in, as in Python's `text[7:9]`."
    )
    st.dataframe(
        {
            "position": [chip.position for chip in chips],
            "piece": [visible(chip.piece) for chip in chips],
            "id": [chip.id for chip in chips],
            "segment": [chip.segment for chip in chips],
            "characters": [chip.characters for chip in chips],
            "text it came from": [visible(chip.source) for chip in chips],
        },
        hide_index=True,
    )
    offer_csv("Tokens (CSV)", "tokens.csv", partial(tokens_csv, pieces))
