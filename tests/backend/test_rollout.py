"""Rollout of two layers by hand, and what must hold for any weights."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backend.cached import cached_trace
from backend.rollout import attention_rollout, mixing_weights

ON = np.ones((2, 1), np.float32)


def test_two_layers_by_hand() -> None:
    attention = np.array([[[[1, 0], [1, 0]]], [[[0, 1], [0.5, 0.5]]]], np.float32)
    mixing = mixing_weights(attention, ON)
    np.testing.assert_allclose(mixing, [[[1.0, 0.0], [0.5, 0.5]], [[0.5, 0.5], [0.25, 0.75]]])
    rolled = attention_rollout(mixing)
    np.testing.assert_allclose(rolled[0], mixing[0])
    # After layer 1 token 0 is half itself (all of input 0) and half token 1 (half input 0).
    np.testing.assert_allclose(rolled[1], [[0.75, 0.25], [0.625, 0.375]])


def test_heads_are_averaged_and_those_switched_off_mix_nothing_in() -> None:
    attention = np.array([[[[0, 1], [0, 1]], [[1, 0], [1, 0]]]], np.float32)  # two heads
    both = mixing_weights(attention, np.ones((1, 2), np.float32))
    np.testing.assert_allclose(both[0], [[0.75, 0.25], [0.25, 0.75]])
    one = mixing_weights(attention, np.array([[0, 1]], np.float32))
    np.testing.assert_allclose(one[0], [[1.0, 0.0], [1 / 3, 2 / 3]])
    none = mixing_weights(attention, np.zeros((1, 2), np.float32))
    np.testing.assert_array_equal(none[0], np.eye(2))


def test_looking_only_at_oneself_mixes_nothing() -> None:
    attention = np.broadcast_to(np.eye(4, dtype=np.float32), (3, 2, 4, 4))
    mixing = mixing_weights(attention, np.ones((3, 2), np.float32))
    np.testing.assert_array_equal(attention_rollout(mixing)[2], np.eye(4))


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 6))
def test_rows_sum_to_one(seed: int, layers: int, tokens: int) -> None:
    weights = np.random.default_rng(seed).dirichlet(np.ones(tokens), (layers, 2, tokens))
    mixing = mixing_weights(weights.astype(np.float32), np.ones((layers, 2), np.float32))
    np.testing.assert_allclose(attention_rollout(mixing).sum(axis=2), 1)


def test_a_real_text_against_the_product_of_its_layers() -> None:
    trace = cached_trace("minilm", "The cat sat on the mat.")
    ones = np.ones((trace.layers, trace.heads), np.float32)
    rolled = attention_rollout(mixing_weights(trace.attention, ones))
    expected = np.eye(len(trace.tokens))
    for layer in range(trace.layers):
        means = trace.attention[layer].astype(np.float64).mean(axis=0)
        expected = (0.5 * means + 0.5 * np.eye(len(means))) @ expected
        np.testing.assert_allclose(rolled[layer], expected, atol=1e-6)
