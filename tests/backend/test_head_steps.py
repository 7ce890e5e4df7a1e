"""A head's steps against the model's own run and against an independent one in NumPy."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from backend.encoder_layers import encoder_layers
from backend.head_steps import HeadSteps
from backend.model import Model, load_model
from backend.model_files import built_in_folder
from backend.switched_off import SwitchedOff
from backend.trace import FloatArray, Trace
from tests.backend.numpy_encoder import NumpyEncoder
from tests.backend.small_models import FAMILIES, write_model

Array = NDArray[np.float64]
NAMES = ["minilm", "narrow electra", "many heads", *FAMILIES]
CHICKEN = "The chicken didn't cross the road because it was too tired"
ROAD = "The chicken didn't cross the road because it was too wide"


@pytest.fixture(scope="module")
def models(minilm: Model, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Model]:
    folder = tmp_path_factory.mktemp("models")
    small = {family: load_model(str(write_model(family, folder / family))) for family in FAMILIES}
    narrow = write_model("electra", folder / "narrow", embedding_size=12)
    many = write_model("bert", folder / "many", num_attention_heads=8)
    more = {"narrow electra": load_model(str(narrow)), "many heads": load_model(str(many))}
    return {"minilm": minilm} | small | more


def every_head(model: Model, trace: Trace, query: int) -> list[HeadSteps]:
    return [
        model.head_steps(trace, layer, head, query)
        for layer in range(trace.layers)
        for head in range(trace.heads)
    ]


def softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("b", [None, "It sat."])
def test_the_weights_are_the_traces(models: dict[str, Model], name: str, b: str | None) -> None:
    trace = models[name].trace("The cat sat, didn't it?", b)
    for query in (0, 3, len(trace.tokens) - 1):
        for steps in every_head(models[name], trace, query):
            expected = trace.attention[steps.layer, steps.head, query]
            np.testing.assert_allclose(steps.weights, expected, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_each_step_follows_from_the_one_before(models: dict[str, Model], name: str) -> None:
    model = models[name]
    trace = model.trace("The cat sat.", "It sat.")
    own = model.projections(trace)
    for steps in every_head(model, trace, 4):
        place = steps.layer, steps.head
        np.testing.assert_allclose(steps.query_vector, own.queries[(*place, 4)], atol=1e-4)
        np.testing.assert_allclose(steps.keys, own.keys[place], atol=1e-4)
        np.testing.assert_allclose(steps.values, own.values[place], atol=1e-4)
        width = steps.head_width
        assert width == model.width // model.heads
        for key in range(len(trace.tokens)):
            products = [steps.query_vector[n] * steps.keys[key, n] for n in range(width)]
            np.testing.assert_allclose(steps.products[key], products)
            np.testing.assert_allclose(steps.dot_products[key], sum(products), rtol=1e-4, atol=1e-3)
        scores = steps.dot_products.astype(np.float64)
        np.testing.assert_allclose(steps.scaled, scores / width**0.5, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(steps.weights, softmax(scores / width**0.5), atol=1e-5)
        np.testing.assert_allclose(steps.undivided, softmax(scores), atol=1e-5)
        handed = sum(w * v for w, v in zip(steps.weights, steps.values, strict=True))
        np.testing.assert_allclose(steps.handed_on, handed, atol=1e-4)
        np.testing.assert_allclose(steps.weighted_values.sum(axis=0), handed, atol=1e-4)
        parts = list(encoder_layers(model.module))[steps.layer]
        slots = np.zeros((len(trace.tokens), model.heads, width), np.float32)
        slots[:, steps.head] = steps.values  # the output map sees this head only
        made = slots.reshape(len(slots), -1) @ parts.output.weight.detach().numpy().T
        lengths = np.linalg.norm(made, axis=1)
        np.testing.assert_allclose(steps.value_lengths, lengths, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_the_contributions_add_up_to_what_the_layer_writes(
    models: dict[str, Model], name: str
) -> None:
    """Against what the model's own modules give and take while it runs."""
    model = models[name]
    joined, normed = list[tuple[FloatArray, ...]](), list[tuple[FloatArray, ...]]()
    hooks = [
        module.register_forward_hook(
            lambda _, given, made, seen=seen: seen.append((given[0][0].numpy(), made[0].numpy()))
        )
        for parts in encoder_layers(model.module)
        for module, seen in ((parts.output, joined), (parts.attention_norm, normed))
    ]
    trace = model.trace("The cat sat.", "It sat.")
    for hook in hooks:
        hook.remove()
    assert len(joined) == len(normed) == trace.layers
    for query in (0, 4, len(trace.tokens) - 1):
        for layer in range(trace.layers):
            (_, added), (summed, written) = joined[layer], normed[layer]
            steps = model.head_steps(trace, layer, 1, query)
            assert steps.contributions.shape == (trace.heads, model.width)
            np.testing.assert_allclose(steps.attended, added[query], atol=2e-5, rtol=1e-5)
            np.testing.assert_allclose(
                steps.own + steps.attended, summed[query], atol=2e-5, rtol=1e-5
            )
            np.testing.assert_allclose(steps.written, written[query], atol=1e-5)


def written_by_hand(
    second: NumpyEncoder, trace: Trace, layer: int
) -> tuple[list[Array], Array, Array]:
    """What each head adds, what all add, and the block's output, each (token, width)."""
    attention, hidden = second.run(trace.ids, trace.segments)
    state, prefix = hidden[layer], f"encoder.layer.{layer}.attention"
    of = {name.removeprefix(prefix): values for name, values in second.weights.items()}
    values = state @ of[".self.value.weight"].T + of[".self.value.bias"]
    size = values.shape[1] // trace.heads
    heads = [slice(head * size, (head + 1) * size) for head in range(trace.heads)]
    parts = [
        attention[layer, head] @ values[:, own] @ of[".output.dense.weight"][:, own].T
        for head, own in enumerate(heads)
    ]
    mixed = sum(parts, of[".output.dense.bias"])
    total = state + mixed
    centred = total - total.mean(axis=1, keepdims=True)
    normalised = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + second.epsilon)
    gain, shift = of[".output.LayerNorm.weight"], of[".output.LayerNorm.bias"]
    return parts, mixed, normalised * gain + shift


@pytest.mark.parametrize(("layer", "head", "query"), [(0, 2, 5), (3, 1, 10), (5, 11, 0)])
def test_the_contribution_agrees_with_an_independent_computation(
    minilm: Model, layer: int, head: int, query: int
) -> None:
    trace = minilm.trace(CHICKEN, ROAD)
    second = NumpyEncoder(built_in_folder(), heads=12)
    parts, mixed, written = written_by_hand(second, trace, layer)
    steps = minilm.head_steps(trace, layer, head, query)
    np.testing.assert_allclose(steps.contribution, parts[head][query], atol=1e-5)
    np.testing.assert_allclose(steps.attended, mixed[query], atol=1e-5)
    np.testing.assert_allclose(steps.written, written[query], atol=1e-5)
    np.testing.assert_array_equal(steps.own, trace.hidden[layer, query])


def test_a_small_bert_agrees_with_an_independent_computation(
    models: dict[str, Model], tmp_path: Path
) -> None:
    trace = models["bert"].trace("the cat sat", "it sat!")
    second = NumpyEncoder(write_model("bert", tmp_path), heads=3)
    for layer in range(2):
        parts, mixed, written = written_by_hand(second, trace, layer)
        steps = models["bert"].head_steps(trace, layer, 2, 3)
        np.testing.assert_allclose(steps.contribution, parts[2][3], atol=1e-4)
        np.testing.assert_allclose(steps.attended, mixed[3], atol=1e-4)
        np.testing.assert_allclose(steps.written, written[3], atol=1e-5)


def test_the_word_that_the_chickens_sentence_is_about(minilm: Model) -> None:
    trace = minilm.trace(CHICKEN)
    steps = minilm.head_steps(trace, 3, 1, 10)
    assert trace.tokens[int(steps.weights.argmax())] == "chicken"
    assert steps.weights.max() == pytest.approx(0.68, abs=0.01)
    assert steps.undivided.max() > 0.99
    assert steps.head_width == 32


def test_what_is_switched_off_has_no_weight_and_adds_nothing(minilm: Model) -> None:
    trace = minilm.trace(CHICKEN)
    off = SwitchedOff(heads=((3, 2), (4, 1)), hidden=(2,))
    steps = minilm.head_steps(trace, 3, 1, 10, off=off)
    before = minilm.head_steps(trace, 3, 1, 10)
    assert steps.weights[2] == steps.undivided[2] == 0
    others = np.delete(before.weights, 2)
    np.testing.assert_allclose(np.delete(steps.weights, 2), others / others.sum(), atol=1e-6)
    assert not steps.contributions[2].any()
    np.testing.assert_array_equal(
        np.delete(steps.contributions, 2, axis=0), np.delete(before.contributions, 2, axis=0)
    )
    alone = minilm.head_steps(trace, 3, 1, 2, off=off)
    assert alone.weights[2] > 0  # a hidden token still looks at itself


def test_the_arrays_are_read_only_and_the_model_stays_as_it_was(minilm: Model) -> None:
    trace = minilm.trace(CHICKEN)
    steps = minilm.head_steps(trace, 3, 1, 10)
    arrays: list[Any] = [value for value in vars(steps).values() if isinstance(value, np.ndarray)]
    arrays += [steps.products, steps.dot_products, steps.scaled, steps.weighted_values]
    arrays += [steps.handed_on, steps.attended, steps.contribution, steps.own]
    assert not any(array.flags.writeable for array in arrays)
    np.testing.assert_array_equal(minilm.trace(CHICKEN).hidden, trace.hidden)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ((6, 0, 0), "a layer from 0 to 5, got 6"),
        ((0, 12, 0), "a head from 0 to 11, got 12"),
        ((0, -1, 0), "a head from 0 to 11, got -1"),
        ((0, 0, 99), "a query from 0 to 12, got 99"),
    ],
)
def test_there_is_no_such_place(minilm: Model, place: tuple[int, int, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        minilm.head_steps(minilm.trace("The cat sat on the mat, and the dog."), *place)


def test_the_trace_of_another_model(models: dict[str, Model], minilm: Model) -> None:
    with pytest.raises(ValueError, match="expected states of 6 layers, got 2"):
        minilm.head_steps(models["bert"].trace("The cat sat."), 0, 0, 0)


def test_as_many_tokens_as_the_model_reads(minilm: Model) -> None:
    trace = minilm.trace("word " * 700)
    steps = minilm.head_steps(trace, 5, 3, 511)
    np.testing.assert_allclose(steps.weights, trace.attention[5, 3, 511], atol=1e-5)
