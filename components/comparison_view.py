"""The linked comparison: the heads ranked, as arrows, and one of them as three pictures.

As in the attention view a script, carriers of the weights and the figure itself meet in the
browser. Where all weights are too many, only the chosen head and the query's rows are sent.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any, Final

import streamlit as st

from backend.packing import is_sent_whole, pack_part
from backend.two_sentences import Comparison, Side
from components.attention_view import carry, packet_of, trace_name, weights_name
from components.browser_files import script_of, style_of
from components.comparison_choice import Asked
from components.palette import DIVERGING, SEQUENTIAL

SCRIPT: Final = script_of(
    "elements",
    "colours",
    "meeting",
    "comparison",
    "comparison_weights",
    "comparison_page",
    "comparison_ranking",
    "comparison_arrows",
    "comparison_names",
    "comparison_heatmaps",
    "comparison_words",
    "comparison_events",
    "views",
)
STYLE: Final = style_of("figure", "comparison")
_script = st.components.v2.component("comparison_script", js=SCRIPT)
_view = st.components.v2.component("comparison", css=STYLE, js=script_of("meeting", "mount"))


def show_comparison(
    asked: Asked, serial: int, *, on_choice: Callable[[str, str], None], key: str = "comparison"
) -> None:
    """Draw it at what is asked.

    serial: the number that the browser gave to its last choice
    When the reader chooses, `on_choice` is called with `key` and the traces' names. The choice then
    stands in the session under that key as `choice`: layer, head, query, and keys if the reader
    chose some, as token indices, and the names of the traces in which it was made; unchecked: it
    comes from the browser.
    """
    data = view_data(asked, serial, key)
    with st.container(gap=None):  # all but the last show nothing and take no room
        _script(key=f"{key}_script", height="content")
        for nth, packet in enumerate(packets_of(asked).values()):
            carry(packet, key=f"{key}_weights_{nth}")
        _view(data=data, key=key, on_choice_change=partial(on_choice, key, data["trace"]))


def packets_of(asked: Asked) -> dict[str, bytes]:
    """The weights by the name under which the figure finds them."""
    compared = asked.comparison
    sides = zip((compared.a, compared.b), _names(compared), strict=True)
    if _is_whole(compared):
        return whole_packets(compared)
    at = compared.places[asked.query].tolist()
    return {
        name: pack_part(side.attention, name, asked.layer, asked.head, query)
        for (side, name), query in zip(sides, at, strict=True)
    }


def whole_packets(compared: Comparison) -> dict[str, bytes]:
    """The same where all weights are sent."""
    sides = zip((compared.a, compared.b), _names(compared), strict=True)
    return {name: packet_of(side.trace, name, 0) for side, name in sides}


def view_data(asked: Asked, serial: int, key: str) -> dict[str, Any]:
    """What the figure is sent, all but the weights."""
    compared = asked.comparison
    names = _names(compared)
    whole = _is_whole(compared)
    return {
        "kind": "comparison",
        "view": key,
        "trace": "|".join(trace_name(side.trace) for side in (compared.a, compared.b)),
        "weights": "|".join(names),
        "words": asdict(asked.words),
        "layers": compared.layers,
        "heads": compared.heads,
        "sides": [
            {"trace": name, **_within(side, whole)}
            for side, name in zip((compared.a, compared.b), names, strict=True)
        ],
        "places": compared.places.tolist(),
        "written": compared.written,
        "names": compared.names,
        "same": compared.same.tolist(),
        "special": compared.special.tolist(),
        "counted": asked.counted.tolist(),
        "choice": {
            "layer": asked.layer,
            "head": asked.head,
            "query": asked.query,
            "keys": list(asked.keys),
            "serial": serial,
        },
        "palette": {"sequential": SEQUENTIAL, "diverging": DIVERGING},
    }


def _is_whole(compared: Comparison) -> bool:
    return all(is_sent_whole(side.trace.attention) for side in (compared.a, compared.b))


def _names(compared: Comparison) -> list[str]:
    """A name for each side's weights: one and the same where one trace holds both whole."""
    sides = (compared.a, compared.b)
    names = [weights_name(side.trace) for side in sides]
    return (
        names
        if _is_whole(compared)
        else [f"{n} part {s.first}" for n, s in zip(names, sides, strict=True)]
    )


def _within(side: Side, whole: bool) -> dict[str, int]:
    """Where the side's tokens stand among those that are sent."""
    if whole:
        return {"first": side.first, "tokens": len(side.trace.tokens)}
    return {"first": 0, "tokens": len(side.tokens)}
