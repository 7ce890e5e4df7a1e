"""Switch off: which heads and tokens are taken away, and the run of the model without them."""

from typing import Final

import streamlit as st

from backend.cached_heads import cached_switched_off
from backend.switched_off import SwitchedOff
from backend.trace import Trace
from backend.weight_kinds import KINDS, RAW
from components import kept
from components.heads_words import head_name
from components.inputs import show_all_on
from components.switch_off_words import notice
from components.token_chips import visible

_STYLE: Final = """<style>
[data-testid="stMultiSelect"] [data-tag] { background: transparent; border: 1px solid; }
[data-testid="stMultiSelect"] [data-tag], [data-testid="stMultiSelect"] [data-tag] * {
  color: inherit;
}
</style>"""
"""Streamlit writes what is chosen white on the theme's colour: too pale on a dark page."""
_OFF_ICON: Final = ":material/toggle_off:"
_ON_ICON: Final = ":material/toggle_on:"


def choose_switched_off(trace: Trace) -> SwitchedOff:
    """Draw what can be switched off and hidden; what is, within this trace.

    To be called after `choose_head`, whose head the buttons are about.
    """
    off = SwitchedOff(kept.view().off, kept.view().hidden)
    st.html(_STYLE)
    heads, tokens = st.columns(2)
    with heads:
        _choose_heads(trace)
    with tokens:
        _choose_hidden(trace)
    _show_buttons(trace, off)
    return off


def changed_trace(trace: Trace, off: SwitchedOff, kind: str = RAW) -> Trace:
    """The run with this switched off, and a notice that it is one; else the trace itself.

    kind: what is drawn as weights
    """
    with st.container():  # always there: what stands below keeps its place, and is not drawn anew
        if not off:
            return trace
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            view = kept.view()
            drawn = None if KINDS[kind].per_layer else (view.layer, view.head)
            st.markdown(notice(off, trace, drawn, looks=kind == RAW), width="stretch")
            show_all_on("all_on_above")
        with st.spinner("The model runs again …"):
            return cached_switched_off(trace.model, *trace.sentences, off)


def _choose_heads(trace: Trace) -> None:
    kept.seed("off", kept.view().off)
    st.multiselect(
        "Heads switched off",
        [(layer, head) for layer in range(trace.layers) for head in range(trace.heads)],
        key="off",
        format_func=lambda one: head_name(*one),
        on_change=kept.keep_widget,
        args=("off",),
        placeholder="None. Choose one, or type: layer 3, head 1",
        wrap=True,
        help="A head that is switched off hands nothing on: its values count as zero. All else in "
        "the model stays as it is.",
    )


def _choose_hidden(trace: Trace) -> None:
    kept.seed("hidden", kept.view().hidden)
    names = [f"{place}  {visible(token)}" for place, token in enumerate(trace.tokens)]
    st.multiselect(
        "Hidden tokens",
        range(len(names)),
        key="hidden",
        format_func=names.__getitem__,  # a session holds it: no trace
        on_change=kept.keep_widget,
        args=("hidden",),
        placeholder="None. Choose one, or type it",
        wrap=True,
        help="No other token can look at a hidden one, in any layer or head; their attention goes "
        "to the rest. It still looks at the others, and at itself.",
    )


def _show_buttons(trace: Trace, off: SwitchedOff) -> None:
    layer, head = kept.view().layer, kept.view().head
    here = (layer, head)
    whole = tuple((layer, other) for other in range(trace.heads))
    with st.container(horizontal=True):
        if here in off.heads:
            rest = tuple(one for one in off.heads if one != here)
            _show_button(f"Switch on {head_name(*here)}", "this_head", _ON_ICON, rest)
        else:
            more = (*off.heads, here)
            _show_button(f"Switch off {head_name(*here)}", "this_head", _OFF_ICON, more)
        if not set(whole) <= set(off.heads):
            more = SwitchedOff((*off.heads, *whole)).heads
            _show_button(f"Switch off all of layer {layer}", "this_layer", _OFF_ICON, more)
        if off:
            show_all_on("all_on")


def _show_button(label: str, key: str, icon: str, heads: tuple[tuple[int, int], ...]) -> None:
    """A button after which exactly these heads are off."""
    st.button(label, key=key, icon=icon, on_click=kept.change, kwargs={"off": heads})
