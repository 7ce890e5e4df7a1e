"""Try a new sentence: what the trained layers, and zero-shot, make of it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np
import streamlit as st

from backend import transfer_tables as tables
from backend.cached import cached_zero_shot
from backend.errors import EmptySentence, InputError
from backend.labelled_texts import LONGEST_TEXT, PRESETS, preset_task
from backend.last_layer import LastLayer
from backend.model import Model
from backend.refinement import Refinement
from backend.trace import FloatArray
from backend.zero_shot import candidate_labels
from components import kept
from components.downloads import offer_csv
from components.drawn_figure import show_figure
from components.figures_lesson import bars_figure
from components.page import page_theme
from components.plain import plain
from components.transfer_rows import Rows
from components.transfer_words import probability_words
from components.zero_shot_words import (
    fit_words,
    share_title,
    way_words,
    without_training_words,
)

Ways = Mapping[str, FloatArray]
"""The probabilities of a sentence's labels by each way of training: (class,) each."""

ALONE: Final = "Last layer alone"
ALL: Final = "All layers refined"
_LEARNED: Final = (
    f"“{ALONE}” has learned from all sentences of the table, “{ALL}” from two thirds of them."
)
_QUIET: Final = {"displayModeBar": False}
_MOST_BARS: Final = 12
_MOST_TRIED: Final = 100
"""Sentences of a table up to which zero-shot is tried on all of them."""


def choose_new_sentence(model: Model, a: str) -> str | None:
    """Draw New sentence, which holds Sentence A until something else is typed.

    None where it holds nothing that the model can read.
    """
    text: str = kept.stored("new_sentence", a)[:LONGEST_TEXT]
    _show_box(
        "New sentence",
        "new_sentence",
        text,
        placeholder="Type a sentence that is not in the table",
    )
    try:
        model.tokenizer.split(text)
    except EmptySentence:
        st.info("There is nothing in the new sentence that the model can read. Type some words.")
        return None
    return text


def ways_of(text: str, trained: LastLayer, model: Model, refined: Refinement | None) -> Ways:
    """The probabilities of the labels by each way of training there is."""
    ways = {ALONE: trained.probabilities(model, [text])[0]}
    if refined is not None and refined.is_kept:
        ways[ALL] = refined.probabilities([text])[0]
    return ways


def show_probabilities(text: str, classes: Sequence[str], ways: Ways) -> None:
    """The probability of each label, as text and as bars."""
    for name, shares in ways.items():
        st.markdown(f"{name}: {probability_words(classes, shares)}")
    order = np.argsort(-ways[ALONE], kind="stable")[:_MOST_BARS]
    figure = bars_figure(
        [classes[place] for place in order],
        [(name, shares[order]) for name, shares in ways.items()],
        theme=page_theme(),
        end=1.0,
    )
    show_figure(figure, "The probability of each label", key="probabilities", config=_QUIET)
    st.caption(
        "A probability is how sure the layer is, not how often it is right. It knows these "
        f"labels only, and gives one of them to any sentence. {_LEARNED if ALL in ways else ''}"
    )
    offer_csv(
        "Probabilities (CSV)",
        "probabilities.csv",
        partial(tables.probabilities_csv, text, classes, ways),
    )


def show_zero_shot(
    text: str | None, model: Model, title: str, trained: LastLayer | None, labels: Sequence[str]
) -> None:
    """Draw Candidate labels and which of them fits, without any training.

    labels: those that are offered until others are typed
    """
    _show_box(
        "Candidate labels",
        "candidates",
        kept.stored("candidates", _listed(labels)),
        help="With commas between them. Any words will do; nothing is trained.",
    )
    if text is None:
        return
    try:
        candidates = candidate_labels(kept.widget_value("candidates") or "")
        found = cached_zero_shot(model.name, (text,), candidates)
    except InputError as error:
        st.warning(plain(str(error)))
        return
    st.markdown(f"The new sentence: “{plain(text)}”. {fit_words(found)}")
    order = np.argsort(-found.scores[0], kind="stable")[:_MOST_BARS]
    bars = [("share", found.shares[0, order])]
    figure = bars_figure(
        [candidates[place] for place in order],
        bars,
        theme=page_theme(),
        end=1.0,
        counted=share_title(found),
    )
    show_figure(figure, "How well each label fits", key="zero_shot", config=_QUIET)
    offer_csv("Zero-shot (CSV)", "zero-shot.csv", partial(tables.zero_shot_csv, found))
    st.markdown(way_words(found, model.name, title))
    if trained is not None and len(trained.table.texts) <= _MOST_TRIED:
        _show_whole_table(model, trained)


def _show_whole_table(model: Model, trained: LastLayer) -> None:
    """How well zero-shot does on the table's own sentences and labels."""
    try:
        with st.spinner("Trying zero-shot on the sentences of the table …"):
            found = cached_zero_shot(model.name, trained.table.texts, trained.table.classes)
    except InputError:
        return  # a label that cannot be read is no label for zero-shot, but one for training
    st.markdown(without_training_words(found, trained))


def labels_of(rows: Rows, trained: LastLayer | None) -> Sequence[str]:
    """The labels of what was trained, else of the task; the topics' where it has not two yet."""
    if trained is not None:
        return trained.table.classes
    found = sorted({label.strip() for text, label in rows if text.strip() and label.strip()})
    return found if len(found) > 1 else preset_task([*PRESETS][-1]).classes


def _listed(labels: Sequence[str]) -> str:
    """The labels with commas between them, as far as the box can hold them."""
    offered = ""
    for name in labels:
        longer = f"{offered}, {name}" if offered else name
        if len(longer) <= LONGEST_TEXT and not set(name) & set(",;"):
            offered = longer
    return offered


def _show_box(
    title: str, key: str, text: str, *, placeholder: str | None = None, help: str | None = None
) -> None:
    """A box for text that is put away under `key`."""
    kept.seed(key, text)
    st.text_input(
        title,
        key=key,
        max_chars=LONGEST_TEXT,
        on_change=kept.store_widget,
        args=(key,),
        placeholder=placeholder,
        help=help,
    )
