"""What is drawn as weights in a comparison: of both sentences alike, on one scale."""

from dataclasses import replace

import streamlit as st

from backend.answers import answer_of
from backend.two_sentences import Comparison, Side
from backend.weight_kinds import RAW, Weights, on_one_scale
from components.comparison_choice import asked_of
from components.view import Choice
from components.weight_choice import answers_are_ready, choose_answer, find_weights, given_words
from components.weight_words import RAW_WORDS, WORDS, WeightWords


def drawn_comparison(
    compared: Comparison, kind: str, choice: Choice
) -> tuple[Comparison, WeightWords]:
    """The comparison with what is drawn as its weights, and how that is spoken of.

    For gradients Answer is drawn too, and what the answers are: those about the query.
    """
    if kind == RAW:
        return compared, RAW_WORDS
    if kind == "gradient":
        return _with_gradients(compared, choice)
    sides = (compared.a, compared.b)
    return _with_weights(compared, [find_weights(side.trace, kind) for side in sides], kind)


def _with_gradients(compared: Comparison, choice: Choice) -> tuple[Comparison, WeightWords]:
    sides = (compared.a, compared.b)
    kind = choose_answer([side.trace for side in sides])
    query = compared.places[asked_of(compared, choice, special=False).query].tolist()
    asked = [
        (side.trace, answer_of(side.trace, kind, side.first + token, range(side.first, side.last)))
        for side, token in zip(sides, query, strict=True)
    ]
    if not answers_are_ready(asked):
        return compared, RAW_WORDS
    found = on_one_scale(*(find_weights(trace, "gradient", answer) for trace, answer in asked))
    _tell_answers(sides, found)
    return _with_weights(compared, found, "gradient")


def _tell_answers(sides: tuple[Side, Side], found: tuple[Weights, Weights]) -> None:
    told = [
        (given_words(side.trace, weights.given, letter), weights.given.strongest)
        for side, weights, letter in zip(sides, found, "AB", strict=True)
        if weights.given is not None
    ]
    words = "  \n".join(word for word, _ in told)
    st.markdown(f"{words}  \n1.000 stands for {told[0][1]:.3f} of log-odds in both.")


def _with_weights(
    compared: Comparison, found: list[Weights] | tuple[Weights, Weights], kind: str
) -> tuple[Comparison, WeightWords]:
    a, b = (
        replace(side, trace=weights.drawn)
        for side, weights in zip((compared.a, compared.b), found, strict=True)
    )
    return replace(compared, a=a, b=b), WORDS[kind]
