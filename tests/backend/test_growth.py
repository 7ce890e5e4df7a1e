import numpy as np
import pytest

from backend.growth import growth, vocabulary, word_counts
from backend.labelled_texts import preset_task
from backend.model import Model
from backend.sentence_vectors import sentence_vectors
from backend.transfer import train_last_layer

TEXTS = ("It isn’t the cat, the CAT!", "", "Naïve dogs don't sit.")


def test_words_are_counted_without_capitals_and_marks() -> None:
    words = vocabulary(TEXTS[:1])
    assert list(words) == ["cat", "isn’t", "it", "the"]
    assert word_counts(TEXTS, words).tolist() == [[2, 1, 1, 2], [0] * 4, [0] * 4]
    assert list(vocabulary(TEXTS)) == sorted(vocabulary(TEXTS))
    assert word_counts(TEXTS, vocabulary(TEXTS)).sum() == 6 + 4


def clouds(count: int) -> tuple[np.ndarray, list[str], list[str]]:
    """Vectors that tell the label, texts of which every word stands once."""
    labels = [("a", "b", "c")[number % 3] for number in range(count)]
    vectors = np.random.default_rng(0).normal(size=(count, 5)).astype(np.float32)
    vectors[:, 0] += np.array([{"a": -20, "b": 0, "c": 20}[label] for label in labels])
    vectors[:, 1] += np.array([{"a": 0, "b": 20, "c": 0}[label] for label in labels])
    return vectors, [f"word{number}" for number in range(count)], labels


def test_both_ways_learn_from_the_same_examples() -> None:
    vectors, texts, labels = clouds(45)
    seen = list[tuple[int, int]]()
    result = growth(vectors, texts, labels, progress=lambda *counts: seen.append(counts))
    assert result.sizes == (5, 10, 20, 36)
    assert result.by_vector.shape == result.by_words.shape == (4, 10)
    assert result.by_vector[1:].min() > 0.8
    np.testing.assert_allclose(result.by_words, 1 / 3)  # every word is new: always the same guess
    assert result.most_frequent == pytest.approx(1 / 3)
    assert seen[-1] == (10, 10)


def test_words_that_tell_the_label_are_learned() -> None:
    _, _, labels = clouds(45)
    texts = [f"{label} word{number}" for number, label in enumerate(labels)]
    vectors = np.random.default_rng(1).normal(size=(45, 5)).astype(np.float32)
    result = growth(vectors, texts, labels)
    assert (result.by_words[-1] == 1).all()
    assert result.by_vector[-1].mean() < 0.6


def test_sizes_that_cannot_hold_every_label_are_left_out() -> None:
    vectors, texts, labels = clouds(24)
    many = [f"{label}{number % 2}" for number, label in enumerate(labels)]
    assert growth(vectors, texts, many, draws=2).sizes == (10, 18)
    assert growth(vectors[:6], texts[:6], labels[:6], draws=2).sizes == (3,)


def test_the_largest_size_is_cross_validation() -> None:
    """With all that is not held out, five draws are one division into five folds."""
    from backend.transfer import held_out

    task = preset_task("topic")
    vectors = np.random.default_rng(2).normal(size=(60, 8)).astype(np.float32)
    by_hand = held_out(vectors, task.labels, divisions=2).accuracies
    found = growth(vectors, task.texts, task.labels).by_vector[-1]
    np.testing.assert_allclose(found.reshape(2, 5).mean(axis=1), by_hand, atol=1e-6)


@pytest.mark.parametrize("name", ["sentiment", "topic"])
def test_what_was_read_before_helps_where_examples_are_few(name: str, minilm: Model) -> None:
    task = preset_task(name)
    vectors = sentence_vectors(minilm, task.texts).vectors[-1]
    result = growth(vectors, task.texts, task.labels)
    by_vector, by_words = result.by_vector.mean(axis=1), result.by_words.mean(axis=1)
    assert (by_vector > by_words).all()
    assert by_vector[-1] > by_vector[0] + 0.1
    assert by_vector[-1] > result.most_frequent + 0.2
    assert set(train_last_layer(vectors, task.labels).classes) == set(task.classes)
