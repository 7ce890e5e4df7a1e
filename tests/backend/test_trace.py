from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backend.trace import Embeddings, Trace


def _embeddings(tokens: int = 3, width: int = 4) -> Embeddings:
    shape = (tokens, width)
    ones = np.ones(shape, np.float32)
    return Embeddings(ones, None, ones.copy(), ones.copy())


def _trace(**changes: Any) -> Trace:
    parts: dict[str, Any] = {
        "model": "made up",
        "sentences": ("a", None),
        "tokens": ("[CLS]", "a", "[SEP]"),
        "ids": np.array([1, 2, 3]),
        "segments": np.zeros(3, np.int64),
        "special": np.array([True, False, True]),
        "spans": np.array([[0, 0], [0, 1], [0, 0]]),
        "attention": np.full((2, 5, 3, 3), 1 / 3, np.float32),
        "hidden": np.zeros((3, 3, 4), np.float32),
        "embeddings": _embeddings(),
        "left_out": 0,
    }
    return Trace(**(parts | changes))


def test_counts_and_bytes() -> None:
    trace = _trace()
    assert (trace.layers, trace.heads) == (2, 5)
    arrays = 3 * 8 * 2 + 3 + 6 * 8 + 2 * 5 * 9 * 4 + 3 * 3 * 4 * 4
    assert trace.nbytes == arrays + 3 * 3 * 4 * 4


@pytest.mark.parametrize("name", ["ids", "segments", "special", "spans", "attention", "hidden"])
def test_arrays_are_read_only(name: str) -> None:
    with pytest.raises(ValueError, match="read-only"):
        getattr(_trace(), name)[:] = 0


def test_embeddings_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        _embeddings().token[:] = 0


@pytest.mark.parametrize(
    "change",
    [
        {"ids": np.zeros(2, np.int64)},
        {"spans": np.zeros((3, 3), np.int64)},
        {"attention": np.zeros((2, 5, 3, 4), np.float32)},
        {"attention": np.zeros((5, 3, 3), np.float32)},
        {"hidden": np.zeros((2, 3, 4), np.float32)},
        {"embeddings": _embeddings(tokens=2)},
    ],
)
def test_shapes_must_fit(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"expected .* got"):
        _trace(**change)


def test_embedding_shapes_must_fit() -> None:
    good = _embeddings()
    for name in ("segment", "position", "input"):
        with pytest.raises(ValueError, match=f"expected {name}"):
            replace(good, **{name: np.zeros((3, 5), np.float32)})
    with pytest.raises(ValueError, match="expected token"):
        replace(good, token=np.zeros(3, np.float32))
