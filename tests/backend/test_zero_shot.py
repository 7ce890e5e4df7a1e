import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import InputError, TableError
from backend.labelled_texts import MOST_LABELS, preset_task
from backend.masked_words import MaskedWords
from backend.model import Model, load_model
from backend.output_layer import output_layer_of
from backend.zero_shot import (
    PROMPT,
    TEMPERATURE,
    candidate_labels,
    label_log_probabilities,
    label_similarities,
    zero_shot,
)
from tests.backend.small_models import word_vectors, write_model


@pytest.fixture(scope="module")
def filler(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, MaskedWords]:
    """A small random model and a random output layer that fills its masks."""
    folder = tmp_path_factory.mktemp("models") / "bert"
    model = load_model(str(write_model("bert", folder, max_position_embeddings=80)))
    draw = torch.Generator().manual_seed(3)
    width, size = model.width, len(word_vectors(model))
    part = "cls.predictions.transform"
    weights = {
        f"{part}.dense.weight": torch.randn(width, width, generator=draw),
        f"{part}.dense.bias": torch.randn(width, generator=draw),
        f"{part}.LayerNorm.weight": torch.ones(width),
        f"{part}.LayerNorm.bias": torch.zeros(width),
        "cls.predictions.bias": torch.randn(size, generator=draw),
    }
    layer = output_layer_of(model.module, weights)
    assert layer is not None
    return model, MaskedWords(model, layer)


def test_labels_are_read_from_a_list() -> None:
    assert candidate_labels(" sport,food ;\n science  fiction,, food") == (
        "sport",
        "food",
        "science fiction",
    )
    assert candidate_labels("<b>a</b>, **b**") == ("<b>a</b>", "**b**")


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("", "two different labels"),
        ("sport", "two different labels"),
        ("sport, sport", "two different labels"),
        (",".join(map(str, range(MOST_LABELS + 1))), "at most 50"),
        ("sport " * 20 + ", food", "longer than 60"),
    ],
)
def test_lists_that_cannot_be_used_are_told(typed: str, advice: str) -> None:
    with pytest.raises(InputError, match=advice):
        candidate_labels(typed)


@given(st.text(max_size=80))
def test_any_list_gives_different_labels_or_a_sentence(typed: str) -> None:
    try:
        labels = candidate_labels(typed)
    except InputError:
        return
    assert len(set(labels)) == len(labels) >= 2
    assert all(label == label.strip() != "" for label in labels)


def test_similarity_is_the_cosine_with_the_label_in_a_sentence(minilm: Model) -> None:
    texts, labels = ["The band played two encores.", "Too much salt."], ("music", "food")
    found = label_similarities(minilm, texts, labels)
    for row, text in enumerate(texts):
        for column, label in enumerate(labels):
            one = minilm.trace(text).hidden[-1].mean(axis=0)
            other = minilm.trace(f"This is about {label}.").hidden[-1].mean(axis=0)
            cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
            assert found[row, column] == pytest.approx(float(cosine), abs=1e-5)


def test_shares_of_similarities_sum_to_one(minilm: Model) -> None:
    result = zero_shot(minilm, ["The band played two encores."], ("food", "music", "sport"))
    assert result.way == "similarity"
    assert result.best == ("music",)
    powers = np.exp(result.scores.astype(float) / TEMPERATURE)
    np.testing.assert_allclose(result.shares, powers / powers.sum(), rtol=1e-4)


@pytest.mark.parametrize(("name", "at_least"), [("topic", 0.9), ("sentiment", 0.7)])
def test_the_built_in_model_without_any_training(name: str, at_least: float, minilm: Model) -> None:
    task = preset_task(name)
    best = zero_shot(minilm, task.texts, task.classes).best
    assert np.mean([a == b for a, b in zip(best, task.labels, strict=True)]) > at_least


def test_cloze_reads_the_label_at_the_mask(filler: tuple[Model, MaskedWords]) -> None:
    model, words = filler
    result = zero_shot(model, ["the cat sat", "it"], ("cat", "dog"), words)
    assert result.way == "cloze"
    for row, text in enumerate(("the cat sat", "it")):
        trace = model.trace(text, "This is about [MASK].")
        filled = words.fill(trace).probabilities[-1, 0]
        pair = filled[[model.pieces.index("cat"), model.pieces.index("dog")]]
        np.testing.assert_allclose(np.exp(result.scores[row]), pair, rtol=1e-3)
        np.testing.assert_allclose(result.shares[row], pair / pair.sum(), rtol=1e-3)


def test_a_label_of_several_pieces_gets_as_many_masks(filler: tuple[Model, MaskedWords]) -> None:
    model, words = filler
    scores = label_log_probabilities(model, words, ["the cat sat"], ("it", "catted", "a dog"))
    trace = model.trace("the cat sat", "This is about [MASK] [MASK].")
    filled = words.fill(trace).probabilities[-1]
    two = [model.pieces.index(piece) for piece in ("a", "dog")]
    assert scores[0, 2] == pytest.approx(np.log(filled[[0, 1], two]).mean(), rel=1e-3)
    assert np.isfinite(scores).all()


def test_a_mask_in_the_sentence_is_not_the_prompts(filler: tuple[Model, MaskedWords]) -> None:
    model, words = filler
    trace = model.trace("the [MASK] sat", "This is about [MASK].")
    last = words.fill(trace).probabilities[-1, 1]
    scores = label_log_probabilities(model, words, ["the [MASK] sat"], ("cat", "dog"))
    assert scores[0, 0] == pytest.approx(np.log(last[model.pieces.index("cat")]), rel=1e-3)


def test_a_long_sentence_is_cut_and_the_prompt_is_not(filler: tuple[Model, MaskedWords]) -> None:
    model, words = filler
    result = zero_shot(model, ["cat " * 200], ("cat", "dog"), words)
    np.testing.assert_allclose(result.shares.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("words", [False, True])
def test_what_has_no_token_is_told(filler: tuple[Model, MaskedWords], words: bool) -> None:
    model, layer = filler
    with pytest.raises(InputError, match="The label"):
        zero_shot(model, ["the cat"], ("cat", "\u200b"), layer if words else None)
    if not words:
        with pytest.raises(TableError, match="Sentence 1"):
            zero_shot(model, ["\u200b"], ("cat", "dog"))


def test_a_long_text_leaves_room_for_a_long_label(filler: tuple[Model, MaskedWords]) -> None:
    model, words = filler
    long = " ".join(["cat"] * 100)
    labels = ("cat", "the dog sat it the dog sat it")
    cut = " ".join(["cat"] * (model.limit - len(_tokens(model, PROMPT.format("x"))) - 2))
    found = zero_shot(model, [long], labels, words)
    assert np.isfinite(found.scores).all()
    alone = zero_shot(model, [cut], labels[:1], words)
    assert found.scores[0, 0] == pytest.approx(alone.scores[0, 0], abs=1e-5)


def test_a_label_without_room_for_any_text(filler: tuple[Model, MaskedWords]) -> None:
    model, words = filler
    with pytest.raises(InputError, match="too long for this model"):
        zero_shot(model, ["the cat"], ("cat", "a " * 70), words)


def _tokens(model: Model, text: str) -> tuple[str, ...]:
    return model.tokenizer.split(text).tokens
