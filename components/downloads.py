"""Downloads that are made when they are asked for, not before."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from backend.fair_share import FairShare, charged, payer


def offer_download(label: str, file_name: str, make: Callable[[], bytes], *, mime: str) -> None:
    """A button that saves what `make` returns; nothing is computed until it is pressed.

    It is paid by the visitor who sees the button: the server makes it in a thread of its own.
    """
    st.download_button(
        label,
        data=partial(_paid, make, payer()),
        file_name=file_name,
        mime=mime,
        on_click="ignore",
        icon=":material/download:",
    )


def offer_csv(label: str, file_name: str, make: Callable[[], bytes]) -> None:
    """A button that saves a table as CSV."""
    offer_download(label, file_name, make, mime="text/csv")


def _paid(make: Callable[[], bytes], whose: FairShare | None) -> bytes:
    with charged(whose):
        return make()
