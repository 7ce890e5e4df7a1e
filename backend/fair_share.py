"""What one visitor may have computed: seconds of a processor, which come back with time.

    pays(find)        whose share is spent in a thread is what `find` says there
    with charged():   whatever is computed in here is paid by that visitor
    with paid_by(payer):   the same in another thread that works for that visitor
    with drawing():   a page, or a part of it, is drawn in its turn, and that is paid too

A share is a bucket of seconds that fills up slowly. What was begun is always finished, so a bucket
can be overdrawn; then nothing new is begun until some of it has come back. Only what really has to
be computed costs much: of what is kept already, or computed for others just now, only drawing it is
paid. That is never refused; who has used up a share and has one page drawn after the other is drawn
them more slowly.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, local
from time import monotonic, sleep, thread_time
from typing import Final

from backend.errors import ShareUsedUp
from backend.turns import page_in_turn

SECONDS: Final = 30.0
"""Of one processor, for a visitor who has not asked for anything yet."""
PER_SECOND: Final = 0.25
"""What comes back: a new pair of 30 tokens costs 0.02 s, its flow 0.1 s."""
_ENOUGH: Final = 1.0
"""Seconds that have to be there again before a visitor who has used up all goes on."""
_LONGEST_REST: Final = 2.0


class FairShare:
    """The seconds of one visitor; several threads may use it at once."""

    def __init__(
        self,
        seconds: float = SECONDS,
        per_second: float = PER_SECOND,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Hold `seconds` at most, all of them now; `per_second` of `clock` come back."""
        self._most = self._left = seconds
        self._per_second = per_second
        self._clock = clock
        self._told = clock()
        self._used_up = False
        self._lock = Lock()

    def wait(self) -> float:
        """Seconds until this visitor may begin something new; 0 where it may be now."""
        with self._lock:
            self._fill()
            if self._left >= _ENOUGH:
                self._used_up = False
            missing = _ENOUGH - self._left
            return missing / self._per_second if self._used_up else 0.0

    def spend(self, seconds: float) -> None:
        """So much has been computed."""
        with self._lock:
            self._fill()
            self._left -= seconds
            self._used_up = self._used_up or self._left <= 0

    def _fill(self) -> None:
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._told) * self._per_second)
        self._told = now


def pays(find: Callable[[], FairShare | None]) -> None:
    """Let `find` say whose share is spent in the thread that asks; None where it is nobody's."""
    global _find
    _find = find


def payer() -> FairShare | None:
    """Whose share is spent in this thread; it also tells one visitor from another."""
    return _whose.get() or _find()


@contextmanager
def charged(whose: FairShare | None = None) -> Iterator[None]:
    """What is computed in here is paid by one visitor, once where nested.

    whose: that visitor's share, where the thread is no page's; None for whose thread this is
    Raises ShareUsedUp where nothing is left of that visitor's share.
    """
    share = None if _is_paid.get() else whose or payer()
    if share is None:
        yield
        return
    if wait := share.wait():
        raise ShareUsedUp(wait)
    with paid_by(share):
        yield


@contextmanager
def paid_by(share: FairShare | None) -> Iterator[None]:
    """What this thread computes in here is paid from this share, also if nothing is left of it.

    For threads that work on what was begun in another one; None where nobody pays.
    """
    began = thread_time()
    whose, paid = _whose.set(share), _is_paid.set(True)
    try:
        yield
    finally:
        _is_paid.reset(paid)
        _whose.reset(whose)
        took = thread_time() - began
        _paid_here.seconds += took
        if share is not None:
            share.spend(took)


@contextmanager
def drawing() -> Iterator[None]:
    """A page is drawn, in its turn; what that takes beside what is computed is paid by its visitor.

    A part of a page that is drawn with it is paid with it, one that is drawn by itself likewise.
    Where nothing is left, this thread rests afterwards until as much has come back, for some
    seconds at most; meanwhile what that visitor asks for adds up to one page.
    """
    if _paid_here.is_drawing:
        yield
        return
    share = payer()
    began = thread_time() - _paid_here.seconds
    _paid_here.is_drawing = True
    try:
        with page_in_turn():
            yield
    finally:
        _paid_here.is_drawing = False
        took = thread_time() - _paid_here.seconds - began
        if share is not None:
            share.spend(took)
            if share.wait():
                sleep(min(took / PER_SECOND, _LONGEST_REST))


class _Paid(local):
    """What has been paid of this thread's time, and whether `drawing` will see to the rest."""

    seconds = 0.0
    is_drawing = False


def _nobody() -> FairShare | None:
    return None


_find: Callable[[], FairShare | None] = _nobody
_is_paid: ContextVar[bool] = ContextVar("is_paid", default=False)
_whose: ContextVar[FairShare | None] = ContextVar("whose", default=None)
_paid_here: Final = _Paid()
