"""A bounded store of values that are computed once and shared by all who ask for them."""

import sys
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from threading import Lock
from typing import Generic, NamedTuple, Protocol, TypeVar

from cachetools import LRUCache

from backend.errors import TooMuchAsked
from backend.fair_share import charged


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


class Shared(Generic[Key, Value]):
    """A bounded store in which each missing value is computed by one thread only.

    An exception reaches everybody who waits and is not kept: the next one to ask tries again.
    Who has a value computed pays for it (`backend.fair_share`); who waits for it or finds it does
    not.
    """

    def __init__(self, limit: int, size: Callable[[Value], int]) -> None:
        """Keep values up to `limit` in all, each counted as `size` says.

        The texts in a key of several parts count with it: a visitor's may be longer than what
        becomes of them.
        """
        self._size = size
        self._kept: LRUCache[Key, _Kept[Value]] = LRUCache(limit, getsizeof=lambda kept: kept.size)
        self._pending: dict[Key, Future[Value]] = {}
        self._lock = Lock()

    def find(self, key: Key, compute: Callable[[], Value]) -> Value:
        """The value kept under `key`, computed now if there is none."""
        while True:
            with self._lock:
                if key in self._kept:
                    return self._kept[key].value
                waiting = self._pending.get(key)
                if waiting is None:
                    mine = self._pending[key] = Future()
                    break
            try:
                return waiting.result()
            except CancelledError:
                continue  # that visitor left halfway; the next in line takes over
        return self._fill(key, mine, compute)

    def __contains__(self, key: Key) -> bool:
        """Whether a value is kept under `key` now."""
        with self._lock:
            return key in self._kept

    def _fill(self, key: Key, mine: Future[Value], compute: Callable[[], Value]) -> Value:
        try:
            with charged():
                value = compute()
        except BaseException as error:
            self._settle(key)
            if isinstance(error, Exception) and not isinstance(error, TooMuchAsked):
                mine.set_exception(error)
            else:  # stopped, or asked for by one without a share: nobody else's business
                mine.cancel()
            raise
        self._settle(key, value)
        mine.set_result(value)
        return value

    def _settle(self, key: Key, *values: Value) -> None:
        with self._lock:
            del self._pending[key]
            for value in values:
                size = self._size(value) + _text_bytes(key)
                if size <= self._kept.maxsize:  # else handed out, not kept
                    self._kept[key] = _Kept(value, size)


def _text_bytes(key: Hashable) -> int:
    parts = key if isinstance(key, tuple) else ()
    return sum(sys.getsizeof(part) for part in parts if isinstance(part, str))


def nbytes(value: Sized) -> int:
    """How much memory the value says it holds."""
    return value.nbytes
