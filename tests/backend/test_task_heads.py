"""Task models' own classification layers against NumPy and against the transformers library."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from huggingface_hub import constants
from safetensors.numpy import load_file, save_file

from backend.cached import cached_task_head
from backend.catalogue import CATALOGUE
from backend.errors import HubUnreachable, NotAModel
from backend.model import Model, load_model
from backend.task_heads import TaskHead
from tests.backend.small_models import FAMILIES, change_config, write_model, write_task_model

NER = {0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC"}
HOSTILE = {0: "</script><img src=x onerror=alert(1)>", 1: "$x$ **a** :red[b]", 2: "🙂"}
TEXTS = ("the cat sat", "it sat.")
NAMES = {
    "bert": ("bert.pooler.dense", "classifier"),
    "distilbert": ("pre_classifier", "classifier"),
    "roberta": ("classifier.dense", "classifier.out_proj"),
    "electra": ("classifier.dense", "classifier.out_proj"),
}


def opened(folder: Path) -> tuple[Model, TaskHead]:
    model = load_model(str(folder))
    head = model.encoder.task_head()
    assert head is not None
    return model, head


def softmax(scores: Any) -> Any:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def by_transformers(task: str, folder: Path, model: Model, a: str, b: str | None) -> Any:
    """The library's own model on the very same ids."""
    module = getattr(transformers, f"AutoModelFor{task}").from_pretrained(folder).eval()
    pieces = model.tokenizer.split(a, b)
    segments = pieces.segments if model.family in ("bert", "electra") else 0 * pieces.segments
    extra = {"token_type_ids": torch.from_numpy(segments.copy())[None]}
    with torch.inference_mode():
        logits = module(
            input_ids=torch.from_numpy(pieces.ids.copy())[None],
            **({} if model.family == "distilbert" else extra),
        ).logits
    return logits.softmax(-1).numpy().reshape(-1, logits.shape[-1])


@pytest.mark.parametrize("family", FAMILIES)
def test_labels_of_tokens(family: str, tmp_path: Path) -> None:
    folder = write_task_model(family, "TokenClassification", tmp_path, id2label=NER)
    model, head = opened(folder)
    vectors = model.trace(*TEXTS).hidden[-1]
    shares = head.probabilities(vectors)
    assert (head.about, head.labels) == ("token", ("O", "B-PER", "I-PER", "B-LOC"))
    assert shares.shape == (len(vectors), 4)
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    weights = load_file(folder / "model.safetensors")
    scores = vectors @ weights["classifier.weight"].T + weights["classifier.bias"]
    np.testing.assert_allclose(shares, softmax(scores), atol=1e-5)
    expected = by_transformers("TokenClassification", folder, model, *TEXTS)
    np.testing.assert_allclose(shares, expected, atol=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("b", [None, TEXTS[1]])
def test_labels_of_a_sentence(family: str, b: str | None, tmp_path: Path) -> None:
    folder = write_task_model(family, "SequenceClassification", tmp_path, id2label=HOSTILE)
    model, head = opened(folder)
    vectors = model.trace(TEXTS[0], b).hidden[-1]
    shares = head.probabilities(vectors)
    assert (head.about, head.labels) == ("sentence", tuple(HOSTILE.values()))
    assert shares.shape == (1, 3)
    weights = load_file(folder / "model.safetensors")
    (pooler, last), first = NAMES[family], vectors[:1].astype(float)
    turned = first @ weights[f"{pooler}.weight"].T + weights[f"{pooler}.bias"]
    curves: dict[str, Any] = {
        "distilbert": lambda x: np.maximum(x, 0),
        "electra": np.vectorize(lambda x: 0.5 * x * (1 + math.erf(x / math.sqrt(2)))),
    }
    turned = curves.get(family, np.tanh)(turned)
    scores = turned @ weights[f"{last}.weight"].T + weights[f"{last}.bias"]
    np.testing.assert_allclose(shares, softmax(scores), atol=1e-5)
    expected = by_transformers("SequenceClassification", folder, model, TEXTS[0], b)
    np.testing.assert_allclose(shares, expected, atol=1e-4)


def test_a_model_without_a_task_has_no_layer(tmp_path: Path) -> None:
    assert load_model(str(write_model("bert", tmp_path))).encoder.task_head() is None
    assert cached_task_head("minilm") is None


@pytest.mark.parametrize(
    "changes", [{"num_labels": 1}, {"problem_type": "multi_label_classification"}]
)
def test_what_is_no_softmax_counts_as_none(changes: dict[str, Any], tmp_path: Path) -> None:
    folder = write_task_model("bert", "SequenceClassification", tmp_path, **changes)
    assert load_model(str(folder)).encoder.task_head() is None


def test_labels_that_are_missing_have_their_numbers(tmp_path: Path) -> None:
    write_task_model("bert", "TokenClassification", tmp_path, id2label=NER)
    change_config(tmp_path, id2label={"0": "O", "3": "B-LOC"})
    assert opened(tmp_path)[1].labels == ("O", "label 1", "label 2", "B-LOC")


@pytest.mark.parametrize("damage", ["missing", "nan", "shape", "stretched"])
def test_a_damaged_layer_is_no_model(damage: str, tmp_path: Path) -> None:
    path = write_task_model("distilbert", "SequenceClassification", tmp_path) / "model.safetensors"
    weights = load_file(path)
    if damage == "missing":
        del weights["pre_classifier.bias"]
    elif damage == "nan":
        weights["classifier.weight"][:] = np.nan
    elif damage == "shape":
        weights["pre_classifier.weight"] = weights["pre_classifier.weight"][:, :-1].copy()
    else:  # NumPy would add this one to all, torch would not
        weights["pre_classifier.bias"] = weights["pre_classifier.bias"][:1].copy()
    save_file(weights, path, {"format": "pt"})
    with pytest.raises(NotAModel, match="damaged"):
        load_model(str(tmp_path)).encoder.task_head()


def test_half_precision_is_read(tmp_path: Path) -> None:
    folder = write_task_model("bert", "TokenClassification", tmp_path, id2label=NER)
    model, whole = opened(folder)
    path = folder / "model.safetensors"
    halves = {name: weight.astype(np.float16) for name, weight in load_file(path).items()}
    save_file(halves, path, {"format": "pt"})
    vectors = model.trace("the cat").hidden[-1]
    half = opened(folder)[1].probabilities(vectors)
    np.testing.assert_allclose(half, whole.probabilities(vectors), atol=0.05)


@pytest.mark.parametrize(
    "name", ["dslim/bert-base-NER", "distilbert-base-uncased-finetuned-sst-2-english"]
)
def test_task_models_are_offered_and_say_when_they_cannot_be_fetched(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "classification layer of its own" in CATALOGUE[name].about
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubUnreachable, match=r"cannot be reached.*built-in model"):
        cached_task_head(name)
