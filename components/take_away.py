"""Take away: the foot of every page, with its link, its figures as files, and how to cite it."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urljoin

import streamlit as st

from backend.weight_kinds import RAW
from components import kept
from components.browser_files import script_of, style_of
from components.citation import bibtex, citation
from components.downloads import offer_download
from components.view import View
from components.view_options import TITLES
from components.weight_words import WORDS
from components.whole_view import WholeView, whole_page

_SCRIPT: Final = script_of(
    "elements",
    "meeting",
    "picture",
    "picture_boxes",
    "picture_text",
    "picture_drawings",
    "picture_canvas",
    "picture_files",
    "take_away_figures",
    "take_away",
)
_mount = st.components.v2.component("take_away", css=style_of("take_away"), js=_SCRIPT)

_SHOWN: Final = {
    "Overview": ("layer", "head"),
    "Attention": ("layer", "head"),
    "Compare": ("layer", "head"),
    "Heads": ("measure",),
    "Inside a head": ("layer", "head"),
    "BertViz": ("view", "layer", "head"),
    "Transfer": ("task",),
}
"""What of a view a page shows, beside its sentences."""
_OF_WEIGHTS: Final = ("Attention", "Compare")
_CLOSED: Final = {
    "BertViz": "BertViz's own scripts run in a closed frame, which no picture can be taken of from "
    "outside. “This view (HTML)” saves it, and its page can be printed."
}
"""Pages with a figure that cannot be taken, and what to do instead."""


@dataclass
class TakeAway:
    """What a page lays out to be taken away.

    title: the page's
    whole: the figure as a page of its own; None where there is none
    """

    title: str
    whole: WholeView | None = None


def show_take_away(taken: TakeAway) -> None:
    """Draw the foot of a page, for what is chosen now."""
    with st.container(key="take_away"):
        st.divider()
        _mount(data=foot_data(taken.title, kept.view()), key="take_away_foot")
        if taken.whole is not None:
            _offer_whole(taken, taken.whole)


def foot_data(title: str, view: View) -> dict[str, Any]:
    """What the browser is sent: names of files, and the words to cite with."""
    what = what_is_seen(title, view)
    return {
        "file": file_name(title, view),
        "tooLong": kept.is_too_long_for_a_link(),
        "citation": citation(what, view.model),
        "bibtex": bibtex(what, view.model),
        "whyNot": _CLOSED.get(title, ""),
    }


def what_is_seen(title: str, view: View) -> str:
    """The page and what is chosen on it, as in "Attention, layer 3, head 1"."""
    return ", ".join((title, *(_called(name, view) for name in _shown(title, view))))


def file_name(title: str, view: View) -> str:
    """The same as the beginning of a file's name, as in "attention-layer3-head1"."""
    parts = [title.lower().replace(" ", "-")]
    for name in _shown(title, view):
        value = getattr(view, name)
        parts.append(f"{name}{value}" if isinstance(value, int) else str(value))
    return "-".join(part.replace("_", "-") for part in parts)


def _shown(title: str, view: View) -> tuple[str, ...]:
    """The fields that say what is seen: no head where all heads of a layer are one."""
    shown = _SHOWN.get(title, ())
    if title not in _OF_WEIGHTS:
        return shown
    return ("layer", "weights") if WORDS[view.weights].layered else (*shown, *_other_weights(view))


def _other_weights(view: View) -> tuple[str, ...]:
    return () if view.weights == RAW else ("weights",)


def _called(name: str, view: View) -> str:
    value = getattr(view, name)
    return f"{name} {value}" if isinstance(value, int) else TITLES[name][value]


def _offer_whole(taken: TakeAway, whole: WholeView) -> None:
    """The button for the page of its own, or how long a text it is there for."""
    if whole.tokens > whole.most:
        st.caption(
            f"The whole view as a file is offered up to {whole.most} tokens with this model: it "
            f"holds every layer. This text has {whole.tokens}."
        )
        return
    view = kept.view()
    make = partial(
        whole_page,
        taken.title,
        what_is_seen(taken.title, view),
        whole,
        urljoin(st.context.url or "", kept.address_of(taken.title.lower())),
        complete=not kept.is_too_long_for_a_link(),
    )
    offer_download(
        "Whole view (HTML)", f"{file_name(taken.title, view)}.html", make, mime="text/html"
    )
    st.caption(
        "The whole view is one file that opens without a network, with all layers and heads to "
        "choose from."
    )
