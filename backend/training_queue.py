"""At most one training at a time on a server; whoever comes later stands in a line.

    job = queue.submit("Refine MiniLM", work)      work(report, should_stop) -> result
    job.poll()  ->  Waiting(place, ahead) | Running(progress) | Done(result) | Failed(error)
                    | Stopped(result)

A page polls its job while it is open. A job that nobody has polled for `patience` seconds is
taken out of the line, or asked to stop if it runs: its visitor has left. The queue itself keeps
no job that is over, so a result lives as long as the page that holds the job.

The server closes the queue when it ends: then the training ends at its next report, also one that
goes on when its visitor has left.
"""

import atexit
import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from time import monotonic
from typing import Any, Final, Generic

from backend import log
from backend.cluster import patiently
from backend.errors import ExplorerError, QueueFull, TrainingStopped, chain_of
from backend.fair_share import payer
from backend.memory import give_memory_back
from backend.training_states import (
    Ahead,
    Done,
    Failed,
    Over,
    Progress,
    Result,
    Running,
    State,
    Stopped,
    Waiting,
    Work,
)

PATIENCE: Final = 90.0
"""Seconds. Browsers let a page in the background speak only once a minute."""
LONGEST_LINE: Final = 50
MOST_OF_ONE: Final = 3
"""Trainings of one visitor that wait or run at once."""
_NICENESS: Final = 10  # pages go before training where both want the processor
_LAST_WAIT: Final = 5.0  # seconds a training gets to end when the server does


class Job(Generic[Progress, Result]):
    """One training in the queue; made by `TrainingQueue.submit`."""

    def __init__(
        self, queue: "TrainingQueue", name: str, work: Work[Progress, Result], now: float
    ) -> None:
        """Stand ready to be run by `queue`."""
        self.name = name
        self._queue = queue
        self._work: Work[Progress, Result] | None = work
        self._progress: Progress | None = None
        self._over: Over[Result] | None = None
        self._unwanted = False
        self._told = False  # the training knows that it is unwanted
        self._polled = self._asked = self._began = now
        self._payer = payer()

    def poll(self) -> State[Progress, Result]:
        """How it stands, without waiting; tells the queue that its visitor is still there."""
        return self._queue._state_of(self)

    def cancel(self) -> None:
        """Leave the line now, or ask the training to stop; a job that is over stays as it is."""
        self._queue._cancel(self)

    def _run(self) -> Over[Result]:
        work, self._work = self._work, None  # what it closes over must not outlive it
        try:
            with patiently():  # no page waits for it
                result = work(self._report, self._should_stop)  # type: ignore[misc]
        except TrainingStopped:
            return Stopped(None)
        except BaseException as error:  # else the line would stand still for ever
            return Stopped(None) if self._queue._closed else Failed(error)
        return Stopped(result) if self._told else Done(result)

    def _report(self, progress: Progress) -> None:
        if self._queue._closed:
            raise TrainingStopped("The server ends.")
        self._progress = progress

    def _should_stop(self) -> bool:
        with self._queue._lock:
            self._told = self._queue._is_unwanted(self)
        return self._told


class TrainingQueue:
    """A line of jobs and the one thread that works on them; all methods return at once."""

    def __init__(
        self,
        patience: float = PATIENCE,
        clock: Callable[[], float] = monotonic,
        longest: int = LONGEST_LINE,
    ) -> None:
        """Give up on visitors after `patience` seconds of `clock`; hold `longest` jobs at most."""
        self._patience = patience
        self._clock = clock
        self._longest = longest
        self._lock = threading.Lock()
        self._line: list[Job[Any, Any]] = []
        self._running: Job[Any, Any] | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, name: str, work: Work[Progress, Result]) -> Job[Progress, Result]:
        """A job at the end of the line; `name` is what others in the line read.

        Raises QueueFull if too many wait already, of all visitors or of this one, or if the server
        has no thread left to work on it.
        """
        with self._lock:
            self._drop_unwanted()
            self._check_share()
            if len(self._line) >= self._longest:
                raise QueueFull(
                    f"{self._longest} trainings are waiting on this server already. "
                    "Try again in some minutes; what you typed stays."
                )
            job = Job(self, name, work, self._clock())
            self._line.append(job)
            if self._thread is None:
                self._begin(job)
        return job

    def _begin(self, job: Job[Any, Any]) -> None:
        """Start the thread for the first job of the line."""
        thread = threading.Thread(target=self._work_off, daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the system gives none; the next one to come may get it
            self._line.remove(job)
            raise QueueFull(
                "This server is too busy to begin a training. Try again in some minutes; what you "
                "typed stays."
            ) from error
        self._thread = thread

    def _check_share(self) -> None:
        """Raise QueueFull if this thread's visitor has as many trainings here as one may have."""
        mine, jobs = payer(), [*self._line, *([self._running] if self._running else [])]
        if mine is not None and sum(job._payer is mine for job in jobs) >= MOST_OF_ONE:
            raise QueueFull(
                f"{MOST_OF_ONE} trainings of yours wait or run on this server already. Stop one, "
                "or wait until one is over; what you typed stays."
            )

    def close(self, seconds: float = _LAST_WAIT) -> None:
        """Cancel everything and wait for the running training to end, at most `seconds`."""
        with self._lock:
            self._closed = True
            jobs = [*self._line, *([self._running] if self._running else [])]
            thread = self._thread
        for job in jobs:
            job.cancel()
        if thread is not None:
            thread.join(seconds)

    def _work_off(self) -> None:
        """The thread: one job after the other until none is left."""
        _step_back()
        while (job := self._next()) is not None:
            over = job._run()
            self._log(job, over)
            if isinstance(over, Failed):
                _forget_where(over.error)
            give_memory_back()
            with self._lock:
                job._over, self._running = over, None
            del job, over  # no result is held while the thread looks for more

    def _next(self) -> "Job[Any, Any] | None":
        with self._lock:
            self._drop_unwanted()
            self._running = self._line.pop(0) if self._line else None
            if self._running is None:
                self._thread = None
            else:
                self._running._began = self._clock()
            return self._running

    def _log(self, job: Job[Any, Any], over: Over[Any]) -> None:
        """A line about a training that is over; the traceback of one that failed for no reader."""
        error = over.error if isinstance(over, Failed) else None
        failed = error is not None and not isinstance(error, ExplorerError)
        log.tell(
            "training",
            logging.ERROR if failed else logging.INFO,
            error if failed else None,
            name=job.name,
            waited=job._began - job._asked,
            seconds=self._clock() - job._began,
            outcome="stopped" if isinstance(over, Stopped) else log.outcome_of(error),
        )

    def _state_of(self, job: Job[Progress, Result]) -> State[Progress, Result]:
        with self._lock:
            job._polled = self._clock()
            self._drop_unwanted()
            if job._over is not None:
                return job._over
            if job is self._running:
                return Running(job._progress)
            running = self._running
            ahead = Ahead(running.name, running._progress) if running else None
            return Waiting(self._line.index(job) + 1, ahead)

    def _cancel(self, job: Job[Any, Any]) -> None:
        with self._lock:
            job._unwanted = True
            self._drop_unwanted()

    def _is_unwanted(self, job: Job[Any, Any]) -> bool:
        """Whether it was cancelled, or its visitor left; it stays so when that one comes back."""
        job._unwanted = job._unwanted or self._clock() - job._polled > self._patience
        return job._unwanted

    def _drop_unwanted(self) -> None:
        for job in [job for job in self._line if self._is_unwanted(job)]:
            self._line.remove(job)
            job._over, job._work = Stopped(None), None


@cache
def server_queue() -> TrainingQueue:
    """The one line of this server, which closes it when it ends; a script does so at its exit."""
    queue = TrainingQueue()
    atexit.register(queue.close)
    return queue


def _step_back() -> None:
    """Let other threads go first; Linux alone can do that for one thread."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def _forget_where(error: BaseException) -> None:
    """The log has told where it happened: variables there, and what closes over them, hold much."""
    for one in chain_of(error):
        traceback.clear_frames(one.__traceback__)
        one.__traceback__ = None
