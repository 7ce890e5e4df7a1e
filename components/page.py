"""The frame that every page stands in: title, notes, errors, and the address."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from backend.errors import ExplorerError
from components import inputs
from components.palette import Theme
from components.plain import plain

SIDEBAR_WIDTH = 430
"""Pixels. The default sentences fit into their boxes at this width."""


@contextmanager
def page(title: str, question: str) -> Iterator[None]:
    """Open a page; what the reader can mend is shown as a sentence and ends the page there."""
    st.set_page_config(
        page_title=f"{title} · Attention Explorer",
        layout="wide",
        initial_sidebar_state=SIDEBAR_WIDTH,
    )
    inputs.read_address()
    st.title(title, anchor=False)
    st.markdown(question)
    warnings = st.container()
    try:
        yield
    except ExplorerError as error:
        st.error(plain(str(error)))
    finally:
        for note in inputs.notes():
            warnings.warning(plain(note))
        inputs.write_address()


def page_theme() -> Theme:
    """The theme that the reader's browser shows; light until it has said so."""
    return "dark" if st.context.theme.type == "dark" else "light"
