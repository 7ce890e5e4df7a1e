"""What could stand at a mask: the output layer of a masked-word model, read at any layer.

The layer was trained for the last hidden states; held against earlier ones it tells how far the
answer is at that depth (nostalgebraist 2020, "interpreting GPT: the logit lens").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.encoder import LabelLayer
from backend.model import Model
from backend.trace import FloatArray, IntArray, Trace

MASKS: Final = ("[MASK]", "<mask>")


@dataclass(frozen=True, eq=False)
class Filled:
    """What could stand at some tokens of a trace.

    positions: (place,), the tokens
    probabilities: (layer + 1, place, vocabulary), 0 to 1, each row sums to 1; read off the
        encoder's input first, off the last layer last: that is the model's own answer
    """

    positions: IntArray
    probabilities: FloatArray

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        self.positions.flags.writeable = False
        self.probabilities.flags.writeable = False

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        return self.positions.nbytes + self.probabilities.nbytes


class MaskedWords:
    """The output layer of a model that fills masks; several threads may use it at once.

    mask: what to type where a word is to be filled in
    pieces: the vocabulary by id
    layer: what fills them
    """

    def __init__(self, model: Model, layer: LabelLayer) -> None:
        """Put a model's output layer beside the model."""
        self.name = model.name
        self.pieces = model.pieces
        self.layer = layer
        self.mask = next((mark for mark in MASKS if mark in model.pieces), "")
        self._mask_id = model.pieces.index(self.mask) if self.mask else -1

    def masks(self, trace: Trace) -> IntArray:
        """Where the masks are: (place,)."""
        return np.flatnonzero(trace.ids == self._mask_id)

    def fill(self, trace: Trace, positions: Sequence[int] | IntArray | None = None) -> Filled:
        """What could stand at the masks of a trace of the same model, or at the tokens given."""
        where = self.masks(trace) if positions is None else np.array(positions, dtype=np.int64)
        return Filled(where, self.probabilities(trace.hidden[:, where]))

    def probabilities(self, vectors: FloatArray) -> FloatArray:
        """How likely each piece of the vocabulary is for each vector; each row sums to 1.

        vectors: (..., width)
        returns: (..., vocabulary)
        """
        return self.layer.probabilities(vectors)


def likeliest(probabilities: FloatArray, count: int) -> IntArray:
    """The ids of the `count` most likely pieces, most likely first, of equals the lower id first.

    probabilities: (..., vocabulary)
    returns: (..., count), fewer if the vocabulary is smaller
    """
    order: IntArray = np.argsort(-probabilities, axis=-1, kind="stable")[..., :count]
    return order
