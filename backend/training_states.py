"""Where a training stands: what `Job.poll` answers, and what a training reports of itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Advance(Protocol):
    """What a training reports: whatever its page draws, and at least how far it is."""

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        ...

    @property
    def seconds_left(self) -> float | None:
        """An estimate, None while there is none."""
        ...


Progress = TypeVar("Progress", bound=Advance)
Result = TypeVar("Result")

Work = Callable[[Callable[[Progress], None], Callable[[], bool]], Result]
"""A training: it calls report(progress) as it goes and ends soon after should_stop() is true,
by returning what is worth keeping, or by raising TrainingStopped."""


@dataclass(frozen=True)
class Ahead:
    """What others may know of the job that runs: its name, and how far it is."""

    name: str
    progress: Advance | None


@dataclass(frozen=True)
class Waiting:
    """Not begun. `place` counts from 1, the next to run; `ahead` is what runs now."""

    place: int
    ahead: Ahead | None


@dataclass(frozen=True)
class Running(Generic[Progress]):
    """Under way; `progress` is the last report, None before the first."""

    progress: Progress | None


@dataclass(frozen=True)
class Done(Generic[Result]):
    """Over, with its result."""

    result: Result


@dataclass(frozen=True)
class Failed:
    """Over, with the very exception that ended it; its frames hold no variables any more."""

    error: BaseException


@dataclass(frozen=True)
class Stopped(Generic[Result]):
    """Ended before its time; `result` is what the training kept then, None if nothing."""

    result: Result | None


Over = Done[Result] | Failed | Stopped[Result]
State = Waiting | Running[Progress] | Over[Result]
