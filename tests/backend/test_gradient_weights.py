"""Influence of weights: by hand, and against differences that NumPy finds by trying."""

from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from backend.gradient_weights import attention_influence, log_odds
from backend.model import Model, load_model
from backend.switched_off import SwitchedOff
from backend.trace import FloatArray
from tests.backend.numpy_encoder import Array, NumpyEncoder
from tests.backend.small_models import FAMILIES, write_model

ALL_ON = SwitchedOff()


def by_hand() -> Any:
    """One layer of one head, width 1: the queries are 0, the values the states, doubled."""

    def linear(weight: float) -> torch.nn.Linear:
        made = torch.nn.Linear(1, 1)
        torch.nn.init.constant_(made.weight, weight)
        torch.nn.init.constant_(made.bias, 0)
        return made

    same = torch.nn.Identity()
    attention = SimpleNamespace(
        q_lin=linear(0), k_lin=linear(1), v_lin=linear(2), out_lin=linear(1)
    )
    layer = SimpleNamespace(
        attention=attention, sa_layer_norm=same, ffn=torch.zeros_like, output_layer_norm=same
    )
    config = SimpleNamespace(model_type="distilbert", num_hidden_layers=1)
    return SimpleNamespace(config=config, transformer=SimpleNamespace(layer=[layer]))


def test_one_layer_by_hand() -> None:
    # T = x + sum over j of α 2x, every α is 1/2. The answer's scores are 0 and 3 T of token 1:
    # y = 3 T, so ∂y/∂α = 3 · 2x and the influence is half of it.
    states = np.array([[1.0], [-0.5]], np.float32)
    found = attention_influence(
        by_hand(), states, 1, lambda t: torch.stack([0 * t[1, 0], 3 * t[1, 0]]), ALL_ON
    )
    final = -0.5 + (1.0 - 0.5)  # T of token 1: 0, so both labels are as likely
    assert found.probability == pytest.approx(1 / (1 + np.exp(-3 * final)))
    sign = 1 if found.label == 1 else -1  # of two equal ones either may be the likeliest
    np.testing.assert_allclose(found.weights, sign * np.array([[[[0, 0], [3, -1.5]]]]))


def test_log_odds() -> None:
    scores = torch.tensor([1.0, 2.0, 0.5])
    share = float(scores.softmax(0)[1])
    assert float(log_odds(scores, 1)) == pytest.approx(np.log(share / (1 - share)))
    assert float(log_odds(torch.tensor([0.7, 0.7]), 0)) == 0
    assert float(log_odds(torch.tensor([2.0, 5.0]), 1)) == pytest.approx(3)


class Nudged(NumpyEncoder):
    """A weight more here or there, the others as they are."""

    more: tuple[int, int, int, int] | None = None
    by = 1e-5

    def _attend(
        self, state: Array, prefix: str, zeroed: Sequence[int] = (), unseen: Sequence[int] = ()
    ) -> tuple[Array, Array]:
        weights, mixed = super()._attend(state, prefix, zeroed, unseen)
        if self.more is not None and prefix == f"encoder.layer.{self.more[0]}.attention":
            _, head, query, key = self.more
            values = self._by_head(self._linear(state, f"{prefix}.self.value"))
            width = values.shape[2]
            joined = np.zeros_like(state)
            joined[query, head * width : (head + 1) * width] = self.by * values[head, key]
            output = self.weights[f"{prefix}.output.dense.weight"]
            mixed = mixed + joined @ output.T
        return weights, mixed


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Path]:
    folder = write_model("bert", tmp_path_factory.mktemp("bert"), initializer_range=0.4)
    return load_model(str(folder)), folder


def test_differences_that_numpy_finds_by_trying(bert: tuple[Model, Path]) -> None:
    model, folder = bert
    trace = model.trace("the cat sat", "it sat")
    random = np.random.default_rng(3)
    weight = random.normal(size=(4, model.width)).astype(np.float32)
    found = attention_influence(
        model.module, trace.hidden[0], model.heads, lambda t: torch.tensor(weight) @ t[2], ALL_ON
    )
    encoder = Nudged(folder, model.heads)

    def odds() -> float:
        _, hidden = encoder.run(trace.ids, trace.segments)
        scores = weight @ hidden[-1, 2]
        others = np.delete(scores, found.label)
        return float(scores[found.label] - np.log(np.exp(others).sum()))

    shape = found.weights.shape
    for _ in range(40):
        place = tuple(int(random.integers(size)) for size in shape)
        encoder.more = (place[0], place[1], place[2], place[3])
        encoder.by = 1e-5
        above = odds()
        encoder.by = -1e-5
        slope = (above - odds()) / 2e-5
        expected = slope * float(trace.attention[place])
        assert found.weights[place] == pytest.approx(expected, rel=2e-3, abs=2e-5)
    assert np.abs(found.weights).max() > 0.01
    assert not found.weights[-1, :, 3].any()  # after the last layer no token hears of another


def answer(final: torch.Tensor) -> torch.Tensor:
    return final[1, :5]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_shared_model_is_left_as_it_is(family: str, tmp_path: Path) -> None:
    model = load_model(str(write_model(family, tmp_path)))
    trace = model.trace("the cat sat")
    before = {name: weight.clone() for name, weight in model.module.state_dict().items()}
    gradients: list[FloatArray] = []

    def derive() -> None:
        found = attention_influence(model.module, trace.hidden[0], model.heads, answer, ALL_ON)
        gradients.append(found.weights)

    threads = [Thread(target=derive) for _ in range(4)]
    for thread in threads:
        thread.start()
    traced = model.trace("the cat sat")  # somebody else reads meanwhile
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(traced.attention, trace.attention)
    assert all(parameter.grad is None for parameter in model.module.parameters())
    for name, weight in model.module.state_dict().items():
        assert torch.equal(weight, before[name])
    assert len(gradients) == 4
    for one in gradients:
        np.testing.assert_array_equal(one, gradients[0])
        assert np.abs(one).max() > 0


def test_a_head_that_is_off_does_nothing_and_a_hidden_token_is_looked_at_by_none(
    bert: tuple[Model, Path],
) -> None:
    model, _ = bert
    trace = model.trace("the cat sat")
    off = SwitchedOff(heads=((0, 1), (1, 2)), hidden=(3,))
    found = attention_influence(model.module, trace.hidden[0], model.heads, answer, off)
    assert not found.weights[0, 1].any()
    assert not found.weights[1, 2].any()
    assert found.weights[0, 0].any()
    others = np.arange(len(trace.tokens)) != 3
    assert not found.weights[:, :, others, 3].any()
