import json
from dataclasses import replace

import numpy as np
import pytest

from backend.packing import unpack_attention
from backend.shared import Shared
from backend.trace import Embeddings, FloatArray, Trace
from components import attention_view
from components.attention_view import trace_name, view_data
from components.view import Choice


def trace_of(tokens: int = 4, model: str = "some-model", b: str | None = "b") -> Trace:
    def zeros(*shape: int) -> FloatArray:
        return np.zeros(shape, np.float32)

    special = np.zeros(tokens, bool)
    special[[0, -1]] = True
    return Trace(
        model=model,
        sentences=("a", b),
        tokens=("[CLS]", *(f"t{i}" for i in range(tokens - 2)), "[SEP]"),
        ids=np.arange(tokens),
        segments=np.arange(tokens) // 2,
        special=special,
        spans=np.zeros((tokens, 2), np.int64),
        attention=np.full((2, 3, tokens, tokens), 1 / tokens, np.float32),
        hidden=zeros(3, tokens, 5),
        embeddings=Embeddings(zeros(tokens, 5), None, zeros(tokens, 5), zeros(tokens, 5)),
        left_out=0,
    )


CHOICE = Choice(layer=1, head=2, query=None, show="ab", keys=(), serial=7)


def test_equal_traces_have_equal_names() -> None:
    assert trace_name(trace_of()) == trace_name(trace_of())


def test_another_input_has_another_name() -> None:
    trace = trace_of()
    others = [
        trace_of(model="other"),
        trace_of(b="other"),
        trace_of(tokens=5),
        replace(trace, sentences=("ab", "")),
        replace(trace, ids=trace.ids + 1),
        replace(trace, attention=trace.attention[..., ::-1] * np.float32(0.5)),
    ]
    assert len({trace_name(other) for other in [trace, *others]}) == 1 + len(others)


def test_a_name_for_what_is_no_proper_text() -> None:
    assert trace_name(trace_of(b="\ud800 \x00"))


def test_the_view_gets_what_can_be_json() -> None:
    trace = trace_of()
    data = json.loads(json.dumps(view_data(trace, "name", CHOICE, "key")))
    assert data["tokens"] == list(trace.tokens)
    assert data["segments"] == [0, 0, 1, 1]
    assert data["special"] == [True, False, False, True]
    assert (data["layers"], data["heads"]) == (2, 3)
    assert data["choice"] == {
        "layer": 1, "head": 2, "query": None, "show": "ab", "keys": [], "serial": 7,
    }  # fmt: skip
    assert len(data["palette"]["heads"]["dark"]) == 12


def test_a_packet_is_packed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = trace_of()
    first = attention_view.packet_of(trace, "packed once", 0)
    monkeypatch.setattr(attention_view, "pack_attention", None)
    assert attention_view.packet_of(trace, "packed once", 0) is first
    assert unpack_attention(first).name == "packed once"


def test_a_packet_too_large_to_keep_is_still_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention_view, "_packets", Shared(10, len))
    trace = trace_of()
    first, again = (attention_view.packet_of(trace, "large", 0) for _ in range(2))
    assert unpack_attention(first).name == "large"
    assert first == again
    assert first is not again


def test_the_script_comes_once_and_what_is_sent_again_is_small() -> None:
    assert 'KIND = "attention"' in attention_view.SCRIPT
    assert len(attention_view._CARRIER_SCRIPT) < 5000
    assert len(attention_view._MOUNT_SCRIPT) < 2000
