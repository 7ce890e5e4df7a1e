"""The Transfer page's numbers as CSV, to take home."""

from collections.abc import Iterable, Mapping, Sequence

from backend.csv_table import digits, table
from backend.embedding_tables import layer_name
from backend.growth import Growth
from backend.last_layer import LastLayer
from backend.refinement import Refinement
from backend.trace import FloatArray
from backend.transfer import CurvePoint
from backend.zero_shot import ZeroShot


def rows_csv(rows: Iterable[tuple[str, str]]) -> bytes:
    """The sentences and their labels, in the form that can be uploaded again."""
    return table(("text", "label"), rows)


def predictions_csv(trained: LastLayer) -> bytes:
    """One line a sentence: its label, and what was said by the layer that had not seen it."""
    own = trained.table
    return table(
        ("text", "label", "said"),
        zip(own.texts, own.labels, trained.held_out.predicted, strict=True),
    )


def confusion_csv(trained: LastLayer) -> bytes:
    """One line a label and what was said."""
    found = trained.held_out
    return table(
        ("label", "said", "sentences"),
        (
            (label, said, count)
            for label, row in zip(found.classes, found.confusion.tolist(), strict=True)
            for said, count in zip(found.classes, row, strict=True)
        ),
    )


def curve_csv(curve: Sequence[CurvePoint]) -> bytes:
    """One line a step that was looked at; accuracies are 0 to 1."""
    return table(
        ("step", "loss", "accuracy", "held_out_accuracy"),
        ((point.step, point.loss, point.accuracy, point.held_out_accuracy) for point in curve),
    )


def growth_csv(growth: Growth) -> bytes:
    """One line a number of examples and draw; accuracies are 0 to 1."""
    return table(
        ("examples", "draw", "by_vector", "by_words"),
        (
            (size, draw, by_vector, by_words)
            for size, vectors, words in zip(
                growth.sizes, growth.by_vector.tolist(), growth.by_words.tolist(), strict=True
            )
            for draw, (by_vector, by_words) in enumerate(zip(vectors, words, strict=True))
        ),
    )


def layers_csv(by_layer: FloatArray) -> bytes:
    """One line a layer; accuracies are 0 to 1."""
    return table(
        ("after_layer", "accuracy"),
        ((layer_name(layer), share) for layer, share in enumerate(by_layer.tolist())),
    )


def probabilities_csv(text: str, classes: Sequence[str], ways: Mapping[str, FloatArray]) -> bytes:
    """One line a label: how likely each way of training holds it for the sentence.

    ways: (class,) each, by what they are called
    """
    return table(
        ("text", "label", *ways),
        (
            (text, *line)
            for line in zip(classes, *(digits(shares) for shares in ways.values()), strict=True)
        ),
    )


def refinement_csv(texts: Sequence[str], labels: Sequence[str], found: Refinement) -> bytes:
    """One line a held-out sentence: its label, and what was said before and after.

    texts, labels: of the whole table
    """
    return table(
        ("text", "label", "last_layer_alone", "all_layers"),
        (
            (texts[place], labels[place], before, after)
            for place, before, after in zip(
                found.held_out, found.before.predicted, found.after.predicted, strict=True
            )
        ),
    )


def zero_shot_csv(found: ZeroShot) -> bytes:
    """One line a text and label: how well it fits, and its share among the labels."""
    return table(
        ("text", "label", "way", "score", "share"),
        (
            (text, label, found.way, score, share)
            for text, scores, shares in zip(found.texts, found.scores, found.shares, strict=True)
            for label, score, share in zip(
                found.labels, digits(scores), digits(shares), strict=True
            )
        ),
    )
