"""The Transfer page's CSV files, read back."""

import csv
import io
import weakref

import numpy as np

from backend import transfer_tables as tables
from backend.cached import cached_model, cached_task, cached_zero_shot
from backend.labelled_texts import preset_task, texts_from_csv
from backend.last_layer import LastLayer
from backend.refinement import Refinement, Tried

HOSTILE = [('a "quoted", text', "x"), ("two\nlines", "y"), ("=1+1", "<b>")]


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def topic() -> LastLayer:
    return cached_task("minilm", preset_task("topic"), 6)


def test_the_sentences_can_be_uploaded_again() -> None:
    table = preset_task("sentiment")
    assert texts_from_csv(
        tables.rows_csv(zip(table.texts, table.labels, strict=True))
    ) == preset_task("sentiment")
    written = [tuple(row.values()) for row in rows(tables.rows_csv(HOSTILE))]
    assert written == [*HOSTILE[:2], ("'=1+1", "<b>")]  # no spreadsheet computes it


def test_what_was_said_adds_up_to_the_matrix() -> None:
    found = topic()
    said = rows(tables.predictions_csv(found))
    assert [row["text"] for row in said] == list(found.table.texts)
    for cell in rows(tables.confusion_csv(found)):
        pair = (cell["label"], cell["said"])
        assert int(cell["sentences"]) == sum((r["label"], r["said"]) == pair for r in said)
    right = sum(row["label"] == row["said"] for row in said)
    assert right / len(said) == found.held_out.accuracy


def test_every_point_of_the_figures_is_there() -> None:
    found = topic()
    curve = rows(tables.curve_csv(found.curve))
    assert [float(row["loss"]) for row in curve] == [point.loss for point in found.curve]
    grown = rows(tables.growth_csv(found.growth))
    np.testing.assert_allclose(
        [float(row["by_words"]) for row in grown], found.growth.by_words.ravel()
    )
    assert {row["examples"] for row in grown} == {"5", "10", "20", "48"}
    layers = rows(tables.layers_csv(found.by_layer))
    assert [row["after_layer"] for row in layers] == ["input", *map(str, range(6))]
    np.testing.assert_allclose([float(row["accuracy"]) for row in layers], found.by_layer)


def test_probabilities_and_zero_shot_are_exact() -> None:
    found, text = topic(), "The choir sang."
    shares = found.probabilities(cached_model("minilm"), [text])[0]
    lines = rows(tables.probabilities_csv(text, found.classifier.classes, {"alone": shares}))
    assert [row["label"] for row in lines] == list(found.classifier.classes)
    np.testing.assert_array_equal(np.array([row["alone"] for row in lines], np.float32), shares)
    free = cached_zero_shot("minilm", (text,), ("music", "food"))
    lines = rows(tables.zero_shot_csv(free))
    assert [row["label"] for row in lines] == ["music", "food"]
    assert {row["way"] for row in lines} == {"similarity"}
    np.testing.assert_array_equal(
        np.array([row["score"] for row in lines], np.float32), free.scores[0]
    )


def test_both_trainings_stand_beside_the_label() -> None:
    found = Refinement(
        classes=("x", "y"), held_out=(2, 0), before=Tried(("x", "x"), np.eye(2, dtype=int)),
        after=Tried(("y", "x"), np.eye(2, dtype=int)), epochs=(), seconds=1.0,
        layer=topic().classifier, copy=weakref.ref(cached_model("minilm")),
    )  # fmt: skip
    texts, labels = zip(*HOSTILE, strict=True)
    assert [tuple(row.values()) for row in rows(tables.refinement_csv(texts, labels, found))] == [
        ("'=1+1", "<b>", "x", "y"),
        ('a "quoted", text', "x", "x", "x"),
    ]
