"""What heads look at: every measure against what can be worked out by hand."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from backend.head_patterns import (
    NAMES,
    Roles,
    entropies,
    patterns,
    weight_at_distance,
    weight_on,
)
from backend.trace import FloatArray

GRID = np.array([[0.1, 0.2, 0.7], [0.3, 0.3, 0.4], [0.0, 0.9, 0.1]], dtype=np.float32)[None, None]

# [CLS] the cat , the dog [SEP] the cats . [SEP], cats in two pieces
WORDS = [-1, 0, 1, -1, 2, 3, -1, 4, 5, 5, -1, -1]
SPELLINGS = [-1, 0, 1, -1, 0, 2, -1, 0, 3, 3, -1, -1]
SPECIAL = [0, 6, 11]
COMMA, STOP = 3, 10
COUNT = len(WORDS)
QUERIES = [place for place in range(COUNT) if place not in SPECIAL]
A, B = [1, 2, 3, 4, 5], [7, 8, 9, 10]


def flags(*places: int) -> NDArray[np.bool_]:
    return np.isin(np.arange(COUNT), places)


ROLES = Roles(
    special=flags(*SPECIAL),
    first=flags(0),
    punctuation=flags(COMMA, STOP),
    segments=np.array([0] * 7 + [1] * 5),
    words=np.array(WORDS),
    spellings=np.array(SPELLINGS),
)


def one_hot(targets: Sequence[int]) -> FloatArray:
    """One head in which each token looks at one other only."""
    return np.eye(COUNT, dtype=np.float32)[list(targets)][None, None]


UNIFORM = np.full((1, 1, COUNT, COUNT), 1 / COUNT, dtype=np.float32)


def mean(attention: FloatArray, name: str, roles: Roles = ROLES) -> float:
    return float(patterns(attention, roles)[name].mean[0, 0])


def test_every_measure_is_there_in_its_order() -> None:
    assert tuple(patterns(UNIFORM, ROLES)) == NAMES


@pytest.mark.parametrize(
    ("name", "step"), [("previous", -1), ("next", 1), ("same", 0)]
)  # fmt: skip
def test_a_head_that_steps_has_all_its_weight_there(name: str, step: int) -> None:
    head = one_hot(np.clip(np.arange(COUNT) + step, 0, COUNT - 1).tolist())
    assert mean(head, name) == 1
    for other in {"previous", "next", "same"} - {name}:
        assert mean(head, other) == 0
    assert mean(head, "entropy") == 0


def test_of_even_weights_each_key_gets_its_part() -> None:
    for name in ("previous", "next", "same", "first"):
        assert mean(UNIFORM, name) == pytest.approx(1 / COUNT)
    assert mean(UNIFORM, "separator") == pytest.approx(2 / COUNT)
    assert mean(UNIFORM, "punctuation") == pytest.approx(2 / COUNT)
    assert mean(UNIFORM, "a_to_b") == pytest.approx(len(B) / COUNT)
    assert mean(UNIFORM, "b_to_a") == pytest.approx(len(A) / COUNT)
    assert mean(UNIFORM, "entropy") == pytest.approx(np.log2(COUNT))
    far = np.mean([abs(q - k) for q in QUERIES for k in QUERIES])
    assert mean(UNIFORM, "distance") == pytest.approx(far)


def test_the_same_word_elsewhere_is_every_other_place_but_not_its_own() -> None:
    found = patterns(UNIFORM, ROLES)["repeated"]
    assert found.queries == 3  # the, the, the; `cats` stands once, in two pieces
    assert found.mean[0, 0] == pytest.approx(2 / COUNT)
    at_another_the = list(range(COUNT))
    at_another_the[1], at_another_the[4], at_another_the[7] = 4, 7, 7
    assert mean(one_hot(at_another_the), "repeated") == pytest.approx(2 / 3)


def test_the_pieces_of_a_word_that_stands_twice_look_at_all_pieces_of_the_other() -> None:
    pieces = Roles(
        special=np.zeros(4, bool),
        first=np.zeros(4, bool),
        punctuation=np.zeros(4, bool),
        segments=np.zeros(4, np.int64),
        words=np.array([0, 0, 1, 1]),
        spellings=np.zeros(4, np.int64),
    )
    grid = np.array([[[[1, 0, 0, 0], [0, 0.5, 0.5, 0], [0.5, 0.5, 0, 0], [0.25] * 4]]], np.float32)
    found = patterns(grid, pieces)["repeated"]
    assert found.queries == 4
    assert found.mean[0, 0] == pytest.approx((0 + 0.5 + 1 + 0.5) / 4)


def test_what_special_tokens_look_at_does_not_count() -> None:
    random = np.random.default_rng(0)
    head = random.dirichlet(np.ones(COUNT), (2, 3, COUNT)).astype(np.float32)
    other = head.copy()
    other[:, :, SPECIAL] = UNIFORM[0, 0, 0]
    for name, tally in patterns(head, ROLES).items():
        np.testing.assert_array_equal(tally.mean, patterns(other, ROLES)[name].mean)


def test_every_measure_equals_a_sum_over_queries_and_keys() -> None:
    random = np.random.default_rng(1)
    head = random.dirichlet(np.ones(COUNT), (2, 3, COUNT)).astype(np.float32)
    w = head[1, 2].astype(np.float64)
    expected = {
        "previous": np.mean([w[q, q - 1] for q in QUERIES]),
        "next": np.mean([w[q, q + 1] for q in QUERIES]),
        "same": np.mean([w[q, q] for q in QUERIES]),
        "first": np.mean([w[q, 0] for q in QUERIES]),
        "separator": np.mean([w[q, 6] + w[q, 11] for q in QUERIES]),
        "punctuation": np.mean([w[q, COMMA] + w[q, STOP] for q in QUERIES]),
        "repeated": np.mean([w[1, 4] + w[1, 7], w[4, 1] + w[4, 7], w[7, 1] + w[7, 4]]),
        "a_to_b": np.mean([w[q, B].sum() for q in A]),
        "b_to_a": np.mean([w[q, A].sum() for q in B]),
        "distance": sum(w[q, k] * abs(q - k) for q in QUERIES for k in QUERIES)
        / sum(w[q, k] for q in QUERIES for k in QUERIES),
        "entropy": np.mean([-(w[q] * np.log2(w[q])).sum() for q in QUERIES]),
    }
    found = patterns(head, ROLES)
    for name in NAMES:
        assert found[name].mean[1, 2] == pytest.approx(expected[name], rel=1e-5), name
    assert {name: tally.queries for name, tally in found.items()} == dict.fromkeys(
        NAMES, len(QUERIES)
    ) | {"repeated": 3, "a_to_b": len(A), "b_to_a": len(B)}


def test_heads_that_change_places_change_their_numbers_places() -> None:
    random = np.random.default_rng(2)
    head = random.dirichlet(np.ones(COUNT), (2, 3, COUNT)).astype(np.float32)
    order = [2, 0, 1]
    before, after = patterns(head, ROLES), patterns(head[:, order], ROLES)
    for name in NAMES:
        np.testing.assert_allclose(after[name].mean, before[name].mean[:, order], rtol=1e-5)


def test_where_there_is_no_case_there_is_no_number() -> None:
    nothing = flags()
    alone = Roles(
        special=ROLES.special, first=nothing, punctuation=nothing,
        segments=np.zeros(COUNT, np.int64), words=np.arange(COUNT), spellings=np.arange(COUNT),
    )  # fmt: skip
    found = patterns(UNIFORM, alone)
    for name in ("first", "punctuation", "repeated", "a_to_b", "b_to_a"):
        assert found[name].queries == 0
        assert np.isnan(found[name].mean).all()
    on_first = one_hot([0] * COUNT)
    assert np.isnan(mean(on_first, "distance"))  # nothing but [CLS] is looked at


def test_texts_add_up_as_if_their_queries_stood_in_one() -> None:
    random = np.random.default_rng(3)
    one, two = random.dirichlet(np.ones(COUNT), (2, 1, 1, COUNT)).astype(np.float32)
    found = {
        name: (tally + patterns(two, ROLES)[name]) for name, tally in patterns(one, ROLES).items()
    }
    assert found["previous"].queries == 2 * len(QUERIES)
    expected = np.mean([grid[0, 0, q, q - 1] for grid in (one, two) for q in QUERIES])
    assert found["previous"].mean[0, 0] == pytest.approx(expected)
    far = [(grid[0, 0, q, k], abs(q - k)) for grid in (one, two) for q in QUERIES for k in QUERIES]
    expected = sum(w * d for w, d in far) / sum(w for w, _ in far)
    assert found["distance"].mean[0, 0] == pytest.approx(expected, rel=1e-5)


def test_the_bits_of_a_row() -> None:
    rows = np.array([[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0.25] * 4, [0.5, 0.25, 0.25, 0]], np.float32)
    np.testing.assert_allclose(entropies(rows), [0, 1, 2, 1.5], atol=1e-6)


def test_the_weight_at_a_distance_is_the_mean_along_a_diagonal() -> None:
    assert weight_at_distance(GRID, -1)[0, 0] == pytest.approx((0.3 + 0.9) / 2)
    assert weight_at_distance(GRID, 1)[0, 0] == pytest.approx((0.2 + 0.4) / 2)
    assert weight_at_distance(GRID, 0)[0, 0] == pytest.approx((0.1 + 0.3 + 0.1) / 3)
    assert weight_at_distance(GRID, 5)[0, 0] == 0


def test_the_weight_on_keys_is_the_mean_of_their_sums() -> None:
    keys = np.array([True, False, True])
    assert weight_on(GRID, keys)[0, 0] == pytest.approx((0.8 + 0.7 + 0.1) / 3)
    assert weight_on(GRID, np.array([True, True, True]))[0, 0] == pytest.approx(1)
