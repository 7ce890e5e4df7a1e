"""Which heads have which habits."""

import numpy as np
import pytest

from backend.habits import Habit, Habits, is_pronoun, measured_habits
from backend.model import Model
from backend.trace import Trace
from tests.backend.hand_made import hand_made_trace


def test_each_habit_is_found_in_the_head_that_was_given_it() -> None:
    def read(text: str) -> Trace:
        words = text.split()
        count = len(words) + 2
        even = np.full((count, count), 1 / count)
        heads = np.stack([even, even, even, even]).reshape(2, 2, count, count)
        heads[0, 0] = np.eye(count, k=1)
        heads[0, 1, :, 0], heads[0, 1, :, 1:] = 1, 0
        heads[1, 0] = np.eye(count, k=-1)
        target = 1 + len(text) % 3  # differs between the two sentences of most examples
        heads[1, 1, :, :], heads[1, 1, :, target] = 0, 1
        return hand_made_trace(words, heads, np.zeros((3, count, 2)))

    found = measured_habits(read)
    assert (found.following.layer, found.following.head) == (0, 0)
    assert found.first == Habit(0, 1, 1.0)
    assert (found.previous.layer, found.previous.head) == (1, 0)
    assert (found.pronoun.layer, found.pronoun.head) == (1, 1)


def test_the_built_in_models_habits(minilm: Model) -> None:
    habits: Habits = measured_habits(minilm.trace)
    assert (habits.previous.layer, habits.previous.head) == (0, 2)
    assert (habits.following.layer, habits.following.head) == (1, 8)
    assert (habits.first.layer, habits.first.head) == (4, 5)
    assert (habits.pronoun.layer, habits.pronoun.head) == (3, 1)
    assert habits.previous.share > 0.99
    assert habits.pronoun.share == pytest.approx(0.286, abs=0.005)


def test_a_pronoun_is_known_with_and_without_its_space() -> None:
    assert is_pronoun("it")
    assert is_pronoun("ĠThey")
    assert not is_pronoun("item")
