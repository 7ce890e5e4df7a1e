"""What a reader takes away from a model before it reads again: heads, and tokens to look at."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.trace import BoolArray, FloatArray


@dataclass(frozen=True)
class SwitchedOff:
    """Heads whose values count as nothing, and tokens that only they themselves look at.

    Equal sets are equal values, in whatever order they were chosen.

    heads: layer and head of each, in order
    hidden: places of tokens, in order
    """

    heads: tuple[tuple[int, int], ...] = ()
    hidden: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Put both into order, each once."""
        object.__setattr__(self, "heads", tuple(sorted(set(self.heads))))
        object.__setattr__(self, "hidden", tuple(sorted(set(self.hidden))))

    def __bool__(self) -> bool:
        """Whether anything is switched off."""
        return bool(self.heads or self.hidden)

    @property
    def first(self) -> int:
        """The first layer in which something is other than before; 0 where nothing is."""
        return 0 if self.hidden or not self.heads else self.heads[0][0]

    def check(self, layers: int, heads: int, tokens: int) -> None:
        """Raise IndexError if there is no such head or token."""
        self.gates(layers, heads)
        self.visible(tokens)

    def gates(self, layers: int, heads: int) -> FloatArray:
        """What each head's values are multiplied by: (layer, head), 0 or 1.

        Raises IndexError if there is no such head.
        """
        gates = np.ones((layers, heads), np.float32)
        for layer, head in self.heads:
            gates[layer, head] = 0
        return gates

    def visible(self, tokens: int) -> BoolArray:
        """Which key each query may look at: (query, key).

        Raises IndexError if there is no such token.
        """
        visible = np.ones((tokens, tokens), np.bool_)
        visible[:, list(self.hidden)] = False
        np.fill_diagonal(visible, val=True)
        return visible


ALL_ON: Final = SwitchedOff()
"""Where nothing is switched off."""
