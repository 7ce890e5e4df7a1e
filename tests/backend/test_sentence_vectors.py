from pathlib import Path

import numpy as np
import pytest

from backend.errors import TableError
from backend.model import Model, load_model
from backend.sentence_vectors import sentence_vectors
from tests.backend.small_models import write_model

TEXTS = ["A cat sat.", "The dog", "It", "A cat sat.", "The dog sat on the cat and the cat on it."]


def mean_by_hand(model: Model, text: str) -> np.ndarray:
    return model.trace(text).hidden.mean(axis=1)  # type: ignore[no-any-return]


def test_a_sentence_is_the_mean_of_its_tokens_in_every_layer(minilm: Model) -> None:
    seen = list[tuple[int, int]]()
    found = sentence_vectors(minilm, TEXTS, lambda done, total: seen.append((done, total)))
    assert found.vectors.shape == (minilm.layers + 1, len(TEXTS), minilm.width)
    for place, text in enumerate(TEXTS):
        np.testing.assert_allclose(
            found.vectors[:, place], mean_by_hand(minilm, text), rtol=1e-4, atol=1e-5
        )
    assert seen[-1] == (len(TEXTS), len(TEXTS))
    assert not found.vectors.flags.writeable


@pytest.mark.parametrize("family", ["distilbert", "roberta", "electra"])
def test_other_families_are_read_the_same_way(family: str, tmp_path: Path) -> None:
    model = load_model(str(write_model(family, tmp_path / family)))
    found = sentence_vectors(model, TEXTS)
    by_hand = np.stack([mean_by_hand(model, text) for text in TEXTS], axis=1)
    np.testing.assert_allclose(found.vectors, by_hand, rtol=1e-4, atol=1e-4)


def test_more_sentences_than_run_together_keep_their_places(tmp_path: Path) -> None:
    model = load_model(str(write_model("bert", tmp_path / "bert")))
    texts = [f"{'cat ' * (number % 7 + 1)} {number}" for number in range(70)]
    found = sentence_vectors(model, texts)
    for place in (0, 13, 31, 32, 69):
        np.testing.assert_allclose(
            found.vectors[:, place], mean_by_hand(model, texts[place]), rtol=1e-4, atol=1e-4
        )


def test_what_the_model_cannot_read_is_counted(tmp_path: Path) -> None:
    model = load_model(str(write_model("bert", tmp_path / "bert")))
    found = sentence_vectors(model, ["cat", "cat " * 60])
    assert found.left_out.tolist() == [0, 60 + 2 - model.limit]


def test_a_sentence_without_any_token_is_named(minilm: Model) -> None:
    with pytest.raises(TableError, match="Sentence 2 has nothing in it"):
        sentence_vectors(minilm, ["fine", "\u200b\u200b"])
