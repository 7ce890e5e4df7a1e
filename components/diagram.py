"""The living diagram: the way of the sentences through the model, from the bottom up.

Three components meet in the browser, as for the linked attention view: one brings the script, the
carrier the numbers as bytes, and the diagram itself gets a small JSON. It points, walks and
lights up without asking the server; only another head needs other bytes.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any, Final

import streamlit as st

from backend.diagram_packet import NUMBERS, pack_diagram
from backend.part_of_speech import TAG_NAMES
from backend.shared import COMMON, Shared
from backend.tagger import Tagger
from backend.trace import Trace
from components.attention_view import trace_name
from components.browser_files import script_of, style_of
from components.diagram_rows import lines_head, row_data, rows_of, target_of
from components.diagram_words import steps_of
from components.inputs import go_to
from components.palette import DIVERGING, HEADS, SEQUENTIAL
from components.token_chips import visible
from components.view import Choice

_SCRIPT: Final = script_of(
    "elements",
    "colours",
    "token_names",
    "meeting",
    "diagram",
    "diagram_page",
    "diagram_columns",
    "diagram_reach",
    "diagram_lines",
    "diagram_paint",
    "diagram_walk",
    "diagram_words",
    "diagram_events",
    "views",
)
_script = st.components.v2.component("diagram_script", js=_SCRIPT)
_carry = st.components.v2.component("diagram_packet", js=script_of("meeting", "diagram_packet"))
_view = st.components.v2.component(
    "diagram", css=style_of("figure", "diagram"), js=script_of("meeting", "mount")
)

_packets: Shared[tuple[str, int | None], bytes] = Shared(COMMON, len)


def show_diagram(
    trace: Trace,
    choice: Choice,
    lines: str,
    tagger: Tagger | None,
    *,
    on_choice: Callable[[str, str], None],
    key: str = "diagram",
) -> None:
    """Draw the figure at `choice`, with tags where there is a tagger.

    lines: a key of `components.view.LINES`
    When the reader chooses a head or keeps a token, `on_choice` is called with `key` and the
    trace's name; the choice then stands in the session under that key as `choice`, with the name
    of the trace in which it was made, unchecked: it comes from the browser.
    When the reader follows a part's link, its page is opened.
    """
    name, head = trace_name(trace), lines_head(choice, lines)
    with st.container(gap=None):  # two of them show nothing and take no room
        _script(key=f"{key}_script", height="content")
        _carry(data=_packet(trace, name, head), key=f"{key}_packet", height="content")
        said = _view(
            data=diagram_data(trace, choice, lines, tagger, key),
            key=key,
            on_choice_change=partial(on_choice, key, name),
            on_part_change=lambda: None,
        )
    target = target_of(str(said.part), trace.layers)
    if target:
        page, fields = target
        go_to(page, **fields)


def diagram_data(
    trace: Trace, choice: Choice, lines: str, tagger: Tagger | None, key: str
) -> dict[str, Any]:
    """What the diagram is sent, all but the numbers."""
    name, head = trace_name(trace), lines_head(choice, lines)
    return {
        "kind": "diagram",
        "view": key,
        "trace": name,
        "packet": packet_name(name, head),
        "tokens": [visible(token) for token in trace.tokens],
        "ids": trace.ids.tolist(),
        "segments": trace.segments.tolist(),
        "special": trace.special.tolist(),
        "sentences": [visible(text) for text in trace.sentences if text],
        "layers": trace.layers,
        "heads": trace.heads,
        "numbers": NUMBERS,
        "choice": {**asdict(choice), "lines": lines},
        "rows": [row_data(row, trace) for row in rows_of(trace, tagger)],
        "steps": [asdict(step) for step in steps_of(trace, choice.query, head, tagger)],
        "tags": None if tagger is None else tags_of(trace, tagger),
        "learned": None if tagger is None else [tagger.sentences, tagger.tokens],
        "tagNames": {} if tagger is None else {tag: TAG_NAMES[tag] for tag in tagger.tags},
        "palette": {"sequential": SEQUENTIAL, "diverging": DIVERGING, "heads": HEADS},
    }


def tags_of(trace: Trace, tagger: Tagger) -> list[tuple[str, float] | None]:
    """Each token's most likely tag and its probability; None for special tokens."""
    shares = tagger.probabilities(trace.hidden[-1])  # (token, tag)
    best = shares.argmax(axis=1)
    return [
        None if special else (tagger.tags[tag], round(float(row[tag]), 3))
        for special, tag, row in zip(trace.special, best, shares, strict=True)
    ]


def packet_name(name: str, head: int | None) -> str:
    """The name of the bytes for a trace and the lines drawn of it."""
    return f"{name}/{'mean' if head is None else head}"


def _packet(trace: Trace, name: str, head: int | None) -> bytes:
    return _packets.find((name, head), lambda: pack_diagram(trace, packet_name(name, head), head))
