"""The lesson's steps, marks and tables."""

import csv
import io

import numpy as np
import pytest

from backend.lesson import (
    EXERCISES,
    STEPS,
    first_of,
    is_whole,
    marks_of,
    number_of,
    with_mark,
)
from backend.lesson_questions import Number, Options, listed, shortened, sorted_options
from backend.lesson_tables import bars_csv, progress_csv


def test_the_steps_are_in_the_lessons_order_and_each_has_an_exercise() -> None:
    assert [step.title for step in STEPS] == [
        "Tokenizer", "Embeddings", "Self-attention", "Heads", "The chicken and the road",
        "Output", "Transfer",
    ]  # fmt: skip
    assert all(step.exercises for step in STEPS)
    assert len({exercise.name for exercise in EXERCISES}) == len(EXERCISES)


def test_marks_are_one_an_exercise_whatever_the_address_says() -> None:
    assert marks_of("") == "-" * len(EXERCISES)
    assert marks_of("rw") == "rw" + "-" * (len(EXERCISES) - 2)
    assert marks_of("r" * 40) == "r" * len(EXERCISES)


def test_the_newest_answer_counts() -> None:
    third = EXERCISES[2]
    assert with_mark("", third, right=False)[:4] == "--w-"
    assert with_mark("rrw", third, right=True)[:4] == "rrr-"
    assert with_mark("rrr", third, right=False)[:4] == "rrw-"


def test_what_gives_an_answer_away_comes_after_it() -> None:
    for exercise in EXERCISES:
        first = first_of(exercise)
        assert (first is None) == (exercise.name not in ("change", "conclusion"))
        assert first is None or number_of(first) < number_of(exercise)


def test_a_step_is_whole_when_all_of_it_is_right() -> None:
    assert not is_whole(STEPS[0], "rw")
    assert is_whole(STEPS[0], "rr")
    assert not is_whole(STEPS[1], "rr")


def test_progress_is_a_table_that_can_be_read_back() -> None:
    nasty = 'A "quoted", $text$\nwith lines'
    table = progress_csv("rw", [("sentence A", nasty), ("link", "http://x/lesson?step=1")])
    rows = list(csv.DictReader(io.StringIO(table.decode(), newline="")))
    assert len(rows) == len(EXERCISES)
    assert [row["newest answer"] for row in rows[:3]] == ["right", "wrong", "open"]
    assert {row["sentence A"] for row in rows} == {nasty}
    assert rows[number_of(EXERCISES[-1])]["step"] == "Transfer"


def test_bars_are_a_table_with_a_column_a_series() -> None:
    values = np.array([0.25, 1 / 3], dtype=np.float32)
    table = bars_csv(["a,b", "c"], [("sentence A", values), ("sentence B", 2 * values)])
    rows = list(csv.reader(io.StringIO(table.decode())))
    assert rows[0] == ["name", "sentence A", "sentence B"]
    assert rows[1][:2] == ["a,b", "0.25"]
    assert np.float32(rows[2][1]) == values[1]


def test_the_right_option_does_not_show_in_the_order() -> None:
    options = sorted_options([(3, "c"), (1, "a"), (2, "b"), (3, "c")], "c")
    assert options.texts == ("a", "b", "c")
    assert options.is_right(2)
    assert not options.accepts(3)
    assert options.truth == "“c”"


def test_options_must_differ_and_hold_the_right_one() -> None:
    with pytest.raises(ValueError, match="expected different"):
        Options(("a", "a"), 0)
    with pytest.raises(ValueError, match="expected a place"):
        Options(("a", "b"), 2)


def test_a_number_is_right_within_its_bounds() -> None:
    guess = Number(51.3, 10, 0, 100, " %")
    assert guess.is_right(42)
    assert not guess.is_right(41)
    assert not guess.accepts(101)
    assert guess.truth == "51.3 %"
    assert Number(3, 0, 1, 512, " pieces").truth == "3 pieces"


def test_lists_and_long_words_read_well() -> None:
    assert listed(["a"]) == "“a”"
    assert listed(["a", "b", "c"]) == "“a”, “b” and “c”"
    assert listed([]) == "nothing"
    assert len(shortened("x" * 100)) == 25
