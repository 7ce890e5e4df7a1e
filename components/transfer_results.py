"""What a trained last layer gets right and wrong, with how many examples, and in which layer."""

from functools import partial

import streamlit as st

from backend import transfer_tables as tables
from backend.embedding_tables import layer_name
from backend.last_layer import LastLayer
from backend.model import Model
from components.downloads import offer_csv
from components.drawn_figure import show_figure
from components.figures_output import accuracy_figure
from components.figures_transfer import confusion_figure, curve_figure, growth_figure
from components.growth_words import below_guessing_words, growth_words, sizes_words
from components.output_words import weights_words
from components.page import page_theme
from components.plain import plain
from components.transfer_words import (
    accuracy_words,
    curve_words,
    layers_words,
    mistakes_words,
    other_layer_words,
    per_cent,
)


def show_result(trained: LastLayer, model: Model, title: str) -> None:
    """What was trained, how it went, how good it is."""
    found, classes = trained.held_out, trained.classifier.classes
    numbers = trained.classifier.weight.size + len(classes)
    told = (
        ("right, held out", per_cent(found.accuracy), "Of sentences it was not trained on."),
        (
            "right by guessing",
            per_cent(found.most_frequent),
            "What always saying the most frequent label would get.",
        ),
        ("sentences", f"{len(trained.table.texts):,}", "All that the table has."),
        ("numbers trained", f"{numbers:,}", "Weights and biases of the new layer."),
    )
    for column, (label, value, meaning) in zip(st.columns(4), told, strict=True):
        column.metric(label, value, help=meaning)
    st.markdown(
        "**What was trained.** "
        + weights_words(model.width, len(classes), model.numbers, plain(title))
        + " All others stay as they are."
    )
    left, right = st.columns(2)
    with left:
        _show_curve(trained)
    with right:
        _show_confusion(trained)
    with st.container(horizontal=True):
        offer_csv(
            "Learning curve (CSV)", "learning-curve.csv", partial(tables.curve_csv, trained.curve)
        )
        offer_csv("Confusion matrix (CSV)", "confusion.csv", partial(tables.confusion_csv, trained))
        offer_csv(
            "What was said of each sentence (CSV)",
            "held-out.csv",
            partial(tables.predictions_csv, trained),
        )


def _show_curve(trained: LastLayer) -> None:
    size = trained.classifier.weight.size + len(trained.classifier.classes)
    count = len(trained.table.texts)
    st.markdown(curve_words(trained.curve, size, count, trained.held_out.folds))
    figure = curve_figure(trained.curve, theme=page_theme())
    show_figure(figure, "The training, step by step", key="curve")


def _show_confusion(trained: LastLayer) -> None:
    found = trained.held_out
    st.markdown(f"{accuracy_words(found)} {other_layer_words(trained)}")
    figure = confusion_figure(found.classes, found.confusion, theme=page_theme())
    title = "How many held-out sentences of each label were given each label"
    show_figure(figure, title, key="confusion")
    st.markdown(mistakes_words(found))
    _show_mistakes(trained)


def _show_mistakes(trained: LastLayer) -> None:
    own = trained.table
    wrong = [
        line
        for line in zip(own.texts, own.labels, trained.held_out.predicted, strict=True)
        if line[1] != line[2]
    ]
    if not wrong:
        return
    sentences = "sentence" if len(wrong) == 1 else f"{len(wrong)} sentences"
    with st.expander(f"The {sentences} that got a wrong label"):
        columns = zip(("text", "true", "predicted"), zip(*wrong, strict=True), strict=True)
        st.dataframe(dict(columns), hide_index=True)


def show_growth(trained: LastLayer) -> None:
    """How accuracy grows with the number of examples, beside word counts."""
    st.markdown(sizes_words(trained.growth))
    st.markdown(growth_words(trained.growth))
    if below := below_guessing_words(trained.growth, trained.table):
        st.markdown(below)
    figure = growth_figure(trained.growth, theme=page_theme())
    show_figure(figure, "Accuracy by number of examples", key="growth")
    draws = trained.growth.by_vector.shape[1]
    st.caption(
        f"Lines are means of {draws} draws, each with other examples and other held-out "
        "sentences; both ways get the same ones. The bands leave out the best and the worst draw."
    )
    offer_csv(
        "Accuracy by examples (CSV)", "growth.csv", partial(tables.growth_csv, trained.growth)
    )


def show_layers(trained: LastLayer) -> None:
    """What the same layer gets when it reads the encoder's earlier layers."""
    st.markdown(layers_words(trained))
    names = [layer_name(layer) for layer in range(len(trained.by_layer))]
    names[-1] += " = T"
    figure = accuracy_figure(
        trained.by_layer.tolist(),
        trained.held_out.most_frequent,
        names,
        counted="sentences",
        baseline="most frequent label",
        theme=page_theme(),
    )
    show_figure(figure, "Accuracy by layer", key="layers")
    offer_csv("Accuracy by layer (CSV)", "layers.csv", partial(tables.layers_csv, trained.by_layer))
