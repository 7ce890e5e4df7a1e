"""One visitor's share of the server: what is spent, what comes back, and who pays."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from time import thread_time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from backend import cluster, fair_share
from backend.encoding import hidden_states
from backend.errors import QueueFull, TooMuchAsked
from backend.fair_share import FairShare, charged, drawing, paid_by, payer, pays
from backend.shared import Shared
from backend.training_queue import MOST_OF_ONE, Job, TrainingQueue


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def share(clock: Clock) -> Iterator[FairShare]:
    """One that is spent in every thread of the test."""
    before, one = fair_share._find, FairShare(10, 0.5, clock)
    pays(lambda: one)
    yield one
    pays(before)


def work(seconds: float) -> str:
    end = thread_time() + seconds
    while thread_time() < end:
        pass
    return "done"


def test_what_is_spent_comes_back(clock: Clock, share: FairShare) -> None:
    share.spend(9)
    assert share.wait() == 0
    share.spend(3)
    assert share.wait() == pytest.approx(6)  # from -2 to 1, half a second a second
    clock.now = 5
    assert share.wait() == pytest.approx(1)
    clock.now = 6
    assert share.wait() == 0


def test_a_little_that_is_left_is_enough_to_begin(clock: Clock, share: FairShare) -> None:
    share.spend(9.9)
    assert share.wait() == 0


def test_no_more_comes_back_than_there_was(clock: Clock, share: FairShare) -> None:
    clock.now = 1e6
    share.spend(11)
    assert share.wait() == pytest.approx(4)


def test_ordinary_use_never_meets_it() -> None:
    clock = Clock()
    share = FairShare(clock=clock)
    for _ in range(2_000):  # a flow of 30 tokens in both sentences every five seconds
        clock.now += 5
        assert share.wait() == 0
        share.spend(2 * 0.6)
    for _ in range(2_000):  # through the heads, ten a second, each a run of 20 ms
        clock.now += 0.1
        assert share.wait() == 0
        share.spend(0.02)


def test_only_what_is_computed_is_paid_and_once(share: FairShare) -> None:
    with charged(), charged():
        work(0.05)
    assert 9.8 < share._left < 9.96
    with charged():
        threading.Event().wait(0.05)  # waiting costs nothing
    assert share._left > 9.8


def test_a_share_that_is_used_up_begins_nothing_new(clock: Clock, share: FairShare) -> None:
    with charged():
        share.spend(10.5)
        with charged():  # what was begun is finished
            pass
    with pytest.raises(TooMuchAsked, match="goes on by itself in 4 s") as told, charged():
        pytest.fail("began")
    assert told.value.seconds == 4
    clock.now = 4
    with charged():
        pass


def test_what_nobody_asked_for_is_free() -> None:
    assert payer() is None or fair_share._find is not fair_share._nobody
    with ThreadPoolExecutor(1) as pool:  # no visitor's page runs in such a thread
        assert pool.submit(payer).result() is None


def test_what_is_kept_is_free_and_what_has_to_be_computed_is_paid(share: FairShare) -> None:
    kept: Shared[str, str] = Shared(100, len)
    kept.find("a", lambda: work(0.05))
    left = share._left
    assert left < 9.96
    share.spend(20)
    assert kept.find("a", lambda: pytest.fail("computed")) == "done"
    with pytest.raises(TooMuchAsked):
        kept.find("b", lambda: "never")
    assert "b" not in kept


def test_a_visitor_without_a_share_does_not_stop_the_next_one(share: FairShare) -> None:
    kept: Shared[str, str] = Shared(100, len)
    share.spend(20)
    with pytest.raises(TooMuchAsked):
        kept.find("a", lambda: "never")
    pays(lambda: None)
    assert kept.find("a", lambda: "there") == "there"


def test_the_texts_of_a_key_count_with_its_value() -> None:
    kept: Shared[tuple[str, str], str] = Shared(10_000, len)
    kept.find(("m", "x" * 8_000), lambda: "small")
    assert ("m", "x" * 8_000) in kept
    kept.find(("m", "y" * 8_000), lambda: "small")
    assert ("m", "x" * 8_000) not in kept
    kept.find(("m", "z" * 20_000), lambda: "small")
    assert ("m", "z" * 20_000) not in kept


class Reader:
    """A model that only takes time, or asks a cluster that does."""

    encoder = SimpleNamespace(is_here=True)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.asked: list[tuple[FairShare | None, bool]] = []

    def hidden_states(self, batch: list[Any], _: object) -> Any:
        work(self.seconds)
        self.asked.append((payer(), cluster._patient.get()))
        with charged():  # what is paid already
            work(self.seconds)
        return np.zeros((len(batch), 1, 1, 1))


def read(reader: Reader) -> None:
    """Four batches, each in one of several threads."""
    inputs: list[Any] = [SimpleNamespace(tokens="x" * length) for length in (1, 2, 3, 4)]
    hidden_states(reader, inputs)  # type: ignore[arg-type]


def test_what_a_page_has_read_in_other_threads_is_paid_once() -> None:
    before, mine, here = fair_share._find, FairShare(10, 0.5, Clock()), threading.get_ident()
    pays(lambda: mine if threading.get_ident() == here else None)
    reader = Reader(0.05)
    try:
        with charged():
            read(reader)
    finally:
        pays(before)
    assert reader.asked == [(mine, False)] * 4
    assert 10 - 0.7 < mine._left < 10 - 0.4
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(payer).result() is None


def test_what_a_training_has_read_in_other_threads_is_free_and_patient() -> None:
    reader = Reader(0)
    with ThreadPoolExecutor(1) as pool, cluster.patiently():  # no visitor's page runs in it
        pool.submit(copy_context().run, read, reader).result()
    assert reader.asked == [(None, True)] * 4


def test_who_makes_a_file_for_a_visitor_asks_a_cluster_for_that_one(share: FairShare) -> None:
    pays(lambda: None)
    with charged(share):
        assert payer() is share
    with paid_by(share), charged():
        assert payer() is share
    assert payer() is None


def test_drawing_is_paid_beside_what_is_computed_and_once(share: FairShare) -> None:
    with drawing():
        work(0.05)
        with charged():
            work(0.05)
        with drawing():  # a part of it
            work(0.05)
        work(0.05)
    assert 10 - 0.3 < share._left < 10 - 0.19
    with drawing():  # the part by itself
        work(0.05)
    assert 10 - 0.38 < share._left < 10 - 0.24


def test_drawing_is_never_refused_but_slow_for_who_has_used_up_a_share(
    share: FairShare, monkeypatch: pytest.MonkeyPatch
) -> None:
    rested = list[float]()
    monkeypatch.setattr(fair_share, "sleep", rested.append)
    with drawing():
        work(0.05)
    assert rested == []
    share.spend(20)
    for seconds in (0.05, 0.6):
        with drawing():
            work(seconds)
    assert rested == [pytest.approx(0.2, abs=0.1), 2]


def test_a_page_that_fails_is_paid_as_well(share: FairShare) -> None:
    def fail() -> None:
        with drawing():
            work(0.05)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert share._left < 9.96


def test_one_visitor_takes_only_some_places_of_the_line(share: FairShare) -> None:
    queue, go_on = TrainingQueue(), threading.Event()

    def waiting(*_: object) -> bool:
        return go_on.wait(60)

    jobs: list[Job[Any, bool]]
    jobs = [queue.submit("mine", waiting) for _ in range(MOST_OF_ONE)]
    with pytest.raises(QueueFull, match="of yours wait or run"):
        queue.submit("mine", waiting)
    another = FairShare()
    pays(lambda: another)
    jobs.append(queue.submit("another's", waiting))
    pays(lambda: share)
    jobs[1].cancel()
    jobs.append(queue.submit("mine", waiting))
    go_on.set()
    queue.close(60)
