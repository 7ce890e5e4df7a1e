"""The models that are in memory, within a limit: room is made before another one is loaded.

Whoever holds a model's object may go on with it. A model leaves when there is no room, the one
that was asked for longest ago first, and only if nobody

- holds its object: a run or a training that is under way; a model that had left while it was held
  would take memory that nobody counts, and be loaded a second time beside itself
- looks at it: another visitor who asked for it last, less than LOOKING seconds ago
"""

import gc
import weakref
from collections.abc import Callable, Hashable, Iterator
from threading import Lock
from time import monotonic, sleep
from typing import Final, Generic, TypeVar

from cachetools import TTLCache

from backend.catalogue import title_of
from backend.errors import ServerFull
from backend.memory import check_fits, give_memory_back, model_room
from backend.shared import Shared
from backend.turns import aside

Held = TypeVar("Held")
LOOKING: Final = 60.0
"""Seconds that a model is kept for a visitor who looks at its page without asking for more."""
_MOST_VISITORS: Final = 10_000
_PATIENCE: Final = 3.0  # seconds to wait for runs that hold a model
_TICK: Final = 0.2


class LoadedModels(Generic[Held]):
    """Models by name, each loaded by one thread for all who ask; several threads may ask."""

    def __init__(
        self,
        load: Callable[[str], Held],
        needed: Callable[[str], int],
        *,
        clock: Callable[[], float] = monotonic,
        patience: float = _PATIENCE,
    ) -> None:
        """Hold as much as `model_room` allows.

        needed: bytes that a model takes, before it is loaded; 0 for one that always stays and
            does not count
        """
        self._load = load
        self._needed = needed
        self._clock = clock
        self._patience = patience
        self._lock = Lock()
        self._models: dict[str, Held] = {}  # the one that was asked for longest ago first
        self._sizes: dict[str, int] = {}  # of those that are loaded and of those that come
        self._asked: dict[str, float] = {}  # when each was asked for last
        self._choices: TTLCache[Hashable, str] = TTLCache(_MOST_VISITORS, LOOKING, clock)
        self._loading: Shared[str, Held] = Shared(0, lambda _: 1)  # it keeps none

    def find(self, name: str, visitor: Hashable = None) -> Held:
        """The model, loaded now if it is not here.

        visitor: who looks at it from now on, and at no other one; None for work that nobody sees
        Raises as `load` does, ModelTooLarge if it has no room even alone, ServerFull if the
        others are in use.
        """
        with self._lock:
            if visitor is not None:
                self._choices[visitor] = name
        if (model := self.here(name)) is not None:
            return model
        with aside():
            return self._loading.find(name, lambda: self._loaded(name, visitor))

    def __contains__(self, name: str) -> bool:
        """Whether `find` answers at once."""
        with self._lock:
            return name in self._models

    def here(self, name: str) -> Held | None:
        """The model if it is loaded, as one that was asked for now."""
        with self._lock:
            model = self._models.pop(name, None)
            if model is not None:
                self._put(name, model)
            return model

    def let_go(self, unused: float) -> None:
        """Drop the models that nobody has asked for in so many seconds, and that nobody holds."""
        with self._lock:
            since = self._clock() - unused
            old = [n for n in self._models if self._sizes[n] and self._asked[n] < since]
            dropped = [name for name in old if self._is_dropped(name)]
        if dropped:
            give_memory_back()

    def _put(self, name: str, model: Held) -> None:
        self._models[name] = model  # the newest comes last
        self._asked[name] = self._clock()

    def _loaded(self, name: str, visitor: Hashable) -> Held:
        if (model := self.here(name)) is not None:  # another thread was faster
            return model
        self._make_room(name, self._needed(name), visitor)
        try:
            model = self._load(name)
        except BaseException:
            with self._lock:
                del self._sizes[name]
            raise
        with self._lock:
            self._put(name, model)
        return model

    def _make_room(self, name: str, needed: int, visitor: Hashable) -> None:
        check_fits(name, needed)
        end = self._clock() + self._patience
        while not self._has_room(name, needed, visitor):
            if self._clock() >= end:
                raise self._full()
            gc.collect()  # pages that are over may hold models in circles of references
            sleep(_TICK)

    def _has_room(self, name: str, needed: int, visitor: Hashable) -> bool:
        """Take the room if there is enough, or can be once models that nobody needs have left."""
        with self._lock:
            spare, dropped = self._spare(visitor), False
            while needed > self._free() and (oldest := next(spare, None)):
                dropped |= self._is_dropped(oldest)
            fits = needed <= self._free()
            if fits:
                self._sizes[name] = needed
        if dropped:
            give_memory_back()
        return fits

    def _free(self) -> int:
        return model_room() - sum(self._sizes.values())

    def _spare(self, visitor: Hashable) -> Iterator[str]:
        """Loaded models that no other visitor looks at, the one unused longest first."""
        looked_at = {name for other, name in self._choices.items() if other != visitor}
        return iter([n for n in self._models if self._sizes[n] and n not in looked_at])

    def _is_dropped(self, name: str) -> bool:
        """Let go of a model; False, and all as it was, if somebody holds it."""
        order, watch = list(self._models), weakref.ref(self._models[name])
        del self._models[name]
        held = watch()
        if held is None:
            del self._sizes[name]
            return True
        self._models[name] = held
        self._models = {one: self._models[one] for one in order}
        return False

    def _full(self) -> ServerFull:
        with self._lock:
            titles = [title_of(name) for name in self._models if self._sizes[name]]
        return ServerFull(
            "The memory of this server is full of models that are in use: "
            f"{', '.join(titles) or 'one is being loaded'}. Choose one of those or the built-in "
            "model, or try again in a minute."
        )
