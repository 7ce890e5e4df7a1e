import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from backend.labelled_texts import preset_task
from backend.model import Model
from backend.sentence_vectors import SentenceVectors, sentence_vectors
from backend.transfer import (
    WEIGHT_DECAY,
    accuracy_by_layer,
    balanced_order,
    fold_count,
    held_out,
    learning_curve,
    stratified_folds,
    train_last_layer,
)

LABELS = st.lists(st.sampled_from("abcd"), min_size=4, max_size=60).filter(
    lambda labels: min(labels.count(label) for label in labels) > 1
)


@pytest.fixture(scope="module")
def topics(minilm: Model) -> SentenceVectors:
    return sentence_vectors(minilm, preset_task("topic").texts)


def blobs(count: int = 30) -> tuple[np.ndarray, list[str]]:
    """Two clouds of points that a plane tells apart."""
    rng = np.random.default_rng(3)
    labels = ["left", "right"] * (count // 2)
    vectors = rng.normal(size=(count, 4)).astype(np.float32)
    vectors[:, 1] += np.where(np.array(labels) == "left", -6, 6)
    return vectors, labels


@given(LABELS, st.integers(0, 5))
def test_every_label_is_spread_over_all_folds(labels: list[str], seed: int) -> None:
    folds = fold_count(labels)
    fold = stratified_folds(labels, folds, seed)
    assert fold.tolist() == stratified_folds(labels, folds, seed).tolist()
    sizes = np.bincount(fold, minlength=folds)
    assert sizes.max() - sizes.min() <= 1
    for label in set(labels):
        counts = np.bincount(fold[np.array(labels) == label], minlength=folds)
        assert counts.max() - counts.min() <= 1
        assert counts.min() >= 1


@given(LABELS, st.integers(0, 5))
def test_wherever_one_stops_labels_are_balanced(labels: list[str], seed: int) -> None:
    order = balanced_order(labels, seed)
    assert sorted(order.tolist()) == list(range(len(labels)))
    taken = np.array(labels)[order]
    totals = {label: labels.count(label) for label in set(labels)}
    for size in range(1, len(labels) + 1):
        counts = {label: int((taken[:size] == label).sum()) for label in totals}
        most = max(counts.values())
        assert all(counts[label] >= min(most - 1, totals[label]) for label in totals)


def test_a_label_with_one_sentence_cannot_be_held_out() -> None:
    with pytest.raises(ValueError, match="two sentences of each label"):
        fold_count(["a", "a", "b"])


def test_other_seeds_cut_otherwise() -> None:
    labels = preset_task("topic").labels
    assert (stratified_folds(labels, 5, 0) != stratified_folds(labels, 5, 1)).any()


def test_what_can_be_told_apart_is_told_apart() -> None:
    vectors, labels = blobs()
    result = held_out(vectors, labels)
    assert result.accuracy == 1
    assert result.predicted == tuple(labels)
    assert result.confusion.tolist() == [[15, 0], [0, 15]]
    assert result.classes == ("left", "right")
    assert result.most_frequent == 0.5
    assert result.folds == 5


def test_what_was_seen_is_not_what_is_counted() -> None:
    """Labels drawn at random are learned by heart, and held out they stay a guess."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(60, 200)).astype(np.float32)
    labels = rng.choice(["yes", "no"], 60).tolist()
    assert (train_last_layer(vectors, labels).predicted(vectors) == labels).all()
    assert held_out(vectors, labels).accuracies.mean() < 0.7


def test_the_matrix_counts_every_sentence_once(topics: SentenceVectors) -> None:
    labels = preset_task("topic").labels
    result = held_out(topics.vectors[-1], labels)
    assert result.confusion.sum(axis=1).tolist() == [15, 15, 15, 15]
    assert result.confusion.trace() / 60 == pytest.approx(result.accuracy)
    right = np.mean([said == label for said, label in zip(result.predicted, labels, strict=True)])
    assert right == pytest.approx(result.accuracy)
    for row, label in enumerate(result.classes):
        for column, said in enumerate(result.classes):
            pairs = zip(labels, result.predicted, strict=True)
            assert result.confusion[row, column] == sum(pair == (label, said) for pair in pairs)


def test_the_built_in_model_knows_topics(topics: SentenceVectors) -> None:
    by_layer = accuracy_by_layer(topics, preset_task("topic").labels)
    assert by_layer.shape == (7,)
    assert by_layer[-1] > 0.8
    assert by_layer[-1] == held_out(topics.vectors[-1], preset_task("topic").labels).accuracy


@pytest.mark.parametrize("name", ["sentiment", "topic"])
def test_the_layer_says_what_scikit_learns_says(name: str, minilm: Model) -> None:
    """Its C weighs the sum of the entropies, ours the mean, against the same sum of squares.

    For two classes it has one row of weights, the difference of our two: twice their squares.
    """
    task = preset_task(name)
    vectors = sentence_vectors(minilm, task.texts).vectors[-1]
    mean, spread = vectors[:40].mean(axis=0), vectors[:40].std(axis=0)
    even = ((vectors - mean) / np.maximum(spread, 1e-6)).astype(float)  # three columns never vary
    rows = 2 if len(task.classes) == 2 else 1
    other = LogisticRegression(C=rows / (WEIGHT_DECAY * 40), tol=1e-8, max_iter=5000)
    other.fit(even[:40], task.labels[:40])
    layer = train_last_layer(vectors[:40], task.labels[:40])
    assert list(layer.classes) == list(other.classes_)
    expected = other.predict_proba(even[40:])
    np.testing.assert_allclose(layer.probabilities(vectors[40:]), expected, atol=0.005)
    assert (layer.predicted(vectors[40:]) == other.predict(even[40:])).all()


def test_the_curve_goes_from_a_guess_to_the_trained_layer() -> None:
    vectors, labels = blobs()
    seen = list[int]()
    curve = learning_curve(vectors, labels, progress=lambda done, total: seen.append(done))
    assert curve[0].step == 0
    assert curve[0].loss == pytest.approx(np.log(2), abs=1e-5)
    assert curve[0].accuracy == pytest.approx(0.5, abs=0.1)
    assert curve[-1].loss < curve[1].loss < curve[0].loss
    assert curve[-1].accuracy == curve[-1].held_out_accuracy == 1
    assert seen == list(range(1, len(curve) + 1))
    held = stratified_folds(labels, 5) == 0
    learned = np.array(labels)[~held]
    layer = train_last_layer(vectors[~held], learned)
    scores = vectors[~held] @ layer.weight.T + layer.bias
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    right = np.where(learned == "left", shares[:, 0], shares[:, 1])
    assert curve[-1].loss == pytest.approx(-np.log(right).mean(), abs=1e-3)
