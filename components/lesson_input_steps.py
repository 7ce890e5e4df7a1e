"""The lesson's steps about what goes in: the tokenizer and the embeddings."""

from functools import partial
from typing import Final

import numpy as np
import streamlit as st

from backend.cached import cached_tokenizer
from backend.embedding_tables import one_token_csv
from backend.lesson_questions import Reading
from backend.lesson_words import looking_word
from backend.tokenizer import CASED
from components.downloads import offer_csv
from components.drawn_figure import show_figure
from components.embedding_sections import parts_of
from components.figures_equation import equation_limit, one_token_figure
from components.lesson_evidence import QUIET, show_words
from components.page import page_theme
from components.plain import plain
from components.token_chips import chips_of, show_token_chips

FIRST_SENTENCE: Final = "My dog Fido is cute. He likes playing."
OTHER_SENTENCE: Final = "The trophy doesn't fit in the suitcase because it is too big."


def show_tokenizer(reading: Reading) -> None:
    """From text to pieces, at a sentence that no exercise asks about."""
    show_words(
        "A model calculates with numbers, so a **tokenizer** first cuts the text into pieces from "
        "a fixed list, the vocabulary, in which every piece has a number: its **id**. BERT's way, "
        "WordPiece, leaves frequent words whole and puts rarer ones together from frequent runs "
        "of letters; **##** marks a piece that continues a word. The tokenizer also adds "
        "**[CLS]** at the beginning of all and **[SEP]** at the end of each text: one text may be "
        "several sentences, and BERT reads one text or two."
    )
    own = reading.a.sentences[0] == FIRST_SENTENCE
    text = OTHER_SENTENCE if own else FIRST_SENTENCE
    st.markdown(
        "**An example of its own, not your Sentence A: one text, as the tokenizer of "
        "bert-base-cased cuts it**"
    )
    chips = chips_of((text, None), cached_tokenizer(CASED).split(text))
    show_token_chips((text, None), chips, key="lesson_chips", titles=("This text",))


def show_embeddings(reading: Reading) -> None:
    """From pieces to vectors: the sum, at one token."""
    a = reading.a
    word, (count, width) = looking_word(a), a.hidden.shape[1:]
    three = a.embeddings.segment is not None
    segment = " one for its **segment** (sentence A or B)," if three else ""
    show_words(
        f"Each piece becomes {'three' if three else 'two'} vectors of "
        f"{a.embeddings.token.shape[1]} numbers: one for the **piece** itself,{segment} and one "
        "for the **position** where it stands. The model learned them all in training. They are "
        f"added, number by number, and brought to a common scale: {count} tokens × {width} "
        "numbers go into layer 0."
    )
    parts = parts_of(a.embeddings)
    st.markdown(f"**“{plain(a.tokens[word])}” of Sentence A, number by number**")
    figure = one_token_figure(parts, word, limit=equation_limit(parts), theme=page_theme())
    title = f"The vectors of {a.tokens[word]}, added up"
    show_figure(figure, title, key="lesson_equation", config=QUIET)
    columns = {part.title.split(":")[0]: np.asarray(part.values) for part in parts}
    make = partial(one_token_csv, columns, word)
    offer_csv("This token's vectors (CSV)", f"embeddings-token-{word}.csv", make)
