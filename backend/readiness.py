"""Whether the server can answer at once: it is starting, then ready, or it has failed."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Final, Literal

from backend import log

Status = Literal["starting", "ready", "failed"]
HTTP: Final[dict[Status, int]] = {"starting": 503, "ready": 200, "failed": 500}
"""What each is over HTTP: who asks for a healthy server looks at this number alone."""


class Readiness:
    """How far a server's start has come; one thread prepares, any may ask."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Be starting, from now on."""
        self.status: Status = "starting"
        self._clock = clock
        self._began = clock()

    def prepare(self, work: Callable[[], None]) -> None:
        """Do what has to be done before the first visitor; the log tells how it ended."""
        try:
            work()
        except Exception as error:
            self.status = "failed"
            outcome = log.outcome_of(error)
            log.tell("start", logging.ERROR, error, seconds=self.seconds, outcome=outcome)
        else:
            self.status = "ready"
            log.tell("start", seconds=self.seconds, outcome="ok")

    @property
    def seconds(self) -> float:
        """Since the start began."""
        return self._clock() - self._began
