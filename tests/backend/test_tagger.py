from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from backend import tagger
from backend.cached import cached_tagger
from backend.classifier import FOLDS, cross_validation, most_frequent_labels
from backend.errors import NotAModel
from backend.model import Model, load_model
from backend.part_of_speech import TAG_NAMES, read_tagged, tagged_sentences
from backend.tagger import (
    Confusion,
    TaggedTokens,
    confusions,
    tag_accuracy,
    tagged_tokens,
    train_tagger,
)
from tests.backend.small_models import write_model

FEW = """
The/DT cat/NN sat/VBD ./.
Did/VBD n't/RB Fido/NNP eat/VB it/PRP ?/.
A/DT dog/NN barks/VBZ ./.
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load_model(str(write_model("bert", tmp_path_factory.mktemp("tagger"))))


@pytest.fixture(scope="module")
def learned_from(minilm: Model) -> TaggedTokens:
    return tagged_tokens(minilm, tagged_sentences(), layers=(2, -1))


def test_what_the_built_in_tagger_is() -> None:
    found = cached_tagger("minilm")
    sentences = tagged_sentences()
    assert found.model == "minilm"
    assert set(found.tags) == set(TAG_NAMES)
    assert found.sentences == len(sentences)
    assert found.tokens > sum(len(sentence.words) for sentence in sentences)
    assert found.nbytes == len(found.tags) * 385 * 4


def test_tags_of_sentences_it_did_not_learn_from(minilm: Model) -> None:
    found = cached_tagger("minilm")
    trace = minilm.trace("The teacher closed the old door.", "She could not open her window.")
    shares = found.probabilities(trace.hidden[-1])
    assert shares.shape == (len(trace.tokens), len(found.tags))
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)
    best = [found.tags[tag] for tag in shares.argmax(axis=1)[~trace.special]]
    expected = [*("DT", "NN", "VBD", "DT", "JJ", "NN", "."), *("PRP", "MD", "RB", "VB", "PRP$")]
    assert sum(a == b for a, b in zip(best, [*expected, "NN", "."], strict=True)) >= 12


def test_held_out_sentences_are_tagged_better_than_by_the_word_alone(
    learned_from: TaggedTokens,
) -> None:
    rows, tags = learned_from, np.array(learned_from.tags)
    middle, last = (
        (cross_validation(vectors, rows.tags, rows.pair) == tags).mean() for vectors in rows.vectors
    )
    by_word = (most_frequent_labels(rows.words, rows.tags, rows.pair) == tags).mean()
    assert by_word + 0.03 < last < middle - 0.05  # T has forgotten what the middle knows


def test_rows_are_the_traces_of_pairs(minilm: Model) -> None:
    first, second, third = read_tagged(FEW)
    rows = tagged_tokens(minilm, (first, second, third), layers=(3, -1))
    pair, alone = minilm.trace(first.text, second.text), minilm.trace(third.text)
    expected = [trace.hidden[:, ~trace.special][[3, -1]] for trace in (pair, alone)]
    np.testing.assert_allclose(rows.vectors, np.concatenate(expected, axis=1), atol=1e-5)
    assert " ".join(rows.tags) == "DT NN VBD . VBD RB RB NNP NNP VB PRP . DT NN VBZ VBZ ."
    assert rows.words[4:9] == ("did", "n't", "n't", "fido", "fido")
    assert rows.pair.tolist() == [0] * 12 + [1] * 5


def test_a_tagger_is_trained_the_same_every_time(small: Model) -> None:
    told = list[tuple[int, int]]()
    first = train_tagger(small, lambda done, total: told.append((done, total)))
    np.testing.assert_array_equal(first.layer.weight, train_tagger(small).layer.weight)
    assert told[-1] == ((len(tagged_sentences()) + 1) // 2,) * 2
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_accuracy_by_layer(small: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    some = tagged_sentences()[:120]
    monkeypatch.setattr(tagger, "tagged_sentences", lambda: some)
    told = list[tuple[int, int]]()
    found = tag_accuracy(small, lambda done, total: told.append((done, total)))
    whole = 3 * FOLDS
    assert set(told) == {(done, whole) for done in range(whole + 1)}
    assert told == sorted(told)
    assert (len(found.by_layer), found.folds) == (3, FOLDS)
    assert found.sentences == 120
    rows = tagged_tokens(small, some, layers=(1,))
    held_out = cross_validation(rows.vectors[0], rows.tags, rows.pair)
    assert found.by_layer[1] == np.mean(held_out == np.array(rows.tags))
    by_word = most_frequent_labels(rows.words, rows.tags, rows.pair)
    assert found.by_word == np.mean(by_word == np.array(rows.tags))
    wrong = sum(confusion.tokens for confusion in found.confusions)
    assert wrong / len(rows.tags) == pytest.approx(1 - found.by_layer[-1])


def test_layers_that_do_not_fit_together_are_read_one_after_the_other(
    small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    some, told = tagged_sentences()[:120], list[tuple[int, int]]()
    monkeypatch.setattr(tagger, "tagged_sentences", lambda: some)
    at_once = tag_accuracy(small)
    monkeypatch.setattr(tagger, "READ_BYTES", 1)
    assert tag_accuracy(small, lambda *both: told.append(both)) == at_once
    whole = 3 * FOLDS
    assert set(told) == {(done, whole) for done in range(whole + 1)}
    assert told == sorted(told)
    for layer in range(3):  # told of while it reads, too
        assert told.count((layer * FOLDS, whole)) > 1


def test_the_most_frequent_confusion_comes_first() -> None:
    tags = ("NN", "NN", "NN", "VB", "VB", "JJ")
    said = np.array(["VB", "VB", "JJ", "VB", "NN", "JJ"])
    assert confusions(tags, said) == (
        Confusion("NN", "VB", 2, 3),
        Confusion("NN", "JJ", 1, 3),
        Confusion("VB", "NN", 1, 2),
    )


def test_a_model_without_numbers_cannot_be_learned_from(tmp_path: Path) -> None:
    path = write_model("bert", tmp_path) / "model.safetensors"
    weights = load_file(path)
    weights["encoder.layer.1.output.dense.weight"][:] = np.nan
    save_file(weights, path, {"format": "pt"})
    for ask in (train_tagger, tag_accuracy):
        with pytest.raises(NotAModel, match="damaged"):
            ask(load_model(str(tmp_path)))
