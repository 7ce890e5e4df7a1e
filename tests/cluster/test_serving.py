"""Models on a cluster of this machine, against the same models in this process."""

import asyncio
import gc
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import Mock

import numpy as np
import psutil
import pytest

from backend.cached import cached_tagger
from backend.cluster import Cluster
from backend.cluster_encoder import ClusterEncoder
from backend.encoding import hidden_states
from backend.errors import ModelComing, ModelError, NotAModel, UnknownModel
from backend.fine_tuning import training_bytes
from backend.gradient_weights import Influence
from backend.local_cluster import LocalCluster, start_local_cluster
from backend.masked_words import MaskedWords
from backend.model import Model, load_model
from backend.operations import MODELS
from backend.switched_off import SwitchedOff
from cluster.ray_nodes import serve_config
from tests.backend.small_models import FAMILIES, write_model, write_task_model
from tests.fake_hub import FakeHub, running_hub
from tests.own_loop import finished
from tests.serving import ROOT

pytest.importorskip("ray", reason="the tests of a cluster need requirements-ray.txt")
SLOW, OTHER = "bert-base-uncased", "distilbert-base-uncased"
A, B = "The chicken didn't cross the road because it was too tired.", "It was too wide."
OFF = SwitchedOff(heads=((0, 1), (1, 2)), hidden=(3,))


def same(one: object, other: object) -> None:
    np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def serving() -> ModuleType:
    """What runs in a replica; Ray's own modules warn of what they do while they are loaded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module("backend.serving")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeHub]:
    """Where replicas fetch models from."""
    with running_hub(write_model("bert", tmp_path_factory.mktemp("hub")), SLOW, OTHER) as server:
        yield server


@pytest.fixture(scope="module")
def local(hub: FakeHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", hub.address)
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("models")))
        local = start_local_cluster()
    yield local
    local.end()
    assert local.process.returncode == 0


@pytest.fixture(scope="module")
def cluster(local: LocalCluster) -> Iterator[Cluster]:
    cluster = Cluster([local.address], local.token)
    cluster.ask("minilm", "facts", waits=True)
    yield cluster
    cluster.close()


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


def test_who_comes_while_some_are_read_is_read_with_all_who_wait(
    serving: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With Serve's own batches, outside of a replica: without its metrics and its context."""
    for name in ("Histogram", "Gauge", "Counter"):
        monkeypatch.setattr(f"ray.serve.batching.{name}", Mock())
    check = "_warn_if_max_batch_size_exceeds_max_ongoing_requests"
    monkeypatch.setattr(f"ray.serve.batching._BatchQueue.{check}", Mock())
    sizes = list[int]()

    async def read(asked: list[Any]) -> list[Any]:
        sizes.append(len(asked))
        await asyncio.sleep(0.05)
        return [one for _, one in asked]

    async def ask() -> None:
        group = serving.Group(read, 8)
        asked = [asyncio.create_task(group.read("encoder", 0))]
        for number in range(1, 12):
            await asyncio.sleep(0.003)
            asked.append(asyncio.create_task(group.read("encoder", number)))
        asked.pop().cancel()
        assert await asyncio.gather(*asked) == list(range(11))
        assert await group.read("encoder", 99) == 99
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.wait(others)
        del group
        gc.collect()  # Serve's queue asks for a loop when it goes, and would make one elsewhere

    finished(ask())
    assert sizes == [1, 8, 2, 1]


def test_a_model_that_comes_slowly_keeps_nobody_else(cluster: Cluster, hub: FakeHub) -> None:
    hub.go_on.clear()
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(cluster.ask, SLOW, "facts") for _ in range(6)]
        wait(asked)
        for one in asked:
            assert isinstance(one.exception(), ModelComing)
        assert cluster.ask("minilm", "facts").layers == 6
        hub.go_on.set()
    assert cluster.ask(SLOW, "facts", waits=True).layers == 2
    assert cluster.ask(OTHER, "facts", waits=True).layers == 2


def test_trainings_keep_no_page(cluster: Cluster) -> None:
    here = load_model("minilm")
    encoder = there(here, cluster).encoder
    ids = np.full((64, 128), 1000)
    with ThreadPoolExecutor(8) as pool:
        readers = [
            pool.submit(encoder.hidden_states, ids, np.zeros_like(ids), (6,)) for _ in range(8)
        ]
        trace = here.trace(A)
        same(encoder.value_lengths(trace.hidden), here.encoder.value_lengths(trace.hidden))
        assert not all(one.done() for one in readers)
        wait(readers)


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


def test_others_reach_nothing_of_it_but_what_asks_for_the_token(
    cluster: Cluster, local: LocalCluster
) -> None:
    family = psutil.Process(local.process.pid).children(recursive=True)
    sockets = [at for process in family for at in process.net_connections("tcp")]
    heard = {at.laddr for at in sockets if at.status == psutil.CONN_LISTEN}
    assert len(heard) > 5
    beyond = [port for host, port in heard if host not in ("127.0.0.1", "::ffff:127.0.0.1")]
    assert len(beyond) <= 8  # Serve opens one for each replica everywhere


def test_without_tokens_it_does_not_start() -> None:
    tried = subprocess.run(
        [sys.executable, "-m", "backend.serving", "1"], cwd=ROOT, capture_output=True, text=True,
        env={name: value for name, value in os.environ.items() if name != "RAY_AUTH_MODE"},
        timeout=120,
    )  # fmt: skip
    assert tried.returncode == 1
    assert "expected RAY_AUTH_MODE as token" in tried.stderr


def test_only_who_was_given_a_gpu_uses_one(
    serving: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    for given, device in (([], "cpu"), ([1], "cuda")):
        monkeypatch.setattr("backend.serving.ray.get_gpu_ids", lambda given=given: given)
        assert serving.own_device() == device


def test_no_more_replicas_are_asked_for_than_there_are_processors() -> None:
    for processors, expected in ((1, (1, 1)), (2, (2, 2)), (100, (2, 8)), (None, (2, 8))):
        (deployment,) = serve_config(8000, processors)["applications"][0]["deployments"]
        bounds = deployment["autoscaling_config"]
        assert (bounds["min_replicas"], bounds["max_replicas"]) == expected


def test_nobody_without_the_token_gets_an_answer(cluster: Cluster) -> None:
    stranger = Cluster(cluster.addresses, "wrong")
    with pytest.raises(RuntimeError, match="401"):
        stranger.ask("minilm", "facts")
    stranger.close()


@pytest.mark.parametrize("operation", ["__init__", "_own", "encoder", "nothing", "read/../facts"])
def test_nothing_but_operations_is_done(operation: str, cluster: Cluster) -> None:
    with pytest.raises(RuntimeError, match="the cluster"):
        cluster.ask("minilm", operation, 1)
