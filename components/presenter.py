"""Presenting: all is larger, controls are tucked away, and keys choose the next and the previous.

The keys are heard by a script on the whole page, wherever the focus is, and only while presenting:
a single letter must not do anything to those who do not expect it (WCAG 2.1.4).
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Final

import plotly.graph_objects as go
import streamlit as st

from components import kept
from components.browser_files import script_of, style_of
from components.figure_scale import enlarged
from components.stepping import can_step, step, step_example

STYLE: Final = style_of("presenter_page")
_SCALE: Final = 1.5
_WINDOW: Final = 600  # pixels; what 720 leave below the page's title
_KEYS: Final = "presenter_keys"
_HEARD: Final = "presses_heard"
_MOST: Final = 10_000  # presses that are believed at once

_mount = st.components.v2.component(
    "presenter", css=style_of("figure", "presenter"), js=script_of("elements", "presenter")
)


def is_presenting() -> bool:
    """Whether the page is drawn for a lecture hall."""
    return kept.view().present


def choose_presenting() -> None:
    """Draw Presenter below what else stands in the sidebar."""
    kept.seed("present", kept.view().present)
    st.sidebar.toggle(
        "Presenter",
        key="present",
        on_change=kept.keep_widget,
        args=("present",),
        help="Larger text and figures; this sidebar makes room and opens with » again. Keys then "
        "choose: L and H the next layer and head, with Shift the previous; Page Down and Page Up "
        "the next and previous example; ? shows all keys; P or Escape ends it.",
    )


def show_presenter_keys() -> None:
    """Draw the way out, and listen to the keys."""
    steps = can_step("step")
    shown = {
        "PageDown": "the next step" if steps else "the next example",
        "PageUp": "the previous step" if steps else "the previous example",
        **({"l": "the next layer", "L": "the previous layer"} if can_step("layer") else {}),
        **({"h": "the next head", "H": "the previous head"} if can_step("head") else {}),
    }
    _mount(data={"keys": shown}, key=_KEYS, on_presses_change=take_presses)


def take_presses() -> None:
    """Do what keys asked for since this was last called; at the start of a run and as a callback.

    The browser sends how often each was pressed since its page was loaded, so that none is lost
    where several meet in one run or a run is cut off.
    """
    sent = (kept.widget_value(_KEYS) or {}).get("presses")
    if not isinstance(sent, Mapping):
        return
    heard = kept.stored(_HEARD, {})
    before = heard if heard.get("loaded") == sent.get("loaded") else {}
    kept.store(_HEARD, dict(sent))
    for name, act in (("layer", _step_layer), ("head", _step_head), ("next", _step_next)):
        if by := _number(sent.get(name)) - _number(before.get(name)):
            act(by)
    if _number(sent.get("end")) > _number(before.get("end")):
        kept.change(present=False)


def main_figure() -> AbstractContextManager[Any]:
    """A place for what a page is about: who presents sees it first, all else stands below."""
    return st.container(key="main_figure", gap=None)


def sized(figure: go.Figure) -> go.Figure:
    """The figure as large as it is drawn."""
    return enlarged(figure, _SCALE, _WINDOW) if is_presenting() else figure


def _number(value: object) -> int:
    """A count that a browser sent, or 0 where it is none."""
    return max(-_MOST, min(_MOST, value)) if isinstance(value, int) else 0


def _step_layer(by: int) -> None:
    step("layer", by)


def _step_head(by: int) -> None:
    step("head", by)


def _step_next(by: int) -> None:
    if can_step("step"):
        step("step", by)
    else:
        step_example(by)
