"""The linked attention view: all heads small, one or more heads as lines between tokens.

Three components meet in the browser. The first only brings the script. The carrier brings the
weights as bytes. The view gets a small JSON and draws, points and filters in the browser, without
asking the server. Streamlit does not send again what has not changed: the script comes once, the
weights once a text, and the view, which is sent at every change, is small.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from hashlib import blake2b
from typing import Any, Final

import numpy as np
import streamlit as st

from backend.packing import is_sent_whole, pack_attention
from backend.shared import COMMON, Shared
from backend.trace import Trace
from components.browser_files import script_of, style_of
from components.palette import HEADS, SEQUENTIAL
from components.view import Choice
from components.weight_words import RAW_WORDS, WeightWords

SCRIPT: Final = script_of(
    "elements",
    "colours",
    "token_names",
    "meeting",
    "attention_view",
    "attention_view_page",
    "attention_view_thumbnails",
    "attention_view_lines",
    "attention_view_words",
    "attention_view_events",
    "views",
)
STYLE: Final = style_of("figure", "attention_view")
_CARRIER_SCRIPT: Final = script_of("meeting", "attention_weights")
_MOUNT_SCRIPT: Final = script_of("meeting", "mount")
_script = st.components.v2.component("attention_script", js=SCRIPT)
_carry = st.components.v2.component("attention_weights", js=_CARRIER_SCRIPT)
_view = st.components.v2.component("attention_view", css=STYLE, js=_MOUNT_SCRIPT)

_packets: Shared[tuple[str, int], bytes] = Shared(COMMON, len)


def show_attention(
    trace: Trace,
    choice: Choice,
    *,
    on_choice: Callable[[str, str], None],
    words: WeightWords = RAW_WORDS,
    key: str = "attention",
) -> None:
    """Draw the view at `choice`.

    words: how what stands in `trace.attention` is spoken of
    When the reader chooses, `on_choice` is called with `key` and the trace's name. The choice then
    stands in the session under that key as `choice`, with the fields of `Choice` and the name of
    the trace in which it was made, unchecked: they come from the browser.
    """
    name = trace_name(trace)
    with st.container(gap=None):  # two of them show nothing and take no room
        _script(key=f"{key}_script", height="content")
        weights = weights_name(trace)
        carry(packet_of(trace, weights, choice.layer), key=f"{key}_weights")
        _view(
            data=view_data(trace, name, choice, key, words) | {"weights": weights},
            key=key,
            on_choice_change=partial(on_choice, key, name),
        )


def trace_name(trace: Trace) -> str:
    """A name for what the trace holds: equal inputs to an equal model have the same."""
    digest = blake2b(digest_size=12)
    for text in (trace.model, *(sentence or "" for sentence in trace.sentences)):
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    digest.update(trace.ids.tobytes())
    digest.update(trace.attention[-1, -1, :1].tobytes())  # another model in the same folder
    return digest.hexdigest()


def weights_name(trace: Trace) -> str:
    """A name for its weights: others of the same text have another one."""
    digest = blake2b(trace_name(trace).encode(), digest_size=12)
    digest.update(trace.attention.view(np.uint32).sum(axis=-1, dtype=np.uint64).tobytes())
    return digest.hexdigest()


def view_data(
    trace: Trace, name: str, choice: Choice, key: str, words: WeightWords = RAW_WORDS
) -> dict[str, Any]:
    """What the view is sent, all but the weights and their name."""
    return {
        "kind": "attention",
        "view": key,
        "trace": name,
        "tokens": list(trace.tokens),
        "segments": trace.segments.tolist(),
        "special": trace.special.tolist(),
        "layers": trace.layers,
        "heads": trace.heads,
        "choice": asdict(choice),
        "words": asdict(words),
        "palette": {"sequential": SEQUENTIAL, "heads": HEADS},
    }


def carry(packet: bytes, *, key: str) -> None:
    """Bring a packet to the browser, where every figure finds its weights by their name."""
    _carry(data=packet, key=key, height="content")


def packet_of(trace: Trace, name: str, layer: int) -> bytes:
    """The packet for a reader who looks at `layer`, packed once for all readers."""
    asked = 0 if is_sent_whole(trace.attention) else layer  # a whole one is the same for all
    return _packets.find(
        (name, asked), lambda: pack_attention(trace.attention, trace.special, name, asked)
    )
