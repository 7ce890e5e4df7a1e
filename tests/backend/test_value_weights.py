"""Weights times the length of values: by hand, and against what a model's layer hands on."""

import numpy as np
import pytest

from backend.encoder_layers import encoder_layers
from backend.model import Model, load_model
from backend.value_weights import length_shares, value_lengths
from tests.backend.small_models import FAMILIES, write_model

# Two heads of width 1 in a model of width 2. Head 0 writes into both dimensions, head 1 into one.
VALUES = np.array([[[[1.0], [2.0], [0.0]], [[-3.0], [1.0], [2.0]]]], np.float32)
OUTPUT = np.array([[3.0, 0.0], [4.0, 2.0]], np.float32)  # columns: what a value of the head becomes


def test_lengths_by_hand() -> None:
    np.testing.assert_allclose(value_lengths(VALUES, [OUTPUT]), [[[5, 10, 0], [6, 2, 4]]])


def test_shares_by_hand() -> None:
    weights = np.array([[0.5, 0.25, 0.25], [0.0, 0.0, 1.0], [0.2, 0.8, 0.0]], np.float32)
    attention = np.stack([weights, weights])[None]
    shares = length_shares(attention, value_lengths(VALUES, [OUTPUT]))
    np.testing.assert_allclose(
        shares[0, 0], [[0.5, 0.5, 0.0], [0.0, 0.0, 0.0], [1 / 9, 8 / 9, 0.0]], atol=1e-7
    )
    np.testing.assert_allclose(
        shares[0, 1], [[6 / 9, 1 / 9, 2 / 9], [0.0, 0.0, 1.0], [3 / 7, 4 / 7, 0.0]], atol=1e-7
    )


def test_a_key_that_is_looked_at_much_may_hand_on_little() -> None:
    attention = np.array([[[[0.9, 0.1]]]], np.float32)
    shares = length_shares(attention, np.array([[[0.01, 1.0]]], np.float32))
    np.testing.assert_allclose(shares, [[[[0.009 / 0.109, 0.1 / 0.109]]]], rtol=1e-6)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_vectors_add_up_to_what_the_layer_hands_on(
    family: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    model = load_model(str(write_model(family, tmp_path_factory.mktemp(family))))
    trace = model.trace("the cat sat", "it sat")
    lengths = value_lengths(model.projections(trace).values, outputs_of(model))
    for layer, (parts, states) in enumerate(
        zip(encoder_layers(model.module), trace.hidden[:-1], strict=True)
    ):
        value = states @ parts.value.weight.detach().numpy().T + parts.value.bias.detach().numpy()
        output = parts.output.weight.detach().numpy()
        own = np.zeros((model.heads, *value.shape), np.float32)  # one head's values, others 0
        width = model.width // model.heads
        for head in range(model.heads):
            piece = slice(head * width, (head + 1) * width)
            own[head, :, piece] = value[:, piece]
        handed = own @ output.T  # (head, token, width)
        np.testing.assert_allclose(np.linalg.norm(handed, axis=2), lengths[layer], rtol=1e-4)


def outputs_of(model: Model) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    return [parts.output.weight.detach().numpy() for parts in encoder_layers(model.module)]
