import numpy as np
import pytest

from backend.cached import cached_task
from backend.errors import TableError
from backend.labelled_texts import LabelledTexts, preset_task, texts_from_rows
from backend.last_layer import LastLayer, train_task
from backend.model import Model
from backend.sentence_vectors import sentence_vectors
from backend.transfer import held_out


@pytest.fixture(scope="module")
def topic(minilm: Model) -> LastLayer:
    return train_task(minilm, preset_task("topic"))


def test_new_sentences_get_the_probability_of_each_label(topic: LastLayer, minilm: Model) -> None:
    texts = ["The pianist practised all night.", "Fry the garlic in butter.", "Müßig 🎻 $x$ <b>"]
    shares = topic.probabilities(minilm, texts)
    assert topic.classifier.classes == ("food", "music", "science", "sport")
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
    assert shares.argmax(axis=1)[:2].tolist() == [1, 0]
    with pytest.raises(TableError, match="nothing in it"):
        topic.probabilities(minilm, ["\u200b"])


def test_all_parts_are_of_the_same_vectors(topic: LastLayer, minilm: Model) -> None:
    task = preset_task("topic")
    vectors = sentence_vectors(minilm, task.texts).vectors
    by_hand = held_out(vectors[-1], task.labels)
    assert topic.layer == minilm.layers
    assert topic.held_out.predicted == by_hand.predicted
    assert topic.by_layer[-1] == by_hand.accuracy
    assert topic.growth.sizes[-1] == 48
    assert topic.cut == 0


def test_an_earlier_layer_knows_more_of_form(minilm: Model) -> None:
    """Where the built-in model's T hardly tells a question, its middle layers do."""
    task = preset_task("question")
    result = train_task(minilm, task, layer=3)
    assert result.held_out.accuracy > 0.8
    assert result.by_layer[3] == result.held_out.accuracy > result.by_layer[-1] + 0.2
    with pytest.raises(ValueError, match="layer from 0 to 6"):
        train_task(minilm, task, layer=7)


def test_progress_goes_from_start_to_end(minilm: Model) -> None:
    seen = list[tuple[int, int]]()
    rows = [(f"number {number}", str(number % 2)) for number in range(8)]
    train_task(minilm, texts_from_rows(rows), progress=lambda *counts: seen.append(counts))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (100, 100)


def test_the_smallest_table_is_enough(minilm: Model) -> None:
    rows = [(f"a {animal} here", "x" if animal < "d" else "y") for animal in "abcdefgh"]
    result = train_task(minilm, texts_from_rows(rows))
    assert result.held_out.confusion.sum() == 8
    assert result.growth.sizes == (5,)  # a label with three sentences: three folds


def test_sentences_longer_than_the_model_reads_are_counted(minilm: Model) -> None:
    texts = [*(f"{'word ' * 600}{number}" for number in range(2)), *"abcdefgh"]
    table = LabelledTexts(tuple(texts), ("x", "y") * 5)
    assert train_task(minilm, table).cut == 2


def test_everybody_gets_the_same_layer(topic: LastLayer) -> None:
    first = cached_task("minilm", preset_task("topic"), 6)
    assert first is cached_task("minilm", preset_task("topic"), 6)
    assert first is not cached_task("minilm", preset_task("topic"), layer=3)
    np.testing.assert_array_equal(first.classifier.weight, topic.classifier.weight)
