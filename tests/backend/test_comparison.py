"""Measures of what differs, against numbers reckoned by hand."""

import numpy as np
import pytest

from backend.comparison import (
    head_ranking,
    proportion_changes,
    vector_cosines,
    weight_differences,
)

# (layer, head, key): two layers of two heads, three keys
A = np.array([[[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]], [[0.2, 0.2, 0.6], [0.9, 0.0, 0.1]]], np.float32)
B = np.array([[[0.5, 0.3, 0.2], [0.1, 0.3, 0.6]], [[0.7, 0.1, 0.2], [0.9, 0.0, 0.1]]], np.float32)


def test_the_head_that_moves_most_comes_first() -> None:
    ranking = head_ranking(A, B)
    heads = list(zip(ranking.layer.tolist(), ranking.head.tolist(), strict=True))
    assert heads == [(1, 0), (0, 1), (0, 0), (1, 1)]
    # 0.2 -> 0.7 on key 0; 0.1 -> 0.3 on key 1 ties with 0.8 -> 0.6 on key 2 but for rounding
    assert ranking.key.tolist()[0] == 0
    assert ranking.a[0] == pytest.approx(0.2)
    assert ranking.b[0] == pytest.approx(0.7)
    assert ranking.change == pytest.approx([0.5, 0.2 * np.sign(ranking.change[1]), 0, 0])


def test_a_weight_that_is_lost_counts_as_one_that_is_won() -> None:
    ranking = head_ranking(B, A)
    assert (ranking.layer[0], ranking.head[0]) == (1, 0)
    assert ranking.change[0] == pytest.approx(-0.5)


def test_equal_heads_keep_their_order_and_name_the_first_key() -> None:
    ranking = head_ranking(A, A)
    heads = list(zip(ranking.layer.tolist(), ranking.head.tolist(), strict=True))
    assert heads == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert ranking.key.tolist() == [0, 0, 0, 0]
    assert not ranking.change.any()


@pytest.mark.parametrize("shape", [(2, 2, 0), (2, 2), (2, 2, 4)])
def test_no_ranking_of_what_does_not_fit(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected two arrays"):
        head_ranking(np.zeros(shape, np.float32), np.zeros((2, 2, 0), np.float32))


def test_differences_stand_at_their_places() -> None:
    a = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    b = np.array([[10.0, 20.0, 30.0], [40.0, 50.0, 60.0], [70.0, 80.0, 90.0]], np.float32)
    places = np.array([[0, 0], [-1, 1], [1, 2]])
    nan = np.nan
    expected = [[9.0, nan, 28.0], [nan, nan, nan], [67.0, nan, 86.0]]
    np.testing.assert_array_equal(weight_differences(a, b, places), expected)
    assert a.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_proportions_stay_where_all_weights_shrink_together() -> None:
    a = np.array([[[0.4, 0.4]], [[0.5, 0.5]]], np.float32)
    b = np.array([[[0.2, 0.2]], [[0.25, 0.75]]], np.float32)
    assert proportion_changes(a, b) == pytest.approx([0, 0.25])


def test_cosines_of_one_vector_with_others_after_every_layer() -> None:
    hidden = np.array(
        [[[1, 0], [1, 0], [0, 2]], [[1, 1], [3, 0], [-1, -1]]], np.float32
    )  # (layer + 1, token, width)
    cosines = vector_cosines(hidden, 0, np.array([1, 2]))
    np.testing.assert_allclose(cosines, [[1, 0], [0.5**0.5, -1]], atol=1e-6)
