"""Costly pieces take turns; others wait for nobody."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend import turns
from backend.turns import in_turn


def test_costly_pieces_take_turns_and_others_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_places", threading.BoundedSemaphore(1))
    begun = threading.Event()

    def costly() -> None:
        with in_turn():
            begun.set()

    with in_turn(), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(costly)
        with in_turn(costly=False):
            assert not begun.wait(0.2)
        turns._places.release()
        waiting.result(10)
        turns._places.acquire()
    assert begun.is_set()
