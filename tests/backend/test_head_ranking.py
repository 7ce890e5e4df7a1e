"""The two orders of heads for one token, and their table, by hand."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from backend.cached_heads import cached_removals
from backend.head_ranking import (
    HeadRanking,
    head_ranking,
    in_order,
    rank_correlation,
    ranks,
    strongest_looks,
)
from backend.model import Model
from backend.removal_tables import distances_csv, ranking_csv

A = "The chicken didn't cross the road because it was too tired"
IT = 10
BY_HAND = HeadRanking(
    weights=np.array([[0.2, 0.9], [0.5, 0.2]], np.float32),
    keys=np.array([[1, 1], [0, 2]]),
    turned=np.array([[0.3, 0.1], [0.0, 0.2]], np.float32),
    moved=np.array([[0.9, 0.4], [0.0, 0.6]], np.float32),
)


def rows(file: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.decode(), newline="")))


def test_places_by_hand() -> None:
    assert BY_HAND.by_weight.tolist() == [[3, 1], [2, 4]]
    assert BY_HAND.by_effect.tolist() == [[1, 3], [4, 2]]
    assert in_order(BY_HAND.by_weight) == [(0, 1), (1, 0), (0, 0), (1, 1)]
    assert in_order(BY_HAND.by_effect) == [(0, 0), (1, 1), (0, 1), (1, 0)]


def test_the_strongest_look_is_among_the_keys_asked_for() -> None:
    attention = np.zeros((1, 2, 2, 4), np.float32)
    attention[0, 0, 1] = [0.7, 0.1, 0.2, 0.0]
    attention[0, 1, 1] = [0.0, 0.1, 0.1, 0.8]
    weights, places = strongest_looks(attention, 1, np.array([1, 2]))
    np.testing.assert_allclose(weights, [[0.2, 0.1]])
    assert places.tolist() == [[2, 1]]


def test_ranks_by_hand() -> None:
    assert ranks(np.array([[0.1, 0.5], [0.3, 0.5]], np.float32)).tolist() == [[4, 1.5], [3, 1.5]]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3))
def test_the_rank_correlation_is_spearmans(pairs: list[tuple[int, int]]) -> None:
    one, other = np.array(pairs, np.float32).T
    found = rank_correlation(one, other)
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(spearmanr(one, other).statistic, abs=1e-9)


def test_the_ranking_counts_other_words_only(minilm: Model) -> None:
    trace, removals = minilm.trace(A), cached_removals("minilm", A, None)
    found = head_ranking(trace, removals, IT)
    assert found is not None
    weights = trace.attention[:, :, IT].copy()
    weights[..., trace.special] = weights[..., IT] = -1
    np.testing.assert_array_equal(found.weights, weights.max(axis=2))
    np.testing.assert_array_equal(found.keys, weights.argmax(axis=2))
    np.testing.assert_array_equal(found.turned, removals.turned[:, :, IT])
    assert trace.tokens[found.keys[3, 1]] == "chicken"


def test_a_word_alone_has_none_to_look_at(minilm: Model) -> None:
    trace, removals = minilm.trace("Hello"), cached_removals("minilm", "Hello", None)
    assert head_ranking(trace, removals, 1) is None
    assert head_ranking(trace, removals, 0) is not None


def test_the_two_orders_differ_for_the_chickens_pronoun(minilm: Model) -> None:
    found = head_ranking(minilm.trace(A), cached_removals("minilm", A, None), IT)
    assert found is not None
    assert found.correlation is not None
    assert abs(found.correlation) < 0.5
    assert in_order(found.by_weight)[:5] != in_order(found.by_effect)[:5]


def test_the_tables_say_what_was_measured() -> None:
    first, *_, last = rows(ranking_csv(BY_HAND, ["a", ",", "it"]))
    assert first == {
        "layer": "0", "head": "0", "weight": "0.200000003", "key": "1", "key_token": ",",
        "cosine_distance": "0.300000012", "share_of_length": "0.899999976",
        "place_by_weight": "3", "place_by_effect": "1",
    }  # fmt: skip
    assert (last["layer"], last["head"], last["place_by_effect"]) == ("1", "1", "2")
    lines = {"it": np.array([0, 0.5], np.float32)}
    assert [row["after_layer"] for row in rows(distances_csv(lines))] == ["input", "0"]
    assert [row["it"] for row in rows(distances_csv(lines))] == ["0", "0.5"]
