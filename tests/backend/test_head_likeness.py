"""How alike heads are, against the plain formula; the map, against points that are known."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist, jensenshannon

from backend.head_likeness import divergence_sums, head_map, scaled_map


def test_the_divergence_is_what_the_formula_says() -> None:
    random = np.random.default_rng(0)
    rows = random.dirichlet(np.full(9, 0.3), (7, 40)).astype(np.float32)
    found = divergence_sums(rows)
    for one in range(7):
        for other in range(7):
            p, q = rows[one].astype(np.float64), rows[other].astype(np.float64)
            m = (p + q) / 2
            expected = (p * np.log2(p / m) + q * np.log2(q / m)).sum() / 2
            assert found[one, other] == pytest.approx(expected, abs=1e-4)
    squared = jensenshannon(rows[2], rows[5], base=2, axis=1) ** 2
    assert found[2, 5] == pytest.approx(squared.sum(), abs=1e-4)


def test_equal_rows_differ_by_nothing_and_rows_without_a_common_key_by_a_bit() -> None:
    rows = np.eye(4, dtype=np.float32)[[[0, 1], [0, 1], [2, 3]]]  # (head, query, key)
    expected = [[0, 0, 2], [0, 0, 2], [2, 2, 0]]
    np.testing.assert_allclose(divergence_sums(rows), expected, atol=1e-6)


def test_many_queries_are_summed_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(1).dirichlet(np.ones(5), (3, 50)).astype(np.float32)
    whole = divergence_sums(rows)
    monkeypatch.setattr("backend.head_likeness._BLOCK", 40)
    np.testing.assert_allclose(divergence_sums(rows), whole, rtol=1e-5)
    assert divergence_sums(rows[:, :0]).tolist() == np.zeros((3, 3)).tolist()


def test_points_of_a_plane_come_back_up_to_a_turn() -> None:
    points = np.random.default_rng(2).normal(size=(20, 2))
    far = cdist(points, points)
    found, share = scaled_map(far)
    np.testing.assert_allclose(cdist(found, found), far, atol=1e-9)
    assert share == pytest.approx(1)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-9)


def test_of_a_box_the_longest_two_sides_are_kept() -> None:
    corners = np.array([[x, y, z] for x in (0, 4) for y in (0, 2) for z in (0, 1)], float)
    found, share = scaled_map(cdist(corners, corners))
    np.testing.assert_allclose(np.abs(found), np.tile([2, 1], (8, 1)), atol=1e-9)
    assert share == pytest.approx((16 + 4) / (16 + 4 + 1))


def test_the_map_never_stands_on_its_head() -> None:
    points = np.random.default_rng(3).normal(size=(12, 2)) * [3, 1]
    far = cdist(points, points)
    found, _ = scaled_map(far)
    again, _ = scaled_map(cdist(-points, -points))
    np.testing.assert_allclose(again, found, atol=1e-9)
    order = np.random.default_rng(4).permutation(12)
    shuffled, _ = scaled_map(far[np.ix_(order, order)])
    np.testing.assert_allclose(shuffled, found[order], atol=1e-9)
    outermost = np.abs(found).argmax(axis=0)
    assert (found[outermost, [0, 1]] > 0).all()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_heads_and_equal_heads_have_a_map(count: int) -> None:
    points, share = head_map(np.zeros((count, count)))
    assert points.tolist() == np.zeros((count, 2)).tolist()
    assert share == 1


def test_the_maps_distance_is_the_root_of_the_divergence() -> None:
    points, _ = head_map(np.array([[0, 0.25], [0.25, 0]]))
    assert np.abs(points[0] - points[1]).tolist() == pytest.approx([0.5, 0])
