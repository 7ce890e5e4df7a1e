"""Downloads that are made when they are asked for, not before."""

from collections.abc import Callable

import streamlit as st


def offer_download(label: str, file_name: str, make: Callable[[], bytes], *, mime: str) -> None:
    """A button that saves what `make` returns; nothing is computed until it is pressed."""
    st.download_button(
        label,
        data=make,
        file_name=file_name,
        mime=mime,
        on_click="ignore",
        icon=":material/download:",
    )


def offer_csv(label: str, file_name: str, make: Callable[[], bytes]) -> None:
    """A button that saves a table as CSV."""
    offer_download(label, file_name, make, mime="text/csv")
