from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
import torch

from backend.errors import TrainingStopped
from backend.masked_words import likeliest
from backend.small_bert import LIMIT, NAME, SmallBert, Snapshot
from backend.small_examples import QUESTIONS
from backend.small_scenes import sort_of
from backend.small_sentences import held_out_texts
from backend.small_training import (
    SNAPSHOTS,
    TRIED,
    SmallProgress,
    snapshot_steps,
    train_small_bert,
)
from backend.small_words import HELD_OUT, VOCABULARY

STEPS = 650  # of 1600: enough to learn most of it


@pytest.fixture(scope="module")
def reports() -> list[SmallProgress]:
    return []


@pytest.fixture(scope="module")
def trained(reports: list[SmallProgress]) -> SmallBert:
    return train_small_bert(reports.append, seed=1, steps=STEPS)


def test_the_loss_goes_down_and_held_out_questions_are_answered(trained: SmallBert) -> None:
    assert trained.complete
    assert trained.losses.shape == (STEPS,)
    assert (
        trained.losses[:10].mean() > 4.8
    )  # at first each of 177 words is as likely: log 177 = 5.2
    assert trained.losses[-50:].mean() < 2
    first, last = trained.snapshots[0].scores, trained.last.scores
    assert max(first.new_pairs, first.new_nouns, first.pronouns) < 0.1
    # With 1 in 2 it would take either noun of the sentence; 1600 steps give 0.99 and more.
    assert min(last.new_pairs, last.new_nouns, last.pronouns) > 0.6


def test_the_scores_are_those_of_the_model_given_out(trained: SmallBert) -> None:
    model = trained.model()
    words = trained.last.masked_words(model)
    right = 0
    for text in held_out_texts("new nouns", TRIED):
        spoken = ["[MASK]" if at == text.answer else word for at, word in enumerate(text.words)]
        b = " ".join(spoken[text.second :]) if text.second is not None else None
        filled = words.fill(model.trace(" ".join(spoken[: text.second]), b))
        best = likeliest(filled.probabilities[-1, 0], 1)[0]
        right += model.pieces[best] == text.words[text.answer or 0]
    assert right / TRIED == pytest.approx(trained.last.scores.new_nouns, abs=0.01)


def test_it_is_a_model_like_any_other(trained: SmallBert) -> None:
    model = trained.model()
    assert (model.name, model.layers, model.heads, model.width) == (NAME, 2, 4, 64)
    assert model.limit == LIMIT
    assert model.pieces == VOCABULARY
    trace = model.trace("The Chicken didn't cross the road", "A professor slept 🦜 [MASK]!")
    assert trace.tokens[:6] == ("[CLS]", "the", "chicken", "didn", "'", "t")
    assert trace.tokens.count("[UNK]") == 5
    np.testing.assert_allclose(trace.attention.sum(axis=-1), 1, atol=1e-5)
    np.testing.assert_allclose(trace.hidden[0], trace.embeddings.input, atol=1e-5)
    assert len(model.trace("word " * 700).tokens) == LIMIT


def test_snapshots_lie_close_at_first_and_are_small(trained: SmallBert) -> None:
    steps = [snapshot.step for snapshot in trained.snapshots]
    assert tuple(steps) == snapshot_steps(STEPS)
    assert (steps[0], steps[-1], len(steps)) == (0, STEPS, SNAPSHOTS)
    gaps = [later - earlier for earlier, later in pairwise(steps)]
    assert gaps == sorted(gaps)
    assert snapshot_steps(3) == (0, 1, 2, 3)
    assert trained.nbytes < 10e6
    names = {snapshot.model().name for snapshot in trained.snapshots}
    assert len(names) == SNAPSHOTS
    assert "small-bert@0" in names


def test_snapshots_show_attention_coming_up(trained: SmallBert) -> None:
    def toward_answer(snapshot: Snapshot) -> float:
        model = snapshot.model()
        found = []
        for question in QUESTIONS:
            trace = model.trace(question.text)
            mask = trace.tokens.index("[MASK]")
            nouns = [trace.tokens.index(noun) for noun in (question.answer, question.other)]
            found.append(trace.attention[:, :, mask, nouns])
        more = np.array(found).mean(axis=0)  # (layer, head, noun)
        return float((more[..., 0] - more[..., 1]).max())

    assert abs(toward_answer(trained.snapshots[0])) < 0.1
    assert toward_answer(trained.last) > 0.3


def test_reports_tell_how_far_it_is(trained: SmallBert, reports: list[SmallProgress]) -> None:
    steps = [report.step for report in reports]
    assert set(range(10, STEPS + 1, 10)) <= set(steps)
    assert set(snapshot_steps(STEPS)) - {0} <= set(steps)
    assert [report.share for report in reports] == [step / STEPS for step in steps]
    last = reports[-1]
    assert last.seconds_left == 0
    np.testing.assert_allclose(last.losses, trained.losses, rtol=1e-6)
    assert last.snapshots == trained.snapshots
    assert all(len(report.losses) == report.step for report in reports)


def test_the_questions_to_watch_are_held_out() -> None:
    for question in QUESTIONS:
        nouns = {question.answer, question.other}
        assert nouns <= HELD_OUT
        assert "new nouns" in (
            sort_of(question.answer, question.other),
            sort_of(question.other, question.answer),
        )
        words = question.text.replace(".", " .").lower().replace("[mask]", "[MASK]").split()
        assert set(words) <= set(VOCABULARY)
        assert nouns <= set(words)


def same(one: SmallBert, other: SmallBert) -> bool:
    weights = zip(one.last.weights.values(), other.last.weights.values(), strict=True)
    return all(torch.equal(left, right) for left, right in weights)


def test_a_seed_gives_one_model_whatever_else_draws_random_numbers() -> None:
    def disturb(_: SmallProgress) -> None:
        torch.manual_seed(7)

    first = train_small_bert(seed=3, steps=3)
    second = train_small_bert(disturb, seed=3, steps=3)
    np.testing.assert_array_equal(first.losses, second.losses)
    assert same(first, second)
    assert not same(first, train_small_bert(seed=4, steps=3))


def test_a_stopped_training_keeps_what_it_learned() -> None:
    asked: Iterator[bool] = iter([False, False, False, True])
    stopped = train_small_bert(should_stop=lambda: next(asked), steps=40)
    assert not stopped.complete
    assert len(stopped.losses) == stopped.last.step == 3
    assert stopped.model().trace("the dog").tokens == ("[CLS]", "the", "dog", "[SEP]")
    with pytest.raises(TrainingStopped):
        train_small_bert(should_stop=lambda: True)
    with pytest.raises(ValueError, match="1 step or more"):
        train_small_bert(steps=0)
