from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from backend import classifier
from backend.classifier import (
    LinearClassifier,
    cross_validation,
    fold_of_rows,
    most_frequent_labels,
    train_classifier,
)

Array = NDArray[np.float64]


def floats(values: Any) -> NDArray[np.float32]:
    return np.array(values, np.float32)


def clouds(rows: int = 90, width: int = 5, classes: int = 3) -> tuple[Any, list[str]]:
    """Points around three places, with columns of very different size, and their names."""
    random = np.random.default_rng(3)
    target = np.arange(rows) % classes
    points = random.normal(size=(classes, width))[target] + random.normal(size=(rows, width))
    points = points * 10.0 ** np.arange(width) + 5
    return points.astype(np.float32), [f"class {number}" for number in target]


def softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def test_probabilities_are_a_softmax() -> None:
    layer = train_classifier(*clouds())
    points = clouds()[0]
    found = layer.probabilities(points)
    scores = np.einsum("rw,cw->rc", points.astype(float), layer.weight.astype(float)) + layer.bias
    np.testing.assert_allclose(found, softmax(scores), atol=1e-5)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
    assert layer.predicted(points).tolist() == [f"class {best}" for best in found.argmax(axis=1)]


def test_large_scores_do_not_overflow() -> None:
    layer = LinearClassifier(floats([[1000], [-1000]]), floats([0, 0]), ("a", "b"))
    np.testing.assert_array_equal(layer.probabilities(floats([[1], [-1]])), [[1, 0], [0, 1]])


@pytest.mark.parametrize("weight_decay", [1e-3, 0.1])
def test_the_loss_is_flat_at_the_solution(weight_decay: float) -> None:
    vectors, labels = clouds(rows=200, width=6)
    layer = train_classifier(vectors, labels, weight_decay=weight_decay)
    exact = vectors.astype(float)
    mean, spread = exact.mean(axis=0), exact.std(axis=0)
    rows, weight = (exact - mean) / spread, layer.weight * spread
    bias = layer.bias + layer.weight @ mean
    wanted = np.array(labels)[:, None] == np.array(layer.classes)
    error = (softmax(rows @ weight.T + bias) - wanted) / len(rows)
    assert abs(error.T @ rows + weight_decay * weight).max() < 2e-4
    assert abs(error.sum(axis=0)).max() < 2e-4
    moved = error.T @ rows + 2 * weight_decay * weight  # another loss is not flat there
    assert abs(moved).max() > 2e-3


def newton(rows: Array, wanted: Array, weight_decay: float) -> Array:
    """Weights and, last, bias (class, width + 1) at the lowest point, by Newton's method."""
    inputs = np.hstack([rows, np.ones((len(rows), 1))])
    (count, width), classes = inputs.shape, wanted.shape[1]
    decay: Array = weight_decay * np.eye(width)
    decay[-1, -1] = 0
    weights = np.zeros((classes, width))
    for _ in range(30):
        shares = softmax(inputs @ weights.T)
        slope = (shares - wanted).T @ inputs / count + weights @ decay
        curve: Array = np.asarray(np.kron(np.eye(classes), decay))
        for row, share in zip(inputs, shares, strict=True):
            curve += np.kron(np.diag(share) - np.outer(share, share), np.outer(row, row)) / count
        weights -= np.linalg.lstsq(curve, slope.ravel(), rcond=None)[0].reshape(weights.shape)
    return weights


def test_the_solution_is_that_of_newtons_method() -> None:
    vectors, labels = clouds(rows=60, width=2)
    rows = (vectors - vectors.mean(axis=0)) / vectors.std(axis=0)
    wanted = (np.array(labels)[:, None] == np.unique(labels)).astype(float)
    weights = newton(rows.astype(float), wanted, weight_decay=0.02)
    expected = softmax(rows @ weights[:, :-1].T + weights[:, -1])
    layer = train_classifier(vectors, labels, weight_decay=0.02)
    np.testing.assert_allclose(layer.probabilities(vectors), expected, atol=2e-3)


def test_the_same_data_give_the_same_layer() -> None:
    torch.manual_seed(1)
    first = train_classifier(*clouds())
    torch.manual_seed(2)
    second = train_classifier(*clouds())
    np.testing.assert_array_equal(first.weight, second.weight)
    np.testing.assert_array_equal(first.bias, second.bias)
    assert first.classes == second.classes == ("class 0", "class 1", "class 2")


def test_a_column_that_never_differs_does_no_harm() -> None:
    vectors, labels = clouds()
    wider = np.hstack([vectors, np.full((len(vectors), 1), 7, np.float32)])
    layer = train_classifier(wider, labels)
    expected = train_classifier(vectors, labels).probabilities(vectors)
    np.testing.assert_allclose(layer.probabilities(wider), expected, atol=1e-3)


def test_one_class_is_certain() -> None:
    layer = train_classifier(floats([[1, 2], [3, 4]]), ["only", "only"])
    np.testing.assert_array_equal(layer.probabilities(floats([[9, 9]])), [[1]])


def test_a_layer_is_frozen_and_knows_its_size() -> None:
    layer = train_classifier(*clouds())
    assert layer.nbytes == (3 * 5 + 3) * 4
    for array in (layer.weight, layer.bias):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(ValueError, match="expected weight"):
        LinearClassifier(layer.weight, layer.bias, ("one", "two"))


@pytest.mark.parametrize(
    ("vectors", "labels"),
    [(np.zeros((0, 3)), []), (np.zeros((2, 3)), ["a"]), (np.zeros(2), ["a", "b"])],
)
def test_rows_and_labels_must_fit(vectors: Any, labels: list[str]) -> None:
    with pytest.raises(ValueError, match="a label a row"):
        train_classifier(vectors.astype(np.float32), labels)


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_what_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        train_classifier(floats([[1], [number]]), ["a", "b"])


def test_groups_stay_together_and_folds_are_alike() -> None:
    groups = np.random.default_rng(0).integers(100, 123, size=400)
    fold = fold_of_rows(groups, 5)
    assert all(len(set(fold[groups == group])) == 1 for group in set(groups))
    sizes = [len(set(groups[fold == number])) for number in range(5)]
    assert sorted(sizes) == [4, 4, 5, 5, 5]
    np.testing.assert_array_equal(fold, fold_of_rows(groups, 5))


@pytest.mark.parametrize("folds", [0, 1, 4])
def test_folds_must_fit_the_groups(folds: int) -> None:
    with pytest.raises(ValueError, match="expected 2 to 3 folds"):
        fold_of_rows(np.array([0, 0, 1, 2, 2]), folds)


def test_cross_validation_never_trains_on_its_own_group(monkeypatch: Any) -> None:
    groups = np.repeat(np.arange(10), 4)
    vectors = np.stack([groups, np.arange(40)], axis=1).astype(np.float32)
    labels = ["x" if number % 2 else "y" for number in range(40)]
    trained = list[set[float]]()

    class Spy:
        def predicted(self, held: Any) -> Any:
            assert not trained[-1] & set(held[:, 0])
            assert trained[-1] | set(held[:, 0]) == set(range(10))
            return np.array([f"{number:.0f}"[:1] for number in held[:, 1]])

    def spy(vectors: Any, *_: Any, **__: Any) -> Spy:
        trained.append(set(vectors[:, 0]))
        return Spy()

    monkeypatch.setattr(classifier, "train_classifier", spy)
    found = cross_validation(vectors, labels, groups, folds=5)
    assert len(trained) == 5
    assert found.tolist() == [str(number)[:1] for number in range(40)]


def test_what_can_only_be_learned_by_heart_is_not_held_out_right() -> None:
    random = np.random.default_rng(4)
    groups = np.repeat(np.arange(60), 5)
    vectors = random.normal(size=(60, 80))[groups].astype(np.float32)
    labels = random.choice(["a", "b"], size=60)[groups]
    assert (train_classifier(vectors, labels).predicted(vectors) == labels).all()
    assert 0.3 < (cross_validation(vectors, labels, groups) == labels).mean() < 0.7


def test_what_can_be_learned_is_held_out_right() -> None:
    vectors, labels = clouds(rows=300)
    found = cross_validation(vectors, labels, np.arange(300))
    assert (found == np.array(labels)).mean() > 0.75


def test_most_frequent_labels_by_hand(monkeypatch: Any) -> None:
    monkeypatch.setattr(classifier, "fold_of_rows", lambda groups, folds: groups)
    rows = [
        ("run", "NN", 0), ("run", "VB", 0), ("dog", "NN", 0),
        ("run", "VB", 1), ("cat", "NN", 1), ("run", "NN", 1), ("run", "VB", 1),
    ]  # fmt: skip
    words, labels, groups = zip(*rows, strict=True)
    found = most_frequent_labels(words, labels, np.array(groups), folds=2)
    # Fold 0 hears of run: VB, NN, VB, so VB. It never hears of dog: NN and VB are equal there,
    # and the first in the alphabet counts. In fold 1 run is NN once and VB once: NN, which is
    # the more frequent of all there. cat is new there: NN.
    assert found.tolist() == ["VB", "VB", "NN", "NN", "NN", "NN", "NN"]
