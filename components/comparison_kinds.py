"""What is drawn as weights in a comparison: of both sentences alike, on one scale."""

import streamlit as st

from backend.answers import answer_of
from backend.cached_comparisons import (
    NO_ANSWERS,
    Answers,
    ComparisonRecipe,
    recipe_of,
    with_weights,
)
from backend.two_sentences import Comparison
from backend.weight_kinds import RAW, Weights, on_one_scale
from components.comparison_choice import asked_of
from components.view import Choice
from components.weight_choice import answers_are_ready, choose_answer, find_weights, given_words
from components.weight_words import WORDS, WeightWords


def drawn_comparison(
    compared: Comparison, kind: str, choice: Choice
) -> tuple[Comparison, WeightWords, ComparisonRecipe]:
    """The comparison with what is drawn as its weights, how that is spoken of and read again.

    For gradients Answer is drawn too, and what the answers are: those about the query.
    """
    answers = NO_ANSWERS
    if kind == "gradient":
        asked = _answers_about_query(compared, choice)
        kind, answers = (kind, asked) if asked else (RAW, answers)
    one, other = (
        find_weights(side.trace, kind, answer)
        for side, answer in zip((compared.a, compared.b), answers, strict=True)
    )
    found = on_one_scale(one, other)
    _tell_answers(compared, found)
    return with_weights(compared, found), WORDS[kind], recipe_of(compared, kind, answers)


def _answers_about_query(compared: Comparison, choice: Choice) -> Answers:
    """Whose answers are asked for, in A and in B; none while they cannot be had yet."""
    sides = (compared.a, compared.b)
    kind = choose_answer([side.trace for side in sides])
    query = compared.places[asked_of(compared, choice, special=False).query].tolist()
    answers = [
        answer_of(side.trace, kind, side.first + token, range(side.first, side.last))
        for side, token in zip(sides, query, strict=True)
    ]
    asked = [(side.trace, answer) for side, answer in zip(sides, answers, strict=True)]
    return answers if answers_are_ready(asked) else ()


def _tell_answers(compared: Comparison, found: tuple[Weights, Weights]) -> None:
    told = [
        (given_words(side.trace, weights.given, letter), weights.given.strongest)
        for side, weights, letter in zip((compared.a, compared.b), found, "AB", strict=True)
        if weights.given is not None
    ]
    if told:
        words = "  \n".join(word for word, _ in told)
        st.markdown(f"{words}  \n1.000 stands for {told[0][1]:.3f} of log-odds in both.")
