"""Which of two words gets more: one rule for what is level, at its very edge too."""

import pytest

from backend.preference import flips, leader, preference

NAMES = ("first", "second")


@pytest.mark.parametrize(
    ("weights", "expected"),
    [((0.35, 0.36), None), ((0.4, 0.36), None), ((0.5, 0.25), 0), ((0.25, 0.5), 1), ((0, 0), None)],
)
def test_two_weights_less_than_a_twentieth_apart_are_level(
    weights: tuple[float, float], expected: int | None
) -> None:
    assert leader(weights) == expected


@pytest.mark.parametrize(
    ("in_a", "in_b", "said"),
    [
        ((0.2, 0.2), (0.3, 0.3), "“first” and “second” are level in both sentences."),
        ((0.2, 0.5), (0.2, 0.6), "The same word, “second”, gets more in both"),
        ((0.6, 0.2), (0.2, 0.6), "The preference flips: “first” gets more in A, “second” in B."),
        ((0.6, 0.2), (0.35, 0.36), "In A “first” gets more; in B the two are level."),
        ((0.42, 0.44), (0.2, 0.6), "In A the two are level; in B “second” gets more."),
    ],
)
def test_the_preference_in_words(
    in_a: tuple[float, float], in_b: tuple[float, float], said: str
) -> None:
    assert preference(NAMES, in_a, in_b).startswith(said)
    assert flips(in_a, in_b) == ("flips" in said)
