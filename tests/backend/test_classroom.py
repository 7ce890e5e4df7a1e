import time
from collections.abc import Callable, Iterator
from threading import Event

import numpy as np
import pytest

from backend import classroom as module
from backend.classroom import MOST_STEPS, Classroom, steps_of
from backend.errors import NotTrained, QueueFull
from backend.small_bert import NAME, Scores, SmallBert, Snapshot
from backend.small_training import STEPS, SmallProgress
from backend.training_queue import TrainingQueue
from backend.training_states import Done, Failed, Running, Stopped, Waiting

UNTRAINED = Snapshot(0, Scores(0, 0, 0), {})


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def result(steps: int, *, complete: bool) -> SmallBert:
    return SmallBert(0, np.zeros(steps, np.float32), (UNTRAINED,), complete, 1.0)


def progress(step: int, steps: int) -> SmallProgress:
    return SmallProgress(step, steps, (1.0,) * step, (UNTRAINED,), 1.0)


class Training:
    """Stands in for the real one: it takes a step whenever it is let."""

    def __init__(self) -> None:
        self.runs = 0
        self.may_end = Event()

    def __call__(
        self,
        report: Callable[[SmallProgress], None],
        should_stop: Callable[[], bool],
        *,
        steps: int,
    ) -> SmallBert:
        self.runs += 1
        report(progress(1, steps))
        while not self.may_end.wait(0.005):
            if should_stop():
                return result(1, complete=False)
        return result(steps, complete=True)


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> Iterator[Training]:
    stand_in = Training()
    monkeypatch.setattr(module, "train_small_bert", stand_in)
    yield stand_in
    stand_in.may_end.set()


@pytest.fixture
def room() -> Iterator[Classroom]:
    queue = TrainingQueue()
    yield Classroom(queue, 30)
    queue.close()


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 300  # a training goes last on a busy machine
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def is_running(room: Classroom) -> bool:
    return isinstance(room.state(), Running) and room.course() is not None


def test_a_class_of_thirty_trains_once(room: Classroom, training: Training) -> None:
    assert (room.state(), room.course(), room.is_ready) == (None, None, False)
    for visitor in range(30):
        room.start(visitor)
    until(lambda: is_running(room))
    assert all(room.has_asked(visitor) for visitor in range(30))
    training.may_end.set()
    until(lambda: room.is_ready)
    assert training.runs == 1
    assert isinstance(room.state(), Done)
    assert room.course() is room.trained()


def test_it_stops_when_nobody_asks_for_it_any_more(room: Classroom, training: Training) -> None:
    room.start("teacher")
    room.start("pupil")
    until(lambda: is_running(room))
    room.stop("teacher")
    assert not room.has_asked("teacher")
    time.sleep(0.05)
    assert is_running(room)
    room.stop("pupil")
    until(lambda: isinstance(room.state(), Stopped))
    course = room.course()
    assert isinstance(course, SmallBert)
    assert not course.complete
    assert not room.is_ready
    with pytest.raises(NotTrained, match="Cloze page"):
        room.model()
    training.may_end.set()
    room.start("teacher")
    until(lambda: room.is_ready)
    assert training.runs == 2


def test_who_starts_while_it_is_about_to_stop_gets_a_new_one(
    room: Classroom, training: Training
) -> None:
    room.start("one")
    until(lambda: is_running(room))
    room.stop("one")
    room.start("two")
    training.may_end.set()
    until(lambda: room.is_ready)
    assert training.runs == 2


def test_the_first_whole_training_is_kept(room: Classroom, training: Training) -> None:
    training.may_end.set()
    room.start("one")
    until(lambda: room.is_ready)
    first = room.trained()
    training.may_end.clear()
    room.start("two")
    until(lambda: is_running(room))
    assert isinstance(room.course(), SmallProgress)
    assert room.trained() is first
    room.stop("two")
    until(lambda: isinstance(room.state(), Stopped))
    assert room.course() is first
    assert room.trained() is first


def test_it_goes_on_when_all_have_left(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    asked: list[bool] = []

    def train(
        report: Callable[[SmallProgress], None], should_stop: Callable[[], bool], *, steps: int
    ) -> SmallBert:
        for step in range(1, steps + 1):
            clock.now += 60
            report(progress(step, steps))
            asked.append(should_stop())
        return result(steps, complete=True)

    monkeypatch.setattr(module, "train_small_bert", train)
    queue = TrainingQueue(patience=90, clock=clock)
    room = Classroom(queue, 5)
    room.start("somebody")
    until(lambda: len(asked) == 5)
    assert asked == [False] * 5
    until(lambda: room.is_ready)
    queue.close()


def test_others_trainings_come_first_and_a_full_line_says_so(training: Training) -> None:
    queue = TrainingQueue(longest=1)
    may_end = Event()
    queue.submit("another", lambda report, should_stop: may_end.wait(60))
    room = Classroom(queue, 5)
    until(lambda: not queue._line)
    room.start("me")
    state = room.state()
    assert isinstance(state, Waiting)
    assert (state.place, state.ahead and state.ahead.name) == (1, "another")
    with pytest.raises(NotTrained, match="being trained just now"):
        room.model()
    with pytest.raises(QueueFull):
        Classroom(queue, 5).start("somebody else")
    room.stop("me")
    assert room.state() == Stopped(None)
    assert room.course() is None
    may_end.set()
    queue.close()


def test_a_training_that_breaks_off_can_be_started_again(
    room: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> SmallBert:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(module, "train_small_bert", fail)
        room.start("me")
        until(lambda: isinstance(room.state(), Failed))
    assert room.course() is None
    monkeypatch.setattr(module, "train_small_bert", lambda *_, **__: result(30, complete=True))
    room.start("me")
    until(lambda: room.is_ready)


def test_a_real_one_fills_masks(room: Classroom) -> None:
    room.start("me")
    until(lambda: room.is_ready)
    model = room.model()
    assert model.name == NAME
    assert len(room.trained().losses) == 30
    filled = room.masked_words(model).fill(model.trace("the [MASK] was wide ."))
    np.testing.assert_allclose(filled.probabilities.sum(axis=-1), 1, atol=1e-5)


def test_steps_of_a_setting() -> None:
    assert steps_of("") == STEPS
    assert steps_of("40") == 40
    for bad in ("0", "-3", "many", "1.5", "²", str(MOST_STEPS + 1)):
        with pytest.raises(ValueError, match="EXPLORER_SMALL_STEPS"):
            steps_of(bad)
