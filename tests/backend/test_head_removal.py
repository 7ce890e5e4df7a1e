"""What the removal of each head does, against single runs, NumPy and closed forms."""

from pathlib import Path

import numpy as np
import pytest

from backend import cached_heads
from backend.cached_heads import cached_removals, cached_switched_off
from backend.head_removal import (
    cosine_distance,
    joined,
    layer_removal,
    moved,
)
from backend.model import Model, load_model
from backend.model_files import built_in_folder
from backend.shared import Shared, nbytes
from backend.switched_off import SwitchedOff
from tests.backend.numpy_encoder import NumpyEncoder
from tests.backend.small_models import FAMILIES, write_model

A = "The chicken didn't cross the road because it was too tired"


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached_heads, "_removals", Shared(1_000_000, nbytes))
    monkeypatch.setattr(cached_heads, "_changed", Shared(10_000_000, nbytes))


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize(("layer", "head"), [(0, 2), (3, 1), (5, 11)])
def test_each_is_a_pass_with_that_heads_values_zeroed(minilm: Model, layer: int, head: int) -> None:
    trace, found = minilm.trace(A), cached_removals("minilm", A, None)
    assert found.turned.shape == found.moved.shape == (6, 12, len(trace.tokens))
    second = NumpyEncoder(built_in_folder(), heads=12)
    before = second.run(trace.ids, trace.segments)[1][-1]
    after = second.run(trace.ids, trace.segments, off=[(layer, head)])[1][-1]
    lengths = np.linalg.norm(before, axis=1)
    cosines = (before * after).sum(axis=1) / lengths / np.linalg.norm(after, axis=1)
    np.testing.assert_allclose(found.turned[layer, head], 1 - cosines, rtol=1e-3, atol=1e-7)
    shares = np.linalg.norm(after - before, axis=1) / lengths
    np.testing.assert_allclose(found.moved[layer, head], shares, rtol=1e-3)


@pytest.mark.parametrize("family", FAMILIES)
def test_all_families_and_one_by_one(family: str, tmp_path: Path) -> None:
    model = load_model(str(write_model(family, tmp_path)))
    trace = model.trace("the cat sat", "it sat")
    found = joined([layer_removal(model, trace, layer) for layer in range(2)])
    for layer in range(2):
        for head in range(3):
            off = SwitchedOff(heads=((layer, head),))
            after = model.switched_off(trace, off).hidden[-1]
            distance = cosine_distance(trace.hidden[-1], after)
            np.testing.assert_allclose(found.turned[layer, head], distance, atol=1e-5)


def test_long_texts_run_in_parts_with_the_same_result(minilm: Model) -> None:
    trace, heard = minilm.trace("word " * 300), list[tuple[int, int]]()
    found = layer_removal(minilm, trace, 5, lambda *told: heard.append(told))
    assert heard == [(done, 12) for done in (3, 6, 9, 12)]
    for head in (0, 4, 11):
        after = minilm.switched_off(trace, SwitchedOff(heads=((5, head),))).hidden[-1]
        distance = cosine_distance(trace.hidden[-1], after)
        np.testing.assert_allclose(found.turned[0, head], distance, rtol=1e-3, atol=1e-7)


@pytest.mark.usefixtures("empty")
def test_layers_that_are_done_stay_where_it_is_broken_off(minilm: Model) -> None:
    heard: list[int] = []

    def leave(done: int, total: int) -> None:
        assert total == 72
        heard.append(done)
        if done == 36:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cached_removals("minilm", A, None, leave)
    assert heard == [12, 12, 24, 24, 36]
    heard.clear()
    found = cached_removals("minilm", A, None, lambda done, _: heard.append(done))
    assert heard == [12, 24, 36, 36, 48, 48, 60, 60, 72, 72]
    assert not found.turned.flags.writeable
    again = cached_removals("minilm", A, None)
    np.testing.assert_array_equal(again.turned, found.turned)


@pytest.mark.usefixtures("empty")
def test_a_changed_run_is_shared_whatever_the_order(minilm: Model) -> None:
    one = cached_switched_off("minilm", A, None, SwitchedOff(((3, 1), (0, 2))))
    other = cached_switched_off("minilm", A, None, SwitchedOff(((0, 2), (3, 1))))
    assert one is other
    assert cached_switched_off("minilm", A, None, SwitchedOff(((3, 1),))) is not one


def test_distances_of_plain_vectors() -> None:
    before = np.array([[1, 0], [1, 0], [1, 0], [3, 4], [0, 0]], np.float32)
    after = np.array([[2, 0], [0, 5], [-1, 0], [3, 4], [0, 0]], np.float32)
    np.testing.assert_allclose(cosine_distance(before, after), [0, 1, 2, 0, 0], atol=1e-7)
    np.testing.assert_allclose(moved(before, after), [1, np.sqrt(26), 2, 0, 0], rtol=1e-6)


def test_a_small_turn_is_not_lost_in_rounding() -> None:
    angle = 1e-4
    after = np.array([[np.cos(angle), np.sin(angle)]], np.float32)
    distance = cosine_distance(np.array([[1, 0]], np.float32), after)
    np.testing.assert_allclose(distance, angle**2 / 2, rtol=1e-3)
