"""Pages take turns, and costly pieces of work; who waits for something else is in nobody's way."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from backend import cached, cached_heads, turns
from backend.answers import Answer
from backend.cached import cached_trace
from backend.cached_heads import cached_weights
from backend.cluster_encoder import ClusterEncoder
from backend.fair_share import drawing
from backend.loaded_models import LoadedModels
from backend.model import Model
from backend.sentence_vectors import sentence_vectors
from backend.shared import Shared
from backend.tokenizer import load_tokenizer
from backend.turns import LONG_TOKENS, aside, in_turn
from backend.weights import loading, ready_torch
from tests.backend.small_models import write_task_model
from tests.fake_cluster import FakeCluster, use_cluster


def test_costly_pieces_take_turns_and_others_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_places", threading.BoundedSemaphore(1))
    begun = threading.Event()

    def costly() -> None:
        with in_turn():
            begun.set()

    with in_turn(), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(costly)
        with in_turn(costly=False):
            assert not begun.wait(0.2)
        turns._places.release()
        waiting.result(10)
        turns._places.acquire()
    assert begun.is_set()


@pytest.mark.parametrize("on_cluster", [True, False])
def test_only_what_is_computed_here_takes_turns(
    on_cluster: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if on_cluster:
        use_cluster(FakeCluster(), monkeypatch)
    monkeypatch.setattr(cached, "_models", LoadedModels(cached._models._load, lambda _: 0))
    monkeypatch.setattr(cached_heads, "_weights", Shared(10**9, lambda _: 1))
    monkeypatch.setattr(turns, "_places", threading.BoundedSemaphore(1))
    name = str(write_task_model("bert", "MaskedLM", tmp_path, max_position_embeddings=200))
    short = cached_trace(name, "[MASK] sat")
    long = cached_trace(name, "[MASK] " + "cat " * LONG_TOKENS)
    asked = {
        "values": partial(cached_weights, long, "values"),
        "gradient": partial(cached_weights, long, "gradient", Answer("mask", 1)),
        "rollout": partial(cached_weights, long, "rollout"),
        "flow": partial(cached_weights, short, "flow"),
        "short": partial(cached_weights, short, "values"),
    }
    with ThreadPoolExecutor(len(asked)) as pool:
        with in_turn():
            found = {what: pool.submit(one) for what, one in asked.items()}
            free = {"values", "gradient", "short"} if on_cluster else {"short"}
            wait([found[what] for what in free], 60)
            assert {what for what, one in found.items() if one.done()} == free
        assert all(one.result(60) for one in found.values())


@pytest.fixture
def one_page(monkeypatch: pytest.MonkeyPatch) -> threading.BoundedSemaphore:
    """Room for one page at a time; `page` fails if it does not get it."""
    place = threading.BoundedSemaphore(1)
    monkeypatch.setattr(turns, "_pages", place)
    monkeypatch.setattr(turns, "LONGEST_WAIT", 60.0)
    return place


def page(run: Callable[[], object] = lambda: None) -> None:
    with drawing():
        assert turns._mine.has_place  # else it has waited in vain
        run()


def test_pages_take_turns(one_page: threading.BoundedSemaphore) -> None:
    at_once, most = [0], [0]

    def run() -> None:
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        sleep(0.01)
        at_once[0] -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: page(run), range(16)))
    assert most == [1]
    assert one_page.acquire(blocking=False)  # all have given it back


def test_a_part_of_a_page_needs_no_turn_of_its_own(one_page: threading.BoundedSemaphore) -> None:
    page(page)
    assert one_page.acquire(blocking=False)


def test_a_page_that_failed_gives_its_place_back(one_page: threading.BoundedSemaphore) -> None:
    def fail() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        page(fail)
    assert one_page.acquire(blocking=False)


def test_who_has_begun_goes_before_those_who_have_not(
    one_page: threading.BoundedSemaphore,
) -> None:
    begun, go_on, order = threading.Event(), threading.Event(), list[str]()

    def two_steps() -> None:
        with aside():
            begun.set()
            assert go_on.wait(60)
        order.append("begun")

    def new() -> None:
        if not order:
            wait_for_waiting(one_page, 2)  # the one that has begun, and the next new one
        order.append("new")

    with ThreadPoolExecutor(8) as pool:
        pages = [pool.submit(page, two_steps)]
        assert begun.wait(60)
        assert one_page.acquire(timeout=60)
        pages += [pool.submit(page, new) for _ in range(5)]
        wait_for_waiting(one_page, 1)
        go_on.set()
        wait_for_waiting(one_page, 2)
        one_page.release()
        wait(pages, 60)
    assert order == ["new", "begun", *["new"] * 4]


def wait_for_waiting(place: Any, threads: int) -> None:
    end = monotonic() + 60
    while len(place._cond._waiters) != threads:
        assert monotonic() < end
        sleep(0.01)


def test_who_waits_for_anothers_result_lets_other_pages_go_first(
    one_page: threading.BoundedSemaphore,
) -> None:
    values: Shared[str, int] = Shared(1000, lambda _: 1)
    begun, go_on = threading.Event(), threading.Event()

    def compute() -> int:
        begun.set()
        assert go_on.wait(60)
        return 3

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(values.find, "key", compute)
        assert begun.wait(60)
        waiting = pool.submit(page, lambda: values.find("key", lambda: 4))
        page()
        go_on.set()
        assert first.result(60) == 3
        waiting.result(60)
    assert one_page.acquire(blocking=False)


def test_who_waits_for_a_costly_turn_lets_other_pages_go_first(
    one_page: threading.BoundedSemaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_places", threading.BoundedSemaphore(1))

    def costly() -> None:
        with in_turn():
            pass

    with ThreadPoolExecutor(1) as pool:
        with in_turn():
            waiting = pool.submit(page, costly)
            page()
            assert not waiting.done()
        waiting.result(60)
    assert one_page.acquire(blocking=False)


class SlowCluster(FakeCluster):
    """Begins to answer when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked, self.may_answer = threading.Event(), threading.Event()

    def _answer(self, model: str, operation: str, body: bytes, waits: bool) -> Any:
        self.is_asked.set()
        assert self.may_answer.wait(60)
        return super()._answer(model, operation, body, waits)


@pytest.fixture
def on_cluster(tmp_path: Path) -> tuple[SlowCluster, Model]:
    """A cluster that is slow from now on, and a model that it runs."""
    cluster = SlowCluster()
    cluster.may_answer.set()
    folder = write_task_model("bert", "MaskedLM", tmp_path)
    model = Model(ClusterEncoder(str(folder), cluster), load_tokenizer(str(folder)))
    cluster.is_asked.clear()
    cluster.may_answer.clear()
    return cluster, model


@pytest.mark.parametrize(
    "ask",
    [
        lambda model: model.encoder.task_head(),
        lambda model: model.encoder.output_layer(),
        lambda model: model.trace("the cat"),
        lambda model: sentence_vectors(model, ["the cat", "the cat sat"]),
    ],
    ids=["task head", "output layer", "trace", "sentences"],
)
def test_who_waits_for_a_cluster_lets_other_pages_go_first(
    ask: Callable[[Model], object],
    one_page: threading.BoundedSemaphore,
    on_cluster: tuple[SlowCluster, Model],
) -> None:
    cluster, model = on_cluster
    let_others_go_first(partial(ask, model), cluster.is_asked, cluster.may_answer)
    assert one_page.acquire(blocking=False)


def let_others_go_first(
    wait_for: Callable[[], object], is_asked: threading.Event, may_answer: threading.Event
) -> None:
    """Two pages wait for the same, which comes when it may; a third one is drawn before that."""
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(page, wait_for) for _ in range(2)]
        assert is_asked.wait(60)
        page()
        assert not any(one.done() for one in waiting)
        may_answer.set()
        assert wait(waiting, 60).not_done == set()
        assert [one.exception() for one in waiting] == [None, None]


def test_who_waits_for_a_model_lets_other_pages_go_first(
    one_page: threading.BoundedSemaphore,
) -> None:
    is_asked, may_load = threading.Event(), threading.Event()

    def load(name: str) -> list[str]:
        is_asked.set()
        assert may_load.wait(60)
        return [name]

    models = LoadedModels(load, lambda _: 0)
    let_others_go_first(partial(models.find, "one"), is_asked, may_load)
    assert one_page.acquire(blocking=False)


def test_who_waits_until_another_model_is_made_lets_other_pages_go_first(
    one_page: threading.BoundedSemaphore,
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with loading():
            waiting = pool.submit(page, ready_torch)
            page()
            assert not waiting.done()
        waiting.result(60)
    assert one_page.acquire(blocking=False)


def test_no_page_waits_for_ever(
    one_page: threading.BoundedSemaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And who was run without a place gives none back."""
    monkeypatch.setattr(turns, "LONGEST_WAIT", 0.05)
    one_page.acquire()
    with drawing():
        pass
    assert not one_page.acquire(blocking=False)


def test_elsewhere_than_on_a_page_nothing_is_given_away(
    one_page: threading.BoundedSemaphore,
) -> None:
    one_page.acquire()
    with aside():
        assert not one_page.acquire(blocking=False)
    assert not one_page.acquire(blocking=False)
