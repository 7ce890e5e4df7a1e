"""Answers of a classification layer as chips: the likeliest label above, bars for the next."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import streamlit as st

from backend.trace import FloatArray, Trace
from components.browser_files import script_of, style_of
from components.figures_lesson import written
from components.output_words import label_name
from components.piece_kinds import piece_kind
from components.token_chips import visible

MOST_ANSWERS: Final = 3
"""So many labels have a bar."""
_LONGEST_TEXT: Final = 400

_mount = st.components.v2.component(
    "tag_chips", css=style_of("figure", "chips", "tag_chips"), js=script_of("elements", "tag_chips")
)


def show_tag_chips(
    data: dict[str, Any], *, key: str, on_choice: Callable[[str, str], None] = lambda *_: None
) -> None:
    """Draw the chips of `token_answers` or `sentence_answers`.

    When the reader chooses one, `on_choice` is called with `key` and the name of what is drawn; the
    choice then stands in the session under that key as `choice` (query, serial, and as trace the
    name of what it was made in), unchecked: it comes from the browser.
    """
    _mount(data=data, key=key, on_choice_change=partial(on_choice, key, data["name"]))


def token_answers(
    trace: Trace,
    labels: Sequence[str],
    shares: FloatArray,
    *,
    name: str,
    query: int | None,
    serial: int,
) -> dict[str, Any]:
    """What the browser is sent of every token's answers; special tokens have none.

    An answer is a label, its probability, and that as it is written.

    shares: (token, label); name: of what is drawn, for those who wait for it
    """
    best = _best(shares)
    chips = [
        {
            "text": visible(token),
            "group": int(trace.segments[place]),
            "special": bool(trace.special[place]),
            "continues": piece_kind(token) == "continuation",
            "answers": [] if trace.special[place] else _answers(labels, shares[place], best[place]),
        }
        for place, token in enumerate(trace.tokens)
    ]
    groups = ["Sentence A", "Sentence B"] if trace.segments.any() else ["Sentence A"]
    shown = _data(name, groups, chips, labels)
    return shown | {"choice": {"query": query, "serial": serial}}


def sentence_answers(
    readings: Sequence[tuple[str, str]], labels: Sequence[str], shares: FloatArray, *, name: str
) -> dict[str, Any]:
    """What the browser is sent of the answers for whole sentences, one group a reading.

    readings: what each is called, and its text; shares: (reading, label)
    """
    best = _best(shares)
    chips = [
        {
            "text": visible(_shortened(text)),
            "group": number,
            "special": False,
            "continues": False,
            "answers": _answers(labels, shares[number], best[number]),
        }
        for number, (_, text) in enumerate(readings)
    ]
    return _data(name, [title for title, _ in readings], chips, labels) | {"choice": None}


def _data(
    name: str, groups: Sequence[str], chips: Sequence[dict[str, Any]], labels: Sequence[str]
) -> dict[str, Any]:
    used = {label for chip in chips for label, *_ in chip["answers"]}
    names = {shown: label_name(each, labels) for each in labels if (shown := visible(each)) in used}
    return {"name": name, "groups": list(groups), "chips": list(chips), "names": names}


def _best(shares: FloatArray) -> list[list[int]]:
    """Each row's likeliest labels, likeliest first."""
    order = np.argsort(-shares, axis=1, kind="stable")[:, :MOST_ANSWERS]
    places: list[list[int]] = order.tolist()
    return places


def _answers(
    labels: Sequence[str], shares: FloatArray, best: Sequence[int]
) -> list[tuple[str, float, str]]:
    return [
        (visible(labels[place]), round(float(shares[place]), 4), written(float(shares[place])))
        for place in best
    ]


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"
