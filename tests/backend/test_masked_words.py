import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.numpy import load_file, save_file

from backend.errors import NotAModel
from backend.masked_words import MaskedWords, likeliest
from backend.model import Model, load_model
from backend.output_layer import OutputLayer
from tests.backend.small_models import write_model

FAMILIES = ("bert", "distilbert", "roberta")
TEXTS = {"bert": "the [MASK] sat . it [MASK]", "roberta": "the <mask> sat . it <mask>"}
NAMES = {
    "bert": (
        "cls.predictions.transform.dense",
        "cls.predictions.transform.LayerNorm",
        "cls.predictions.bias",
        "bert.embeddings.word_embeddings.weight",
    ),
    "distilbert": (
        "vocab_transform",
        "vocab_layer_norm",
        "vocab_projector.bias",
        "distilbert.embeddings.word_embeddings.weight",
    ),
    "roberta": (
        "lm_head.dense",
        "lm_head.layer_norm",
        "lm_head.bias",
        "roberta.embeddings.word_embeddings.weight",
    ),
}


def write_masked_model(family: str, folder: Path, **changes: Any) -> Path:
    """A random model with its masked-word head; no weight is zero, as it is before training."""
    write_model(family, folder, **changes)
    config = transformers.AutoConfig.from_pretrained(folder)
    torch.manual_seed(5)
    module = transformers.AutoModelForMaskedLM.from_config(config)
    with torch.no_grad():
        for weight in module.parameters():
            weight += 0.2 * torch.randn(weight.shape)
    module.save_pretrained(folder)
    return folder


def probabilities(family: str, folder: Path, vectors: Any, epsilon: float) -> Any:
    """The output layer in double precision, from the file alone."""
    weights = {key: value.astype(float) for key, value in load_file(folder / WEIGHTS).items()}
    dense, norm, base, table = NAMES[family]
    rows = vectors.astype(float) @ weights[f"{dense}.weight"].T + weights[f"{dense}.bias"]
    rows = rows * 0.5 * (1 + np.vectorize(math.erf)(rows / math.sqrt(2)))
    rows = rows - rows.mean(axis=-1, keepdims=True)
    rows = rows / np.sqrt((rows**2).mean(axis=-1, keepdims=True) + epsilon)
    rows = rows * weights[f"{norm}.weight"] + weights[f"{norm}.bias"]
    scores = rows @ weights[table].T + weights[base]
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


WEIGHTS = "model.safetensors"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("masked")
    return {family: write_masked_model(family, folder / family) for family in FAMILIES}


def loaded(folder: Path) -> tuple[Model, MaskedWords]:
    model = load_model(str(folder))
    layer = model.encoder.output_layer()
    assert layer is not None
    return model, MaskedWords(model, layer)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_probability_agrees_with_an_independent_computation(
    folders: dict[str, Path], family: str
) -> None:
    model, words = loaded(folders[family])
    trace = model.trace(TEXTS.get(family, TEXTS["bert"]))
    filled = words.fill(trace)
    assert filled.positions.tolist() == [
        at for at, token in enumerate(trace.tokens) if token.strip() == words.mask
    ]
    assert filled.probabilities.shape == (3, 2, len(model.pieces))
    expected = probabilities(family, folders[family], trace.hidden[:, filled.positions], 1e-12)
    np.testing.assert_allclose(filled.probabilities, expected, atol=1e-5)
    np.testing.assert_allclose(filled.probabilities.sum(axis=-1), 1, atol=1e-5)
    assert filled.probabilities.std(axis=0).max() > 0.01  # layers differ


@pytest.mark.parametrize("family", FAMILIES)
def test_the_last_layer_is_the_whole_models_own_answer(
    folders: dict[str, Path], family: str
) -> None:
    model, words = loaded(folders[family])
    trace = model.trace(TEXTS.get(family, TEXTS["bert"]))
    whole = transformers.AutoModelForMaskedLM.from_pretrained(
        folders[family], attn_implementation="eager"
    ).eval()
    with torch.inference_mode():
        own = whole(torch.tensor(trace.ids)[None]).logits[0].softmax(dim=-1).numpy()
    every = words.fill(trace, range(len(trace.tokens)))
    np.testing.assert_allclose(every.probabilities[-1], own, atol=1e-5)


def test_the_table_is_shared_with_the_model(folders: dict[str, Path]) -> None:
    model = load_model(str(folders["bert"]))
    layer = model.encoder.output_layer()
    assert isinstance(layer, OutputLayer)
    assert layer.tied
    assert layer.table.data_ptr() == model.module.embeddings.word_embeddings.weight.data_ptr()
    assert layer.nbytes == 4 * (24 * 24 + 24 + 24 + 24 + len(model.pieces))


def test_weights_that_are_not_tied(tmp_path: Path) -> None:
    folder = write_masked_model("bert", tmp_path, tie_word_embeddings=False)
    weights = load_file(folder / WEIGHTS)
    weights["cls.predictions.bias"] = weights["cls.predictions.decoder.bias"]
    weights["bert.embeddings.word_embeddings.weight"] = weights["cls.predictions.decoder.weight"]
    model, words = loaded(folder)
    vectors = model.trace("a cat").hidden
    found = words.probabilities(vectors)
    save_file(weights, folder / WEIGHTS, {"format": "pt"})
    np.testing.assert_allclose(found, probabilities("bert", folder, vectors, 1e-12), atol=1e-5)


def test_names_of_old(folders: dict[str, Path], tmp_path: Path) -> None:
    folder = write_masked_model("bert", tmp_path)
    weights = load_file(folder / WEIGHTS)
    norm = "cls.predictions.transform.LayerNorm"
    weights[f"{norm}.gamma"] = weights.pop(f"{norm}.weight")
    weights[f"{norm}.beta"] = weights.pop(f"{norm}.bias")
    save_file(weights, folder / WEIGHTS, {"format": "pt"})
    vectors = load_model(str(folder)).trace("a cat").hidden
    np.testing.assert_array_equal(
        loaded(folder)[1].probabilities(vectors), loaded(folders["bert"])[1].probabilities(vectors)
    )


def test_another_activation(tmp_path: Path) -> None:
    folder = write_masked_model("bert", tmp_path, hidden_act="relu")
    model, words = loaded(folder)
    trace = model.trace("the [MASK] sat")
    whole = transformers.AutoModelForMaskedLM.from_pretrained(folder).eval()
    with torch.inference_mode():
        own = whole(torch.tensor(trace.ids)[None]).logits[0].softmax(dim=-1).numpy()
    np.testing.assert_allclose(words.fill(trace).probabilities[-1, 0], own[2], atol=1e-5)


def test_a_trace_without_a_mask(folders: dict[str, Path]) -> None:
    model, words = loaded(folders["bert"])
    assert words.fill(model.trace("the cat")).probabilities.shape == (3, 0, len(model.pieces))


def test_several_threads(folders: dict[str, Path]) -> None:
    model, words = loaded(folders["bert"])
    trace = model.trace("the [MASK] sat")
    alone = words.fill(trace).probabilities
    with ThreadPoolExecutor(4) as pool:
        for filled in pool.map(words.fill, [trace] * 16):
            np.testing.assert_array_equal(filled.probabilities, alone)


@pytest.mark.parametrize("family", ["bert", "distilbert", "roberta", "electra"])
def test_a_model_without_an_output_layer(tmp_path: Path, family: str) -> None:
    model = load_model(str(write_model(family, tmp_path)))
    assert model.encoder.output_layer() is None


def test_the_built_in_model_has_none(minilm: Model) -> None:
    assert minilm.encoder.output_layer() is None


def test_a_damaged_file(tmp_path: Path) -> None:
    model = load_model(str(write_masked_model("bert", tmp_path)))
    (tmp_path / WEIGHTS).write_bytes(b"\0" * 100)
    with pytest.raises(NotAModel):
        model.encoder.output_layer()


def test_the_likeliest_come_first_and_equals_by_id() -> None:
    shares = np.array([[0.1, 0.4, 0.1, 0.4], [0.7, 0.1, 0.1, 0.1]], np.float32)
    assert likeliest(shares, 3).tolist() == [[1, 3, 0], [0, 1, 2]]
    assert likeliest(shares, 9).shape == (2, 4)
