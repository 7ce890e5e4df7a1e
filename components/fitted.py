"""A view fitted to the trace that there is; no Streamlit."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from backend.trace import Reading
from components.view import View

TOKENS: Final = ("query", "other", "keys", "hidden", "search")
"""The fields that name tokens by their places."""

SILENT: Final = ("hidden", "search")
"""Those that would go on unseen if another model had other tokens at their places."""

NO_TOKENS: Final = {field: getattr(View(query=None), field) for field in TOKENS}
"""What these are where no token is chosen."""


def places_of(view: View, field: str) -> Iterator[int]:
    """The places of tokens that one of TOKENS names."""
    value = getattr(view, field)
    for one in value if isinstance(value, tuple) else (value,):
        if one is not None:
            yield from one if isinstance(one, tuple) else (one,)


def fitted(view: View, trace: Reading) -> tuple[View, list[str]]:
    """The nearest view that this trace has, and a sentence for each change."""
    notes: list[str] = []
    layer, head = min(view.layer, trace.layers - 1), min(view.head, trace.heads - 1)
    if (layer, head) != (view.layer, view.head):
        notes.append(
            f"There is no layer {view.layer}, head {view.head} here; "
            f"this is layer {layer}, head {head}."
        )
    off = tuple(one for one in view.off if one[0] < trace.layers and one[1] < trace.heads)
    if off != view.off:
        notes.append("Not all heads that were switched off are here; the others are switched on.")
    view, more = fitted_tokens(replace(view, layer=layer, head=head, off=off), trace)
    return view, notes + more


def fitted_tokens(view: View, trace: Reading) -> tuple[View, list[str]]:
    """The same for pages that show no one head: layer and head stay as they were chosen."""
    notes: list[str] = []
    last = len(trace.tokens) - 1
    query, show, keys, other = view.query, view.show, view.keys, view.other
    if query is not None and query > last:
        notes.append(f"There is no token {query} here; this is the last one, {last}.")
        query = last
    if other is not None and other > last:
        notes.append(f"There is no token {other} here to hold another one against.")
        other = None
    if any(key > last for key in keys):
        notes.append("The two tokens to set against each other are not both here any more.")
        keys = ()
    if trace.sentences[1] is None and show != "all":
        notes.append("There is only one sentence now, so all weights are shown.")
        show = "all"
    view, more = _fitted_lists(view, last)
    return replace(view, query=query, show=show, keys=keys, other=other), notes + more


def _fitted_lists(view: View, last: int) -> tuple[View, list[str]]:
    """Hidden tokens and pairs to search by, without those beyond the last token."""
    notes: list[str] = []
    hidden = tuple(place for place in view.hidden if place <= last)
    search = tuple(pair for pair in view.search if max(pair) <= last)
    if hidden != view.hidden:
        notes.append("Not all tokens that were hidden are here any more.")
    if search != view.search:
        notes.append("Not all pairs to search by are here any more.")
    return replace(view, hidden=hidden, search=search), notes
