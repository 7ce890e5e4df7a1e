"""A bounded store of values that are computed once and shared by all who ask for them."""

import sys
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from threading import Lock
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from cachetools import LRUCache

from backend.errors import ShareUsedUp
from backend.fair_share import charged
from backend.turns import aside


class Sized(Protocol):
    """Something that knows how much memory it holds."""

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        ...


Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class _Kept(NamedTuple, Generic[Value]):
    value: Value
    size: int


class Room:
    """Bytes for the values of one store or of several: the one unused longest goes first."""

    def __init__(self, limit: int) -> None:
        """Room for so many bytes."""
        self.kept: LRUCache[Hashable, _Kept[Any]]
        self.kept = LRUCache(limit, getsizeof=lambda kept: kept.size)
        self.lock = Lock()


COMMON_BYTES: Final = 170_000_000
"""Two texts of 512 tokens read by the built-in model, as Compare needs, or 220 of 30 tokens."""

COMMON: Final = Room(COMMON_BYTES)
"""For traces and all that is as large: what one page needs little of, another one may take."""


class Shared(Generic[Key, Value]):
    """A bounded store in which each missing value is computed by one thread only.

    An exception reaches everybody who waits and is not kept: the next one to ask tries again.
    Who has a value computed pays for it (`backend.fair_share`); who waits for it or finds it does
    not.
    """

    def __init__(self, limit: int | Room, size: Callable[[Value], int]) -> None:
        """Keep values up to `limit` in all, or in a room with others, each counted as `size` says.

        The texts in a key of several parts count with it: a visitor's may be longer than what
        becomes of them.
        """
        self._size = size
        self._room = limit if isinstance(limit, Room) else Room(limit)
        self._pending: dict[Key, Future[Value]] = {}

    def find(self, key: Key, compute: Callable[[], Value]) -> Value:
        """The value kept under `key`, computed now if there is none."""
        while True:
            with self._room.lock:
                if (self, key) in self._room.kept:
                    value: Value = self._room.kept[self, key].value
                    return value
                waiting = self._pending.get(key)
                if waiting is None:
                    mine = self._pending[key] = Future()
                    break
            try:
                with aside():
                    return waiting.result()
            except CancelledError:
                continue  # that visitor left halfway; the next in line takes over
        return self._fill(key, mine, compute)

    def __contains__(self, key: Key) -> bool:
        """Whether a value is kept under `key` now."""
        with self._room.lock:
            return (self, key) in self._room.kept

    def _fill(self, key: Key, mine: Future[Value], compute: Callable[[], Value]) -> Value:
        try:
            with charged():
                value = compute()
        except BaseException as error:
            self._settle(key)
            if isinstance(error, Exception) and not isinstance(error, ShareUsedUp):
                mine.set_exception(error)
            else:  # stopped, or asked for by one without a share: nobody else's business
                mine.cancel()
            raise
        self._settle(key, value)
        mine.set_result(value)
        return value

    def _settle(self, key: Key, *values: Value) -> None:
        with self._room.lock:
            del self._pending[key]
            for value in values:
                size = self._size(value) + _text_bytes(key)
                if size <= self._room.kept.maxsize:  # else handed out, not kept
                    self._room.kept[self, key] = _Kept(value, size)


def _text_bytes(key: Hashable) -> int:
    parts = key if isinstance(key, tuple) else ()
    return sum(sys.getsizeof(part) for part in parts if isinstance(part, str))


def nbytes(value: Sized) -> int:
    """How much memory the value says it holds."""
    return value.nbytes
