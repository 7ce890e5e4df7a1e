"""Train the last layer: the button, how it went, what it gets right and what wrong."""

from dataclasses import dataclass
from functools import partial

import streamlit as st

from backend import transfer_tables as tables
from backend.cached import cached_task
from backend.embedding_tables import layer_name
from backend.errors import InputError
from backend.for_all import Steps, tasks
from backend.labelled_texts import LabelledTexts
from backend.last_layer import LastLayer, is_much_work
from backend.model import Model
from components import kept
from components.downloads import offer_csv
from components.figures_output import accuracy_figure
from components.figures_transfer import confusion_figure, curve_figure, growth_figure
from components.for_all import show_work
from components.output_words import weights_words
from components.page import page_theme
from components.plain import plain
from components.transfer_rows import Rows, table_of
from components.transfer_words import (
    accuracy_words,
    curve_words,
    growth_words,
    layers_words,
    mistakes_words,
    per_cent,
)

QUIET = {"displaylogo": False}


@dataclass(frozen=True)
class Asked:
    """What the reader pressed Train for: the rows as they stood then, and the table they make."""

    rows: Rows
    table: LabelledTexts


def train(model: Model, task: str, rows: Rows) -> LastLayer | None:
    """Draw Layer that is read and Train; the trained layer once it was asked for."""
    layer = _choose_layer(model)
    if st.button("Train the last layer", type="primary", icon=":material/model_training:"):
        _ask(task, rows)
    if said := kept.stored("asked_in_vain", {}).get((task, rows)):
        st.error(plain(said))
    asked: dict[str, Asked] = kept.stored("asked", {})
    if task not in asked:
        st.caption("Nothing is trained yet for this task.")
        return None
    if asked[task].rows != rows:
        st.info(
            "The table has changed since it was trained on. What stands below is of the table as "
            "it was; press Train the last layer to learn from it as it is."
        )
    return _trained(model, asked[task].table, layer)


def _ask(task: str, rows: Rows) -> None:
    """Ask for a layer for these rows; keep why not where they cannot be learned from."""
    try:
        asked = Asked(rows, table_of(task, rows))
    except InputError as error:
        kept.store("asked_in_vain", {(task, rows): str(error)})
    else:
        kept.store("asked_in_vain", {})
        kept.store("asked", kept.stored("asked", {}) | {task: asked})


def _choose_layer(model: Model) -> int:
    """Draw Layer that is read; T until another is chosen."""
    last = model.layers
    chosen = kept.stored("read_layer")
    kept.seed("read_layer", last if chosen is None or chosen > last else chosen)
    layer: int = st.select_slider(
        "Layer that is read",
        range(last + 1),
        key="read_layer",
        format_func=lambda place: (
            f"{layer_name(place)} = T" if place == last else layer_name(place)
        ),
        on_change=_keep_layer,
        args=(last,),
        help="The new layer reads the mean of a sentence's vectors after this layer of the "
        "encoder. T, after the last one, is what is usually taken; “input” is what goes into "
        "layer 0.",
    )
    return layer


def _keep_layer(last: int) -> None:
    chosen = kept.widget_value("read_layer")
    kept.store("read_layer", None if chosen == last else chosen)


def _trained(model: Model, table: LabelledTexts, layer: int) -> LastLayer | None:
    """The trained layer, with its progress while it is made; None until it is, or cannot be."""
    key = (model.name, table, layer)
    if is_much_work(model, table) and not tasks.is_ready(key):
        show_work(tasks, key, _progress_words, at_once=True, offer="Train it again")
        return None
    place = st.empty()

    def show_progress(done: int, total: int) -> None:
        place.progress(done / total, _progress_words(Steps(done, total, None)))

    try:
        with st.spinner("Training the last layer …"):
            found = cached_task(*key, show_progress)
    except InputError as error:
        place.error(plain(str(error)))
        return None
    place.empty()
    _show_notes(found, model)
    return found


def _progress_words(now: Steps | None) -> str:
    if now is None:
        return "Training the last layer …"
    left = f", some {now.seconds_left:.0f} s left" if now.seconds_left else ""
    return f"Training: {now.done} of {now.of} parts of the work are done{left}"


def _show_notes(found: LastLayer, model: Model) -> None:
    for note in found.table.notes:
        st.info(plain(note))
    if found.cut:
        st.info(
            f"Of {found.cut} sentences only the first {model.limit} tokens are read: this model "
            "reads no more at once."
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
    st.plotly_chart(curve_figure(trained.curve, theme=page_theme()), key="curve", config=QUIET)


def _show_confusion(trained: LastLayer) -> None:
    found = trained.held_out
    st.markdown(accuracy_words(found))
    st.plotly_chart(
        confusion_figure(found.classes, found.confusion, theme=page_theme()),
        key="confusion",
        config=QUIET,
    )
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
    with st.expander(f"The {len(wrong)} sentences that got a wrong label"):
        columns = zip(("text", "label", "said"), zip(*wrong, strict=True), strict=True)
        st.dataframe(dict(columns), hide_index=True)


def show_growth(trained: LastLayer) -> None:
    """How accuracy grows with the number of examples, beside word counts."""
    st.markdown(growth_words(trained.growth))
    st.plotly_chart(growth_figure(trained.growth, theme=page_theme()), key="growth", config=QUIET)
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
    st.plotly_chart(figure, key="layers", config=QUIET)
    offer_csv("Accuracy by layer (CSV)", "layers.csv", partial(tables.layers_csv, trained.by_layer))
