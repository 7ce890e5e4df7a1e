"""Presenting: all is larger, controls are tucked away, and keys choose the next and the previous.

The keys are heard by a script on the whole page, wherever the focus is, and only while presenting:
a single letter must not do anything to those who do not expect it (WCAG 2.1.4).
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from components import kept, plot
from components.browser_files import script_of, style_of
from components.figure_scale import enlarged
from components.stepping import can_step, example_stepped, is_at_end, stepped
from components.view import View

STYLE: Final = style_of("presenter_page")
_SCALE: Final = 1.5
_WINDOW: Final = 600  # pixels; what 720 leave below the page's title
_KEYS: Final = "presenter_keys"
_HEARD: Final = "presses_heard"
_STEPPED: Final = "stepped_to"
_SENT_WHOLE: Final = "a_run_was_sent_whole_since_a_press"
_STEPS: Final = {
    "l": ("layer", 1),
    "L": ("layer", -1),
    "h": ("head", 1),
    "H": ("head", -1),
    "PageDown": ("step", 1),
    "PageUp": ("step", -1),
}
_PRESSED: Final = ("layer", "head", "next", "end")
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


def listen_to_keys() -> None:
    """Draw the way out, and listen to the keys; once the page has told what it can step through."""
    steps = can_step("step")
    shown = {
        "PageDown": "the next step" if steps else "the next example",
        "PageUp": "the previous step" if steps else "the previous example",
        **({"l": "the next layer", "L": "the previous layer"} if can_step("layer") else {}),
        **({"h": "the next head", "H": "the previous head"} if can_step("head") else {}),
    }
    limits = {
        key: f"This is the {'last' if by > 0 else 'first'} {field}."
        for key, (field, by) in _STEPS.items()
        if is_at_end(kept.view(), field, by)
    }
    _mount(data={"keys": shown, "limits": limits}, key=_KEYS, on_presses_change=_wait_for_page)
    kept.store(_SENT_WHOLE, True)


def take_presses() -> None:
    """Do what keys asked for since the last run; at the start of a run.

    The browser sends how often each was pressed since its page was loaded, so that none is lost
    where several meet in one run or a run is cut off, and how often any was: back and forth again
    is not nothing. With a press it also sends what its widgets
    hold, which is older than the press before if that has not come back yet: what was stepped to
    stands against it, until a run has been sent whole and the browser asks for another without a
    press.
    """
    sent = (kept.widget_value(_KEYS) or {}).get("presses")
    heard = kept.stored(_HEARD, {})
    before = kept.stored(_STEPPED, {})
    if not isinstance(sent, Mapping) or sent == heard:
        if kept.stored(_SENT_WHOLE):
            kept.store(_STEPPED, {})
        else:
            kept.change(**before)
        return
    presses = _new_presses(sent, heard if heard.get("loaded") == sent.get("loaded") else {})
    now = before | _asked_for(replace(kept.view(), **before), presses)
    kept.change({_HEARD: dict(sent), _STEPPED: now, _SENT_WHOLE: False}, **now)


def _new_presses(sent: Mapping[str, object], before: Mapping[str, object]) -> dict[str, int]:
    return {key: _number(sent.get(key)) - _number(before.get(key)) for key in _PRESSED}


def _asked_for(view: View, presses: Mapping[str, int]) -> dict[str, Any]:
    """The fields of the view that these presses set."""
    if can_step("step"):
        further = stepped(view, "step", presses["next"])
    else:
        further = example_stepped(view, presses["next"])
    return {
        **stepped(view, "layer", presses["layer"]),
        **stepped(view, "head", presses["head"]),
        **further,
        **({"present": False} if presses["end"] else {}),
    }


def main_figure() -> AbstractContextManager[Any]:
    """A place for what a page is about: who presents sees it first, all else stands below."""
    return st.container(key="main_figure", gap=None)


def tell_chosen(*words: str) -> None:
    """Say beside the page's title what the main figure is of: the sidebar that says it makes room.

    To be called within `main_figure`. words: Markdown, some of it may be empty
    """
    if is_presenting():
        with st.container(key="told_chosen"):
            st.markdown(" · ".join(filter(None, words)))


def sized(figure: plot.Figure) -> plot.Figure:
    """The figure as large as it is drawn."""
    return enlarged(figure, _SCALE, _WINDOW) if is_presenting() else figure


def _number(value: object) -> int:
    """A count that a browser sent, or 0 where it is none."""
    return max(-_MOST, min(_MOST, value)) if isinstance(value, int) else 0


def _wait_for_page() -> None:
    """What was pressed is taken at the start of the run, when all widgets have had their say."""
