"""One job for all visitors of a model, in the line of trainings."""

import gc
import weakref
from collections.abc import Callable, Iterator
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest

from backend import for_all
from backend.cached_measures import asked_text, texts
from backend.errors import NotAModel
from backend.for_all import ForAll, accuracies, taggers, tasks
from backend.labelled_texts import LabelledTexts
from backend.tagger import TagAccuracy
from backend.training_queue import TrainingQueue
from backend.training_states import Done, Failed, Running, Stopped, Waiting
from backend.unknown_tokens import UnknownTokens

FOUND = TagAccuracy((0.5, 0.6), 0.4, 3, 2, (), UnknownTokens(0, 9))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """A line of our own, and the time it goes by."""
    clock = Clock()
    queue = TrainingQueue(patience=90, clock=clock)
    monkeypatch.setattr(for_all, "server_queue", lambda: queue)
    monkeypatch.setattr(accuracies, "_jobs", {})
    monkeypatch.setattr(taggers, "_jobs", {})
    monkeypatch.setattr(tasks, "_jobs", {})
    monkeypatch.setattr(texts, "_jobs", {})
    yield clock
    queue.close()


def until(name: Any, wanted: type[Any], work: ForAll[Any] = accuracies) -> Any:
    end = monotonic() + 30
    while monotonic() < end:
        state = work.state(name)
        if isinstance(state, wanted):
            return state
        sleep(0.005)
    raise AssertionError(f"expected {wanted}, got {state}")


def measured_by(monkeypatch: pytest.MonkeyPatch, work: Callable[..., TagAccuracy]) -> None:
    monkeypatch.setattr(for_all, "cached_tag_accuracy", work)


def test_all_visitors_share_one_measuring(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    go, asked = Event(), list[str]()

    def work(name: str, tell: Callable[[int, int], None]) -> TagAccuracy:
        asked.append(name)
        tell(1, 4)
        go.wait(30)
        return FOUND

    measured_by(monkeypatch, work)
    assert accuracies.state("minilm") is None
    for _ in range(30):
        accuracies.start("minilm")
    accuracies.start("other")
    state = until("minilm", Running)
    while state.progress is None:
        state = until("minilm", Running)
    assert (state.progress.done, state.progress.of, state.progress.share) == (1, 4, 0.25)
    assert isinstance(accuracies.state("other"), Waiting)
    go.set()
    until("minilm", Done)
    until("other", Done)
    assert asked == ["minilm", "other"]


def test_what_goes_before_the_first_step_does_not_count_as_one(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(for_all, "monotonic", clock)
    told = list[float | None]()

    def work(name: str, tell: Callable[[int, int], None]) -> TagAccuracy:
        for now, done in ((50, 0), (60, 0), (62, 1), (70, 2)):
            clock.now = now
            tell(done, 5)
            state = accuracies.state(name)
            assert isinstance(state, Running)
            assert state.progress is not None
            told.append(state.progress.seconds_left)
        return FOUND

    measured_by(monkeypatch, work)
    accuracies.start("minilm")
    until("minilm", Done)
    assert told == [None, None, 8, 15]


def test_an_error_is_kept_until_it_is_tried_again(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(name: str, tell: Callable[[int, int], None]) -> TagAccuracy:
        raise NotAModel("damaged")

    measured_by(monkeypatch, work)
    accuracies.start("broken")
    assert str(until("broken", Failed).error) == "damaged"
    measured_by(monkeypatch, lambda *_: FOUND)
    accuracies.start("broken")
    until("broken", Done)


def a_table() -> LabelledTexts:
    return LabelledTexts(("A text.", "Another one."), ("a", "b"))


@pytest.mark.parametrize("over", [Done, Failed])
def test_what_was_asked_for_is_let_go_of_when_it_is_over(
    over: type[Any], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table has up to 2 MB, and the last hundred jobs are remembered."""

    def work(*_: object) -> None:
        if over is Failed:
            raise NotAModel("damaged")

    monkeypatch.setattr(for_all, "cached_task", work)
    monkeypatch.setattr("backend.cached_measures.cached_text", work)
    table, asked = a_table(), asked_text("minilm", "A text.")
    held = weakref.ref(table), weakref.ref(asked)
    tasks.start(("minilm", table, 6))
    texts.start(asked)
    del table, asked
    until(("minilm", a_table(), 6), over, tasks)
    until(asked_text("minilm", "A text."), over, texts)
    gc.collect()
    assert [one() for one in held] == [None, None]
    assert tasks.state(("minilm", a_table(), 5)) is None
    assert texts.state(asked_text("minilm", "Another text.")) is None


def test_it_ends_when_nobody_looks_any_more(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, gone, ended, told = Event(), Event(), Event(), list[int]()

    def work(name: str, tell: Callable[[int, int], None]) -> TagAccuracy:
        begun.set()
        gone.wait(30)
        try:
            for layer in (1, 2):
                tell(layer, 2)
                told.append(layer)
        finally:
            ended.set()
        return FOUND

    measured_by(monkeypatch, work)
    accuracies.start("minilm")
    assert begun.wait(30)
    clock.now = 100
    gone.set()
    assert ended.wait(30)  # to ask how it stands would tell that somebody looks
    until("minilm", Stopped)
    assert told == []
    accuracies.start("minilm")
    until("minilm", Done)


def test_a_tagger_once_begun_is_trained_for_whoever_comes_next(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, gone, ended = Event(), Event(), Event()

    def train(name: str, tell: Callable[[int, int], None]) -> None:
        begun.set()
        gone.wait(30)
        tell(3, 4)
        ended.set()

    monkeypatch.setattr(for_all, "cached_tagger", train)
    taggers.start("minilm")
    assert begun.wait(30)
    clock.now = 100
    gone.set()
    assert ended.wait(30)
