"""The frame that every page stands in: title, notes, errors, and the address."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from backend.catalogue import BUILT_IN
from backend.errors import ExplorerError, ModelError, NotTrained, Passing, TooMuchAsked
from backend.fair_share import drawing
from components import kept, presenter
from components.browser_files import style_of
from components.fair_share import go_on_later
from components.inputs import show_all_on, show_way, use_model
from components.landing import LANDING_STYLE, show_title
from components.palette import Theme
from components.plain import plain
from components.run_log import Run
from components.take_away import TakeAway, show_take_away

_STYLE = """
[data-testid="stMainBlockContainer"] { padding: 2.5rem 2rem 3rem; }
[data-testid="stMainBlockContainer"] h1 { font-size: 2rem; padding: 0; }
[data-testid="stMainBlockContainer"] h2 { font-size: 1.6rem; }
[data-testid="stMainBlockContainer"] h3 { font-size: 1.3rem; }
@media (min-width: 900px) {
  [data-testid="stSidebar"][data-collapsed="false"] { min-width: min(430px, 34vw) !important; }
}
[data-testid="stSidebar"] input { font-size: 0.875rem; padding-inline: 0.5rem; }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding: 3.75rem 1rem 3rem; }
  .js-plotly-plot .modebar { display: none; }
}
@media (pointer: coarse) {
  [data-testid="stRadio"] label, [data-testid="stCheckbox"] label,
  [data-testid="stMultiSelect"] button { min-height: 24px; }
  [data-testid="stElementContainer"]:has([data-testid="stDataFrame"]) { margin-top: 2.25rem; }
}
.js-plotly-plot { container-type: inline-size; }
@container (max-width: 690px) { .trace.scatter[style*="opacity: 0.99"] { display: none; } }
"""
"""More room for figures, and for a whole sentence in the sidebar, than Streamlit leaves; on a phone
Plotly's icons would lie on what is drawn, and so would names on a map (WIDE_ONLY there). Where
fingers point, controls are 24 px at least, and a table's icons, always there, cover no text."""

_FOR_ALL = style_of("page_for_all")
_UNFORESEEN = (
    "This failed for a reason that was not foreseen; the log of the server tells it. What you "
    "typed is kept. Try again, or choose other sentences or another model."
)
ONE_DAY = 86_400.0  # seconds
_OF_CHANGED_RUNS = ("Attention", "Inside a head")


@contextmanager
def page(title: str, question: str) -> Iterator[TakeAway]:
    """Open a page; what the reader can mend is shown as a sentence and ends the page there.

    What can be taken away from the page, beside its figures, the page puts into what it is given.
    """
    run = Run(title)  # for its visitor the wait for its turn is a part of it
    with drawing(), _page(title, question, run) as taken:
        yield taken


@contextmanager
def _page(title: str, question: str, run: Run) -> Iterator[TakeAway]:
    taken, ended_by = TakeAway(title), None
    kept.read_address()
    presenter.take_presses()
    presenting = presenter.is_presenting()
    st.set_page_config(
        page_title=f"{title} · Attention Explorer",
        layout="wide",
        initial_sidebar_state="collapsed" if presenting else "auto",
    )
    _outlive_the_connection()
    presented = presenter.STYLE if presenting else ""
    st.html(f"<style>{_STYLE}{_FOR_ALL}{LANDING_STYLE}{presented}</style>")
    show_title(title, presenting=presenting)
    if not presenting:
        st.markdown(question)
    warnings = st.container()
    if title not in _OF_CHANGED_RUNS:
        _tell_of_changed_run()
    try:
        yield taken
    except ExplorerError as error:
        ended_by = error
        show_error(error)
    finally:
        run.over(kept.view(), ended_by or sys.exception())
        if not isinstance(sys.exception(), RerunException):  # else the next run has to say them
            for note in kept.take_notes():
                warnings.warning(plain(note))
            presenter.choose_presenting()
            if presenting:
                presenter.listen_to_keys()
            kept.run_is_over()
        if kept.is_too_long_for_a_link():
            st.sidebar.caption("These sentences are too long for a link: it is without them.")
        kept.write_address()
    show_take_away(taken)


def _outlive_the_connection() -> None:
    """Have the browser ask for a run once a connection that broke is there again.

    Streamlit's page does so only where a part of it runs by itself, as this empty one would once a
    day. Without it a server that knows nothing of the page, because it is another one or was
    started anew, would take the next change for what the page had always held, and undo it.
    """
    st.fragment(lambda: None, run_every=ONE_DAY)()


def _tell_of_changed_run() -> None:
    """What the reader has switched off elsewhere does not count here; say so, and offer the end."""
    view = kept.view()
    if view.off or view.hidden:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                "Heads that you switched off and tokens that you hid are so on Attention and "
                "Inside a head only. **This page shows the whole model.**",
                width="stretch",
            )
            show_all_on("all_on_above")


def show_error(error: ExplorerError) -> None:
    """What the reader can mend, as a sentence, and a way on where it is about the model."""
    if isinstance(error, TooMuchAsked):
        st.info(plain(str(error)))
        go_on_later(error)
        return
    st.error(plain(str(error)))
    if isinstance(error, NotTrained):
        show_way("Train it on the Cloze page", "cloze", key="to_training")
    if isinstance(error, ModelError):
        with st.container(horizontal=True):
            if isinstance(error, Passing):
                st.button("Try again")  # the click runs the page anew
            st.button("Use the built-in model", on_click=use_model, args=(BUILT_IN,))


def show_failure(error: Exception) -> bool:
    """What no page has caught, as a sentence and a way on; True, so that nothing else is shown.

    For the server to call, which has logged it: also where a callback or a part of a page failed
    that ran by itself, outside of its page.
    """
    if isinstance(error, TooMuchAsked):
        show_error(error)
        return True
    st.error(plain(str(error)) if isinstance(error, ExplorerError) else _UNFORESEEN)
    st.button("Try again", key="again_after_failure")
    return True


def page_theme() -> Theme:
    """The theme that the reader's browser shows; light until it has said so."""
    return "dark" if st.context.theme.type == "dark" else "light"
