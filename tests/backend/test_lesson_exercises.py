"""The lesson's exercises: question, truth and explanation against numbers worked out by hand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from backend.examples import EXAMPLES
from backend.habits import Habit, Habits, measured_habits
from backend.lesson import EXERCISES
from backend.lesson_attention_exercises import (
    ask_change,
    ask_conclusion,
    ask_previous,
    ask_pronoun,
    ask_special,
)
from backend.lesson_change_exercises import ask_layer_zero, ask_same_word
from backend.lesson_input_exercises import ask_morphemes, ask_pieces, ask_segments
from backend.lesson_output_exercises import ask_size, ask_tag
from backend.lesson_questions import Bars, Missing, Number, Options, Pieces, Question, Reading
from backend.model import Model, load_model
from backend.trace import Trace
from tests.backend.hand_made import hand_made_trace
from tests.backend.small_models import FAMILIES, write_model

A, B = EXAMPLES[0].a, EXAMPLES[0].b


@dataclass(frozen=True)
class FixedTagger:
    """A classification layer that always says the same."""

    shares: tuple[float, ...] = (0.1, 0.2, 0.6, 0.04, 0.03, 0.03)
    tags: tuple[str, ...] = ("DT", "IN", "JJ", "NN", "PRP", "VBD")
    sentences: int = 20
    tokens: int = 150

    def probabilities(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.tile(np.array(self.shares, dtype=np.float32), (len(vectors), 1))


@pytest.fixture(scope="module")
def habits(minilm: Model) -> Habits:
    return measured_habits(minilm.trace)


@pytest.fixture(scope="module")
def reading(minilm: Model, habits: Habits) -> Callable[..., Reading]:
    def read(a: str = A, b: str | None = B, **changes: Any) -> Reading:
        tagger = cast("Any", FixedTagger())
        second = None if b is None else minilm.trace(b)
        whole = Reading(minilm, "MiniLM", minilm.trace(a), second, lambda: habits, lambda: tagger)
        return replace(whole, **changes)

    return read


Read = Callable[..., Reading]


def asked(question: Question | Missing) -> Question:
    assert isinstance(question, Question), question
    return question


def options_of(question: Question) -> Options:
    assert isinstance(question.answers, Options)
    return question.answers


def right_text(question: Question | Missing) -> str:
    options = options_of(asked(question))
    return options.texts[options.correct]


def by_hand(a: Trace, b: Trace | None = None, *, habit: Habit | None = None) -> Reading:
    """A reading of hand-made traces; its model is never asked."""
    where = habit or Habit(0, 0, 0.5)
    habits = Habits(where, where, where, where)
    model = cast("Model", SimpleNamespace(name="by hand", limit=512))
    return Reading(model, "By hand", a, b, lambda: habits, cast("Any", FixedTagger))


def one_head(count: int, query: int, row: list[float]) -> NDArray[np.float64]:
    weights = np.full((1, 1, count, count), 1 / count)
    weights[0, 0, query] = row
    return weights


def test_the_word_with_most_pieces_is_asked_for(reading: Read, minilm: Model) -> None:
    question = asked(ask_pieces(reading("The unhappiness of Fido lasted.")))
    pieces = minilm.trace("unhappiness").tokens[1:-1]
    assert "“unhappiness”" in question.text
    assert question.answers.is_right(len(pieces))
    assert not question.answers.is_right(len(pieces) + 1)
    assert all(f"“{piece}”" in question.explanation for piece in pieces)
    assert isinstance(question.evidence, Pieces)
    assert question.evidence.pieces[0] == "[CLS]"


def test_unknown_words_are_counted_apart_and_the_rule_is_the_tokenizers(
    reading: Read, tmp_path: Path
) -> None:
    said = asked(ask_pieces(reading("I saw 🙂 and unhappiness 🙂."))).explanation
    assert "Sentence A: 6; left whole: 3; unknown, in whole or in part: 2. " in said
    assert "becomes [UNK]" in said
    assert "unknown, in" not in asked(ask_pieces(reading("I saw it"))).explanation
    model = load_model(str(write_model("roberta", tmp_path / "roberta")))
    a = model.trace("the 🙂 sat")
    said = asked(
        ask_pieces(Reading(model, "R", a, None, cast("Any", None), cast("Any", None)))
    ).explanation
    assert "a piece for every byte" in said
    assert "UNK" not in said


def test_a_cut_text_does_not_ask_for_a_word_that_was_cut(reading: Read) -> None:
    question = asked(ask_pieces(reading("word " * 700)))
    assert question.answers.truth == "1 piece"


def test_the_tokenizer_does_not_cut_at_morphemes(reading: Read) -> None:
    question = ask_morphemes(reading())
    assert right_text(question) == "un + ha + pp + iness"
    assert "un + happi + ness" in options_of(question).texts
    assert "does not have “happi”" in question.explanation


def test_the_second_segment_is_sentence_b_and_its_separator(reading: Read, minilm: Model) -> None:
    segments = minilm.trace(A, B).segments
    question = asked(ask_segments(reading()))
    assert question.answers.is_right(int((segments == 1).sum()))
    assert f"from token {int(np.flatnonzero(segments == 1)[0])} on" in question.explanation
    assert asked(ask_segments(reading(b=None))).answers.is_right(0)


def test_a_model_without_segments_is_not_asked_for_them() -> None:
    missing = ask_segments(by_hand(hand_made_trace(["cat"], with_segment=False)))
    assert isinstance(missing, Missing)
    assert missing.remedy == "model"


def test_layer_zero_keeps_the_balance_and_later_layers_do_not(reading: Read, minilm: Model) -> None:
    a, b = minilm.trace(A), minilm.trace(B)
    it, chicken, road = (a.tokens.index(word) for word in ("it", "chicken", "road"))
    before, after = (
        np.log(t.attention[:, :, it, chicken]) - np.log(t.attention[:, :, it, road]) for t in (a, b)
    )
    assert np.abs(before[0] - after[0]).max() < 1e-4
    changed = int((np.abs(before - after)[1:] > 1e-3).sum())
    question = asked(ask_layer_zero(reading()))
    assert right_text(question) == "No, in none of its heads"
    assert "“tired” gives way to “wide”. Can “it” in layer 0" in question.text
    here, there = np.exp([before[0, 0], after[0, 0]])
    assert f"{here:.3f} times the weight of “road” in A and {there:.3f}" in question.explanation
    assert "(largest difference: 0)" in question.explanation
    assert f"in {changed} of the {5 * 12} heads above it" in question.explanation
    assert isinstance(question.evidence, Bars)
    ratios = a.attention[0, :, it, chicken] / a.attention[0, :, it, road]
    np.testing.assert_allclose(question.evidence.series[0][1], ratios, rtol=1e-5)


def test_a_word_put_in_before_moves_positions_and_so_layer_zero(reading: Read) -> None:
    question = asked(ask_layer_zero(reading(b=f"Yesterday {B}")))
    assert right_text(question) == "Yes, in all of its heads"
    assert "another position" in question.explanation


def test_a_word_has_one_token_embedding_and_two_vectors_in_t(reading: Read, minilm: Model) -> None:
    a, b = minilm.trace(A), minilm.trace(B)
    it = a.tokens.index("it")
    left, right = a.hidden[-1, it], b.hidden[-1, it]
    cosine = float(left @ right / np.linalg.norm(left) / np.linalg.norm(right))
    question = asked(ask_same_word(reading()))
    assert right_text(question) == "Only the last vector, T"
    assert "token embeddings: 1.000" in question.explanation
    assert f"in T: {cosine:.3f}" in question.explanation


def test_equal_sentences_change_nothing(reading: Read) -> None:
    equal = reading(b=A)
    assert right_text(ask_same_word(equal)) == "Neither: both are the same in A and in B"
    assert right_text(ask_layer_zero(equal)) == "No, in none of its heads"
    change = asked(ask_change(equal))
    assert right_text(change) == "It stays about the same"
    assert "the same, so it cannot change" in change.explanation


@pytest.mark.parametrize(
    ("row", "token"), [([0.1, 0.6, 0.2, 0.1], "1 cat"), ([0.7, 0.1, 0.1, 0.1], "0 [CLS]")]
)
def test_the_strongest_token_of_a_row_is_right(row: list[float], token: str) -> None:
    trace = hand_made_trace(["cat", "it"], one_head(4, 2, row))
    question = ask_previous(by_hand(trace))
    assert right_text(question) == token
    assert f"gets {max(row):.2f} of 1" in question.explanation
    assert ("it is the token before" in question.explanation) == (token == "1 cat")


def test_the_head_that_looks_back_is_asked_for_in_the_built_in_model(reading: Read) -> None:
    question = ask_previous(reading())
    assert "layer 0, head 2" in question.text
    assert right_text(question) == "9 because"


def test_the_share_of_special_tokens_is_the_mean_over_everything(
    reading: Read, minilm: Model
) -> None:
    trace = minilm.trace(A)
    share = 100 * float(trace.attention[..., [0, -1]].sum(axis=-1).mean())
    answers = ask_special(reading()).answers
    assert isinstance(answers, Number)
    assert answers.correct == pytest.approx(share, abs=0.06)
    assert answers.is_right(round(share) + 9)
    assert not answers.is_right(round(share) + 12)


def test_the_pronoun_looks_at_the_chicken_most(reading: Read, minilm: Model) -> None:
    row = minilm.trace(A).attention[3, 1, 10]
    question = asked(ask_pronoun(reading()))
    assert "“it” look at most in layer 3, head 1" in question.text
    assert right_text(question) == "chicken"
    assert f"“chicken” gets {row[2]:.2f} of 1" in question.explanation
    assert "road" in options_of(question).texts
    assert isinstance(question.evidence, Bars)
    assert question.evidence.names[0] == "2 chicken"


def test_special_tokens_and_the_word_itself_are_no_other_words() -> None:
    trace = hand_made_trace(["cat", "it", "sat"], one_head(5, 2, [0.5, 0.1, 0.2, 0.15, 0.05]))
    assert right_text(ask_pronoun(by_hand(trace))) == "sat"


def test_a_word_that_b_has_not_is_not_followed_there() -> None:
    a = hand_made_trace(["cat", "it", "sat"], one_head(5, 2, [0.1, 0.5, 0.2, 0.1, 0.1]))
    b = hand_made_trace(["dog", "it", "sat"], one_head(5, 2, [0.1, 0.1, 0.2, 0.5, 0.1]))
    assert right_text(ask_pronoun(by_hand(a, b))) == "cat"
    question = asked(ask_change(by_hand(a, b)))
    assert "“it” on “sat”" in question.text
    assert right_text(question) == "It goes up"


def test_words_that_stand_twice_are_told_apart() -> None:
    row = [0.1, 0.1, 0.5, 0.1, 0.1, 0.1]
    trace = hand_made_trace(["the", "the", "it", "ran"], one_head(6, 3, row))
    assert right_text(ask_pronoun(by_hand(trace))) == "the (token 2)"


@pytest.mark.parametrize(
    ("after", "answer"),
    [
        (0.6, "It goes up"),
        (0.1, "It goes down"),
        (0.42, "It stays about the same"),
        (0.36, "It stays about the same"),
    ],
)
def test_a_move_has_a_direction_or_is_too_small(after: float, answer: str) -> None:
    a = hand_made_trace(["cat", "it", "sat"], one_head(5, 2, [0.1, 0.4, 0.2, 0.2, 0.1]))
    row = [0.1, after, 0.2, 0.6 - after, 0.1]
    b = hand_made_trace(["cat", "it", "ran"], one_head(5, 2, row))
    question = asked(ask_change(by_hand(a, b)))
    assert right_text(question) == answer
    assert f"0.40 in A, {after:.2f} in B" in question.explanation


def test_a_change_is_that_of_the_weights_as_they_are_shown() -> None:
    a = hand_made_trace(["cat", "it", "sat"], one_head(5, 2, [0.1, 0.2549, 0.2, 0.2, 0.2451]))
    row = [0.1, 0.1451, 0.2, 0.2, 0.3549]
    b = hand_made_trace(["cat", "it", "ran"], one_head(5, 2, row))
    said = asked(ask_change(by_hand(a, b))).explanation
    assert "0.25 in A, 0.15 in B, each sentence read on its own: a change of −0.10." in said
    row = [0.1, 0.2151, 0.2, 0.2, 0.2849]
    b = hand_made_trace(["cat", "it", "ran"], one_head(5, 2, row))
    question = asked(ask_change(by_hand(a, b, habit=Habit(0, 0, 0.375))))
    assert right_text(question) == "It stays about the same"
    assert "weight by 0.38 on average" in question.explanation


def test_a_move_without_a_new_word_is_explained_in_a_sentence_of_its_own() -> None:
    a = hand_made_trace(["cat", "it", "sat"], one_head(5, 2, [0.1, 0.4, 0.2, 0.2, 0.1]))
    row = [0.1, 0.1, 0.2, 0.2, 0.3, 0.1]
    b = hand_made_trace(["cat", "it", "sat", "cat"], one_head(6, 2, row))
    assert "−0.30. The vectors" in asked(ask_change(by_hand(a, b))).explanation


def test_the_conclusion_leaves_the_word_itself_out() -> None:
    trace = hand_made_trace(["cat", "it", "sat"], one_head(5, 2, [0.1, 0.3, 0.4, 0.1, 0.1]))
    said = right_text(ask_conclusion(by_hand(trace)))
    assert said.endswith("gives more weight to “cat” than to any word but itself")


def test_the_weight_on_the_chicken_goes_down(reading: Read, minilm: Model) -> None:
    before, after = (minilm.trace(text).attention[3, 1, 10, 2] for text in (A, B))
    question = asked(ask_change(reading()))
    assert right_text(question) == "It goes down"
    assert f"{before:.2f} in A, {after:.2f} in B" in question.explanation
    assert "−0.33" in question.explanation


def test_a_word_put_in_does_not_hide_the_pair_of_words(reading: Read, minilm: Model) -> None:
    b = f"Yesterday {B}"
    after = minilm.trace(b).attention[3, 1, 11, 3]
    question = asked(ask_change(reading(b=b)))
    assert f"{after:.2f} in B" in question.explanation


def test_the_conclusion_counts_the_heads_that_agree(reading: Read, minilm: Model) -> None:
    trace = minilm.trace(A)
    words = [place for place in range(1, 14) if place != 10]
    agree = int((trace.attention[:, :, 10, words].argmax(axis=-1) == words.index(2)).sum())
    question = asked(ask_conclusion(reading()))
    assert right_text(question).startswith("In this head, “it” gives more weight to “chicken”")
    assert f"In {agree} of the model's 72 heads" in question.explanation


def test_the_most_likely_tag_is_right(reading: Read) -> None:
    question = asked(ask_tag(reading()))
    assert "“tired”" in question.text
    assert right_text(question) == "JJ: adjective"
    assert "JJ gets 0.60 of 1" in question.explanation
    assert "IN comes next with 0.20" in question.explanation


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ((0.0001, 0.9997, 0.0002), "NN gets more than 0.999 of 1; all other tags together get"),
        ((0.004, 0.995, 0.001), "NN gets 0.995 of 1; all other tags together get less than 0.01"),
        ((0.7, 0.2, 0.1), "JJ gets 0.70 of 1, NN comes next with 0.20; all other tags together"),
    ],
)
def test_shares_too_small_for_their_digits_are_said_together(
    shares: tuple[float, ...], said: str, reading: Read
) -> None:
    tagger = cast("Any", FixedTagger(shares, ("JJ", "NN", "VB")))
    assert said in asked(ask_tag(reading(tagger_of=lambda: tagger))).explanation


def test_the_layer_has_a_weight_for_each_number_and_tag_and_a_bias(
    reading: Read, minilm: Model
) -> None:
    size = 384 * 6 + 6
    count = sum(weight.numel() for weight in minilm.module.parameters())
    question = ask_size(reading())
    assert f"has {count:,} numbers" in question.text
    assert right_text(question) == f"{size:,}"
    assert f"one for every {count / size:,.0f}" in question.explanation


def test_what_cannot_be_asked_says_what_is_needed(reading: Read) -> None:
    lonely = reading(b=None)
    for ask in (ask_layer_zero, ask_same_word, ask_change):
        missing = ask(lonely)
        assert isinstance(missing, Missing)
        assert "no Sentence B" in missing.reason
    strangers = reading("cats sleep", "dogs bark")
    for ask in (ask_layer_zero, ask_same_word, ask_change):
        assert isinstance(ask(strangers), Missing)
    for ask in (ask_pronoun, ask_change, ask_conclusion):
        assert isinstance(ask(reading("Hello")), Missing)


HOSTILE = [
    ("</script><img src=x onerror=alert(1)>", "$x$ **a** :red[x]"),
    ("🙂 👩‍👩‍👧 שלום", "e\u0301 \u202e"),
    ("!", "?"),
    ("a\x00b \x07", "[MASK] [SEP] it"),
    ("x" * 3000, "it it it it"),
    ("word " * 700, "other " * 700),
]


def questions(reading: Reading) -> Iterator[Question]:
    yield from (q for e in EXERCISES if isinstance(q := e.ask(reading), Question))


@pytest.mark.parametrize(("a", "b"), HOSTILE)
def test_whatever_is_typed_is_asked_about_or_refused(reading: Read, a: str, b: str) -> None:
    found = list(questions(reading(a, b)))
    assert len(found) >= 6
    for question in found:
        answers = question.answers
        right = answers.correct if isinstance(answers, Options) else round(answers.correct)
        assert answers.accepts(right)
        assert answers.is_right(right)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_model_of_every_family_is_asked_about(family: str, tmp_path: Path) -> None:
    model = load_model(str(write_model(family, tmp_path / family)))
    a, b = model.trace("the cat sat. it ran"), model.trace("the dog sat. it ran")
    habits = measured_habits(model.trace)
    reading = Reading(model, family, a, b, lambda: habits, lambda: cast("Any", FixedTagger()))
    missing = [e.name for e in EXERCISES if isinstance(e.ask(reading), Missing)]
    assert missing == (["segments"] if family in ("distilbert", "roberta") else [])
    assert options_of(asked(ask_size(reading))).truth == f"“{24 * 6 + 6}”"


@pytest.mark.parametrize("example", EXAMPLES[:10], ids=lambda example: example.name)
def test_every_example_can_be_asked_about_in_full(
    reading: Read, minilm: Model, example: Any
) -> None:
    asked_about = reading(example.a, example.b)
    assert len(list(questions(asked_about))) == len(EXERCISES)
    a, b = asked_about.a, asked_about.b
    assert b is not None
    query = next(n for n, t in enumerate(a.tokens) if t in ("it", "they"))
    row = a.attention[3, 1, query].copy()
    row[[0, query, len(row) - 1]] = -1
    best = int(row.argmax())
    move = b.attention[3, 1, query, best] - a.attention[3, 1, query, best]
    way = "up" if move > 0 else "down"
    expected = "It stays about the same" if abs(move) < 0.05 else f"It goes {way}"
    assert a.tokens[best] in right_text(ask_pronoun(asked_about))
    assert right_text(ask_change(asked_about)) == expected
