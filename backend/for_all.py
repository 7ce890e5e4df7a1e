"""What takes a while, done in the line of trainings, once for all visitors who ask for the same.

    taggers.start(name)     a job in the line, unless one waits or runs already
    taggers.state(name)     how it stands; asking also tells the line that somebody still waits
    cached_tagger(name)     the result, once `taggers.is_ready(name)`

`accuracies` goes the same way to `cached_tag_accuracy`, `tasks` to `cached_task`.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Final, Generic, TypeVar

from cachetools import LRUCache

from backend.cached import (
    cached_tag_accuracy,
    cached_tagger,
    cached_task,
    tag_accuracy_is_ready,
    tagger_is_ready,
    task_is_ready,
)
from backend.catalogue import title_of
from backend.errors import TrainingStopped
from backend.hub import Progress
from backend.labelled_texts import LabelledTexts
from backend.training_queue import LONGEST_LINE, Job, server_queue
from backend.training_states import Running, State, Waiting

_JOBS: Final = 2 * LONGEST_LINE  # none that waits or runs is ever forgotten

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Steps:
    """How far it is: so many steps of so many."""

    done: int
    of: int
    seconds_left: float | None

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return self.done / self.of


class ForAll(Generic[Key]):
    """One kind of work: a job for each key, whose result goes into a cache."""

    def __init__(
        self,
        title: Callable[[Key], str],
        work: Callable[[Key, Progress], object],
        is_ready: Callable[[Key], bool],
        *,
        ends: bool,
        mark: Callable[[Key], Hashable] = lambda key: key,
    ) -> None:
        """Do `work`, which puts its result where `is_ready` looks.

        title: what others in the line read
        ends: whether it ends when nobody has asked for it for a while; else it is finished, once
            it has begun
        mark: what stands for a key, the same for equal ones, as long as its job is remembered: a
            long text had better not stay so long
        """
        self.is_ready: Final = is_ready
        self._title = title
        self._work = work
        self._ends = ends
        self._mark = mark
        self._jobs: LRUCache[Hashable, Job[Steps, None]] = LRUCache(_JOBS)
        self._lock = Lock()

    def start(self, key: Key) -> None:
        """Put the job into the line, unless one waits or runs already.

        Raises QueueFull if too many wait.
        """
        with self._lock:
            if isinstance(self._state(key), Waiting | Running):
                return
            self._jobs[self._mark(key)] = server_queue().submit(
                self._title(key),
                lambda report, should_stop: self._do(key, report, should_stop),
            )

    def state(self, key: Key) -> State[Steps, None] | None:
        """How the job stands; None where there was none yet."""
        with self._lock:
            return self._state(key)

    def _state(self, key: Key) -> State[Steps, None] | None:
        job = self._jobs.get(self._mark(key))
        return job.poll() if job else None

    def _do(
        self, key: Key, report: Callable[[Steps], None], should_stop: Callable[[], bool]
    ) -> None:
        began = monotonic()

        def tell(done: int, total: int) -> None:
            nonlocal began
            if self._ends and should_stop():
                raise TrainingStopped("Nobody waits for these numbers any more.")
            now = monotonic()
            if not done:
                began = now  # what goes before the first step says nothing of the others
            report(Steps(done, total, (now - began) * (total - done) / done if done else None))

        self._work(key, tell)


taggers: Final[ForAll[str]] = ForAll(
    lambda name: f"Training the layer for parts of speech on {title_of(name)}",
    lambda name, tell: cached_tagger(name, tell),
    lambda name: tagger_is_ready(name),
    ends=False,
)
accuracies: Final[ForAll[str]] = ForAll(
    lambda name: f"Measuring the layers of {title_of(name)}",
    lambda name, tell: cached_tag_accuracy(name, tell),
    lambda name: tag_accuracy_is_ready(name),
    ends=True,
)
tasks: Final[ForAll[tuple[str, LabelledTexts, int]]] = ForAll(
    lambda key: f"Training a last layer on {title_of(key[0])}",
    lambda key, tell: cached_task(*key, tell),
    lambda key: task_is_ready(*key),
    ends=True,
    mark=lambda key: (key[0], key[1].digest, key[2]),
)
