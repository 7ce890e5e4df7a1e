"""Flows worked out by hand, by trying every cut, by SciPy's algorithm, and through a real text."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from backend.attention_flow import MOST_WORK, attention_flow, maximum_flows, most_tokens
from backend.cached import cached_trace
from backend.rollout import mixing_weights

BY_HAND = np.array(
    [
        [[1.0, 0.0], [0.4, 0.6]],  # layer 0: from each of two tokens down to the input
        [[0.9, 0.1], [0.5, 0.5]],  # layer 1
        [[0.5, 0.5], [0.2, 0.8]],  # layer 2
    ]
)


def test_a_small_network_by_hand() -> None:
    flows = maximum_flows(BY_HAND)
    np.testing.assert_array_equal(flows[0], BY_HAND[0])  # one pipe
    # Two layers, token 0 to input 0: min(0.9, 1.0) by way of 0, min(0.1, 0.4) by way of 1.
    np.testing.assert_allclose(flows[1], [[1.0, 0.1], [0.9, 0.5]])
    # Three, token 0 to input 1: only token 1 after layer 0 leads there (0.6), and only 0.1 and
    # 0.5 lead to it. To input 0: all of 0.5 + 0.5 (0.5 straight on, 0.1 + 0.4 through token 1).
    np.testing.assert_allclose(flows[2], [[1.0, 0.6], [0.2 + 0.5 + 0.3, 0.1 + 0.5]])


def test_each_tokens_flows_are_brought_to_one() -> None:
    flows = attention_flow(BY_HAND)
    np.testing.assert_allclose(flows[2, 0], [1.0 / 1.6, 0.6 / 1.6])
    np.testing.assert_allclose(flows.sum(axis=2), 1)


def smallest_cut(mixing: NDArray[Any], query: int, key: int) -> float:
    """The least that cuts the query after the last layer from the key, over every cut there is."""
    layers, tokens, _ = mixing.shape
    between = (layers - 1) * tokens
    least = np.inf
    for above in product((False, True), repeat=between):
        sides = np.zeros((layers + 1, tokens), bool)  # True: on the query's side of the cut
        sides[0, query] = True
        sides[1:layers] = np.array(above, bool).reshape(layers - 1, tokens)
        cut = sum(
            mixing[layers - 1 - step][np.ix_(sides[step], ~sides[step + 1])].sum()
            for step in range(layers - 1)
        )
        least = min(least, cut + mixing[0][sides[layers - 1], key].sum())
    return least


@pytest.mark.parametrize(("layers", "tokens"), [(2, 4), (3, 3), (4, 3), (5, 2)])
def test_the_most_that_fits_is_the_smallest_cut(layers: int, tokens: int) -> None:
    random = np.random.default_rng(layers)
    attention = random.dirichlet(np.full(tokens, 0.3), (layers, 2, tokens)).astype(np.float32)
    mixing = mixing_weights(attention, np.ones((layers, 2), np.float32))
    flows = maximum_flows(mixing)
    cuts = [[smallest_cut(mixing, query, key) for key in range(tokens)] for query in range(tokens)]
    np.testing.assert_allclose(flows[-1], cuts, atol=1e-7)


def scipy_flows(mixing: NDArray[Any]) -> NDArray[Any]:
    """The flows from the last layer's tokens to the input, in one network of all its nodes."""
    layers, tokens, _ = mixing.shape
    held = np.zeros(((layers + 1) * tokens,) * 2, np.int32)
    for layer, pipes in enumerate(np.rint(mixing * 10**9)):  # the input's tokens are the first
        below = layer * tokens
        held[below + tokens : below + 2 * tokens, below : below + tokens] = pipes
    network, last = csr_array(held), layers * tokens
    flows = [
        [maximum_flow(network, last + query, key).flow_value for key in range(tokens)]
        for query in range(tokens)
    ]
    return np.array(flows) / 10**9


@settings(deadline=None, max_examples=60)
@given(
    layers=st.integers(3, 7),
    tokens=st.integers(1, 9),
    peaked=st.sampled_from([0.02, 0.1, 0.5, 5.0]),
    off=st.sets(st.integers(0, 13)),
    seed=st.integers(0, 2**32 - 1),
)
def test_scipys_algorithm_finds_the_same(
    layers: int, tokens: int, peaked: float, off: set[int], seed: int
) -> None:
    random = np.random.default_rng(seed)
    attention = random.dirichlet(np.full(tokens, peaked), (layers, 2, tokens)).astype(np.float32)
    gates = np.ones((layers, 2), np.float32)
    gates.ravel()[[head for head in off if head < gates.size]] = 0
    mixing = mixing_weights(attention, gates)
    np.testing.assert_array_equal(maximum_flows(mixing)[-1], scipy_flows(mixing))


@settings(deadline=None, max_examples=30)
@given(layers=st.integers(3, 6), tokens=st.integers(2, 8), seed=st.integers(0, 2**32 - 1))
def test_pipes_need_not_be_those_of_a_model(layers: int, tokens: int, seed: int) -> None:
    random = np.random.default_rng(seed)  # no residual connection, and most pipes closed
    mixing = random.random((layers, tokens, tokens)) * (random.random((tokens, tokens)) < 0.4)
    mixing /= np.maximum(1, mixing.sum(axis=2, keepdims=True))
    np.testing.assert_array_equal(maximum_flows(mixing)[-1], scipy_flows(mixing))


@pytest.mark.parametrize("tokens", [1, 2, 7])
def test_tokens_that_stay_what_they_were(tokens: int) -> None:
    identity = np.tile(np.eye(tokens), (6, 1, 1))
    np.testing.assert_array_equal(maximum_flows(identity), identity)


@pytest.mark.parametrize("tokens", [1, 2, 7])
def test_tokens_mixed_alike(tokens: int) -> None:
    alike = np.full((6, tokens, tokens), 1 / tokens)
    flows = maximum_flows(alike)  # one pipe holds 1 / tokens; from the second layer on all are used
    np.testing.assert_allclose(flows[1:], 1, atol=1e-8)
    np.testing.assert_array_equal(flows[0], alike[0])


def test_visitors_who_ask_at_once_do_not_disturb_each_other() -> None:
    random = np.random.default_rng(1)
    asked = [random.dirichlet(np.full(tokens, 0.3), (5, tokens)) for tokens in range(3, 15)]
    alone = [maximum_flows(mixing) for mixing in asked]
    with ThreadPoolExecutor(4) as threads:
        for expected, found in zip(alone, threads.map(maximum_flows, asked), strict=True):
            np.testing.assert_array_equal(found, expected)


def test_a_real_text_tells_how_far_it_is() -> None:
    trace = cached_trace("minilm", "The cat sat.")
    ones = np.ones((trace.layers, trace.heads), np.float32)
    told = list[tuple[int, int]]()
    mixing = mixing_weights(trace.attention, ones)
    flows = attention_flow(mixing, lambda done, of: told.append((done, of)))
    assert flows.shape == mixing.shape
    np.testing.assert_allclose(flows.sum(axis=2), 1)
    steps = len(trace.tokens) * (trace.layers - 2)
    assert told == [(step, steps) for step in range(1, steps + 1)]


def test_deeper_models_have_a_lower_limit() -> None:
    assert most_tokens(12) < most_tokens(6)
    for layers in (3, 6, 12):
        blocks = sum(range(2, layers))
        assert blocks * most_tokens(layers) ** 4 <= MOST_WORK
        assert blocks * (most_tokens(layers) + 1) ** 4 > MOST_WORK
