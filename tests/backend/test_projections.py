"""Queries, keys and values against what the models and BertViz compute themselves."""

import warnings
from typing import Any

import numpy as np
import pytest
import torch

from backend.model import Model, load_model
from backend.projections import Projections
from backend.trace import FloatArray, Trace
from tests.backend.small_models import FAMILIES, write_model

CHICKEN = "The chicken didn't cross the road because it was too tired"
ROAD = "The chicken didn't cross the road because it was too wide"


@pytest.fixture(scope="module")
def models(minilm: Model, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Model]:
    folder = tmp_path_factory.mktemp("models")
    small = {family: load_model(str(write_model(family, folder / family))) for family in FAMILIES}
    narrow = write_model("electra", folder / "narrow", embedding_size=12)
    return {"minilm": minilm, "narrow electra": load_model(str(narrow))} | small


def softmax(scores: FloatArray) -> FloatArray:
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True))


def assert_they_give_the_attention(found: Projections, trace: Trace) -> None:
    scores = found.queries @ found.keys.swapaxes(-1, -2) / np.sqrt(found.keys.shape[-1])
    np.testing.assert_allclose(softmax(scores), trace.attention, atol=1e-5)


@pytest.mark.parametrize("name", ["minilm", "narrow electra", *FAMILIES])
@pytest.mark.parametrize("b", [None, "It sat."])
def test_queries_and_keys_give_the_attention(
    models: dict[str, Model], name: str, b: str | None
) -> None:
    trace = models[name].trace("The cat sat, didn't it?", b)
    found = models[name].projections(trace)
    width = models[name].width // models[name].heads
    assert found.queries.shape == (trace.layers, trace.heads, len(trace.tokens), width)
    assert_they_give_the_attention(found, trace)


@pytest.mark.parametrize("name", ["minilm", *FAMILIES])
def test_weighted_values_are_what_the_layer_hands_on(models: dict[str, Model], name: str) -> None:
    model = models[name]
    handed: list[FloatArray] = []  # (token, width) a layer, the heads side by side
    encoder = model.module
    layers = encoder.transformer.layer if name == "distilbert" else encoder.encoder.layer
    hooks = []
    for layer in layers:
        last = layer.attention.out_lin if name == "distilbert" else layer.attention.output.dense
        hooks.append(
            last.register_forward_pre_hook(lambda _, given: handed.append(given[0][0].numpy()))
        )
    trace = model.trace("The cat sat.", "It sat.")
    for hook in hooks:
        hook.remove()
    found = trace.attention @ model.projections(trace).values  # (layer, head, token, head_width)
    side_by_side = found.transpose(0, 2, 1, 3).reshape(trace.layers, len(trace.tokens), -1)
    np.testing.assert_allclose(side_by_side, np.stack(handed), atol=1e-4)


def test_bertvizs_own_class_gives_the_same_queries_and_keys(minilm: Model) -> None:
    trace = minilm.trace(CHICKEN, ROAD)
    found = minilm.projections(trace)
    output = bertviz_output(minilm, trace)
    for name, ours in (("queries", found.queries), ("keys", found.keys), ("attn", trace.attention)):
        theirs = np.concatenate([layer[name].detach().numpy() for layer in output])
        np.testing.assert_allclose(ours, theirs, atol=1e-4, err_msg=name)


def bertviz_output(model: Model, trace: Trace) -> list[dict[str, torch.Tensor]]:
    """What BertViz's neuron view reads, from its own class with our weights, handed in memory."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries that it imports
        from bertviz.transformers_neuron_view import BertConfig, BertModel
    config = BertConfig(vocab_size_or_config_json_file=len(model.pieces))
    own: dict[str, Any] = model.module.config.to_dict()
    for name in ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
                 "max_position_embeddings", "type_vocab_size", "layer_norm_eps"):  # fmt: skip
        setattr(config, name, own[name])
    config.output_attentions = True
    bertviz = BertModel(config).eval()
    weights = {name: weight.clone() for name, weight in model.module.state_dict().items()}
    answer = bertviz.load_state_dict(weights, strict=False)
    assert all(name.startswith("pooler") for name in answer.missing_keys)
    assert all(name.endswith("position_ids") for name in answer.unexpected_keys)
    with torch.inference_mode():
        given = [torch.from_numpy(array.copy())[None] for array in (trace.ids, trace.segments)]
        output: list[dict[str, torch.Tensor]] = bertviz(given[0], token_type_ids=given[1])[-1]
    return output


def test_the_arrays_are_read_only_and_belong_to_a_trace(
    models: dict[str, Model], minilm: Model
) -> None:
    found = minilm.projections(minilm.trace("The cat sat."))
    assert not any(a.flags.writeable for a in (found.queries, found.keys, found.values))
    with pytest.raises(ValueError, match="expected states of 6 layers, got 2"):
        minilm.projections(models["bert"].trace("The cat sat."))


def test_as_many_tokens_as_the_model_reads(minilm: Model) -> None:
    trace = minilm.trace("word " * 700)
    assert len(trace.tokens) == 512
    assert_they_give_the_attention(minilm.projections(trace), trace)
