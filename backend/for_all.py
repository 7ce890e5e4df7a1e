"""What takes a while for a model, done in the line of trainings, once for all visitors.

    taggers.start(name)     a job in the line, unless one waits or runs already
    taggers.state(name)     how it stands; asking also tells the line that somebody still waits
    cached_tagger(name)     the result, once `taggers.is_ready(name)`

`accuracies` goes the same way to `cached_tag_accuracy`. All visitors of one model share one job.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Final

from backend.cached import (
    cached_tag_accuracy,
    cached_tagger,
    tag_accuracy_is_ready,
    tagger_is_ready,
)
from backend.catalogue import title_of
from backend.errors import TrainingStopped
from backend.hub import Progress
from backend.training_queue import Job, server_queue
from backend.training_states import Running, State, Waiting


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


class ForAll:
    """One kind of work: a job a model, whose result goes into a cache."""

    def __init__(
        self,
        title: str,
        work: Callable[[str, Progress], object],
        is_ready: Callable[[str], bool],
        *,
        ends: bool,
    ) -> None:
        """Do `work`, which puts its result where `is_ready` looks.

        title: what others in the line read, before the model's title
        ends: whether it ends when nobody has asked for it for a while; else it is finished, once
            it has begun
        """
        self.is_ready: Final = is_ready
        self._title = title
        self._work = work
        self._ends = ends
        self._jobs: dict[str, Job[Steps, None]] = {}
        self._lock = Lock()

    def start(self, name: str) -> None:
        """Put the model's job into the line, unless one waits or runs already.

        Raises QueueFull if too many wait.
        """
        with self._lock:
            if isinstance(self.state(name), Waiting | Running):
                return
            self._jobs[name] = server_queue().submit(
                f"{self._title} {title_of(name)}",
                lambda report, should_stop: self._do(name, report, should_stop),
            )

    def state(self, name: str) -> State[Steps, None] | None:
        """How the model's job stands; None where there was none yet."""
        job = self._jobs.get(name)
        return job.poll() if job else None

    def _do(
        self, name: str, report: Callable[[Steps], None], should_stop: Callable[[], bool]
    ) -> None:
        began = monotonic()

        def tell(done: int, total: int) -> None:
            if self._ends and should_stop():
                raise TrainingStopped("Nobody waits for these numbers any more.")
            report(Steps(done, total, (monotonic() - began) * (total - done) / done))

        self._work(name, tell)


taggers: Final = ForAll(
    "Training the layer for parts of speech on",
    lambda name, tell: cached_tagger(name, tell),
    lambda name: tagger_is_ready(name),
    ends=False,
)
accuracies: Final = ForAll(
    "Measuring the layers of",
    lambda name, tell: cached_tag_accuracy(name, tell),
    lambda name: tag_accuracy_is_ready(name),
    ends=True,
)
