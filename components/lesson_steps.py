"""The steps of the lesson: a few sentences, a figure of these very sentences, and ways on."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from backend.lesson import EXERCISES, OPEN, STEPS, marks_of
from backend.lesson_questions import Reading
from backend.lesson_words import looking_word
from components.inputs import lesson_progress, show_way
from components.lesson import show_what_is_open
from components.lesson_attention_steps import show_chicken, show_heads, show_self_attention
from components.lesson_input_steps import show_embeddings, show_tokenizer
from components.lesson_output_steps import show_output, show_transfer

WHAT_ATTENTION_SHOWS: Final = """
**What attention shows, and what it does not.** A weight says where a head looks. It does not say
why a model decides as it does. Jain and Wallace (2019) found other weights that leave the decision
the same; Wiegreffe and Pinter (2019) answer that it depends on what one calls an explanation, and
on testing it. That heads have habits is well measured (Clark et al. 2019): a description of heads,
not a reason for what the model does.
"""

_SHOWN: Final[dict[str, Callable[[Reading], None]]] = {
    "Tokenizer": show_tokenizer,
    "Embeddings": show_embeddings,
    "Self-attention": show_self_attention,
    "Heads": show_heads,
    "The chicken and the road": show_chicken,
    "Output": show_output,
    "Transfer": show_transfer,
}


def show_step(number: int, reading: Reading) -> None:
    """Draw the step's words and its figure."""
    _SHOWN[STEPS[number].title](reading)


def show_afterword(number: int) -> None:
    """Draw what would give answers away before the exercises are done."""
    done = marks_of(lesson_progress()[1])
    last = number == len(STEPS) - 1
    answered = {e.name for e, mark in zip(EXERCISES, done, strict=True) if mark != OPEN}
    here = {exercise.name for exercise in STEPS[number].exercises}
    if last or "conclusion" in here & answered:
        st.info(WHAT_ATTENTION_SHOWS)
    if last:
        show_what_is_open()


def show_ways(number: int, reading: Reading) -> None:
    """Draw the buttons that open other pages where this step can be seen at large."""
    query = looking_word(reading.a)
    title = STEPS[number].title
    with st.container(horizontal=True):
        if title == "Tokenizer":
            show_way("Open Tokens with these sentences", "tokens", key="way")
        elif title == "Embeddings":
            show_way("Open Embeddings with these sentences", "embeddings", key="way")
        elif title == "Heads":
            habit = reading.habits_of().following
            head = {"layer": habit.layer, "head": habit.head, "query": query}
            label = f"Open Attention at layer {habit.layer}, head {habit.head}"
            show_way(label, "attention", key="way", **head)
        elif title == "The chicken and the road":
            habit = reading.habits_of().pronoun
            head = {"layer": habit.layer, "head": habit.head, "query": query}
            show_way("Open Compare: A against B", "compare", key="way", **head)
            show_way("Open Attention: A and B as one pair", "attention", key="way_pair", **head)
        elif title == "Output":
            show_way("Open Output with these sentences", "output", key="way", query=query)
        else:
            show_way("See it all on the Overview", "overview", key="way")
