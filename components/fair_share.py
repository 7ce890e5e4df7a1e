"""Whose share of the server's computing a page spends, and what happens when it is used up."""

from time import monotonic

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from backend.errors import TooMuchAsked
from backend.fair_share import FairShare, pays
from components import kept


def go_on_later(error: TooMuchAsked) -> None:
    """Draw the page anew when its visitor may go on."""
    st.fragment(_go_on, run_every=error.seconds)(monotonic() + error.seconds / 2)


def _go_on(due: float) -> None:
    """The first time this is drawn with the page, the second time by the browser's clock."""
    if monotonic() > due:
        st.rerun()


def _share_of_visitor() -> FairShare | None:
    """The share of the visitor whose page runs in this thread; None where it is no page's."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    share: FairShare = kept.stored("share") or FairShare()
    kept.store("share", share)
    return share


pays(_share_of_visitor)
