from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from backend.errors import EmptySentence, NoAttention, NotAModel, UnknownModel
from backend.model import Model, load_model
from backend.model_files import built_in_folder
from backend.trace import Trace
from tests.backend.numpy_encoder import NumpyEncoder
from tests.backend.small_models import FAMILIES, change_config, word_vectors, write_model

CHICKEN = "The chicken didn't cross the road because it was too tired"
ROAD = "The chicken didn't cross the road because it was too wide"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Model]:
    folder = tmp_path_factory.mktemp("small")
    return {family: load_model(str(write_model(family, folder / family))) for family in FAMILIES}


@pytest.mark.parametrize(("a", "b"), [(CHICKEN, ROAD), ("A parrot 🦜 said: [MASK]!", None)])
def test_every_number_agrees_with_an_independent_computation(
    minilm: Model, a: str, b: str | None
) -> None:
    trace = minilm.trace(a, b)
    second = NumpyEncoder(built_in_folder(), heads=12)
    token, segment, position, total = second.embed(trace.ids, trace.segments)
    attention, hidden = second.run(trace.ids, trace.segments)
    np.testing.assert_allclose(trace.attention, attention, atol=1e-5)
    np.testing.assert_allclose(trace.hidden, hidden, atol=1e-4)
    np.testing.assert_allclose(trace.embeddings.token, token, atol=1e-6)
    assert trace.embeddings.segment is not None
    np.testing.assert_allclose(trace.embeddings.segment, segment, atol=1e-6)
    np.testing.assert_allclose(trace.embeddings.position, position, atol=1e-6)
    np.testing.assert_allclose(trace.embeddings.input, total, atol=1e-5)
    np.testing.assert_allclose(trace.hidden[0], total, atol=1e-5)


@pytest.mark.parametrize(
    ("start", "ends", "shown"),
    [
        (
            "The chicken didn't cross the road because it was too",
            ("tired", "wide"),
            ("chicken", "road", 0.68, 0.05, 0.35, 0.13),
        ),
        (
            "The car could not climb the hill because it was too",
            ("old.", "steep."),
            ("car", "hill", 0.81, 0.05, 0.27, 0.45),
        ),
        (
            "The doctors warned the patients because they were",
            ("concerned.", "careless."),
            ("doctors", "patients", 0.42, 0.44, 0.25, 0.68),
        ),
        (
            "The ball crashed through the table because it was made of",
            ("steel.", "paper."),
            ("ball", "table", 0.53, 0.11, 0.66, 0.12),
        ),
    ],
)
def test_what_the_pronoun_looks_at(
    minilm: Model,
    start: str,
    ends: tuple[str, str],
    shown: tuple[str, str, float, float, float, float],
) -> None:
    found = []
    for end in ends:
        trace = minilm.trace(f"{start} {end}")
        pronoun = trace.tokens.index("they" if "they" in trace.tokens else "it")
        nouns = [trace.tokens.index(noun) for noun in shown[:2]]
        found += trace.attention[3, 1, pronoun, nouns].tolist()
    np.testing.assert_allclose(found, shown[2:], atol=0.01)


def test_the_built_in_model(minilm: Model) -> None:
    assert (minilm.layers, minilm.heads, minilm.width, minilm.limit) == (6, 12, 384, 512)
    assert len(minilm.pieces) == len(word_vectors(minilm)) == 30522
    assert minilm.pieces[101] == "[CLS]"
    assert 80e6 < minilm.nbytes < 100e6


def test_the_nearest_pieces_of_a_vector(minilm: Model) -> None:
    trace = minilm.trace("hello")
    table = word_vectors(minilm)
    np.testing.assert_array_equal(table[trace.ids], trace.embeddings.token)
    ids, cosines = minilm.nearest(trace.embeddings.token[1], 5)
    assert minilm.pieces[ids[0]] == "hello"
    lengths = np.linalg.norm(table, axis=1) * np.linalg.norm(trace.embeddings.token[1])
    expected = table @ trace.embeddings.token[1] / lengths
    np.testing.assert_array_equal(ids, np.argsort(-expected)[:5])
    np.testing.assert_allclose(cosines, expected[ids], atol=1e-5)


def test_the_limit_is_the_models_own(minilm: Model) -> None:
    text = ("The cat sat there. " * 2000)[:20_000]
    trace = minilm.trace(text)
    assert len(trace.tokens) == 512
    assert trace.left_out == 5263 + 2 - 512
    assert trace.sentences == (text, None)
    assert minilm.trace("a").left_out == 0


def test_a_second_sentence_without_tokens_is_none(minilm: Model) -> None:
    with_blank, without = minilm.trace("one", " \0"), minilm.trace("one")
    assert with_blank.sentences == ("one", None)
    np.testing.assert_array_equal(with_blank.attention, without.attention)
    with pytest.raises(EmptySentence):
        minilm.trace(" ", "two")


def test_threads_do_not_disturb_each_other(minilm: Model) -> None:
    texts = [f"{CHICKEN} {'so ' * number}" for number in range(8)]
    alone = [minilm.trace(text).attention for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert pool.submit(torch.get_num_threads).result() == 1
        together = list(pool.map(lambda text: minilm.trace(text).attention, texts * 2))
    for expected, found in zip(alone * 2, together, strict=True):
        np.testing.assert_array_equal(expected, found)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("b", [None, "a dog"])
def test_all_families_add_up(small: dict[str, Model], family: str, b: str | None) -> None:
    model = small[family]
    trace = model.trace("the cat sat", b)
    assert model.family == family
    _check_sum(model, trace)
    np.testing.assert_allclose(trace.hidden[0], trace.embeddings.input, atol=1e-5)
    np.testing.assert_allclose(trace.attention.sum(axis=-1), 1, atol=1e-5)
    assert trace.attention[0].std(axis=0).max() > 0.1  # the heads differ
    assert (trace.embeddings.segment is None) == (family in ("distilbert", "roberta"))
    np.testing.assert_array_equal(trace.embeddings.token, word_vectors(model)[trace.ids])


def _check_sum(model: Model, trace: Trace) -> None:
    """The three vectors, added and normalised here, are the input."""
    parts = trace.embeddings
    total = parts.token + parts.position
    if parts.segment is not None:
        total = total + parts.segment
    centred = total - total.mean(axis=1, keepdims=True)
    normalised = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-12)
    norm = model.module.embeddings.LayerNorm
    gain, shift = norm.weight.detach().numpy(), norm.bias.detach().numpy()
    np.testing.assert_allclose(parts.input, normalised * gain + shift, atol=1e-5)


def test_small_bert_agrees_with_the_independent_computation(
    small: dict[str, Model], tmp_path: Path
) -> None:
    trace = small["bert"].trace("the cat sat", "it sat!")
    second = NumpyEncoder(write_model("bert", tmp_path), heads=3)
    attention, hidden = second.run(trace.ids, trace.segments)
    np.testing.assert_allclose(trace.attention, attention, atol=1e-4)
    np.testing.assert_allclose(trace.hidden, hidden, atol=1e-4)


def test_a_segment_vector_for_all_goes_with_the_position(small: dict[str, Model]) -> None:
    model = small["roberta"]
    trace = model.trace("the cat")
    table = model.module.embeddings
    constant = table.token_type_embeddings.weight[0].detach().numpy()
    positions = table.position_embeddings.weight.detach().numpy()[2 : 2 + len(trace.tokens)]
    np.testing.assert_allclose(trace.embeddings.position, positions + constant, atol=1e-6)
    assert model.limit == 38


@pytest.mark.parametrize("family", FAMILIES)
def test_small_limits_are_kept(small: dict[str, Model], family: str) -> None:
    model = small[family]
    trace = model.trace("a " * 60, "b " * 60)
    assert len(trace.tokens) == model.limit == (38 if family == "roberta" else 40)
    assert trace.left_out > 0


def test_electra_that_projects(tmp_path: Path) -> None:
    model = load_model(str(write_model("electra", tmp_path, embedding_size=10)))
    trace = model.trace("the cat")
    _check_sum(model, trace)
    assert trace.embeddings.input.shape[1] == word_vectors(model).shape[1] == 10
    assert trace.hidden.shape[2] == model.width == 24
    projection = model.module.embeddings_project
    weight, bias = projection.weight.detach().numpy(), projection.bias.detach().numpy()
    np.testing.assert_allclose(trace.hidden[0], trace.embeddings.input @ weight.T + bias, atol=1e-4)


def test_bert_with_one_segment(tmp_path: Path) -> None:
    model = load_model(str(write_model("bert", tmp_path, type_vocab_size=1)))
    trace = model.trace("the cat", "a dog")
    assert trace.embeddings.segment is None
    assert trace.segments.max() == 1
    np.testing.assert_allclose(trace.hidden[0], trace.embeddings.input, atol=1e-5)


def test_a_task_model_is_opened_for_its_encoder(tmp_path: Path) -> None:
    import transformers

    folder = write_model("bert", tmp_path)
    plain = load_model(str(folder)).trace("the cat")
    config = transformers.BertConfig.from_pretrained(folder)
    whole = transformers.BertForMaskedLM(config)
    whole.bert.load_state_dict(
        transformers.BertModel.from_pretrained(folder, add_pooling_layer=False).state_dict()
    )
    whole.save_pretrained(folder)
    np.testing.assert_array_equal(load_model(str(folder)).trace("the cat").hidden, plain.hidden)


def test_a_model_without_attention(small: dict[str, Model], monkeypatch: Any) -> None:
    model = small["bert"]
    for nothing in (None, (), (None, None)):
        silent = SimpleNamespace(attentions=nothing, hidden_states=())
        monkeypatch.setattr(model.module, "forward", lambda silent=silent, **_: silent)
        with pytest.raises(NoAttention, match="Choose another model"):
            model.trace("the cat")


@pytest.mark.parametrize(
    "name",
    ["", "a b", "/no/such/folder", "x\0y", "\ud800", "a/b/c", "?", "m" * 97, "/" + "x" * 5000],
)
def test_names_that_can_be_no_model(name: str) -> None:
    with pytest.raises(UnknownModel, match="There is no model called"):
        load_model(name)


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(NotAModel, match=r"config\.json"):
        load_model(str(tmp_path))


@pytest.mark.parametrize(
    "change", [{"model_type": "gpt2"}, {"position_embedding_type": "relative_key"}]
)
def test_another_kind_of_model(tmp_path: Path, change: dict[str, str]) -> None:
    change_config(write_model("bert", tmp_path), **change)
    with pytest.raises(NotAModel, match="BERT, DistilBERT, RoBERTa and ELECTRA"):
        load_model(str(tmp_path))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("change", [{"pruned_heads": {"0": [1]}}, {"num_key_value_heads": 1}])
def test_heads_that_are_gone_or_share_their_keys(
    tmp_path: Path, family: str, change: dict[str, Any]
) -> None:
    folder = write_model(family, tmp_path)
    change_config(folder, pruned_heads={}, num_key_value_heads=3)
    assert load_model(str(folder)).heads == 3
    change_config(folder, **change)
    with pytest.raises(NotAModel, match="every layer has all its heads"):
        load_model(str(folder))


@pytest.mark.parametrize("content", ["[]", "{", "null", '"bert"', "\0"])
def test_a_damaged_config(tmp_path: Path, content: str) -> None:
    write_model("bert", tmp_path)
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(NotAModel):
        load_model(str(tmp_path))


def test_damaged_weights(tmp_path: Path) -> None:
    weights = write_model("bert", tmp_path) / "model.safetensors"
    whole = weights.read_bytes()
    for broken in (b"", b"nonsense", whole[:500], whole[:-100]):
        weights.write_bytes(broken)
        with pytest.raises(NotAModel, match="damaged"):
            load_model(str(tmp_path))
    weights.unlink()
    with pytest.raises(NotAModel, match="no file"):
        load_model(str(tmp_path))


def test_weights_that_are_no_numbers(tmp_path: Path) -> None:
    path = write_model("bert", tmp_path) / "model.safetensors"
    weights = load_file(path)
    weights["encoder.layer.1.output.dense.weight"][:] = np.nan
    save_file(weights, path, {"format": "pt"})
    model = load_model(str(tmp_path))
    with pytest.raises(NotAModel, match="damaged"):
        model.trace("the cat")


def test_missing_and_misshapen_weights(tmp_path: Path) -> None:
    change_config(write_model("bert", tmp_path / "more"), num_hidden_layers=3)
    change_config(write_model("bert", tmp_path / "wider"), intermediate_size=40)
    change_config(write_model("bert", tmp_path / "odd"), hidden_size=-1)
    for folder in ("more", "wider", "odd"):
        with pytest.raises(NotAModel, match="damaged"):
            load_model(str(tmp_path / folder))


def test_a_tokenizer_of_another_model(tmp_path: Path) -> None:
    vocabulary = write_model("bert", tmp_path) / "vocab.txt"
    vocabulary.write_text(vocabulary.read_text() + "more\n")
    with pytest.raises(NotAModel, match="belong together"):
        load_model(str(tmp_path))
    vocabulary.write_text("".join(f"{line}\n" for line in vocabulary.read_text().split()[:40]))
    model = load_model(str(tmp_path))
    assert len(model.pieces) == len(word_vectors(model))
    assert model.pieces[-1] == ""


def test_the_built_in_weights_are_checked(monkeypatch: Any) -> None:
    monkeypatch.setattr("backend.model_files._SHA256", "0" * 64)
    with pytest.raises(NotAModel, match="damaged or another version"):
        load_model("minilm")


def test_the_built_in_package_is_missing(monkeypatch: Any) -> None:
    monkeypatch.setattr("backend.model_files._PACKAGE", "no_such_package")
    with pytest.raises(NotAModel, match="not installed"):
        load_model("minilm")
