"""What is said of each kind of weights: only raw ones say where a token looks."""

import json
import re
from dataclasses import asdict, replace

import numpy as np
import pytest

from backend.weight_kinds import KINDS
from components.attention_view import weights_name
from components.weight_words import RAW_WORDS, WORDS
from tests.components.test_attention_view import trace_of


def test_each_kind_has_words_that_can_be_sent() -> None:
    assert tuple(WORDS) == tuple(KINDS)
    for kind, words in WORDS.items():
        assert json.loads(json.dumps(asdict(words)))
        assert words.layered is KINDS[kind].per_layer
        assert all(asdict(words)[name] for name in asdict(words) if name != "layered")
    assert len({words.exact for words in WORDS.values()}) == len(WORDS)
    assert len({words.file for words in WORDS.values()}) == len(WORDS)


@pytest.mark.parametrize("kind", ["values", "rollout", "flow"])
def test_what_is_no_looking_is_not_called_so(kind: str) -> None:
    said = " ".join(str(value) for value in asdict(WORDS[kind]).values())
    assert not re.search(r"look|attention", said)


def test_a_place_is_a_head_or_a_whole_layer() -> None:
    assert RAW_WORDS.place(3, 1) == "layer 3, head 1"
    assert (RAW_WORDS.name(3, 1), RAW_WORDS.name(3)) == (
        "attention-layer-3-head-1", "attention-layer-3",
    )  # fmt: skip
    assert WORDS["flow"].place(3, 0) == "layer 3"
    assert WORDS["flow"].name(3, 0) == WORDS["flow"].name(3) == "flow-layer-3"
    assert (RAW_WORDS.unit, WORDS["flow"].unit) == ("head", "layer")


def test_other_weights_of_the_same_text_have_another_name() -> None:
    trace = trace_of()
    assert weights_name(trace) == weights_name(trace_of())
    changed = trace.attention.copy()
    changed[0, 1, 2] = np.array([0.1, 0.2, 0.3, 0.4])
    assert weights_name(replace(trace, attention=changed)) != weights_name(trace)
