import numpy as np
import pytest

from backend.similarity import paired_cosines
from backend.token_way import (
    candidates,
    likeness_of_two,
    likeness_to_input,
    nearest_by_layer,
    neighbours_of,
)
from backend.trace import FloatArray

SEGMENTS = np.array([0, 0, 0, 0, 1, 1, 1])
SPECIAL = np.array([True, False, False, True, False, False, True])


@pytest.fixture(scope="module")
def hidden() -> FloatArray:
    """Three layers of seven tokens: (layer + 1, token, width)."""
    values = np.random.default_rng(3).normal(size=(3, 7, 5)).astype(np.float32)
    values[1, 2] = 0
    return values


def cosine(one: FloatArray, other: FloatArray) -> float:
    lengths = np.sqrt((one**2).sum() * (other**2).sum())
    return float((one * other).sum() / lengths) if lengths else 0.0


def test_paired_cosines_by_hand() -> None:
    left = np.array([[3, 4], [1, 0], [0, 0], [2, 0]], dtype=np.float32)
    right = np.array([[6, 8], [0, 5], [1, 1], [-1, 0]], dtype=np.float32)
    np.testing.assert_allclose(paired_cosines(left, right), [1, 0, 0, -1], atol=1e-7)
    np.testing.assert_allclose(paired_cosines(left, right[0]), [1, 0.6, 0, 0.6], atol=1e-6)


def test_likeness_agrees_with_numpy_in_every_layer(hidden: FloatArray) -> None:
    own = [cosine(layer[4], hidden[0, 4]) for layer in hidden]
    np.testing.assert_allclose(likeness_to_input(hidden, 4), own, atol=1e-6)
    assert likeness_to_input(hidden, 4)[0] == pytest.approx(1)
    two = [cosine(layer[1], layer[2]) for layer in hidden]
    np.testing.assert_allclose(likeness_of_two(hidden, 1, 2), two, atol=1e-6)
    assert likeness_of_two(hidden, 1, 2)[1] == 0  # a vector of zeros has no direction


def test_neighbours_end_where_the_input_ends() -> None:
    assert neighbours_of(0, SEGMENTS) == {"next": 1}
    assert neighbours_of(3, SEGMENTS) == {"previous": 2, "next": 4}
    assert neighbours_of(6, SEGMENTS) == {"previous": 5}


def test_candidates_are_words_of_the_other_sentence_or_the_rest_of_the_only_one() -> None:
    assert candidates(1, SEGMENTS, SPECIAL).tolist() == [4, 5]
    assert candidates(5, SEGMENTS, SPECIAL).tolist() == [1, 2]
    assert candidates(0, SEGMENTS, SPECIAL).tolist() == [4, 5]
    assert candidates(1, np.zeros(7, dtype=np.int64), SPECIAL).tolist() == [2, 4, 5]
    alone = np.array([True, False, True])
    assert candidates(1, np.zeros(3, dtype=np.int64), alone).tolist() == []


def test_the_nearest_of_each_layer_come_most_alike_first(hidden: FloatArray) -> None:
    among = np.array([1, 4, 5])
    found = nearest_by_layer(hidden, 2, among, 2)
    assert found.tokens.shape == found.cosines.shape == (3, 2)
    for layer, tokens, cosines in zip(hidden, found.tokens, found.cosines, strict=True):
        own = {int(place): cosine(layer[2], layer[place]) for place in among}
        expected = sorted(own, key=lambda place: -own[place])[:2]
        assert tokens.tolist() == expected
        np.testing.assert_allclose(cosines, [own[place] for place in expected], atol=1e-6)
    assert nearest_by_layer(hidden, 2, among, 9).tokens.shape == (3, 3)
    assert nearest_by_layer(hidden, 2, np.array([], dtype=np.int64), 3).tokens.shape == (3, 0)
