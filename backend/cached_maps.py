"""The words of two sentences on a map, kept in memory: computed once, shared, bounded in bytes.

What is drawn anew by itself, or waits for a reader's click, holds a `MapRecipe` and no vectors: of
a long text these are some megabytes, for each visitor.
"""

from dataclasses import dataclass
from typing import Final

from backend.cached import cached_trace
from backend.shared import COMMON, Shared, nbytes
from backend.token_map import TokenMap, map_of_pair, map_of_two


@dataclass(frozen=True)
class MapRecipe:
    """Everything from which a map is read once more.

    together: whether B is read with A, as one pair; a text without B always is
    """

    model: str
    a: str
    b: str | None
    together: bool

    def read(self) -> TokenMap:
        """The map, the same object for everybody. Raises as `cached_trace` does."""
        return _maps.find((self.model, self.a, self.b, self.together), self._map)

    def _map(self) -> TokenMap:
        if self.together or self.b is None:
            return map_of_pair(cached_trace(self.model, self.a, self.b))
        alone = cached_trace(self.model, self.a), cached_trace(self.model, self.b)
        return map_of_two(*alone)


_maps: Final[Shared[tuple[str, str, str | None, bool], TokenMap]] = Shared(COMMON, nbytes)
