"""Models on a cluster of this machine, against the same models in this process."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np
import pytest

from backend.cached import cached_tagger
from backend.cluster import Cluster
from backend.cluster_encoder import ClusterEncoder
from backend.encoding import hidden_states
from backend.errors import ModelError, NotAModel, UnknownModel
from backend.fine_tuning import training_bytes
from backend.gradient_weights import Influence
from backend.local_cluster import start_local_cluster
from backend.masked_words import MaskedWords
from backend.model import Model, load_model
from backend.operations import MODELS
from backend.switched_off import SwitchedOff
from tests.backend.small_models import FAMILIES, write_model, write_task_model

pytest.importorskip("ray", reason="the tests of a cluster need requirements-ray.txt")
A, B = "The chicken didn't cross the road because it was too tired.", "It was too wide."
OFF = SwitchedOff(heads=((0, 1), (1, 2)), hidden=(3,))


def same(one: object, other: object) -> None:
    np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    local = start_local_cluster()
    cluster = Cluster([local.address], local.token)
    cluster.ask("minilm", "facts", waits=True)
    yield cluster
    cluster.close()
    local.end()
    assert local.process.returncode == 0


def there(model: Model, cluster: Cluster) -> Model:
    """The same model on the cluster."""
    return Model(ClusterEncoder(model.name, cluster), model.tokenizer)


@pytest.mark.parametrize("family", FAMILIES)
def test_both_sides_say_the_same(family: str, cluster: Cluster, tmp_path: Path) -> None:
    here = load_model(str(write_model(family, tmp_path)))
    other = there(here, cluster)
    assert other.encoder.facts == here.encoder.facts
    assert training_bytes(other) == training_bytes(here)
    assert (other.pieces, other.limit) == (here.pieces, here.limit)
    own, trace = here.trace("the cat sat", "it sat"), other.trace("the cat sat", "it sat")
    assert trace.tokens == own.tokens
    same(trace.attention, own.attention)
    same(trace.hidden, own.hidden)
    for ours, theirs in zip(here.nearest(own.embeddings.token[1], 4),
                            other.nearest(own.embeddings.token[1], 4), strict=True):  # fmt: skip
        same(theirs, ours)
    for name, vectors in vars(own.embeddings).items():
        if vectors is None:
            assert getattr(trace.embeddings, name) is None
        else:
            same(getattr(trace.embeddings, name), vectors)
    less, expected = other.switched_off(trace, OFF), here.switched_off(own, OFF)
    same(less.attention, expected.attention)
    same(less.hidden, expected.hidden)
    steps, wanted = (m.head_steps(t, 1, 2, 3, off=OFF) for m, t in ((other, less), (here, less)))
    for name, value in vars(wanted).items():
        same(getattr(steps, name), value)
    found, known = other.projections(trace), here.projections(own)
    for name in ("queries", "keys", "values"):
        same(getattr(found, name), getattr(known, name))
    same(other.encoder.value_lengths(trace.hidden), here.encoder.value_lengths(own.hidden))
    gates = np.ones((3, here.layers, here.heads), np.float32)
    gates[1, 1, 0] = gates[2, 1, 2] = 0
    same(other.last_states(trace, 1, gates), here.last_states(own, 1, gates))


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_read_together_is_what_is_read_alone(
    family: str, cluster: Cluster, tmp_path: Path
) -> None:
    # Weights as large as those of trained models: much larger ones blow rounding up.
    here = load_model(str(write_model(family, tmp_path, initializer_range=0.2)))
    other = there(here, cluster)
    texts = [("cat " * count, "it sat" if count % 3 else None) for count in range(1, 16)] * 2
    with ThreadPoolExecutor(len(texts)) as pool:
        traces = list(pool.map(lambda text: other.trace(*text), texts))
    for text, trace in zip(texts, traces, strict=True):
        own = here.trace(*text)
        same(trace.attention, own.attention)
        same(trace.hidden, own.hidden)
        same(trace.embeddings.input, own.embeddings.input)


def test_a_long_text_does_not_keep_a_short_one(cluster: Cluster) -> None:
    here = load_model("minilm")
    other = there(here, cluster)
    long = "road " * 600
    other.trace("the cat")
    with ThreadPoolExecutor(3) as pool:
        slow = [pool.submit(other.trace, long + end) for end in "ab"]
        other.trace("the cat sat", "it sat")
        assert not any(one.done() for one in slow)
        wait(slow)
    same(slow[0].result().hidden, here.trace(long + "a").hidden)


def test_trainings_read_the_same(cluster: Cluster) -> None:
    here = load_model("minilm")
    inputs = [here.tokenizer.split(text) for text in (A, B, "The cat sat.", "It slept.")]
    expected = hidden_states(here, inputs, layers=(0, 3, -1))
    found = hidden_states(there(here, cluster), inputs, layers=(0, 3, -1))
    for one, other in zip(found, expected, strict=True):
        same(one, other)


def same_influence(one: Influence, other: Influence) -> None:
    assert one.label == other.label
    assert one.probability == pytest.approx(other.probability, abs=1e-5)
    same(one.weights, other.weights)


def test_what_a_tag_hangs_on(cluster: Cluster) -> None:
    here = load_model("minilm")
    trace, layer = here.trace(A, B), cached_tagger("minilm").layer
    asked = (trace.hidden[0], layer, 4, OFF)
    same_influence(there(here, cluster).encoder.influence(*asked), here.encoder.influence(*asked))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("task", ["TokenClassification", "SequenceClassification"])
def test_a_models_own_labels(family: str, task: str, cluster: Cluster, tmp_path: Path) -> None:
    here = load_model(str(write_task_model(family, task, tmp_path, num_labels=3)))
    other = there(here, cluster)
    own, head = here.encoder.task_head(), other.encoder.task_head()
    assert own is not None
    assert head is not None
    assert (head.about, head.labels, head.pooler) == (own.about, own.labels, own.pooler)
    trace = here.trace("the cat", "it sat")
    same(head.probabilities(trace.hidden[-1]), own.probabilities(trace.hidden[-1]))
    same_influence(
        other.encoder.influence(trace.hidden[0], head.layer, 0, OFF),
        here.encoder.influence(trace.hidden[0], own.layer, 0, OFF),
    )


@pytest.mark.parametrize("family", ["bert", "distilbert", "roberta"])
def test_words_at_masks(family: str, cluster: Cluster, tmp_path: Path) -> None:
    here = load_model(str(write_task_model(family, "MaskedLM", tmp_path)))
    other = there(here, cluster)
    own, layer = here.encoder.output_layer(), other.encoder.output_layer()
    assert own is not None
    assert layer is not None
    words, expected = MaskedWords(other, layer), MaskedWords(here, own)
    trace = here.trace(f"the {words.mask} sat")
    same(words.fill(trace).probabilities, expected.fill(trace).probabilities)
    same_influence(
        other.encoder.influence(trace.hidden[0], layer, 2, OFF),
        here.encoder.influence(trace.hidden[0], own, 2, OFF),
    )


def test_a_model_without_layers_of_its_own(cluster: Cluster) -> None:
    encoder = ClusterEncoder("minilm", cluster)
    assert encoder.task_head() is None
    assert encoder.output_layer() is None


def test_more_models_than_a_replica_holds(cluster: Cluster, tmp_path: Path) -> None:
    models = [
        load_model(str(write_model("bert", tmp_path / str(layers), num_hidden_layers=layers)))
        for layers in range(1, MODELS + 3)
    ]
    for _ in range(2):
        for here in models:
            trace = there(here, cluster).trace("the cat sat")
            same(trace.hidden, here.trace("the cat sat").hidden)


def test_names_of_folders_may_hold_anything(cluster: Cluster, tmp_path: Path) -> None:
    here = load_model(str(write_model("bert", tmp_path / "ein Ordner, größer/als 100%")))
    trace = there(here, cluster).trace("the cat")
    same(trace.hidden, here.trace("the cat").hidden)


def test_what_is_wrong_with_a_model_is_told_as_in_this_process(
    cluster: Cluster, tmp_path: Path
) -> None:
    folder = write_model("bert", tmp_path)
    (folder / "model.safetensors").write_bytes(b"\0" * 100)
    for name, kind in ((str(folder), NotAModel), ("no such/model at all", UnknownModel)):
        with pytest.raises(ModelError) as here:
            load_model(name)
        with pytest.raises(kind) as elsewhere:
            ClusterEncoder(name, cluster)
        assert str(elsewhere.value) == str(here.value)


def test_a_refinement_is_made_in_this_process(cluster: Cluster, tmp_path: Path) -> None:
    here = load_model(str(write_model("bert", tmp_path)))
    copy = there(here, cluster).refinable()
    same(copy.trace("the cat").hidden, here.trace("the cat").hidden)
    flags = {name: weight.requires_grad for name, weight in copy.module.named_parameters()}
    assert not any(flag for name, flag in flags.items() if name.startswith("embeddings"))
    assert any(flags.values())


def test_a_model_elsewhere_has_no_weights_here(cluster: Cluster) -> None:
    with pytest.raises(ValueError, match="in this process"):
        _ = there(load_model("minilm"), cluster).module


def test_nobody_without_the_token_gets_an_answer(cluster: Cluster) -> None:
    stranger = Cluster(cluster.addresses, "wrong")
    with pytest.raises(RuntimeError, match="401"):
        stranger.ask("minilm", "facts")
    stranger.close()


@pytest.mark.parametrize("operation", ["__init__", "_own", "encoder", "nothing", "read/../facts"])
def test_nothing_but_operations_is_done(operation: str, cluster: Cluster) -> None:
    with pytest.raises(RuntimeError, match="the cluster"):
        cluster.ask("minilm", operation, 1)
