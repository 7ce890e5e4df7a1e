"""How good the layer for parts of speech is on sentences it has not seen, measured live."""

from functools import partial
from typing import Final

import streamlit as st

from backend import output_tables as tables
from backend.cached import cached_tag_accuracy
from backend.catalogue import CATALOGUE
from backend.embedding_tables import layer_name
from backend.for_all import Steps, accuracies
from backend.tagger import TagAccuracy
from backend.training_states import Running, Waiting
from components.downloads import offer_csv
from components.drawn_figure import show_figure
from components.figures_output import accuracy_figure
from components.for_all import show_work
from components.output_words import accuracy_words, confusion_words, method_words
from components.page import page_theme
from components.plain import plain
from components.time_words import share_done

_CONFUSIONS: Final = 3


def show_accuracy(model: str) -> None:
    """What layers on T and on each earlier layer get; the way there, while it is measured."""
    if accuracies.is_ready(model):
        _show_measured(cached_tag_accuracy(model))
    else:
        _show_measuring(model)


def _show_measured(found: TagAccuracy) -> None:
    st.markdown(accuracy_words(found))
    names = [layer_name(layer) for layer in range(len(found.by_layer))]
    names[-1] += " = T"
    figure = accuracy_figure(found.by_layer, found.by_word, names, theme=page_theme())
    show_figure(figure, "Accuracy by layer", key="accuracy")
    if found.confusions:
        wrong = (plain(confusion_words(each)) for each in found.confusions[:_CONFUSIONS])
        st.markdown(
            "The most frequent mistakes of the layer on T:\n" + "".join(f"\n- {w}" for w in wrong)
        )
    st.caption(method_words(found))
    offer_csv("Accuracy by layer (CSV)", "accuracy.csv", partial(tables.accuracy_csv, found))


def _show_measuring(model: str) -> None:
    """Models that need no network are measured at once, others when they are asked for."""
    at_once = model in CATALOGUE and CATALOGUE[model].offline
    if not isinstance(accuracies.state(model), Waiting | Running) and not at_once:
        st.markdown(
            "How many tags are right on sentences the layer has not seen, and how many a layer on "
            "each earlier layer would get: for this model the server needs some minutes to measure "
            "it."
        )
    show_work(accuracies, model, _measuring_words, at_once=at_once, offer="Measure it")


def _measuring_words(now: Steps | None) -> str:
    text = "Measuring on held-out sentences"
    if now is None or not now.done:
        return f"{text}: the model reads them first"
    return f"{text}: {share_done(now)}"
