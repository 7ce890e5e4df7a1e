"""One training for all who ask for the same one: each has a seat, and the last to rise stops it.

    seat = trainings.join(key, "Refine MiniLM", work)     work as for the queue
    seat.poll()      how the training stands, as a job of the queue tells it
    seat.leave()     the others' training goes on; where there are none it is stopped

A training is shared while it waits or runs, and after that as long as someone holds a seat of it
and its result is still good. One that failed or was stopped is begun anew.
"""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary, WeakSet, WeakValueDictionary

from backend.training_queue import Job, TrainingQueue
from backend.training_states import Done, Failed, Progress, Result, State, Stopped, Work

Key = TypeVar("Key", bound=Hashable)


class Seat(Generic[Progress, Result]):
    """One visitor's place at a training; made by `SharedTrainings.join`."""

    def __init__(
        self,
        job: Job[Progress, Result],
        rise: Callable[["Seat[Progress, Result]", Job[Progress, Result]], None],
    ) -> None:
        """Sit at a job; `rise` is told who leaves it."""
        self._job = job
        self._rise = rise
        self._left = False

    def poll(self) -> State[Progress, Result]:
        """How the training stands, without waiting; Stopped for who has left it.

        It tells the queue that its visitor is still there.
        """
        return Stopped(None) if self._left else self._job.poll()

    def leave(self) -> None:
        """Rise; a training that is not over is stopped if nobody else sits there."""
        self._left = True
        self._rise(self, self._job)


class SharedTrainings(Generic[Key, Progress, Result]):
    """The trainings of a queue by what is trained; who forgets a seat has left it."""

    def __init__(self, queue: TrainingQueue, is_good: Callable[[Result], bool]) -> None:
        """Let `queue` do the work; `is_good` tells whether a result is still worth sharing."""
        self._queue = queue
        self._is_good = is_good
        self._jobs: WeakValueDictionary[Key, Job[Progress, Result]] = WeakValueDictionary()
        self._seats: WeakKeyDictionary[Job[Progress, Result], WeakSet[Seat[Progress, Result]]]
        self._seats = WeakKeyDictionary()
        self._lock = threading.Lock()

    def join(self, key: Key, name: str, work: Work[Progress, Result]) -> Seat[Progress, Result]:
        """A seat at the training under `key`, which joins the queue now if there is none.

        name: what others in the line read
        Raises QueueFull if too many wait already.
        """
        with self._lock:
            job = self._jobs.get(key)
            if job is None or not self._is_worth_joining(job):
                job = self._queue.submit(name, work)
                self._jobs[key], self._seats[job] = job, WeakSet()
            seat = Seat(job, self._rise)
            self._seats[job].add(seat)
        return seat

    def _is_worth_joining(self, job: Job[Progress, Result]) -> bool:
        state = job.poll() if self._seats[job] else Stopped(None)
        if isinstance(state, Done):
            return self._is_good(state.result)
        return not isinstance(state, Failed | Stopped)

    def _rise(self, seat: Seat[Progress, Result], job: Job[Progress, Result]) -> None:
        with self._lock:
            self._seats[job].discard(seat)
            if not self._seats[job]:
                job.cancel()
