"""Landing at a heading: a new page or step is read from its beginning."""

from typing import Final

import streamlit as st

from components.browser_files import script_of

LANDING_STYLE: Final = """
[class*="st-key-landing_"] { scroll-margin-top: 4.5rem; }
[class*="st-key-landed_"] {
  position: absolute; width: 0; height: 0; overflow: hidden;
}
"""
"""Below Streamlit's bar at the top; and the landing itself takes no room, nor is it seen."""

_mount = st.components.v2.component("landing", js=script_of("history", "sidebar", "landing"))


def show_title(title: str, *, presenting: bool) -> None:
    """Draw a page's title; the window begins there when the page has changed.

    presenting: whether the sidebar makes room however wide the window is
    """
    with st.container(key="landing_page"):
        st.title(title, anchor=False)
        data = {"name": "Page", "place": title, "presenting": presenting}
        _mount(data=data, key="landed_page")


def show_heading(title: str) -> None:
    """Draw the heading of a part of the page; the window begins there when it has changed."""
    with st.container(key="landing_part"):
        st.header(title, anchor=False)
        _mount(data={"name": "Part", "place": title}, key="landed_part")
