"""Which sentence looks at which."""

import numpy as np
import pytest

from backend.sentence_filter import SHOW, shown_tokens

SEGMENTS = np.array([0, 0, 1])


@pytest.mark.parametrize(
    ("show", "queries", "keys"),
    [
        ("all", [1, 1, 1], [1, 1, 1]),
        ("aa", [1, 1, 0], [1, 1, 0]),
        ("ab", [1, 1, 0], [0, 0, 1]),
        ("ba", [0, 0, 1], [1, 1, 0]),
        ("bb", [0, 0, 1], [0, 0, 1]),
    ],
)
def test_the_first_letter_looks_at_the_second(
    show: str, queries: list[int], keys: list[int]
) -> None:
    found = shown_tokens(SEGMENTS, show)
    np.testing.assert_array_equal(found[0], np.array(queries, bool))
    np.testing.assert_array_equal(found[1], np.array(keys, bool))


def test_an_unknown_filter_is_a_programmers_mistake() -> None:
    assert set(SHOW) == {"all", "aa", "ab", "ba", "bb"}
    with pytest.raises(ValueError, match="sideways"):
        shown_tokens(SEGMENTS, "sideways")
