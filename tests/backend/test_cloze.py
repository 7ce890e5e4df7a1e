import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.cloze import (
    can_be_filled,
    mask_places,
    masked,
    masks_in,
    same_but_for_masks,
    unmasked,
    with_masks,
    words_of,
)
from backend.cloze_tables import course_csv, fillings_csv, watched_csv
from backend.small_bert import NAME, small_tokenizer
from backend.small_examples import QUESTIONS
from backend.small_training import train_small_bert
from backend.small_watching import answers_over_time, watched
from backend.small_words import VOCABULARY

MASK = "[MASK]"


def texts(text: str) -> list[str]:
    return [word.text for word in words_of(text, MASK)]


def test_words_are_without_the_punctuation_around_them() -> None:
    assert texts("The chicken didn't cross (the) “road”.") == [
        "The", "chicken", "didn't", "cross", "the", "road",
    ]  # fmt: skip
    assert texts("a[MASK]b [MASK]. ... 🦜 שלום") == ["a", MASK, "b", MASK, "🦜", "שלום"]
    assert texts("  ") == []
    assert texts("a <mask> b") == ["a", "<mask>", "b"]
    assert mask_places("a [MASK] b [MASK].", MASK) == [1, 3]


def test_masking_keeps_everything_else() -> None:
    assert masked("The road, the road.", {1, 3}, MASK) == "The [MASK], the [MASK]."
    assert masked("The road.", {7}, MASK) == "The road."
    assert unmasked("The [MASK].", "The road.", MASK) == "The road."
    assert unmasked("A [MASK].", "The road.", MASK) == "A [MASK]."


def test_a_mask_may_be_typed_in_several_ways() -> None:
    assert with_masks("a [mask][Mask] <mask> <MASK>b", MASK) == "a [MASK][MASK] [MASK] [MASK]b"
    assert with_masks("a [MASK] mask.", "<mask>") == "a <mask> mask."
    assert with_masks("[ mask ] <mask", MASK) == "[ mask ] <mask"


def test_which_words_are_masked_makes_no_other_sentence() -> None:
    assert same_but_for_masks("The [MASK] was wide.", "[MASK] road was wide.", MASK)
    assert same_but_for_masks("", " ", MASK)
    assert not same_but_for_masks("The road was wide.", "The road is [MASK].", MASK)
    assert not same_but_for_masks("The [MASK]", "The [MASK] [MASK]", MASK)


@pytest.mark.parametrize(
    ("a", "b", "can"),
    [
        ("The [MASK] was tired.", "", True),
        ("The dog was tired.", "the [mask] was wide", True),
        ("The dog was tired.", "The road was wide.", False),
        ("The professor was [MASK].", "", False),
        ("The [MASK] was tired.", "Nobody knows perestroika.", False),
        ("\x00", "the [MASK]", False),
        ("", " ", False),
    ],
)
def test_what_the_small_bert_can_fill(a: str, b: str, can: bool) -> None:
    assert can_be_filled((a, b), small_tokenizer(), MASK) is can


@given(st.text("ab .,'🦜[MASK]\n\u0301é", max_size=30), st.sets(st.integers(0, 6)))
def test_what_was_masked_comes_back(text: str, places: set[int]) -> None:
    words = words_of(text, MASK)
    assert all(text[word.start : word.end] == word.text for word in words)
    hidden = masked(text, places, MASK)
    assert unmasked(hidden, text, MASK) == text
    expected = {place for place in places if place < len(words)} | set(mask_places(text, MASK))
    assert set(mask_places(hidden, MASK)) == expected


def test_masks_of_each_sentence() -> None:
    model = train_small_bert(steps=1).model()
    trace = model.trace("The Professor crossed the [MASK], professor", "A [MASK] 🦜 slept")
    masks = np.flatnonzero(np.array(trace.tokens) == MASK)
    assert masks_in(trace, masks, 0).tolist() == [5]
    assert masks_in(trace, masks, 1).tolist() == [10]
    assert small_tokenizer().name == NAME


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_the_answers_as_csv() -> None:
    shares = np.array([[0.25, 0.75], [0.875, 0.125]], np.float32)
    found = rows(fillings_csv([("A", 3, shares)], (",", '"b"')))
    assert [(row["after_layer"], row["piece"], float(row["probability"])) for row in found] == [
        ("input", '"b"', 0.75), ("input", ",", 0.25), ("0", ",", 0.875), ("0", '"b"', 0.125),
    ]  # fmt: skip
    assert {(row["sentence"], row["position"]) for row in found} == {("A", "3")}


def test_watching_and_its_tables() -> None:
    course = train_small_bert(steps=2)
    found = rows(course_csv(course.losses, course.snapshots))
    assert [row["step"] for row in found] == ["0", "1", "2"]
    assert found[0]["loss"] == ""
    assert [np.float32(row["loss"]) for row in found[1:]] == course.losses.tolist()
    assert float(found[2]["new_pairs"]) == course.last.scores.new_pairs

    seen = watched(course.last)
    assert watched(course.last) is seen
    assert [one.question for one in seen] == list(QUESTIONS)
    one = seen[3]
    assert one.tokens[one.mask] == MASK
    trace = course.model().trace(QUESTIONS[3].text)
    np.testing.assert_allclose(one.attention, trace.attention, atol=1e-6)
    assert one.probabilities.sum() == pytest.approx(1, abs=1e-5)
    best = int(one.probabilities.argmax())
    assert one.best(1) == [(VOCABULARY[best], one.probabilities[best])]
    assert one.is_right == (VOCABULARY[best] == QUESTIONS[3].answer)
    right, other = answers_over_time(course.snapshots, 3)
    assert right[-1] == np.float32(one.probability(QUESTIONS[3].answer))
    assert other[-1] == np.float32(one.probability(QUESTIONS[3].other))

    table = rows(watched_csv(course.snapshots))
    assert len(table) == 3 * len(QUESTIONS)
    last = table[-len(QUESTIONS) + 3]
    assert (last["step"], last["answer"]) == ("2", QUESTIONS[3].answer)
    assert np.float32(last["probability"]) == right[-1]
