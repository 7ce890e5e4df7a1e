import gc
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from backend import fine_tuning, refinement
from backend.errors import TableError, TrainingError, TrainingStopped
from backend.fine_tuning import check_size, refine, training_bytes
from backend.labelled_texts import LabelledTexts, preset_task
from backend.model import Model, load_model
from backend.refinement import Refinement, RefineProgress
from backend.sentence_vectors import sentence_vectors
from backend.transfer import held_out
from tests.backend.small_models import word_vectors, write_model

FAMILIES = ["bert", "distilbert", "roberta", "electra"]
SMALL = LabelledTexts(
    texts=tuple(f"the {'cat' if n % 2 else 'dog'} sat {'it ' * (n % 5)}{n}" for n in range(18)),
    labels=("dog", "cat") * 9,
)


@pytest.fixture(params=FAMILIES)
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Model:
    return load_model(str(write_model(request.param, tmp_path / request.param)))


@pytest.fixture
def bert(tmp_path: Path) -> Model:
    return load_model(str(write_model("bert", tmp_path / "bert")))


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    refinement._kept.clear()
    yield
    refinement._kept.clear()


def weights(model: Model) -> list[bytes]:
    tensors = [*model.module.parameters(), *model.module.buffers()]
    return [tensor.detach().numpy().tobytes() for tensor in tensors]


@pytest.fixture(scope="module")
def questions(minilm: Model) -> Refinement:
    return refine(minilm, preset_task("question"))


def test_what_the_last_layer_cannot_learn_all_layers_can(questions: Refinement) -> None:
    """The built-in model's T says what a sentence is about, hardly whether it asks."""
    assert questions.after.accuracy >= questions.before.accuracy + 0.2
    assert questions.epochs[-1].loss < 0.2 * questions.epochs[0].loss
    assert questions.epochs[-1].held_out_accuracy == questions.after.accuracy


def test_both_are_tried_on_the_same_third(questions: Refinement) -> None:
    task = preset_task("question")
    labels = [task.labels[place] for place in questions.held_out]
    assert len(labels) == 20
    for tried in (questions.before, questions.after):
        assert len(tried.predicted) == 20
        assert tried.confusion.sum(axis=1).tolist() == [10, 10]
        right = np.mean([a == b for a, b in zip(labels, tried.predicted, strict=True)])
        assert tried.accuracy == pytest.approx(right)
        assert tried.by_class.mean() == pytest.approx(right)


def test_the_shared_model_stays_as_it_is(minilm: Model) -> None:
    before = weights(minilm)
    flags = [weight.requires_grad for weight in minilm.module.parameters()]
    states = minilm.trace("It was too tired.").hidden
    task = preset_task("topic")
    refine(minilm, task, epochs=1)
    with pytest.raises(TrainingStopped):
        refine(minilm, task, should_stop=stop_after(6))
    assert weights(minilm) == before
    assert [weight.requires_grad for weight in minilm.module.parameters()] == flags
    assert all(weight.grad is None for weight in minilm.module.parameters())
    np.testing.assert_array_equal(minilm.trace("It was too tired.").hidden, states)


def stop_after(questions: int) -> Callable[[], bool]:
    """Says stop when it is asked the next time after so many."""
    asked = iter(range(questions + 1))

    def should_stop() -> bool:
        return next(asked) == questions

    return should_stop


def test_every_family_is_refined_and_left_as_it_was(small: Model) -> None:
    before = weights(small)
    result = refine(small, SMALL)
    assert weights(small) == before
    copy = result.copy()
    assert copy is not None
    assert weights(copy) != before
    assert word_vectors(copy).ctypes.data == word_vectors(small).ctypes.data
    shares = result.probabilities(["the cat", "a dog"])
    assert shares.shape == (2, 2)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)


def test_the_same_seed_gives_the_same_result(bert: Model) -> None:
    results, shares = list[Refinement](), list[np.ndarray]()
    for seed in (1, 1, 2):
        torch.manual_seed(len(results))  # whatever others draw meanwhile
        results.append(refine(bert, SMALL, seed=seed))
        shares.append(results[-1].probabilities(SMALL.texts))
    assert results[0].epochs == results[1].epochs
    assert results[0].after.predicted == results[1].after.predicted
    np.testing.assert_array_equal(shares[0], shares[1])
    assert results[2].held_out != results[0].held_out
    assert not np.array_equal(shares[2], shares[0])


def test_the_new_layer_begins_with_a_guess(bert: Model) -> None:
    losses = list[float]()
    refine(bert, SMALL, lambda progress: losses.append(progress.loss), epochs=1)
    assert losses[0] == pytest.approx(np.log(2), rel=1e-5)
    assert len(losses) == 2


def test_padding_changes_nothing(bert: Model) -> None:
    task = fine_tuning._Task(bert, SMALL, np.arange(3))
    with torch.inference_mode():
        task.new.weight += torch.linspace(-1, 1, task.new.weight.numel()).view_as(task.new.weight)
        together = float(task.loss(np.arange(18)))
        alone = np.mean([float(task.loss(np.array([place]))) for place in range(18)])
    assert together == pytest.approx(alone, rel=1e-4)
    vectors = sentence_vectors(bert, SMALL.texts).vectors[-1]
    shares = task.layer().probabilities(vectors)
    right = shares[np.arange(18), np.searchsorted(SMALL.classes, SMALL.labels)]
    assert together == pytest.approx(-np.log(right).mean(), rel=1e-4)


def test_progress_counts_steps_and_epochs(bert: Model) -> None:
    seen = list[RefineProgress]()
    refine(bert, SMALL, seen.append, epochs=3)
    assert [(one.epoch, one.step) for one in seen] == [
        (1, 1),
        (1, 2),
        (2, 3),
        (2, 4),
        (3, 5),
        (3, 6),
    ]
    assert seen[-1].share == 1
    assert seen[-1].seconds_left == 0
    assert all((one.seconds_left or 0) >= 0 for one in seen)


@pytest.mark.parametrize("how", ["stopped", "failed", "broken"])
def test_what_does_not_end_leaves_nothing_behind(
    how: str, bert: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = list[weakref.ref[Model]]()
    refinable = bert.refinable

    def watched() -> Model:
        copy = refinable()
        copies.append(weakref.ref(copy))
        return copy

    def fail(progress: RefineProgress) -> None:
        if how == "failed":
            raise KeyError("a bug")
        copy = copies[0]()
        if how == "broken" and progress.step == 2 and copy is not None:
            with torch.no_grad():
                next(copy.module.encoder.parameters()).fill_(np.nan)

    monkeypatch.setattr(bert, "refinable", watched)
    stop = stop_after(12) if how == "stopped" else lambda: False
    expected = {"stopped": TrainingStopped, "failed": KeyError, "broken": TrainingError}[how]
    with pytest.raises(expected):
        refine(bert, SMALL, fail, stop)
    gc.collect()
    assert len(copies) == 1
    assert copies[0]() is None
    assert not refinement._kept


def test_a_loss_that_is_no_number_is_said(bert: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fine_tuning._Task, "loss", lambda *_: torch.tensor(float("nan")))
    with pytest.raises(TrainingError, match="astray"):
        refine(bert, SMALL)


def test_only_the_last_copies_are_kept(bert: Model) -> None:
    results = [refine(bert, SMALL, epochs=1, seed=seed) for seed in range(refinement.KEPT + 1)]
    gc.collect()
    assert [result.is_kept for result in results] == [False, True, True]
    with pytest.raises(TrainingError, match="made room"):
        results[0].probabilities(["the cat"])
    assert results[0].after.accuracy >= 0
    with pytest.raises(TableError, match="nothing in it"):
        results[1].probabilities(["\u200b"])


def test_a_model_too_large_for_the_server_is_refused(
    bert: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = sum(
        weight.numel() * 4
        for name, weight in bert.module.named_parameters()
        if not name.startswith("embeddings.")
    )
    assert training_bytes(bert) == 4 * trained
    monkeypatch.setattr(fine_tuning, "MOST_BYTES", training_bytes(bert) - 1)
    with pytest.raises(TrainingError, match="last layer only"):
        check_size(bert)


def test_a_rare_label_is_learned_and_may_miss_in_the_held_out(bert: Model) -> None:
    table = LabelledTexts((*SMALL.texts, "rare one", "rare two"), (*SMALL.labels, "rare", "rare"))
    result = refine(bert, table, epochs=1)
    assert result.layer.classes == result.classes == ("cat", "dog", "rare")
    assert result.after.confusion.shape == (3, 3)
    assert np.isnan(result.after.by_class).sum() == (result.after.confusion.sum(axis=1) == 0).sum()


def test_training_reads_no_more_than_the_model_can(bert: Model) -> None:
    assert bert.limit < fine_tuning.TOKENS
    long = LabelledTexts(tuple(f"{text} {'cat ' * 60}" for text in SMALL.texts), SMALL.labels)
    assert refine(bert, long, epochs=1).after.confusion.sum() == 6


def test_sentences_are_cut_for_training_only(minilm: Model) -> None:
    long = LabelledTexts(
        tuple(f"{label} " * 300 for label in ("red", "blue") * 6), ("red", "blue") * 6
    )
    task = fine_tuning._Task(minilm, long, np.arange(2))
    assert {len(ids) for ids in task._ids} == {fine_tuning.TOKENS}
    assert held_out(sentence_vectors(minilm, long.texts).vectors[-1], long.labels, 1).accuracy == 1
