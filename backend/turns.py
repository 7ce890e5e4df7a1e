"""Costly pieces of work take turns, so that small ones of others always find a processor."""

import os
from contextlib import AbstractContextManager, nullcontext
from threading import BoundedSemaphore
from typing import Final

LONG_TOKENS: Final = 128
"""Texts of more tokens take a third of a second and more for a run, and seconds for many."""
LONG_CHARACTERS: Final = 600
"""What so many tokens are written with."""

_places: Final = BoundedSemaphore(max(1, (os.cpu_count() or 1) - 1))


def in_turn(costly: bool = True) -> AbstractContextManager[object]:
    """Held while something costly is computed: all processors but one at most are at such things.

    What is computed in it must not look for anything in a cache: another one may be computing
    that, and wait for its own turn.
    costly: False for what need not wait
    """
    return _places if costly else nullcontext()
