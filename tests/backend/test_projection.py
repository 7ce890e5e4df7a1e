import numpy as np
import pytest

from backend.projection import principal_components


def test_points_on_a_line() -> None:
    points = np.array([[0, 0], [1, 1], [4, 4]], dtype=np.float32)
    along, shares = principal_components(points)
    np.testing.assert_allclose(shares, [1, 0], atol=1e-6)
    np.testing.assert_allclose(np.diff(along[:, 0]), [2**0.5, 3 * 2**0.5], atol=1e-5)
    np.testing.assert_allclose(along.mean(axis=0), 0, atol=1e-6)
    assert along[2, 0] > 0


def test_agrees_with_the_eigenvectors_of_the_covariance() -> None:
    points = np.random.default_rng(1).normal(size=(20, 7)).astype(np.float32)
    along, shares = principal_components(points, 3)
    spread, directions = np.linalg.eigh(np.cov(points.T))
    other = (points - points.mean(axis=0)) @ directions[:, ::-1][:, :3]
    np.testing.assert_allclose(np.abs(along), np.abs(other), atol=1e-4)
    np.testing.assert_allclose(shares, spread[::-1][:3] / spread.sum(), atol=1e-5)


def test_signs_do_not_flip() -> None:
    points = np.random.default_rng(2).normal(size=(9, 5)).astype(np.float32)
    along, _ = principal_components(points)
    turned, _ = principal_components(points[::-1].copy())
    np.testing.assert_allclose(along, turned[::-1], atol=1e-5)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_one_place_for_all(count: int) -> None:
    along, shares = principal_components(np.ones((2, 4), np.float32), count)
    assert along.shape == (2, count)
    assert not along.any()
    assert not shares.any()


def test_fewer_points_than_directions() -> None:
    along, shares = principal_components(np.ones((1, 4), np.float32), 2)
    assert along.tolist() == [[0, 0]]
    assert shares.tolist() == [0, 0]


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="expected points"):
        principal_components(np.ones((0, 4), np.float32))
