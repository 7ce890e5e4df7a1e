"""Where the focus goes when the button that had it makes way for its result: to the heading."""

from typing import Final

import streamlit as st

from components.browser_files import script_of

_mount: Final = st.components.v2.component("focus_after", js=script_of("focus_after"))


def focus_after(button: str, *, there: bool) -> None:
    """Have the heading take the focus over once the result is there; beside it in a container.

    button: the key of the one that goes
    """
    _mount(data={"button": button, "there": there}, key=f"landed_after_{button}")
