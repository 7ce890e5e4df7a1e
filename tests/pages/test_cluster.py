"""Pages of a web server that leaves the models to a cluster."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend import cached
from backend.loaded_models import LoadedModels
from backend.shared import Shared
from tests.backend.small_models import write_model
from tests.fake_cluster import FakeCluster, use_cluster
from tests.fake_hub import FakeHub, running_hub, use_hub
from tests.opened import by_label, opened_script

NAME = "dslim/bert-base-NER"


@pytest.fixture(autouse=True)
def own_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests have computed in this process is not known here, nor is this to them."""
    models = LoadedModels(cached._models._load, cached._models._needed, patience=0)
    monkeypatch.setattr(cached, "_models", models)
    for store in ("_traces", "_tokenizers", "_taggers", "_tasks", "_accuracies"):
        monkeypatch.setattr(cached, store, Shared(10**8, lambda _: 1))


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with running_hub(write_model("bert", tmp_path / "offered"), NAME) as server:
        use_hub(server.address, tmp_path / "cache", monkeypatch)
        yield server


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeCluster:
    cluster = FakeCluster(**{NAME: tmp_path / "offered"})
    use_cluster(cluster, monkeypatch)
    return cluster


def test_a_models_weights_stay_away_from_a_web_server(
    hub: FakeHub, cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.memory.model_room", lambda: 0)
    page = opened_script("pages/attention.py", a="the cat sat", model=NAME)
    assert not page.exception
    assert not page.error
    assert by_label(page.selectbox, "Model").value == NAME
    assert (NAME, "read") in cluster.asked
    asked = {path.rsplit("/", 1)[1] for path in hub.asked if "/resolve/" in path}
    assert asked == {"config.json", "vocab.txt"}
