"""Measuring a model's layers for parts of speech in the line of trainings, once for all visitors.

    start_measuring(name)       a job in the line, unless one waits or runs already
    state_of_measuring(name)    how it stands; asking also tells the line that somebody still waits
    cached_tag_accuracy(name)   the result, once `tag_accuracy_is_ready`

All visitors of one model share one job, which goes on as long as one of them has the page open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Final

from backend.cached import cached_tag_accuracy
from backend.catalogue import title_of
from backend.errors import TrainingStopped
from backend.tagger import TagAccuracy
from backend.training_queue import Job, server_queue
from backend.training_states import Running, State, Waiting


@dataclass(frozen=True)
class Measured:
    """How far it is: so many layers of so many."""

    layers: int
    of: int
    seconds_left: float | None

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return self.layers / self.of


_jobs: Final[dict[str, Job[Measured, TagAccuracy]]] = {}
_lock: Final = Lock()


def start_measuring(name: str) -> None:
    """Put the model's job into the line, unless one waits or runs already.

    Raises QueueFull if too many wait.
    """
    with _lock:
        if isinstance(state_of_measuring(name), Waiting | Running):
            return
        title = f"Measuring the layers of {title_of(name)}"
        _jobs[name] = server_queue().submit(
            title, lambda report, should_stop: _measure(name, report, should_stop)
        )


def state_of_measuring(name: str) -> State[Measured, TagAccuracy] | None:
    """How the model's job stands; None where there was none yet."""
    job = _jobs.get(name)
    return job.poll() if job else None


def _measure(
    name: str, report: Callable[[Measured], None], should_stop: Callable[[], bool]
) -> TagAccuracy:
    began = monotonic()

    def tell(done: int, total: int) -> None:
        if should_stop():
            raise TrainingStopped("Nobody waits for these numbers any more.")
        report(Measured(done, total, (monotonic() - began) * (total - done) / done))

    return cached_tag_accuracy(name, tell)
