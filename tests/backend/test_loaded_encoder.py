"""Several inputs in one run: each comes out as it does alone, whatever stands beside it."""

from pathlib import Path

import numpy as np
import pytest

from backend.errors import NotAModel
from backend.loaded_encoder import LoadedEncoder
from backend.model import load_model
from backend.padded_run import Input
from tests.backend.numpy_encoder import NumpyEncoder
from tests.backend.small_models import FAMILIES, write_model

TEXTS = (("the cat sat", "it sat"), ("it", None), ("a dog", None), ("the cat sat on it, dog", "it"))


def opened(family: str, folder: Path) -> tuple[LoadedEncoder, list[Input]]:
    # Weights as large as those of trained models: much larger ones blow rounding up.
    model = load_model(str(write_model(family, folder, initializer_range=0.2)))
    assert isinstance(model.encoder, LoadedEncoder)
    pieces = [model.tokenizer.split(*text) for text in TEXTS]
    return model.encoder, [Input(each.ids, each.segments) for each in pieces]


@pytest.mark.parametrize("family", FAMILIES)
def test_together_as_alone(family: str, tmp_path: Path) -> None:
    encoder, inputs = opened(family, tmp_path)
    assert len({len(one.ids) for one in inputs}) > 2
    for one, found in zip(inputs, encoder.read_together(inputs), strict=True):
        alone = encoder.read(*one)
        assert found.attention.shape == alone.attention.shape
        np.testing.assert_allclose(found.attention.sum(axis=-1), 1, atol=1e-5)
        np.testing.assert_allclose(found.attention, alone.attention, atol=1e-5)
        np.testing.assert_allclose(found.hidden, alone.hidden, atol=1e-5)
        for name, vectors in vars(alone.embeddings).items():
            if vectors is not None:
                np.testing.assert_allclose(getattr(found.embeddings, name), vectors, atol=1e-6)


def test_together_as_numpy_has_it(tmp_path: Path) -> None:
    encoder, inputs = opened("bert", tmp_path)
    own = NumpyEncoder(tmp_path, encoder.facts.heads)
    for one, found in zip(inputs, encoder.read_together(inputs), strict=True):
        attention, hidden = own.run(one.ids, one.segments)
        np.testing.assert_allclose(found.attention, attention, atol=1e-5)
        np.testing.assert_allclose(found.hidden, hidden, atol=1e-5)


def test_what_is_no_number_is_found_in_any_of_them(tmp_path: Path) -> None:
    encoder, inputs = opened("bert", tmp_path)
    table = encoder.module.embeddings.word_embeddings.weight.data
    broken = next(i for i in inputs[3].ids if all(i not in one.ids for one in inputs[:3]))
    table[broken] = np.nan
    encoder.read_together(inputs[:3])
    with pytest.raises(NotAModel, match="damaged"):
        encoder.read_together(inputs)
