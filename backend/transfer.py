"""Transfer learning: the encoder stays as it is, and a layer on its sentence vectors is trained.

What a layer gets right is always counted on sentences it was not trained on.
Source: Devlin et al. 2018, section 4 (a new layer for each task).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.classifier import LabelArray, Labels, LinearClassifier, train_classifier
from backend.hub import Progress
from backend.sentence_vectors import SentenceVectors
from backend.trace import BoolArray, FloatArray, IntArray

WEIGHT_DECAY: Final = 0.3
"""Of 0.01 to 30, near the best mean loss on held-out sentences of the presets; shares right hardly
differ, but with less decay the layer is far too sure of itself."""
FOLDS: Final = 5
DIVISIONS: Final = 5
"""Ways of cutting the sentences into folds; what differs between them is chance."""
CURVE_STEPS: Final = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30)
"""Steps of L-BFGS after which the layer is looked at."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """How well a layer does on sentences it has not seen, by cross-validation.

    classes: in the order of the matrix's rows and columns
    confusion: (label, said), sentences of each label that were given each class
    predicted: (text,), what was said of each sentence by the layer that had not seen it
    accuracies: (division,), share right, 0 to 1; the first is that of `predicted`, the others
        are of other ways to cut the sentences into folds
    folds: parts into which the sentences were cut, each held out once
    most_frequent: share right for whoever always says the most frequent label
    """

    classes: tuple[str, ...]
    confusion: IntArray
    predicted: tuple[str, ...]
    accuracies: FloatArray
    folds: int
    most_frequent: float

    @property
    def accuracy(self) -> float:
        """Share of sentences whose label is right, 0 to 1, as in the matrix."""
        return float(self.accuracies[0])


def train_last_layer(vectors: FloatArray, labels: Labels) -> LinearClassifier:
    """The layer trained on all sentences, the same every time.

    vectors: (text, width)
    """
    return train_classifier(vectors, labels, weight_decay=WEIGHT_DECAY)


def held_out(vectors: FloatArray, labels: Labels, divisions: int = DIVISIONS) -> HeldOut:
    """Cross-validation of `train_last_layer`, with every label in every fold where it can be.

    vectors: (text, width)
    Raises ValueError if a label has one sentence only.
    """
    known = np.array(labels)
    folds = fold_count(labels)
    said = [_said(vectors, known, stratified_folds(labels, folds, n)) for n in range(divisions)]
    classes, counts = np.unique(known, return_counts=True)
    return HeldOut(
        classes=tuple(classes.tolist()),
        confusion=confusion_matrix(known, said[0], classes),
        predicted=tuple(said[0].tolist()),
        accuracies=np.array([(one == known).mean() for one in said]),
        folds=folds,
        most_frequent=float(counts.max() / len(known)),
    )


def confusion_matrix(labels: Labels, said: Labels, classes: Labels) -> IntArray:
    """How many texts of each label were given each class: (label, said), in order of `classes`."""
    rows = np.array(labels)[None] == np.array(classes)[:, None]  # (label, text)
    columns = np.array(said)[:, None] == np.array(classes)  # (text, said)
    matrix: IntArray = rows.astype(np.int64) @ columns.astype(np.int64)
    return matrix


def _said(vectors: FloatArray, known: LabelArray, fold: IntArray) -> LabelArray:
    """What is said of each text by the layer trained on the other folds."""
    said = np.empty_like(known)
    for held in _each(fold):
        layer = train_last_layer(vectors[~held], known[~held])
        said[held] = layer.predicted(vectors[held])
    return said


def _each(fold: IntArray) -> Iterator[BoolArray]:
    """One mask a fold, True for what it holds out."""
    return (fold == number for number in range(int(fold.max()) + 1))


def accuracy_by_layer(
    vectors: SentenceVectors, labels: Labels, progress: Progress | None = None
) -> FloatArray:
    """Share right on held-out sentences, 0 to 1, for a layer trained on each of the model's.

    progress: called with the layers that are done and how many there are
    returns: (layer,); 0 = the encoder's input, -1 = T
    """
    found = list[float]()
    for layer in vectors.vectors:
        found.append(held_out(layer, labels, divisions=1).accuracy)
        if progress:
            progress(len(found), len(vectors.vectors))
    return np.array(found)


def fold_count(labels: Labels) -> int:
    """FOLDS, or fewer if a label has fewer sentences; every fold has each label then.

    Raises ValueError if a label has one sentence only.
    """
    fewest = min(Counter(labels).values(), default=0)
    if fewest < 2:
        raise ValueError(f"expected two sentences of each label, got {fewest}")
    return min(FOLDS, fewest)


def stratified_folds(labels: Labels, folds: int, seed: int = 0) -> IntArray:
    """The fold that each text is held out in: each label spread over all folds, as even as can be.

    returns: (text,), from 0 to folds - 1, the same for the same seed
    """
    fold = np.empty(len(labels), dtype=np.int64)
    fold[_grouped(labels, seed)] = np.arange(len(labels)) % folds
    return fold


def _grouped(labels: Labels, seed: int) -> IntArray:
    """The texts in random order, label after label: (text,)."""
    order = np.random.default_rng(seed).permutation(len(labels))
    return order[np.argsort(np.array(labels)[order], kind="stable")]


def balanced_order(labels: Labels, seed: int = 0) -> IntArray:
    """The texts in random order, so that wherever one stops each label was taken equally often.

    A label that has run out is passed over. The first of all are one text of each label.
    returns: (text,), positions in `labels`
    """
    grouped = _grouped(labels, seed)
    sorted_labels = np.array(labels)[grouped]
    starts = np.unique(sorted_labels, return_index=True)[1]
    turn = np.arange(len(labels)) - np.repeat(starts, np.diff([*starts, len(labels)]))
    within = np.random.default_rng(seed).random(len(labels))
    return grouped[np.lexsort((within, turn))]


@dataclass(frozen=True)
class CurvePoint:
    """The layer after some steps: its mean loss, and the share right, 0 to 1.

    loss: mean -log probability of the right label, of the sentences learned from
    """

    step: int
    loss: float
    accuracy: float
    held_out_accuracy: float


def learning_curve(
    vectors: FloatArray, labels: Labels, progress: Progress | None = None
) -> tuple[CurvePoint, ...]:
    """The layer on its way, from no step to trained; one fold of the sentences is held out.

    vectors: (text, width)
    progress: called with the points that are done and how many there are at most
    """
    known = np.array(labels)
    held = stratified_folds(labels, fold_count(labels)) == 0
    points = list[CurvePoint]()
    for step in CURVE_STEPS:
        layer = train_classifier(
            vectors[~held], known[~held], weight_decay=WEIGHT_DECAY, steps=step
        )
        point = _point(step, layer, vectors, known, held)
        if points and point.loss == points[-1].loss:
            break  # the lowest point: no further step was taken
        points.append(point)
        if progress:
            progress(len(points), len(CURVE_STEPS))
    return tuple(points)


def _point(
    step: int, layer: LinearClassifier, vectors: FloatArray, known: LabelArray, held: BoolArray
) -> CurvePoint:
    shares = layer.probabilities(vectors)
    right = np.array(layer.classes)[shares.argmax(axis=1)] == known
    wanted = shares[np.arange(len(known)), np.searchsorted(np.array(layer.classes), known)]
    loss = -np.log(np.maximum(wanted[~held], np.finfo(np.float32).tiny)).mean()
    return CurvePoint(step, float(loss), float(right[~held].mean()), float(right[held].mean()))
