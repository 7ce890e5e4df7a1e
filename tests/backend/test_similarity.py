import numpy as np
import pytest

from backend.similarity import cosine_similarity, nearest_rows


def _rows(*rows: list[float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.array(rows, dtype=np.float32)


def test_by_hand() -> None:
    found = cosine_similarity(_rows([2, 0], [0, 0]), _rows([5, 0], [0, 1], [-1, 0], [1, 1]))
    np.testing.assert_allclose(found, [[1, 0, -1, 0.5**0.5], [0, 0, 0, 0]], atol=1e-6)
    assert found.dtype == np.float32


def test_never_leaves_its_range() -> None:
    rows = np.random.default_rng(0).normal(size=(50, 30)).astype(np.float32)
    found = cosine_similarity(rows, rows)
    assert found.max() <= 1
    np.testing.assert_allclose(np.diag(found), 1, atol=1e-6)
    np.testing.assert_allclose(found, found.T, atol=1e-6)


def test_nearest_come_in_order_and_ties_by_index() -> None:
    matrix = _rows([0, 1], [1, 0], [2, 0], [1, 1])
    indices, cosines = nearest_rows(_rows([1, 0])[0], matrix, 3)
    assert indices.tolist() == [1, 2, 3]
    np.testing.assert_allclose(cosines, [1, 1, 0.5**0.5], atol=1e-6)
    assert len(nearest_rows(_rows([1, 0])[0], matrix, 99)[0]) == 4


def test_widths_must_fit() -> None:
    with pytest.raises(ValueError, match="one width"):
        cosine_similarity(_rows([1, 0]), _rows([1, 0, 0]))
    with pytest.raises(ValueError, match="count"):
        nearest_rows(_rows([1, 0])[0], _rows([1, 0]), -1)
