import gc
import logging
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend import cluster
from backend.errors import HubUnreachable, QueueFull, TrainingStopped
from backend.training_queue import Job, TrainingQueue, server_queue
from backend.training_states import Ahead, Done, Failed, Running, Stopped, Waiting

CROWD = 12
LONG = 30  # seconds after which a test that hangs gives up


@dataclass(frozen=True)
class Share:
    share: float
    seconds_left: float | None = None


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Gate:
    """A training that reports a share, then waits to be let through."""

    def __init__(self, result: Any = "result", share: float = 0.25) -> None:
        self.began, self.go = threading.Event(), threading.Event()
        self.result, self.share = result, share

    def __call__(self, report: Callable[[Share], None], should_stop: Callable[[], bool]) -> Any:
        report(Share(self.share))
        self.began.set()
        while not self.go.wait(0.001):
            if should_stop():
                raise TrainingStopped("stopped")
        return self.result

    def wait_until_begun(self) -> None:
        assert self.began.wait(LONG)


def finish(queue: TrainingQueue) -> None:
    """Wait until the queue's thread has run out of work."""
    thread = queue._thread
    if thread is not None:
        thread.join(LONG)
        assert not thread.is_alive()


def quick(report: Callable[[Share], None], should_stop: Callable[[], bool]) -> str:
    return "quick"


def test_a_job_from_the_line_to_its_result() -> None:
    queue, gate = TrainingQueue(), Gate()
    job = queue.submit("first", gate)
    gate.wait_until_begun()
    assert job.poll() == Running(Share(0.25))
    gate.go.set()
    finish(queue)
    assert job.poll() == Done("result")
    job.cancel()
    assert job.poll() == Done("result")


def test_others_see_their_place_and_what_runs() -> None:
    queue, gate = TrainingQueue(), Gate()
    queue.submit("first", gate)
    gate.wait_until_begun()
    jobs = [queue.submit(f"later {number}", quick) for number in range(3)]
    ahead = Ahead("first", Share(0.25))
    assert [job.poll() for job in jobs] == [Waiting(place, ahead) for place in (1, 2, 3)]
    jobs[1].cancel()
    assert jobs[1].poll() == Stopped(None)
    assert jobs[2].poll() == Waiting(2, ahead)
    gate.go.set()
    finish(queue)
    assert [job.poll() for job in jobs] == [Done("quick"), Stopped(None), Done("quick")]


def test_at_most_one_runs_however_many_come_at_once() -> None:
    queue, barrier = TrainingQueue(), threading.Barrier(CROWD)
    inside, most, order = [0], [0], list[int]()

    def enter(number: int) -> Job[Share, int]:
        def work(report: Any, should_stop: Any) -> int:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            order.append(number)
            report(Share(0.5))
            inside[0] -= 1
            return number

        barrier.wait(LONG)
        return queue.submit(str(number), work)

    with ThreadPoolExecutor(CROWD) as pool:
        jobs = list(pool.map(enter, range(CROWD)))
    finish(queue)
    assert most == [1]
    assert sorted(order) == list(range(CROWD))
    assert [job.poll() for job in jobs] == [Done(number) for number in range(CROWD)]


def test_a_running_job_is_cancelled_and_the_next_begins() -> None:
    queue, first, second = TrainingQueue(), Gate(), Gate("second")
    job = queue.submit("first", first)
    later = queue.submit("second", second)
    first.wait_until_begun()
    job.cancel()
    second.wait_until_begun()
    assert job.poll() == Stopped(None)
    second.go.set()
    finish(queue)
    assert later.poll() == Done("second")


def test_what_a_stopped_training_returns_is_kept() -> None:
    queue, began = TrainingQueue(), threading.Event()

    def work(report: Any, should_stop: Callable[[], bool]) -> str:
        began.set()
        while not should_stop():
            pass
        return "so far"

    job = queue.submit("keeps what it has", work)
    assert began.wait(LONG)
    job.cancel()
    finish(queue)
    assert job.poll() == Stopped("so far")


def test_a_training_that_ends_before_it_hears_of_it_is_done() -> None:
    queue, gate = TrainingQueue(), Gate()
    released = threading.Event()

    def work(report: Any, should_stop: Any) -> str:
        gate.began.set()
        assert released.wait(LONG)
        return "whole"

    job = queue.submit("deaf", work)
    gate.wait_until_begun()
    job.cancel()
    released.set()
    finish(queue)
    assert job.poll() == Done("whole")


@pytest.mark.parametrize("error", [HubUnreachable("no network"), ValueError("a bug"), SystemExit()])
def test_an_exception_is_handed_on_as_it_is_and_the_line_goes_on(error: BaseException) -> None:
    queue = TrainingQueue()

    def fail(report: Callable[[Share], None], should_stop: Callable[[], bool]) -> str:
        raise error

    jobs = [queue.submit("fails", fail), queue.submit("next", quick)]
    finish(queue)
    failed = jobs[0].poll()
    assert isinstance(failed, Failed)
    assert failed.error is error
    assert failed.error.__traceback__ is None
    assert jobs[1].poll() == Done("quick")


def test_a_visitor_who_left_the_line_is_passed_over() -> None:
    clock, gate = Clock(), Gate()
    queue = TrainingQueue(patience=10, clock=clock)
    first = queue.submit("first", gate)
    gate.wait_until_begun()
    left, stays = queue.submit("left", quick), queue.submit("stays", quick)
    clock.now += 6
    assert isinstance(first.poll(), Running)
    assert stays.poll() == Waiting(2, Ahead("first", Share(0.25)))
    clock.now += 6
    assert stays.poll() == Waiting(1, Ahead("first", Share(0.25)))
    assert isinstance(first.poll(), Running)
    gate.go.set()
    finish(queue)
    assert left.poll() == Stopped(None)
    assert stays.poll() == Done("quick")


def test_a_training_whose_visitor_left_stops_even_if_that_one_comes_back() -> None:
    clock, began = Clock(), threading.Event()
    told, go = threading.Event(), threading.Event()
    queue = TrainingQueue(patience=10, clock=clock)

    def work(report: Any, should_stop: Callable[[], bool]) -> str:
        began.set()
        while not should_stop():
            pass
        told.set()
        assert go.wait(LONG)
        return "part" if should_stop() else "whole"

    job = queue.submit("left", work)
    assert began.wait(LONG)
    clock.now += 11
    assert told.wait(LONG)
    assert isinstance(job.poll(), Running)
    go.set()
    finish(queue)
    assert job.poll() == Stopped("part")


def test_a_full_line_refuses_until_somebody_leaves() -> None:
    gate = Gate()
    queue = TrainingQueue(longest=2)
    queue.submit("runs", gate)
    gate.wait_until_begun()
    waiting = [queue.submit("waits", quick) for _ in range(2)]
    with pytest.raises(QueueFull, match="2 trainings are waiting"):
        queue.submit("one too many", quick)
    waiting[0].cancel()
    queue.submit("fits", quick)
    gate.go.set()
    finish(queue)


class Large:
    """Something that must not stay in memory."""


def use(kind: str, large: Large, report: Any, should_stop: Any) -> str:
    if kind == "failed":
        try:
            raise KeyError(id(large))
        except KeyError as error:
            raise ValueError("a bug") from error
    if kind == "stopped":
        raise TrainingStopped("stopped")
    return "small"


@pytest.mark.parametrize("kind", ["done", "failed", "stopped", "cancelled", "left"])
def test_nothing_a_training_used_is_held_after_it(kind: str) -> None:
    clock, gate, large = Clock(), Gate(), Large()
    gone = weakref.ref(large)
    queue = TrainingQueue(patience=10, clock=clock)
    first = queue.submit("first", gate)
    gate.wait_until_begun()
    job = queue.submit("uses something large", partial(use, kind, large))
    del large
    if kind == "cancelled":
        job.cancel()
    elif kind == "left":
        clock.now += 11
        first.poll()
    gate.go.set()
    finish(queue)
    gc.collect()
    assert gone() is None
    assert job.poll() is not None


def test_a_result_goes_with_its_job() -> None:
    queue = TrainingQueue()

    def work(report: Callable[[Share], None], should_stop: Callable[[], bool]) -> Large:
        return Large()

    job = queue.submit("large", work)
    finish(queue)
    done = job.poll()
    assert isinstance(done, Done)
    gone = weakref.ref(done.result)
    del done, job
    gc.collect()
    assert gone() is None


def test_closing_stops_what_runs_and_what_waits() -> None:
    queue, gate = TrainingQueue(), Gate()
    jobs = [queue.submit("runs", gate), queue.submit("waits", quick)]
    gate.wait_until_begun()
    queue.close(LONG)
    assert [job.poll() for job in jobs] == [Stopped(None), Stopped(None)]


def test_a_training_that_heeds_nobody_ends_with_the_server(
    caplog: pytest.LogCaptureFixture,
) -> None:
    queue, began = TrainingQueue(), threading.Event()

    def work(report: Callable[[Share], None], should_stop: Any) -> None:
        while True:
            report(Share(0.5))
            began.set()

    job: Job[Share, None] = queue.submit("goes on when all have left", work)
    assert began.wait(LONG)
    with caplog.at_level(logging.INFO, "explorer"):
        queue.close(LONG)
    assert job.poll() == Stopped(None)
    assert [record.levelno for record in caplog.records] == [logging.INFO]


def test_what_fails_because_the_server_ends_is_stopped(caplog: pytest.LogCaptureFixture) -> None:
    queue, began, go = TrainingQueue(), threading.Event(), threading.Event()

    def work(*_: object) -> None:
        began.set()
        assert go.wait(LONG)
        raise RuntimeError("cannot schedule new futures after interpreter shutdown")

    job: Job[Share, None] = queue.submit("is late", work)
    assert began.wait(LONG)
    queue.close(0)
    with caplog.at_level(logging.INFO, "explorer"):
        go.set()
        finish(queue)
    assert job.poll() == Stopped(None)
    assert [record.levelno for record in caplog.records] == [logging.INFO]


def test_a_server_out_of_threads_says_so_and_the_next_one_is_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    queue = TrainingQueue()
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with pytest.raises(QueueFull, match="too busy to begin"):
            queue.submit("first", quick)
    job = queue.submit("second", quick)
    finish(queue)
    assert job.poll() == Done("quick")


def test_a_training_asks_a_cluster_patiently() -> None:
    queue = TrainingQueue()
    asked: Job[Share, bool] = queue.submit("asks", lambda *_: cluster._patient.get())
    finish(queue)
    assert asked.poll() == Done(True)
    assert not cluster._patient.get()


def test_there_is_one_queue_for_all() -> None:
    assert server_queue() is server_queue()


@given(st.lists(st.sampled_from(["submit", "cancel", "wait", "poll", "finish"]), max_size=30))
@settings(deadline=None, max_examples=40)
def test_whatever_happens_places_are_in_order_and_every_job_ends(steps: list[str]) -> None:
    clock, alive = Clock(), list[tuple[Job[Share, Any], Gate]]()
    queue = TrainingQueue(patience=10, clock=clock, longest=100)
    for step in steps:
        if step == "submit":
            gate = Gate()
            alive.append((queue.submit("job", gate), gate))
        elif step == "wait":
            clock.now += 4
        elif alive and step == "cancel":
            alive[len(alive) // 2][0].cancel()
        elif alive and step == "poll":
            alive[0][0].poll()
        elif alive:
            alive[-1][1].go.set()
        line = list(queue._line)
        places = [state.place for job in line if isinstance(state := job.poll(), Waiting)]
        assert places == sorted(places)
    for _, gate in alive:
        gate.go.set()
    finish(queue)
    assert all(isinstance(job.poll(), Done | Stopped) for job, _ in alive)


def logged(queue: TrainingQueue, work: Callable[..., Any], caplog: pytest.LogCaptureFixture) -> str:
    with caplog.at_level(logging.INFO, "explorer"):
        queue.submit("Refine MiniLM", work)
        finish(queue)
    (record,) = caplog.records
    return record.getMessage()


def test_a_training_that_is_over_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    gate = Gate()
    gate.go.set()
    line = logged(TrainingQueue(clock=Clock()), gate, caplog)
    assert line == "event=training name=Refine_MiniLM waited=0.00 seconds=0.00 outcome=ok"


def test_a_stopped_training_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def stop(*_: object) -> None:
        raise TrainingStopped("stopped")

    assert logged(TrainingQueue(), stop, caplog).endswith("outcome=stopped")


@pytest.mark.parametrize(
    ("error", "outcome", "level"),
    [
        (HubUnreachable("a sentence"), "HubUnreachable", logging.INFO),
        (RuntimeError("a sentence"), "failed:RuntimeError", logging.ERROR),
    ],
)
def test_a_failed_training_is_in_the_log(
    error: Exception, outcome: str, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise error

    line = logged(TrainingQueue(), fail, caplog)
    assert line.endswith(f"outcome={outcome}")
    assert "a sentence" not in line
    assert caplog.records[0].levelno == level
    assert (caplog.records[0].exc_info is not None) == (level == logging.ERROR)
