"""The small BERT of a server: trained once, in the line of trainings, for all who watch.

    room = classroom()
    room.start(visitor)    a training in the line; whoever comes while it waits or runs joins it
    room.stop(visitor)     ends it, unless others have asked for it too
    room.state()           how the newest training stands
    room.course()          what it has learned so far, or what one came to before
    room.model()           the model under its name, once a training has gone to its end

A training that runs goes on when all have left: it takes a minute or two, and others will want
what it comes to. One that still waits in the line leaves it when nobody has its page open any more.
The first whole training is kept as long as the server lives. A later one begins with the same first
weights and reads the same sentences, so it shows the same again.
"""

import os
from collections.abc import Callable, Hashable
from functools import cache
from threading import Lock
from typing import Final

from backend.errors import NotTrained
from backend.masked_words import MaskedWords
from backend.model import Model
from backend.small_bert import SmallBert
from backend.small_training import STEPS, SmallProgress, train_small_bert
from backend.training_queue import Job, TrainingQueue, server_queue
from backend.training_states import Done, Running, State, Stopped, Waiting

SETTING: Final = "EXPLORER_SMALL_STEPS"
"""The environment variable with the steps of a training, for servers that are slower."""
MOST_STEPS: Final = 10_000
_TITLE: Final = "Training the small BERT"


class Classroom:
    """One small BERT and all who watch it learn; several threads may use it at once."""

    def __init__(self, queue: TrainingQueue, steps: int) -> None:
        """Let `queue` do the work, `steps` steps at each training."""
        self.steps = steps
        self._queue = queue
        self._lock = Lock()
        self._job: Job[SmallProgress, SmallBert] | None = None
        self._asked: set[Hashable] = set()
        self._last: SmallBert | None = None
        self._whole: SmallBert | None = None

    def start(self, visitor: Hashable) -> None:
        """Begin a training for this visitor, or join the one that waits or runs.

        Raises QueueFull if too many wait in the line.
        """
        with self._lock:
            # Where nobody asks for it any more it is about to stop.
            if not (self._asked and isinstance(self._state(), Waiting | Running)):
                self._job = self._queue.submit(_TITLE, self._train)
                self._asked = set()
            self._asked.add(visitor)

    def stop(self, visitor: Hashable) -> None:
        """Ask for it no more; it stops if nobody else does."""
        with self._lock:
            self._asked.discard(visitor)
            if self._job and not self._asked:
                self._job.cancel()

    def has_asked(self, visitor: Hashable) -> bool:
        """Whether this visitor has started or joined the newest training, and not stopped it."""
        return visitor in self._asked

    def state(self) -> State[SmallProgress, SmallBert] | None:
        """How the newest training stands; None before the first."""
        with self._lock:
            return self._state()

    def course(self) -> SmallProgress | SmallBert | None:
        """What can be looked at: the training that runs, else the first whole one.

        Before there is a whole one it is the last that learned anything, None if none did.
        """
        with self._lock:
            state = self._state()
            running = state.progress if isinstance(state, Running) else None
            return running or self._last

    @property
    def is_ready(self) -> bool:
        """Whether a training has gone to its end."""
        self.state()
        return self._whole is not None

    def trained(self) -> SmallBert:
        """What the first whole training came to.

        Raises NotTrained before there is one.
        """
        state = self.state()
        if self._whole is not None:
            return self._whole
        if isinstance(state, Waiting | Running):
            raise NotTrained(
                "The small BERT of this server is being trained just now. Watch it on the Cloze "
                "page, or choose another model until then."
            )
        raise NotTrained(
            "The small BERT of this server has not been trained yet. Train it on the Cloze page, "
            "which takes a minute or two, or choose another model."
        )

    def model(self) -> Model:
        """The trained model. Raises NotTrained before there is one."""
        return self.trained().model()

    def masked_words(self, model: Model) -> MaskedWords:
        """What fills masks in the traces of `model`. Raises NotTrained before it is trained."""
        return self.trained().last.masked_words(model)

    def _state(self) -> State[SmallProgress, SmallBert] | None:
        """How it stands; takes the result over when there is one."""
        state = self._job.poll() if self._job else None
        if isinstance(state, Done | Stopped) and state.result is not None:
            if state.result.complete:
                self._whole = self._whole or state.result
            self._last = self._whole or state.result
        return state

    def _train(
        self, report: Callable[[SmallProgress], None], should_stop: Callable[[], bool]
    ) -> SmallBert:
        def tell(progress: SmallProgress) -> None:
            report(progress)
            self.state()  # to the line this says that somebody still wants it

        return train_small_bert(tell, should_stop, steps=self.steps)


@cache
def classroom() -> Classroom:
    """The one of this server. Raises ValueError if SETTING is no good number of steps."""
    return Classroom(server_queue(), steps_of(os.environ.get(SETTING, "")))


def steps_of(setting: str) -> int:
    """The steps that a setting asks for, STEPS where it is empty.

    Raises ValueError if it is no whole number from 1 to MOST_STEPS.
    """
    if not setting:
        return STEPS
    if not (setting.isascii() and setting.isdigit() and 1 <= int(setting) <= MOST_STEPS):
        raise ValueError(f"expected {SETTING} from 1 to {MOST_STEPS}, got {setting!r}")
    return int(setting)
