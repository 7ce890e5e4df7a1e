"""The sentences that a task is learned from: a preset's, or the reader's own, typed or uploaded."""

from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Final

import streamlit as st

from backend import transfer_tables as tables
from backend.errors import TableError
from backend.labelled_texts import (
    FEWEST_OF_A_LABEL,
    FEWEST_ROWS,
    MOST_BYTES,
    MOST_LABELS,
    MOST_ROWS,
    LabelledTexts,
    preset_task,
    texts_from_csv,
    texts_from_rows,
)
from components import kept
from components.downloads import offer_csv
from components.plain import plain, with_code
from components.uploads import content_of
from components.view_options import OWN

Rows = tuple[tuple[str, str], ...]

_EMPTY: Final[Rows] = (("", ""),) * FEWEST_ROWS
_TOLD: Final = 12


def choose_rows(task: str) -> Rows:
    """Draw the task's table, for My own one to type in; its rows as they are now."""
    if task == OWN:
        return _choose_own()
    table = preset_task(task)
    with st.expander(f"The {len(table.texts)} sentences and their labels"):
        st.caption("They were written for this app; none is taken from elsewhere.")
        _show(table)
        with st.container(horizontal=True):
            offer_csv("The sentences (CSV)", f"task-{task}.csv", partial(_preset_csv, task))
            st.button(
                "Copy into My own",
                on_click=_copy,
                args=(task,),
                icon=":material/edit:",
                help="To change sentences or labels, or to add some. What stands in My own now "
                "can be put back.",
            )
    return tuple(zip(table.texts, table.labels, strict=True))


def table_of(task: str, rows: Rows) -> LabelledTexts:
    """The rows as a table to learn from. Raises TableError if they cannot be learned from."""
    return texts_from_rows(rows) if task == OWN else preset_task(task)


def _choose_own() -> Rows:
    st.markdown(
        "Type a sentence and its label in each row, or paste rows from a spreadsheet. Select "
        "rows at their left end to delete them. "
        f"You need at least {FEWEST_ROWS} sentences with two labels, {FEWEST_OF_A_LABEL} of each; "
        f"a few dozen are better. At most {MOST_ROWS} sentences and {MOST_LABELS} labels. A file "
        "has its columns named in its first line, `text,label`, and at most "
        f"{MOST_BYTES / 1e6:.0f} MB; no larger one is taken."
    )
    st.file_uploader(
        "Upload a CSV",
        type=["csv", "tsv", "txt"],
        key=_uploader(),
        on_change=_take_upload,
        max_upload_size=MOST_BYTES // 1_000_000,
        help=f"Its first line names the columns `text,label`; UTF-8; at most {MOST_ROWS} rows. "
        "It takes the place of the table below, which can be put back.",
    )
    for kind, said in kept.stored("rows_said", ()):
        (st.error if kind == "error" else st.info)(with_code(said))
    rows = _edited()
    st.caption(
        f"{_counted(rows)}  \nA reload of the page forgets your table and what was trained on it; "
        "download it to keep it."
    )
    with st.container(horizontal=True):
        offer_csv("The sentences (CSV)", "task-own.csv", partial(tables.rows_csv, _filled(rows)))
        st.button("Empty the table", on_click=_empty)
        if kept.stored("former_rows") is not None:
            st.button("Put the former table back", on_click=_put_back, icon=":material/undo:")
    return rows


def _edited() -> Rows:
    """Draw the editor; what it holds, which is put away at once.

    The editor tells its changes to the rows it was given, so these stay the same while it is on
    the page. Where it comes back to the page it has forgotten its changes, and is given them.
    """
    key = f"rows_{kept.stored('rows_version', 0)}"
    if kept.widget_value(key) is None:
        kept.store("rows_given", kept.stored("rows") or _EMPTY)
    given: Rows = kept.stored("rows_given")
    edited = st.data_editor(
        [{"text": text, "label": label} for text, label in given],
        key=key,
        num_rows="dynamic",
        hide_index=True,
        column_config={
            "text": st.column_config.TextColumn("text", width=230, default=""),
            "label": st.column_config.TextColumn("label", width=90, default=""),
        },
        alt="Your sentences and their labels",
        on_change=_let_go_of_refused,
    )
    rows = tuple((row.get("text") or "", row.get("label") or "") for row in edited)
    kept.store("rows", rows)
    return rows


def _counted(rows: Rows) -> str:
    """How many rows are whole, and how many each label has, most frequent first."""
    counts = Counter(label.strip() for text, label in rows if text.strip() and label.strip())
    told = [f"“{plain(label)}”: {count}" for label, count in counts.most_common(_TOLD)]
    more = [f"{len(counts) - _TOLD} more labels"] if len(counts) > _TOLD else []
    return f"Rows with a sentence and a label: {counts.total()}. " + ", ".join(told + more)


def _show(table: LabelledTexts) -> None:
    st.dataframe(
        {"text": table.texts, "label": table.labels},
        hide_index=True,
        column_config={"text": st.column_config.TextColumn(width="large")},
    )


def _take_upload() -> None:
    """Put the file's rows into the table; one that cannot be read leaves all as it is."""
    content = content_of(_uploader())
    if content is None:
        kept.store("rows_said", ())
        return
    try:
        table = texts_from_csv(content)
    except TableError as error:
        kept.store("rows_said", (("error", f"{error} The table below is as it was."),))
        return
    _replace(tuple(zip(table.texts, table.labels, strict=True)))
    kept.store("rows_said", tuple(("note", note) for note in table.notes))


def _copy(task: str) -> None:
    table = preset_task(task)
    _replace(tuple(zip(table.texts, table.labels, strict=True)))
    _clear_uploader()
    kept.change(task=OWN)


def _put_back() -> None:
    _replace(kept.stored("former_rows"))
    _clear_uploader()


def _empty() -> None:
    _replace(_EMPTY)
    _clear_uploader()


def _let_go_of_refused() -> None:
    """A file that was refused is done with when the rows are changed by hand."""
    if any(kind == "error" for kind, _ in kept.stored("rows_said", ())):
        kept.store("rows_said", ())
        _clear_uploader()


def _uploader() -> str:
    """The key of the file uploader; a new one is empty."""
    return f"task_upload_{kept.stored('uploads', 0)}"


def _clear_uploader() -> None:
    kept.store("uploads", kept.stored("uploads", 0) + 1)


def _replace(rows: Rows) -> None:
    """Put these rows into the table; those that stood there can be put back."""
    before: Rows = kept.stored("rows", _EMPTY)
    kept.store("former_rows", before if _filled(before) else None)
    kept.store("rows", rows)
    kept.store("rows_version", kept.stored("rows_version", 0) + 1)
    kept.store("rows_said", ())


def _filled(rows: Iterable[tuple[str, str]]) -> Rows:
    return tuple(row for row in rows if any(row))


def _preset_csv(task: str) -> bytes:
    table = preset_task(task)
    return tables.rows_csv(zip(table.texts, table.labels, strict=True))
