"""Trainings that visitors share: who begins, who joins, who stops them."""

import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest

from backend.shared_trainings import SharedTrainings
from backend.training_queue import TrainingQueue
from backend.training_states import Done, Failed, Running, Stopped, Waiting

LONG = 30  # seconds after which a test that hangs gives up

Trainings = SharedTrainings[str, Any, list[str]]


class Gate:
    """A training that waits to be let through, and counts how often it was begun."""

    def __init__(self, error: Exception | None = None) -> None:
        self.began, self.go = threading.Event(), threading.Event()
        self.times = 0
        self.error = error

    def __call__(self, _: Callable[[Any], None], should_stop: Callable[[], bool]) -> list[str]:
        self.times += 1
        self.began.set()
        while not self.go.wait(0.001):
            if should_stop():
                break
        if self.error:
            raise self.error
        return ["result"]


def finish(queue: TrainingQueue) -> None:
    """Wait until the queue's thread has run out of work."""
    if (thread := queue._thread) is not None:
        thread.join(LONG)
        assert not thread.is_alive()


@pytest.fixture
def queue() -> TrainingQueue:
    return TrainingQueue()


@pytest.fixture
def trainings(queue: TrainingQueue) -> Trainings:
    return SharedTrainings(queue, lambda result: bool(result))


def test_who_wants_the_same_joins_and_all_get_one_result(
    queue: TrainingQueue, trainings: Trainings
) -> None:
    gate = Gate()
    seats = [trainings.join("topic", "Topic", gate) for _ in range(30)]
    assert gate.began.wait(LONG)
    late = trainings.join("topic", "Topic", gate)
    assert all(isinstance(seat.poll(), Running) for seat in (*seats, late))
    gate.go.set()
    finish(queue)
    results = [seat.poll() for seat in (*seats, late, trainings.join("topic", "Topic", gate))]
    assert all(isinstance(state, Done) for state in results)
    assert gate.times == 1


def test_another_key_is_another_training(queue: TrainingQueue, trainings: Trainings) -> None:
    first, second = Gate(), Gate()
    one = trainings.join("topic", "Topic", first)
    assert first.began.wait(LONG)
    other = trainings.join("question", "Question", second)
    assert isinstance(one.poll(), Running)
    waiting = other.poll()
    assert isinstance(waiting, Waiting)
    assert waiting.place == 1
    assert waiting.ahead is not None
    assert waiting.ahead.name == "Topic"
    first.go.set()
    second.go.set()
    finish(queue)
    assert (first.times, second.times) == (1, 1)


def test_only_the_last_to_leave_stops_it(queue: TrainingQueue, trainings: Trainings) -> None:
    gate = Gate()
    one, other = (trainings.join("topic", "Topic", gate) for _ in range(2))
    assert gate.began.wait(LONG)
    one.leave()
    assert isinstance(one.poll(), Stopped)
    assert isinstance(other.poll(), Running)
    other.leave()
    finish(queue)
    assert isinstance(other.poll(), Stopped)
    assert not gate.go.is_set()


def test_a_forgotten_seat_stands_in_nobodys_way(queue: TrainingQueue, trainings: Trainings) -> None:
    gate = Gate()
    one, forgotten = (trainings.join("topic", "Topic", gate) for _ in range(2))
    assert gate.began.wait(LONG)
    del forgotten
    gc.collect()
    one.leave()
    finish(queue)
    assert not gate.go.is_set()


def test_what_was_left_by_all_is_begun_anew(queue: TrainingQueue, trainings: Trainings) -> None:
    gate = Gate()
    left = trainings.join("topic", "Topic", gate)
    assert gate.began.wait(LONG)
    left.leave()
    fresh = trainings.join("topic", "Topic", gate)
    gate.go.set()
    finish(queue)
    assert isinstance(left.poll(), Stopped)
    assert isinstance(fresh.poll(), Done)
    assert gate.times == 2


def test_a_failure_and_a_result_that_is_no_good_are_begun_anew(
    queue: TrainingQueue, trainings: Trainings
) -> None:
    broken, good = Gate(ValueError("expected this")), Gate()
    broken.go.set()
    good.go.set()
    failed = trainings.join("topic", "Topic", broken)
    finish(queue)
    assert isinstance(failed.poll(), Failed)
    first = trainings.join("topic", "Topic", good)
    finish(queue)
    state = first.poll()
    assert isinstance(state, Done)
    state.result.clear()
    trainings.join("topic", "Topic", good)
    finish(queue)
    assert good.times == 2


def test_a_result_lives_as_long_as_someone_holds_its_seat(
    queue: TrainingQueue, trainings: Trainings
) -> None:
    gate = Gate()
    gate.go.set()
    seat = trainings.join("topic", "Topic", gate)
    finish(queue)
    assert isinstance(seat.poll(), Done)
    del seat
    gc.collect()
    trainings.join("topic", "Topic", gate)
    finish(queue)
    assert gate.times == 2
