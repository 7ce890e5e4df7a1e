"""The lesson's steps about what comes out: the classification layer and transfer learning."""

from typing import Final

import streamlit as st

from backend.lesson_output_exercises import asked_word, parameter_count
from backend.lesson_questions import Reading
from backend.lesson_words import word_places
from backend.part_of_speech import TAG_NAMES
from components.lesson_evidence import show_words
from components.plain import plain

_MOST_WORDS: Final = 40


def show_output(reading: Reading) -> None:
    """From T to tags."""
    a, tagger = reading.a, reading.tagger_of()
    count, width = a.hidden.shape[1:]
    show_words(
        f"After layer {a.layers - 1} every token has one vector that knows its surroundings: "
        f"together they are called **T**, {count} × {width} numbers. For a task one more layer is "
        "put on top, the **classification layer**: it gives each possible answer a probability, "
        "for every token anew. Fine-tuning usually adjusts the layers below a little, too; here "
        f"only the last one was trained, on {tagger.sentences} sentences."
    )
    st.markdown("**Sentence A with the tags that the layer gives; one is left for you**")
    _show_tags(reading)


def show_transfer(reading: Reading) -> None:
    """What is learned once and used for many tasks."""
    a, tagger = reading.a, reading.tagger_of()
    show_words(
        "BERT was **pre-trained** once, at great cost, on texts of 3.3 billion words, mostly by "
        "filling in blanks (Devlin et al. 2018). What it learned is used again and again: for "
        "parts of speech, for names of people and places, for questions and answers, one adds a "
        "small layer and needs few labelled examples. That is **transfer learning**. Larger "
        "models do some tasks from a description alone (zero-shot); fine-tuning often helps still."
    )
    for column, label, value in zip(
        st.columns(3),
        ("numbers in the encoder", "labelled sentences here", "labelled pieces in them"),
        (parameter_count(reading), tagger.sentences, tagger.tokens),
        strict=True,
    ):
        column.metric(label, f"{value:,}")
    show_words(
        f"The encoder of {plain(reading.title)} has {a.layers} layers of {a.heads} heads. Its "
        "numbers stayed as they are while the layer on top was trained."
    )


def _show_tags(reading: Reading) -> None:
    """The words of A, each with the tag the layer gives it; the asked one has a question mark."""
    a, tagger = reading.a, reading.tagger_of()
    best = tagger.probabilities(a.hidden[-1]).argmax(axis=1)  # (token,)
    places, asked = word_places(a), asked_word(reading)
    tags = {p: "?" if p == asked else tagger.tags[best[p]] for p in places[:_MOST_WORDS]}
    words = (f"{plain(a.tokens[place])} :gray-badge[{plain(tag)}]" for place, tag in tags.items())
    st.markdown("  ".join(words) + (" …" if len(places) > _MOST_WORDS else ""))
    used = dict.fromkeys(tag for tag in tags.values() if tag != "?")
    show_words(", ".join(f"**{plain(tag)}** {plain(TAG_NAMES[tag])}" for tag in used))
