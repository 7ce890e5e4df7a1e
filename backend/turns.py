"""Pages take turns at the processors, and costly pieces of work among themselves.

    with page_in_turn():   as many pages are run at once as there are processors, or two
    with aside():          its page waits for something else here, so that another one may run;
                           then it goes on before those that have not begun
    with in_turn():        something costly: all processors but one at most are at such things

A hundred runs at once would get in each other's way at every lock of Streamlit's and Python's own:
one after the other they are done sooner, each of them and all together.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock, local
from time import monotonic
from typing import Final

LONG_TOKENS: Final = 128
"""Texts of more tokens take a third of a second and more for a run, and seconds for many."""
LONG_CHARACTERS: Final = 600
"""What so many tokens are written with."""
LONGEST_WAIT: Final = 4.0
"""Seconds. Then a page is run all the same: those before it may wait for something unforeseen."""

_PROCESSORS: Final = os.cpu_count() or 1
_places: Final = BoundedSemaphore(max(1, _PROCESSORS - 1))
_pages: Final = BoundedSemaphore(max(2, _PROCESSORS))  # so small ones pass by a costly one
_door: Final = Lock()
"""Of all pages that have not begun only one stands in line for a place, beside those that have."""


class _Mine(local):
    """Whether this thread has one of the places for pages."""

    has_place = False


_mine: Final = _Mine()


@contextmanager
def page_in_turn() -> Iterator[None]:
    """Held while a page is run; waits for its turn, but not for ever. Not to be nested."""
    end = monotonic() + LONGEST_WAIT
    is_next = _door.acquire(timeout=LONGEST_WAIT)
    try:
        _take_place(max(0.0, end - monotonic()))
    finally:
        if is_next:
            _door.release()
    try:
        yield
    finally:
        _give_place_back()


@contextmanager
def aside(waits: bool = True) -> Iterator[None]:
    """Held while a page waits for what others do, or for what takes none of the processors here.

    Elsewhere than in a page's thread, and within itself, it does nothing.
    waits: False for what is done here after all
    """
    had = waits and _give_place_back()
    try:
        yield
    finally:
        if had:
            _take_place(LONGEST_WAIT)


@contextmanager
def in_turn(costly: bool = True) -> Iterator[None]:
    """Held while something costly is computed.

    What is computed in it must not look for anything in a cache: another one may be computing
    that, and wait for its own turn.
    costly: False for what need not wait
    """
    if not costly:
        yield
        return
    with aside():
        _places.acquire()
    try:
        yield
    finally:
        _places.release()


def _take_place(seconds: float) -> None:
    """Wait for one, at most so long."""
    _mine.has_place = _pages.acquire(timeout=seconds)


def _give_place_back() -> bool:
    """Whether there was one to give back."""
    had, _mine.has_place = _mine.has_place, False
    if had:
        _pages.release()
    return had
