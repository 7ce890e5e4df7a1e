from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from backend.encoding import batches, hidden_states
from backend.errors import NotAModel
from backend.model import Model, load_model
from tests.backend.small_models import FAMILIES, write_model

TEXTS = [
    ("the cat sat", None), ("it", None), ("a dog sat", "the cat"), ("the dog sat", None),
    ("a bee", "it sat"), ("the cat sat", "a dog"), ("x " * 90, "y"),
]  # fmt: skip


def check_against_single_traces(
    model: Model, texts: list[tuple[str, str | None]], atol: float
) -> None:
    inputs = [model.tokenizer.split(a, b) for a, b in texts]
    found = hidden_states(model, inputs, layers=range(model.layers + 1))
    for (a, b), states in zip(texts, found, strict=True):
        np.testing.assert_allclose(states, model.trace(a, b).hidden, atol=atol)
        assert not states.flags.writeable


@pytest.mark.parametrize("family", FAMILIES)
def test_many_at_once_are_as_one_by_one(family: str, tmp_path: Path) -> None:
    check_against_single_traces(load_model(str(write_model(family, tmp_path))), TEXTS, 1e-4)


def test_many_at_once_in_the_built_in_model(minilm: Model) -> None:
    check_against_single_traces(minilm, [*TEXTS, ("The cat sat.", None), ("A dog 🦜.", None)], 1e-5)


def test_only_the_layers_asked_for(minilm: Model) -> None:
    inputs = [minilm.tokenizer.split("one"), minilm.tokenizer.split("one two three")]
    first, second = hidden_states(minilm, inputs)
    assert (first.shape, second.shape) == ((1, 3, 384), (1, 5, 384))
    some = hidden_states(minilm, inputs, layers=(2, -1))[1]
    np.testing.assert_allclose(some, minilm.trace("one two three").hidden[[2, 6]], atol=1e-5)
    assert hidden_states(minilm, []) == ()


def test_progress_counts_the_inputs(minilm: Model) -> None:
    told = list[tuple[int, int]]()
    inputs = [minilm.tokenizer.split(text) for text in ("a b", "a", "c d", "e f g")]
    hidden_states(minilm, inputs, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (3, 4), (4, 4)]


def test_numbers_that_are_none(tmp_path: Path) -> None:
    path = write_model("bert", tmp_path) / "model.safetensors"
    weights = load_file(path)
    weights["encoder.layer.1.output.dense.weight"][:] = np.nan
    save_file(weights, path, {"format": "pt"})
    model = load_model(str(tmp_path))
    with pytest.raises(NotAModel, match="damaged"):
        hidden_states(model, [model.tokenizer.split("the cat")], layers=(0,))


@given(st.lists(st.integers(1, 40)), st.integers(1, 100))
def test_batches_hold_equal_lengths_and_few_tokens(lengths: list[int], tokens: int) -> None:
    found = list(batches(lengths, tokens))
    assert sorted(number for batch in found for number in batch) == list(range(len(lengths)))
    for batch in found:
        alike = {lengths[number] for number in batch}
        assert len(alike) == 1
        assert len(batch) == 1 or sum(lengths[number] for number in batch) <= tokens
