"""What the order of a pair does by itself: the pair, the pair swapped, the same sentence twice."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from backend.cached import cached_trace
from backend.trace import FloatArray, Trace
from components.comparison_choice import Asked
from components.comparison_words import arrow, changed
from components.weight_words import RAW_WORDS

MOST_TOKENS = 256
"""Tokens of a pair up to which its controls are computed at every change."""


@dataclass(frozen=True, eq=False)
class Control:
    """The chosen head's weights on the two keys, read in one way.

    letters: what the two readings are called
    first, second: (key,)
    """

    name: str
    letters: tuple[str, str]
    first: FloatArray
    second: FloatArray

    @property
    def change(self) -> FloatArray:
        """(key,), second minus first."""
        change: FloatArray = self.second - self.first
        return change


def show_controls(asked: Asked) -> None:
    """A table of the chosen head's weights, read in four ways, and what it says."""
    if asked.words is not RAW_WORDS:
        st.info("This is shown for raw weights: choose them under Weights.")
        return
    if len(asked.keys) < 2:
        return
    if len(asked.comparison.tokens) > MOST_TOKENS:
        st.info(
            f"The swapped pair and the same sentence twice are shown up to {MOST_TOKENS} tokens: "
            "for longer texts they would take seconds at every change."
        )
        return
    if any(trace.left_out for trace in _readings(asked.comparison.a.trace)):
        st.info(
            "The swapped pair and the same sentence twice are shown where the model can read all "
            "of both; here it would leave tokens out."
        )
        return
    rows = controls(asked)
    columns = {
        arrow(asked, key): [_cell(row, nth) for row in rows] for nth, key in enumerate(asked.keys)
    }
    st.table({"Read as": [row.name for row in rows]} | columns)
    st.markdown(control_words(asked, rows))


def controls(asked: Asked) -> list[Control]:
    """Each alone, A before B, B before A, and A twice; the comparison must be one of a pair.

    None of these may be too long for the model to read it whole.
    """
    pair = asked.comparison.a.trace
    alone, other, swapped, twice = _readings(pair)
    before, in_b = asked.comparison.places[[asked.query, *asked.keys]].T.tolist()
    # RoBERTa closes the first sentence of a pair with two separators, a sentence alone with one.
    in_a = [min(index, len(alone.tokens) - 1) for index in before]
    in_b = [index + 1 for index in in_b]  # as if it stood first: after the opening special token

    def first(trace: Trace, indices: Sequence[int]) -> FloatArray:
        query, *keys = indices
        weights: FloatArray = trace.attention[asked.layer, asked.head, query, keys]
        return weights

    def second(trace: Trace, indices: Sequence[int]) -> FloatArray:
        start = int((trace.segments == 0).sum()) - 1  # it has no opening special token
        return first(trace, [start + index for index in indices])

    return [
        Control("each alone", ("A", "B"), first(alone, in_a), first(other, in_b)),
        Control("one pair: A, then B", ("A", "B"), first(pair, before), second(pair, in_b)),
        Control("one pair: B, then A", ("A", "B"), second(swapped, in_a), first(swapped, in_b)),
        Control("A twice", ("first", "second"), first(twice, in_a), second(twice, in_a)),
    ]


def control_words(asked: Asked, rows: Sequence[Control]) -> str:
    """What the order does by itself, in the weight that moves most in the pair."""
    alone, pair, swapped, twice = rows
    key = int(np.abs(pair.change).argmax())
    same, forth, back, apart = (
        changed(row.first[key], row.second[key]) for row in (twice, pair, swapped, alone)
    )
    return (
        f"**The order does something by itself.** In layer {asked.layer}, head {asked.head}, the "
        f"weight {arrow(asked, asked.keys[key])} differs by {same} between the first and the "
        f"second of two identical sentences. From A to B it changes by {forth} "
        f"when A stands first and by {back} when B stands first; read alone, by {apart}. "
        "Only sentences that are read alone have no order that could play a part."
    )


def _readings(pair: Trace) -> tuple[Trace, Trace, Trace, Trace]:
    """A alone, B alone, B before A, A twice."""
    a, b = pair.sentences[0], str(pair.sentences[1])
    texts = ((a, None), (b, None), (b, a), (a, a))
    alone, other, swapped, twice = (cached_trace(pair.model, *text) for text in texts)
    return alone, other, swapped, twice


def _cell(row: Control, key: int) -> str:
    one, other = row.letters
    before, after = row.first[key], row.second[key]
    return f"{before:.3f} {one}, {after:.3f} {other} ({changed(before, after)})"
