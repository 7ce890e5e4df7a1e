"""BertViz's three views on a page of the app, as far as a browser can draw them."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import streamlit as st

from backend.cached import cached_model, cached_trace
from backend.projections import Projections
from backend.trace import Trace
from components.bertviz_page import bertviz_page, framed, page_height
from components.downloads import offer_download
from components.inputs import show_way
from components.page import page_theme
from components.presenter import main_figure, tell_chosen
from components.view import Choice
from components.view_options import VIEWS


@dataclass(frozen=True)
class Limit:
    """Where a view stops: lines it draws at once, and what so many of them took in a browser."""

    lines: int
    seconds: int
    gigabytes: float


LIMITS: Final = {
    "head": Limit(200_000, 5, 1.0),
    "model": Limit(300_000, 4, 0.8),
    "neuron": Limit(120_000, 3, 0.8),
}
"""Measured by `benchmarks/bertviz_limits.py` on 2 cores without a GPU, the built-in model.

The head view took 4.8 s and 1.0 GB for a pair of 127 tokens, the model view 3.7 s and 0.8 GB for
63 (19 s and 3 GB for 127), the neuron view 2.4 s and 0.8 GB for 127. Lines count what stands for a
weight: the head view draws all heads of a layer, the model view all there are, the neuron view
draws one head seven times over.
"""

ABOUT: Final = {
    "head": "One layer, tokens twice: a line runs from the token that looks (left) to the token it "
    "looks at (right), the stronger the more weight. The squares at the top are the heads, 0 at "
    "the left: a click switches one on or off, a double click leaves only this head on, another "
    "brings all back. Point at a token to see its lines alone.",
    "model": "Every head of every layer as a small picture, the tokens from top to bottom on both "
    "sides. Click a picture to see that head with its tokens; the chosen one is open, over the "
    "pictures beside it. A click on its own picture closes it.",
    "neuron": "How one head comes to its weights. Point at a token on the left and press its plus "
    "sign (on the keyboard, Enter): its query q is multiplied number by number with every key k; "
    "the sum of the products, divided by the square root of their count, goes through the softmax "
    "and becomes the weights. Blue is positive, orange negative, strong colour is far from zero.",
}


def show_view(view: str, trace: Trace, choice: Choice) -> None:
    """Draw the view, or say why it is not drawn here and where to look instead."""
    st.markdown(ABOUT[view])
    if drawn_lines(view, trace) > LIMITS[view].lines:
        _show_why_not(view, trace)
        return
    theme = page_theme()

    name, sentences = trace.model, trace.sentences  # what waits for a click holds no weights

    def made() -> str:
        read = cached_trace(name, *sentences)
        return bertviz_page(view, read, choice, theme, _projections(view, read))

    with st.spinner("The page of BertViz is made …"):
        frame = framed(made(), view, theme)
    with main_figure():
        tell_chosen(f"{VIEWS[view]}, opened at layer {choice.layer}, head {choice.head}")
        st.iframe(frame, height=page_height(view, trace), alt=f"BertViz: {VIEWS[view]}")
    # Streamlit asks whether the page is an address, and Python would keep what it took apart.
    urlsplit.cache_clear()  # type: ignore[attr-defined]
    offer_download(
        "This view (HTML)",
        f"bertviz-{view}-view.html",
        lambda: made().encode(),  # anew: a megabyte for each visitor is too much to keep
        mime="text/html",
    )


def drawn_lines(view: str, trace: Trace) -> int:
    """How many lines, or marks of their size, BertViz draws at once."""
    weights = len(trace.tokens) ** 2
    heads = {"head": trace.heads, "model": trace.layers * trace.heads, "neuron": 7}
    return weights * heads[view]


def _projections(view: str, trace: Trace) -> Projections | None:
    return cached_model(trace.model).projections(trace) if view == "neuron" else None


def _show_why_not(view: str, trace: Trace) -> None:
    limit, lines = LIMITS[view], drawn_lines(view, trace)
    times = lines / limit.lines
    st.info(
        f"BertViz draws every weight: for these {len(trace.tokens)} tokens its "
        f"{VIEWS[view].lower()} has {lines:,} lines. This page stops at {limit.lines:,}, which "
        f"took a browser {limit.seconds} seconds and {limit.gigabytes} GB of memory. This text "
        f"would take {times:.1f} times as much, some {limit.seconds * times:.0f} seconds and "
        f"{limit.gigabytes * times:.1f} GB. The Attention page shows it at once."
    )
    show_way("See it on the Attention page", "attention", key="to_attention")
    others = [VIEWS[v] for v in VIEWS if drawn_lines(v, trace) <= LIMITS[v].lines]
    if others:
        st.markdown(f"Still drawn at this length: {', '.join(others).lower()}.")
