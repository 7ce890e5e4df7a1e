"""A task's last layer on one of a model's layers, with all that tells how good it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from sys import getsizeof
from typing import Final

from backend.classifier import LinearClassifier
from backend.growth import Growth, growth
from backend.hub import Progress
from backend.labelled_texts import LabelledTexts
from backend.model import Model
from backend.sentence_vectors import SentenceVectors, sentence_vectors
from backend.trace import FloatArray
from backend.transfer import (
    CurvePoint,
    HeldOut,
    accuracy_by_layer,
    held_out,
    learning_curve,
    train_last_layer,
)
from backend.unknown_tokens import UnknownTokens, unknown_tokens

_READ: Final = 60  # of 100 parts of the work, those that are done once the model has read
_MANY: Final = 150  # sentences; the presets have some sixty
_MUCH: Final = 18e9  # characters x layers x width²: on the built-in model two seconds' reading


@dataclass(frozen=True, eq=False)
class LastLayer:
    """A layer trained on all sentences of a table, and what such layers do on held-out ones.

    layer: the layer of the model it reads; 0 = the encoder's input, the last is T
    by_layer: (layer,), share right on held-out sentences for each layer of the model
    cut: sentences that were longer than the model reads
    unknown: how many of their tokens the model has no pieces for
    """

    table: LabelledTexts
    layer: int
    classifier: LinearClassifier
    held_out: HeldOut
    curve: tuple[CurvePoint, ...]
    growth: Growth
    by_layer: FloatArray
    cut: int
    unknown: UnknownTokens

    @property
    def nbytes(self) -> int:
        """Bytes held, by and large."""
        return self.classifier.nbytes + sum(map(getsizeof, self.table.texts))

    def probabilities(self, model: Model, texts: Sequence[str]) -> FloatArray:
        """How likely each class is for new sentences, 0 to 1: (text, class).

        model: the one it was trained on
        Raises TableError if a text has no token.
        """
        return self.classifier.probabilities(sentence_vectors(model, texts).vectors[self.layer])


def train_task(
    model: Model,
    table: LabelledTexts,
    *,
    layer: int | None = None,
    progress: Progress | None = None,
) -> LastLayer:
    """Train and try the last layer; the same every time.

    layer: the layer of the model to read, T if none is given
    progress: called with parts of the work that are done, and 100
    Raises TableError if a text has no token, NotAModel if what the model computes is no number,
    ValueError if there is no such layer.
    """
    layer = model.layers if layer is None else layer
    if not 0 <= layer <= model.layers:
        raise ValueError(f"expected a layer from 0 to {model.layers}, got {layer}")
    read = sentence_vectors(model, table.texts, _part(progress, 0, _READ))
    unknown = unknown_tokens(model.tokenizer, table.texts)
    return _trained(read, unknown, table, layer, progress)


def is_much_work(model: Model, table: LabelledTexts) -> bool:
    """Whether training on this table takes much longer than on the presets."""
    reading = sum(map(len, table.texts)) * model.layers * model.width**2
    return len(table.texts) > _MANY or reading > _MUCH


def _trained(
    read: SentenceVectors,
    unknown: UnknownTokens,
    table: LabelledTexts,
    layer: int,
    progress: Progress | None,
) -> LastLayer:
    vectors, labels = read.vectors[layer], table.labels
    grown = growth(vectors, table.texts, labels, progress=_part(progress, _READ, 90))
    return LastLayer(
        table=table,
        layer=layer,
        classifier=train_last_layer(vectors, labels),
        held_out=held_out(vectors, labels),
        curve=learning_curve(vectors, labels),
        growth=grown,
        by_layer=accuracy_by_layer(read, labels, _part(progress, 90, 100)),
        cut=int((read.left_out > 0).sum()),
        unknown=unknown,
    )


def _part(progress: Progress | None, first: int, last: int) -> Callable[[int, int], None]:
    """A progress that fills the parts from `first` to `last` of 100."""

    def report(done: int, total: int) -> None:
        if progress:
            progress(first + (last - first) * done // total, 100)

    return report
