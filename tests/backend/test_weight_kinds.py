"""The seam of all kinds: what is drawn of a trace, whose answers there are, and the cache."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backend.answers import Answer, AnswerKind, answer_kinds, answer_layer, answer_of
from backend.attention_flow import attention_flow
from backend.cached import (
    cached_masked_words,
    cached_model,
    cached_tagger,
    cached_task_head,
)
from backend.cached import cached_trace as traced
from backend.cached_heads import cached_weights
from backend.loaded_encoder import LoadedEncoder
from backend.rollout import attention_rollout, mixing_weights
from backend.switched_off import SwitchedOff
from backend.trace import Trace
from backend.value_weights import length_shares
from backend.weight_kinds import KINDS, RAW, Weights, on_one_scale, too_long
from components.view_options import ANSWERS, WEIGHTS
from tests.backend.small_models import write_task_model

A, B = "The cat sat.", "It slept."
TAG = Answer("tag", 2)


@pytest.fixture
def trace() -> Trace:
    return traced("minilm", A, B)


def test_each_kind_that_can_be_chosen_is_explained() -> None:
    assert tuple(KINDS) == tuple(WEIGHTS)
    assert set(ANSWERS) == set(AnswerKind.__args__)  # type: ignore[attr-defined]
    assert all(kind.answers and kind.formula and kind.source for kind in KINDS.values())


def test_raw_weights_are_the_trace_itself(trace: Trace) -> None:
    weights = cached_weights(trace, RAW)
    assert weights.drawn is weights.table is trace


def test_values_are_shares_with_the_lengths_beside_them(trace: Trace) -> None:
    weights = cached_weights(trace, "values")
    assert weights.lengths is not None
    expected = length_shares(trace.attention, weights.lengths)
    np.testing.assert_array_equal(weights.drawn.attention, expected)
    np.testing.assert_allclose(weights.drawn.attention.sum(axis=3), 1, atol=1e-5)
    assert weights.drawn.hidden is trace.hidden


@pytest.mark.parametrize("kind", ["rollout", "flow"])
def test_kinds_of_whole_layers(trace: Trace, kind: str) -> None:
    drawn = cached_weights(trace, kind).drawn
    ones = np.ones((trace.layers, trace.heads), np.float32)
    make = attention_rollout if kind == "rollout" else attention_flow
    expected = make(mixing_weights(trace.attention, ones))
    assert KINDS[kind].per_layer
    assert drawn.heads == 1
    np.testing.assert_allclose(drawn.attention[:, 0], expected, atol=1e-6)


def test_gradients_are_shares_of_the_strongest_with_signs_in_the_table(trace: Trace) -> None:
    weights = cached_weights(trace, "gradient", TAG)
    assert weights.given is not None
    assert weights.drawn.attention.max() == 1
    np.testing.assert_array_equal(weights.drawn.attention, np.abs(weights.table.attention))
    assert weights.table.attention.min() < 0
    shares = cached_tagger("minilm").probabilities(trace.hidden[-1])[2]
    assert weights.given.label == cached_tagger("minilm").tags[int(shares.argmax())] == "NN"
    assert weights.given.probability == pytest.approx(shares.max(), abs=1e-4)
    assert weights.given.strongest > 0
    assert weights.nbytes == trace.nbytes + trace.attention.nbytes


def test_what_is_switched_off_is_off_in_every_kind(trace: Trace) -> None:
    off = SwitchedOff(heads=((5, 3),))
    changed = cached_model("minilm").switched_off(trace, off)
    values = cached_weights(changed, "values", off=off)
    assert not values.drawn.attention[5, 3].any()
    assert values.drawn.attention[5, 2].any()
    for kind in ("rollout", "flow"):
        on, without = cached_weights(trace, kind), cached_weights(changed, kind, off=off)
        np.testing.assert_array_equal(on.drawn.attention[:5], without.drawn.attention[:5])
        assert np.abs(on.drawn.attention[5] - without.drawn.attention[5]).max() > 0.001
    gradient = cached_weights(changed, "gradient", TAG, off)
    assert not gradient.drawn.attention[5, 3].any()


def test_the_same_is_worked_out_once(trace: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = cached_weights(trace, "values")
    again = cached_weights(trace, "gradient", TAG)
    monkeypatch.setattr(LoadedEncoder, "value_lengths", None)
    monkeypatch.setattr(LoadedEncoder, "influence", None)
    assert cached_weights(trace, "values") is first
    assert cached_weights(trace, "gradient", TAG) is again


def test_an_unknown_kind_is_a_programmers_mistake(trace: Trace) -> None:
    with pytest.raises(ValueError, match="expected raw, values, rollout or flow, got 'all'"):
        cached_weights(trace, "all")


def test_long_texts_say_why_not() -> None:
    long = traced("minilm", "word " * 600)
    assert too_long(long, RAW) == too_long(long, "values") == too_long(long, "rollout") == ""
    assert "up to 68 tokens, and here are 512" in too_long(long, "flow")
    assert "up to 333 tokens, and here are 512" in too_long(long, "gradient")
    short = traced("minilm", A)
    assert not any(too_long(short, kind) for kind in KINDS)


def test_two_readings_are_brought_to_one_scale(trace: Trace) -> None:
    one, other = cached_weights(trace, "gradient", TAG), weaker(trace)
    same, less = on_one_scale(one, other)
    assert same is one
    np.testing.assert_allclose(less.drawn.attention, one.drawn.attention / 4, atol=1e-7)
    np.testing.assert_allclose(less.table.attention, one.table.attention / 4, atol=1e-7)
    assert less.given is not None
    assert less.given.strongest == one.given.strongest  # type: ignore[union-attr]
    raw = cached_weights(trace, RAW)
    assert on_one_scale(raw, raw) == (raw, raw)


def weaker(trace: Trace) -> Weights:
    weights = cached_weights(trace, "gradient", TAG)
    assert weights.given is not None
    return replace(weights, given=replace(weights.given, strongest=weights.given.strongest / 4))


def test_which_answers_there_are(trace: Trace) -> None:
    assert answer_kinds(trace) == ("tag",)
    assert answer_of(trace, "tag", 3) == Answer("tag", 3)
    assert answer_of(trace, "tag", None) == Answer("tag", 1)
    assert answer_of(trace, "tag", 0) == Answer("tag", 1)  # [CLS] is no word
    pair = traced("minilm", "The cat sat.", "It sat.")
    assert [pair.tokens[place] for place in (5, 6, 9)] == ["[SEP]", "it", "[SEP]"]
    assert answer_of(pair, "tag", 5, range(6, 9)) == Answer("tag", 6)
    assert answer_of(pair, "tag", 9, range(6, 9)) == Answer("tag", 8)
    assert answer_of(pair, "tag", 5, range(1, 5)) == Answer("tag", 4)
    with pytest.raises(ValueError, match="expected an answer that minilm gives"):
        answer_layer(trace, Answer("mask", 1))


@pytest.mark.parametrize("family", ["bert", "distilbert", "roberta", "electra"])
def test_a_models_own_labels(family: str, tmp_path: Path) -> None:
    for task in ("TokenClassification", "SequenceClassification"):
        name = str(write_task_model(family, task, tmp_path / task, num_labels=3))
        trace, head = traced(name, "the cat sat"), cached_task_head(name)
        assert head is not None
        assert answer_kinds(trace) == ("tag", "label")
        answer = answer_of(trace, "label", 2)
        assert answer.token == (2 if head.about == "token" else None)
        shares = head.probabilities(trace.hidden[-1])[2 if head.about == "token" else 0]
        asked = answer_layer(trace, answer)
        found = asked.layer.probabilities(trace.hidden[-1, [asked.row]])[0]
        np.testing.assert_allclose(found, shares, atol=1e-5)
        given = cached_weights(trace, "gradient", answer).given
        assert given is not None
        assert given.label == head.labels[int(shares.argmax())]
        assert given.probability == pytest.approx(shares.max(), abs=1e-3)


@pytest.mark.parametrize("family", ["bert", "distilbert", "roberta"])
def test_the_word_at_a_mask(family: str, tmp_path: Path) -> None:
    name = str(write_task_model(family, "MaskedLM", tmp_path))
    mask = "<mask>" if family == "roberta" else "[MASK]"
    trace, words = traced(name, f"the {mask} sat {mask}"), cached_masked_words(name)
    assert words is not None
    first, last = words.masks(trace).tolist()
    assert answer_kinds(trace) == ("tag", "mask")
    assert answer_kinds(traced(name, "the cat sat")) == ("tag",)
    assert answer_of(trace, "mask", 1) == Answer("mask", first)
    answer = answer_of(trace, "mask", last)
    assert answer.token == last
    given = cached_weights(trace, "gradient", answer).given
    shares = words.fill(trace).probabilities[-1, 1]
    assert given is not None
    assert given.label == words.pieces[int(shares.argmax())]
    assert given.probability == pytest.approx(shares.max(), abs=1e-3)
