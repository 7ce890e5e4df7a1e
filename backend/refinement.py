"""What refining all layers of a model gives: how it went, what changed, and the copy itself.

Copies are large, so a server keeps the last KEPT of them only; the figures of a refinement stay
as long as whoever asked for it holds them.
"""

import weakref
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.classifier import Labels, LinearClassifier
from backend.errors import TrainingError
from backend.model import Model
from backend.sentence_vectors import sentence_vectors
from backend.trace import FloatArray, IntArray
from backend.transfer import confusion_matrix

KEPT: Final = 2
_kept: deque[Model] = deque(maxlen=KEPT)


@dataclass(frozen=True)
class RefineProgress:
    """How far it is: epochs count from 1, steps from 1 over all epochs.

    loss: of the step's sentences, mean -log probability of the right label
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    seconds_left: float | None

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return self.step / self.steps


@dataclass(frozen=True, eq=False)
class Tried:
    """What a trained layer says of the held-out sentences.

    predicted: (held-out text,)
    confusion: (label, said), in the order of the refinement's classes
    """

    predicted: tuple[str, ...]
    confusion: IntArray

    @property
    def accuracy(self) -> float:
        """Share right, 0 to 1."""
        return float(self.confusion.trace() / self.confusion.sum())

    @property
    def by_class(self) -> FloatArray:
        """Share right of each label's sentences, 0 to 1, NaN where none is held out: (class,)."""
        counts = self.confusion.sum(axis=1)
        shares: FloatArray = np.where(
            counts, self.confusion.diagonal() / np.maximum(counts, 1), np.nan
        )
        return shares


@dataclass(frozen=True)
class Epoch:
    """One round over the sentences: the mean loss on the way, and the share right after it."""

    loss: float
    held_out_accuracy: float


@dataclass(frozen=True, eq=False)
class Refinement:
    """Two trainings on the same sentences, tried on the same others.

    held_out: (held-out text,), positions in the table
    before: with the last layer alone trained, and the model as it was
    after: with all encoder layers and the last one trained
    seconds: how long the second took
    layer, copy: the refined copy's last layer, and the copy while it is kept
    """

    classes: tuple[str, ...]
    held_out: tuple[int, ...]
    before: Tried
    after: Tried
    epochs: tuple[Epoch, ...]
    seconds: float
    layer: LinearClassifier
    copy: weakref.ref[Model]

    @property
    def is_kept(self) -> bool:
        """Whether the refined copy is still in memory: a server keeps the last KEPT only."""
        return self.copy() is not None

    def probabilities(self, texts: Sequence[str]) -> FloatArray:
        """How likely the refined copy holds each class, 0 to 1: (text, class).

        Raises TrainingError if the copy is gone, TableError if a text has no token.
        """
        model = self.copy()
        if model is None:
            raise TrainingError(
                "The refined copy made room for newer ones. Press Refine all layers to train it "
                "again; the figures stay."
            )
        return self.layer.probabilities(sentence_vectors(model, texts).vectors[-1])


def keep(model: Model) -> weakref.ref[Model]:
    """Hold the copy until KEPT others came after it."""
    _kept.append(model)
    return weakref.ref(model)


def tried(layer: LinearClassifier, vectors: FloatArray, labels: Labels) -> Tried:
    """What the layer says of sentences it has not seen, beside what is right.

    vectors: (text, width)
    """
    said = layer.predicted(vectors)
    return Tried(tuple(said.tolist()), confusion_matrix(labels, said, layer.classes))
