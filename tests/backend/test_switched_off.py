"""Heads switched off and tokens hidden, against an encoder in NumPy and by what must follow."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from backend.encoder_pass import last_states, run_layers
from backend.model import Model, load_model
from backend.model_files import built_in_folder
from backend.switched_off import SwitchedOff
from backend.trace import Trace
from tests.backend.numpy_encoder import NumpyEncoder
from tests.backend.small_models import FAMILIES, write_model

CHICKEN = "The chicken didn't cross the road because it was too tired"
ROAD = "The chicken didn't cross the road because it was too wide"
SETS = [
    SwitchedOff(heads=((3, 1),)),
    SwitchedOff(heads=((0, 2), (3, 1), (3, 7), (5, 11))),
    SwitchedOff(hidden=(2, 8)),
    SwitchedOff(heads=((1, 8),), hidden=(0, 11)),
    SwitchedOff(heads=tuple((layer, head) for layer in range(6) for head in range(12))),
    SwitchedOff(hidden=tuple(range(25))),
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Model]:
    folder = tmp_path_factory.mktemp("small")
    return {family: load_model(str(write_model(family, folder / family))) for family in FAMILIES}


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 11))), st.lists(st.integers(0, 9)))
def test_an_equal_set_is_an_equal_value(heads: list[tuple[int, int]], hidden: list[int]) -> None:
    off = SwitchedOff(tuple(heads), tuple(hidden))
    assert off == SwitchedOff(tuple(reversed(heads)) * 2, tuple(reversed(hidden)) * 2)
    assert bool(off) == bool(heads or hidden)
    assert off.first == (0 if hidden or not heads else min(layer for layer, _ in heads))
    gates, visible = off.gates(6, 12), off.visible(10)
    for layer in range(6):
        for head in range(12):
            assert gates[layer, head] == (0 if (layer, head) in heads else 1)
    for query in range(10):
        for key in range(10):
            assert visible[query, key] == (query == key or key not in hidden)


def test_what_is_not_there_cannot_be_switched_off(minilm: Model) -> None:
    trace = minilm.trace("The cat sat.")
    for off in (SwitchedOff(heads=((6, 0),)), SwitchedOff(heads=((0, 12),))):
        with pytest.raises(IndexError):
            minilm.switched_off(trace, off)
    with pytest.raises(IndexError):
        minilm.switched_off(trace, SwitchedOff(hidden=(6,)))


def test_where_nothing_is_switched_off_the_trace_itself_comes_back(minilm: Model) -> None:
    trace = minilm.trace("The cat sat.")
    assert minilm.switched_off(trace, SwitchedOff()) is trace


@pytest.mark.parametrize("family", FAMILIES)
def test_the_pass_gives_the_trace_in_all_families(small: dict[str, Model], family: str) -> None:
    model = small[family]
    pairs = [("the cat sat, it sat.", "it dog!"), ("the dog sat, it sat.", "it cat?")]
    traces = [model.trace(*pair) for pair in pairs]
    states = torch.from_numpy(np.stack([trace.hidden[0] for trace in traces]))
    for first in range(model.layers):
        with torch.inference_mode():
            found = run_layers(model.module, states, model.heads, first=first)
        assert len(found.hidden) == len(found.attention) == model.layers - first
        for place in range(model.layers - first):
            for run, trace in enumerate(traces):
                np.testing.assert_allclose(
                    found.hidden[place][run], trace.hidden[first + place + 1], atol=2e-5
                )
                np.testing.assert_allclose(
                    found.attention[place][run], trace.attention[first + place], atol=5e-5
                )
        states = found.hidden[0]


def agrees(changed: Trace, second: NumpyEncoder, off: SwitchedOff, atol: float) -> None:
    attention, hidden = second.run(changed.ids, changed.segments, off=off.heads, unseen=off.hidden)
    np.testing.assert_allclose(changed.attention, attention, atol=1e-5)
    np.testing.assert_allclose(changed.hidden, hidden, atol=atol)


@pytest.mark.parametrize("off", SETS, ids=range(len(SETS)))
def test_it_is_a_pass_with_the_heads_slice_of_the_values_zeroed(
    minilm: Model, off: SwitchedOff
) -> None:
    trace = minilm.trace(CHICKEN, ROAD)
    changed = minilm.switched_off(trace, off)
    agrees(changed, NumpyEncoder(built_in_folder(), heads=12), off, 1e-4)
    assert changed.tokens == trace.tokens
    assert changed.ids is trace.ids
    assert not changed.hidden.flags.writeable
    assert not changed.attention.flags.writeable


def test_a_random_model_agrees_too(small: dict[str, Model], tmp_path: Path) -> None:
    second = NumpyEncoder(write_model("bert", tmp_path), heads=3)
    trace = small["bert"].trace("the cat sat", "it sat!")
    for off in (SwitchedOff(((0, 1), (1, 2))), SwitchedOff(((1, 0),), (3,))):
        agrees(small["bert"].switched_off(trace, off), second, off, 1e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_head_that_is_off_hands_on_nothing(
    small: dict[str, Model], family: str, tmp_path: Path
) -> None:
    """The same as a model in whose files the head's values are zero."""
    model = small[family]
    off = SwitchedOff(heads=((1, 2),), hidden=())
    changed = model.switched_off(model.trace("the cat sat"), off)
    other = load_model(str(write_model(family, tmp_path / family)))
    layers = (
        other.module.transformer.layer if family == "distilbert" else other.module.encoder.layer
    )
    maps = layers[1].attention
    value = maps.v_lin if family == "distilbert" else maps.self.value
    with torch.no_grad():
        value.weight[16:24] = 0
        value.bias[16:24] = 0
    zeroed = other.trace("the cat sat")
    np.testing.assert_allclose(changed.hidden, zeroed.hidden, atol=2e-5)


@pytest.mark.parametrize("layer", range(6))
def test_nothing_changes_below_the_first_layer(minilm: Model, layer: int) -> None:
    trace = minilm.trace(CHICKEN)
    changed = minilm.switched_off(trace, SwitchedOff(heads=((layer, 4),)))
    np.testing.assert_array_equal(changed.hidden[: layer + 1], trace.hidden[: layer + 1])
    np.testing.assert_array_equal(changed.attention[:layer], trace.attention[:layer])
    np.testing.assert_allclose(changed.attention[layer], trace.attention[layer], atol=1e-5)
    assert (np.abs(changed.hidden[layer + 1] - trace.hidden[layer + 1]).max(axis=1) > 1e-4).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_hidden_token_is_looked_at_by_itself_alone(small: dict[str, Model], family: str) -> None:
    trace = small[family].trace("the cat sat")
    changed = small[family].switched_off(trace, SwitchedOff(hidden=(2,)))
    others = np.arange(len(trace.tokens)) != 2
    assert not changed.attention[:, :, others, 2].any()
    assert changed.attention[:, :, 2, 2].all()
    np.testing.assert_allclose(changed.attention.sum(axis=3), 1, atol=1e-5)


def test_who_sees_only_itself_knows_nothing_of_the_others(minilm: Model) -> None:
    one, other = minilm.trace("The cat sat."), minilm.trace("The dog flew.")
    for off in (SwitchedOff(hidden=tuple(range(6))), SETS[4]):
        a, b = (minilm.switched_off(trace, off).hidden[:, 1] for trace in (one, other))
        np.testing.assert_array_equal(a, b)
    assert np.abs(one.hidden[-1, 1] - other.hidden[-1, 1]).max() > 0.01


def test_a_text_as_long_as_the_model_reads(minilm: Model) -> None:
    trace = minilm.trace("word " * 700)
    changed = minilm.switched_off(trace, SwitchedOff(heads=((4, 0),), hidden=(511,)))
    assert changed.attention.shape == trace.attention.shape
    assert not changed.attention[:, :, :511, 511].any()


def test_runs_of_one_batch_do_not_touch_each_other(minilm: Model) -> None:
    trace = minilm.trace(CHICKEN)
    heads = ((2, 0), (2, 5), (4, 3))
    gates = np.stack([SwitchedOff(heads=(head,)).gates(6, 12) for head in heads])
    together = last_states(minilm.module, trace.hidden[2], 12, first=2, gates=gates)
    for head, states in zip(heads, together, strict=True):
        alone = minilm.switched_off(trace, SwitchedOff(heads=(head,)))
        np.testing.assert_allclose(states, alone.hidden[-1], atol=1e-5)


def test_nothing_leaks_into_what_others_trace_at_the_same_time(minilm: Model) -> None:
    texts = [(CHICKEN, ROAD), (ROAD, None), ("The cat sat.", None)]
    before = [minilm.trace(*text) for text in texts]
    weights = {name: each.clone() for name, each in minilm.module.state_dict().items()}
    barrier, rounds = Barrier(2), 6

    def trace() -> list[Trace]:
        barrier.wait()
        return [minilm.trace(*text) for _ in range(rounds) for text in texts]

    def switch_off() -> list[Trace]:
        barrier.wait()
        return [minilm.switched_off(before[0], off) for _ in range(rounds) for off in SETS]

    with ThreadPoolExecutor(2) as visitors:
        tracing, switching = visitors.submit(trace), visitors.submit(switch_off)
        traced, changed = tracing.result(), switching.result()
    for number, found in enumerate(traced):
        expected = before[number % len(texts)]
        np.testing.assert_array_equal(found.attention, expected.attention)
        np.testing.assert_array_equal(found.hidden, expected.hidden)
    for number, found in enumerate(changed):
        np.testing.assert_array_equal(found.hidden, changed[number % len(SETS)].hidden)
    for name, each in minilm.module.state_dict().items():
        assert torch.equal(each, weights[name]), name
