"""Train the last layer: the layer that is read, the button, and the way until it is trained."""

from dataclasses import dataclass

import streamlit as st

from backend.cached import cached_task
from backend.catalogue import title_of
from backend.embedding_tables import layer_name
from backend.errors import InputError
from backend.for_all import Steps, tasks
from backend.labelled_texts import LabelledTexts
from backend.last_layer import LastLayer, is_much_work
from backend.model import Model
from components import kept
from components.for_all import show_work
from components.plain import plain
from components.time_words import share_done
from components.transfer_rows import Rows, table_of
from components.transfer_words import LARGE, unknown_words


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
        st.caption(LARGE)
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
    text = "Training the last layer"
    return f"{text}: {share_done(now)}" if now else f"{text} …"


def _show_notes(found: LastLayer, model: Model) -> None:
    for note in found.table.notes:
        st.info(plain(note))
    if found.cut:
        st.info(
            f"Of {found.cut} sentences only the first {model.limit} tokens are read: this model "
            "reads no more at once."
        )
    if found.unknown.unknown:
        st.warning(unknown_words(found.unknown, title_of(model.name)))
