"""Pages of a web server that leaves the models to a cluster."""

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from backend import cached, errors, for_all, tagger
from backend.cluster import AGAIN
from backend.errors import ClusterAway, ServerBusy, TooMuchAsked
from backend.loaded_models import LoadedModels
from backend.part_of_speech import tagged_sentences
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


def until(page: AppTest, is_so: Callable[[AppTest], bool]) -> None:
    end = monotonic() + 60
    while not is_so(page):
        assert monotonic() < end
        sleep(0.02)
        page.run()
        assert not page.exception


def said(*parts: Any) -> str:
    return " ".join(one.value for part in parts for one in part).replace("\u2060\\", "")


@pytest.fixture
def intervals(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """After how many seconds parts of pages ask to be drawn anew."""
    found, fragment = list[float | None](), st.fragment

    def noted(*parts: Any, run_every: float | None = None, **rest: Any) -> Any:
        found.append(run_every)
        return fragment(*parts, run_every=run_every, **rest)

    monkeypatch.setattr(st, "fragment", noted)
    return found


@pytest.fixture
def few_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tagger learns from them in a moment."""
    some = tagged_sentences()[:60]
    monkeypatch.setattr(tagger, "tagged_sentences", lambda: some)


@pytest.mark.usefixtures("few_sentences")
def test_a_training_that_nobody_asked_for_goes_on_once_the_cluster_is_back(
    hub: FakeHub,
    cluster: FakeCluster,
    intervals: list[float | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with cluster.failing("hidden_states"):
        page = opened_script("pages/overview.py", a="the cat sat", model=NAME)
        until(page, lambda page: "do not answer just now" in said(page.info))
    assert f"goes on by itself in {AGAIN:.0f} s" in said(page.info)
    assert not page.error
    assert "Train it again" not in [button.label for button in page.button]
    assert AGAIN in intervals
    monkeypatch.setattr(errors, "monotonic", lambda: monotonic() + AGAIN)
    page.run()
    assert not page.info
    until(page, lambda _: cached.tagger_is_ready(NAME))
    assert not page.run().info


@pytest.mark.usefixtures("few_sentences")
@pytest.mark.parametrize("error", [ClusterAway, ServerBusy])
def test_a_measuring_that_was_asked_for_can_be_asked_for_again(
    error: type[TooMuchAsked], hub: FakeHub, cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error(AGAIN)

    cached.cached_tagger(NAME)
    monkeypatch.setattr(for_all, "cached_tag_accuracy", fail)
    page = opened_script("pages/output.py", a="the cat sat", model=NAME)
    by_label(page.button, "Measure it").click().run()
    until(page, lambda page: bool(page.error))
    told = said(page.error)
    assert f"broke off. {error.why} Try it again in {AGAIN:.0f} s" in told.replace("\\", "")
    assert "by itself" not in told
    monkeypatch.setattr(for_all, "cached_tag_accuracy", lambda *_: None)
    by_label(page.button, "Measure it").click().run()
    assert not page.error


def test_a_search_that_cannot_begin_says_what_to_do(
    cluster: FakeCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model("bert", tmp_path / "offered")
    page = opened_script("pages/heads.py", a="the cat sat")
    label = next(button.label for button in page.button if button.key == "begin_search")
    with cluster.failing():
        by_label(page.button, label).click().run()
    told = said(page.warning)
    assert "Try it again" in told
    assert "by itself" not in told
    by_label(page.button, label).click().run()
    assert not page.warning
