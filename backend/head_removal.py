"""How far every token's last vector moves when one head is switched off, for each head by itself.

    turned = 1 - cos(vector, vector without the head)
    moved  = |vector - vector without the head| / |vector|

`turned` is the one that heads are ranked by: what is made of a vector elsewhere in the app, its
nearest tokens above all, depends on its direction, and layer normalisation leaves the lengths of a
model's last vectors nearly equal, so that the other one says hardly anything more.
Source: Michel et al. 2019, Are Sixteen Heads Really Better than One? (heads taken away one by one).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.hub import Progress
from backend.model import Model
from backend.trace import FloatArray, Trace

RUN_TOKENS: Final = 1024
"""Tokens that run together; with 512 of them the weights of one layer of BERT take 25 MB."""


@dataclass(frozen=True, eq=False)
class HeadRemovals:
    """What the removal of each head does; the arrays are read-only.

    turned: (layer, head, token), 0 where the token's last vector keeps its direction, 1 where it
        stands at a right angle to it, 2 where it is turned around
    moved: (layer, head, token), length of the difference as a share of the vector's own length
    """

    turned: FloatArray
    moved: FloatArray

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        self.turned.flags.writeable = self.moved.flags.writeable = False

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        return self.turned.nbytes + self.moved.nbytes


def layer_removal(
    model: Model, trace: Trace, layer: int, progress: Progress | None = None
) -> HeadRemovals:
    """The removals of one layer's heads, each by itself; the arrays have one layer.

    The model stays as it is. Every run begins at this layer, below which nothing changes.

    trace: one of this model's own, with nothing switched off
    progress: called with the heads that are done and how many there are
    """
    gates = np.ones((model.heads, model.layers, model.heads), np.float32)  # (run, layer, head)
    gates[range(model.heads), layer, range(model.heads)] = 0
    size = max(1, RUN_TOKENS // len(trace.tokens))
    found = list[tuple[FloatArray, FloatArray]]()
    for start in range(0, model.heads, size):
        after = model.last_states(trace, layer, gates[start : start + size])
        found.append((cosine_distance(trace.hidden[-1], after), moved(trace.hidden[-1], after)))
        if progress:
            progress(min(start + size, model.heads), model.heads)
    turned, shifted = (np.concatenate(parts)[None] for parts in zip(*found, strict=True))
    return HeadRemovals(turned, shifted)


def joined(layers: Sequence[HeadRemovals]) -> HeadRemovals:
    """The removals of all layers as one."""
    return HeadRemovals(
        np.concatenate([each.turned for each in layers]),
        np.concatenate([each.moved for each in layers]),
    )


def cosine_distance(before: FloatArray, after: FloatArray) -> FloatArray:
    """1 - cosine of each vector and what it has become, exact near 0 too: (...,).

    It is half the squared length of the difference of the unit vectors; a vector of zeros stays
    one.

    before, after: (..., width), of one shape or stretched to one
    """
    one, other = _unit(before), _unit(after)
    distance: FloatArray = (((one - other) ** 2).sum(axis=-1) / 2).astype(np.float32)
    return distance


def moved(before: FloatArray, after: FloatArray) -> FloatArray:
    """How far each vector has moved, as a share of its own length: (...,).

    before, after: (..., width), of one shape or stretched to one
    """
    lengths = np.linalg.norm(before, axis=-1)
    way = np.linalg.norm(after - before, axis=-1)
    shares: FloatArray = np.divide(way, lengths, out=np.zeros_like(way), where=lengths > 0)
    return shares


def _unit(vectors: FloatArray) -> FloatArray:
    wide = vectors.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=-1, keepdims=True)
    units: FloatArray = np.divide(wide, lengths, out=np.zeros_like(wide), where=lengths > 0)
    return units
