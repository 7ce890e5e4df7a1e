"""Processes that are started, watched, and ended together with all that they started themselves."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

END_SECONDS: Final = 15.0
"""How long a child may take to end in its own way."""
_PAUSE: Final = 0.05  # seconds between two looks at a process


class CannotStart(Exception):  # noqa: N818
    """Something is missing or has failed; `str()` says what, and what to do about it."""


@dataclass
class Child:
    """A process in a session of its own, which may be started anew once it has ended.

    name: how it is spoken of
    log: where what it writes goes; a second start adds to it
    environment: what it knows besides our own environment
    """

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it; whether it gets anywhere `wait_until` tells."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command,
                env=os.environ | dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process's id, which is its session's too; 0 before a start and after the end."""
        return self._process.pid if self._process else 0

    @property
    def is_running(self) -> bool:
        """Whether the process has been started and has not ended."""
        return bool(self.pid) and _code_of(self.pid) is None

    @property
    def how_it_ended(self) -> str:
        """In words, with where to read on."""
        return f"{self.name} has ended (code {_code_of(self.pid)}). Its log: {self.log}"

    def ask_to_end(self) -> None:
        """Let it end in its own way."""
        if self.is_running:
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it and all that it started, at once."""
        while self._process and (left := session_of(self.pid)):
            for process in left:
                _kill(process)
            time.sleep(_PAUSE)
        if self._process:
            self._process.wait()
        self._process = None

    def end(self, seconds: float = END_SECONDS) -> None:
        """Let it end in its own way; what of it is left after that time is killed."""
        end_all([self], seconds)


def end_all(children: Iterable[Child], seconds: float = END_SECONDS) -> None:
    """Let all of them end at the same time; what is left of them after that time is killed."""
    asked = list(children)
    for child in asked:
        child.ask_to_end()
    end = time.monotonic() + seconds
    while any(child.is_running for child in asked) and time.monotonic() < end:
        time.sleep(_PAUSE)
    for child in asked:
        child.kill()


def wait_until(is_ready: Callable[[], bool], children: Sequence[Child], seconds: float) -> None:
    """Until it is ready.

    Raises: CannotStart once one of the children has ended, or after that many seconds
    """
    end = time.monotonic() + seconds
    while not is_ready():
        for child in children:
            if not child.is_running:
                raise CannotStart(f"While it started, {child.how_it_ended}")
        if time.monotonic() > end:
            logs = ", ".join(str(child.log) for child in children)
            raise CannotStart(f"Nothing answered within {seconds:.0f} s. The logs: {logs}")
        time.sleep(_PAUSE)


def session_of(leader: int) -> list[int]:
    """The ids of all living processes of a session, whoever their parents are now."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "stat").read_text()
        except OSError:
            continue  # it has ended meanwhile
        state, _, _, session = told.rpartition(")")[2].split()[:4]
        if int(session) == leader and state not in "ZX":
            found.append(int(folder.name))
    return found


def _code_of(pid: int) -> int | None:
    """What a child ended with, negative for a signal; None while it runs.

    The process is left to be waited for: until then nobody else is given its number, so that what
    is killed by that number is ours.
    """
    told = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if told is None:
        return None
    return told.si_status if told.si_code == os.CLD_EXITED else -told.si_status


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # it has ended meanwhile
