import gc
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from backend import cached, cached_heads, cached_maps
from backend.cached import (
    TAGGER_BYTES,
    cached_model,
    cached_tagger,
    cached_tokenizer,
    cached_trace,
    model_is_ready,
    tagger_is_ready,
    warm_up,
)
from backend.errors import ClusterAway, HubUnreachable, NotAModel, UnknownModel
from backend.loaded_models import LoadedModels
from backend.shared import COMMON, COMMON_BYTES, Room, Shared, nbytes
from components import attention_view, diagram
from tests.fake_cluster import FakeCluster, use_cluster

CROWD = 16


def _crowd(ask: Any) -> list[Any]:
    """What 16 threads get, or what is raised, when all ask at one moment."""
    barrier = Barrier(CROWD)

    def one(number: int) -> Any:
        barrier.wait()
        try:
            return ask(number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(CROWD) as pool:
        return list(pool.map(one, range(CROWD)))


def _shared(limit: int = 100) -> Shared[str, str]:
    return Shared(limit, len)


def test_one_computation_however_many_ask() -> None:
    shared, runs = _shared(), list[int]()

    def compute(number: int) -> str:
        runs.append(number)
        time.sleep(0.1)
        return "".join(["value", str(number)])

    found = _crowd(lambda number: shared.find("key", lambda: compute(number)))
    assert len(runs) == 1
    assert all(value is found[0] for value in found)


def test_a_failure_reaches_all_and_is_not_kept() -> None:
    shared, runs = _shared(), list[int]()

    def fail(number: int) -> str:
        runs.append(number)
        time.sleep(0.1)
        raise UnknownModel("nothing here")

    found = _crowd(lambda number: shared.find("key", lambda: fail(number)))
    assert len(runs) == 1
    assert all(isinstance(value, UnknownModel) for value in found)
    assert shared.find("key", lambda: "better") == "better"


def test_one_key_does_not_wait_for_another() -> None:
    shared, go = _shared(), Event()

    def slow() -> str:
        go.wait(10)
        return "slow"

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(shared.find, "slow", slow)
        assert shared.find("fast", lambda: "fast") == "fast"
        assert not waiting.done()
        go.set()
        assert waiting.result() == "slow"


def test_a_visitor_who_leaves_halfway_spoils_nothing() -> None:
    """Streamlit stops a page with an exception that is no Exception."""
    shared, started, go = _shared(), Event(), Event()

    class Stopped(BaseException):
        pass

    def leave() -> str:
        started.set()
        go.wait(10)
        raise Stopped

    def left() -> bool:
        try:
            shared.find("key", leave)
        except Stopped:
            return True
        return False

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(left)
        started.wait(10)
        second = pool.submit(shared.find, "key", lambda: "mine")
        time.sleep(0.05)
        go.set()
        assert first.result(10)
        assert second.result(10) == "mine"


def test_the_longest_unused_goes_first() -> None:
    shared = _shared(limit=10)
    for key in ("a", "b"):
        shared.find(key, lambda key=key: key * 4)  # type: ignore[misc]
    shared.find("a", lambda: "never called")
    shared.find("c", lambda: "cccc")
    assert shared.find("a", lambda: "again") == "aaaa"
    assert shared.find("b", lambda: "again") == "again"


def test_stores_in_one_room_tell_their_keys_apart_and_make_room_for_each_other() -> None:
    room = Room(10)
    one, other = Shared[str, str](room, len), Shared[str, str](room, len)
    one.find("a", lambda: "aaaa")
    assert "a" not in other
    assert other.find("a", lambda: "AAAA") == "AAAA"
    assert one.find("a", lambda: "never called") == "aaaa"
    one.find("b", lambda: "bbbb")
    assert ("a" in one, "a" in other, "b" in one) == (True, False, True)


def test_what_is_too_large_is_handed_out_and_not_kept() -> None:
    shared, runs = _shared(limit=3), list[int]()

    def large(number: int) -> str:
        runs.append(number)
        time.sleep(0.1)
        return "too large"

    assert set(_crowd(lambda number: shared.find("key", lambda: large(number)))) == {"too large"}
    assert len(runs) == 1
    assert shared.find("key", lambda: "new") == "new"


def test_everybody_gets_the_same_objects() -> None:
    models = _crowd(lambda _: cached_model("minilm"))
    traces = _crowd(lambda _: cached_trace("minilm", "one", "two"))
    cutters = _crowd(lambda _: cached_tokenizer("bert-base-cased"))
    for found in (models, traces, cutters):
        assert all(value is found[0] for value in found)
    assert traces[0] is cached_trace("minilm", "one", "two")
    assert traces[0] is not cached_trace("minilm", "one", "two ")
    assert not traces[0].attention.flags.writeable


def test_a_model_is_loaded_once(monkeypatch: Any) -> None:
    runs = list[str]()

    class Loaded:
        nbytes = 1

    def load(name: str) -> Any:
        runs.append(name)
        time.sleep(0.1)
        return Loaded()

    monkeypatch.setattr(cached, "_models", LoadedModels(load, lambda _: 1))
    found = _crowd(lambda _: cached_model("any"))
    assert runs == ["any"]
    assert all(model is found[0] for model in found)


def test_an_unreachable_hub_is_asked_once_for_all(monkeypatch: Any) -> None:
    runs = list[str]()

    def load(name: str) -> Any:
        runs.append(name)
        time.sleep(0.1)
        raise HubUnreachable("no network")

    monkeypatch.setattr(cached, "_models", LoadedModels(load, lambda _: 1))
    found = _crowd(lambda _: cached_trace("bert-base-cased", "one"))
    assert runs == ["bert-base-cased"]
    assert all(isinstance(error, HubUnreachable) for error in found)


def test_a_tagger_is_trained_once_and_then_ready(monkeypatch: Any) -> None:
    told, runs = list[tuple[int, int]](), list[str]()

    class Trained:
        nbytes = 1

    def train(model: Any, progress: Any) -> Trained:
        runs.append(model)
        assert not tagger_is_ready("any")
        progress(1, 2)
        time.sleep(0.1)
        return Trained()

    monkeypatch.setattr(cached, "train_tagger", train)
    monkeypatch.setattr(cached, "cached_model", lambda name: f"the model {name}")
    monkeypatch.setattr(cached, "_taggers", Shared(TAGGER_BYTES, nbytes))
    found = _crowd(lambda _: cached_tagger("any", lambda *counts: told.append(counts)))
    assert all(tagger is found[0] for tagger in found)
    assert (runs, told) == (["the model any"], [(1, 2)])
    assert tagger_is_ready("any")
    assert not tagger_is_ready("another")


def test_a_tagger_that_cannot_be_trained_is_tried_again(monkeypatch: Any) -> None:
    def fail(model: Any, progress: Any) -> None:
        raise NotAModel("damaged")

    monkeypatch.setattr(cached, "train_tagger", fail)
    monkeypatch.setattr(cached, "_taggers", Shared(TAGGER_BYTES, nbytes))
    for _ in range(2):
        with pytest.raises(NotAModel):
            cached_tagger("minilm")
        assert not tagger_is_ready("minilm")


def test_limits_count_bytes() -> None:
    trace = cached_trace("minilm", "one", None)
    assert cached._traces._size(trace) == trace.nbytes
    assert COMMON.kept.maxsize == COMMON_BYTES == 170_000_000
    assert cached._taggers._room.kept.maxsize == TAGGER_BYTES == 2_000_000


def test_what_large_things_take_is_bounded_in_all() -> None:
    stores = (
        cached._traces,
        cached_heads._changed,
        cached_heads._weights,
        cached_maps._maps,
        attention_view._packets,
        diagram._packets,
    )
    assert all(store._room is COMMON for store in stores)


def test_two_long_texts_of_the_built_in_model_are_kept_at_once() -> None:
    model, pieces = cached_model("minilm"), 512
    numbers = pieces * (model.layers * model.heads * pieces + (model.layers + 5) * model.width)
    assert 2 * 4 * numbers < COMMON_BYTES


@pytest.mark.parametrize("where", ["here", "on a cluster", "on a cluster that is away"])
def test_warming_up_leaves_one_thread_and_freezes(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    cluster = FakeCluster()
    cluster.error = ClusterAway if "away" in where else None
    if where != "here":
        use_cluster(cluster, monkeypatch)
    torch.set_num_threads(2)
    threadpool_limits(limits=2, user_api="blas")
    before = gc.get_freeze_count()
    try:
        warm_up.__wrapped__()  # even if another test has warmed up already
        assert gc.get_freeze_count() > before
        assert torch.get_num_threads() == 1
        blas = [one for one in threadpool_info() if one["user_api"] == "blas"]
        assert {one["num_threads"] for one in blas} == {1}
        assert model_is_ready("minilm") if where == "here" else cluster.asked
    finally:
        gc.unfreeze()
