"""Everything a model computed for one input, frozen and checked."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def _require(name: str, array: NDArray[Any], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise ValueError(f"expected {name} of shape {shape}, got {array.shape}")


def _freeze(*arrays: NDArray[Any] | None) -> None:
    for array in arrays:
        if array is not None:
            array.flags.writeable = False


@dataclass(frozen=True, eq=False)
class Embeddings:
    """The vectors that are added up to make the encoder's input.

    token: (token, width), the row of the vocabulary's table
    segment: (token, width), or None where the model has no segment embeddings
    position: (token, width); a segment vector that is the same for every token, as RoBERTa
        has it, is part of it, so that the sum is the model's own
    input: (token, width), the sum, layer-normalised; equals `Trace.hidden[0]` except where
        the model projects it to another width first (small ELECTRA models)

    Raises ValueError if the shapes differ.
    """

    token: FloatArray
    segment: FloatArray | None
    position: FloatArray
    input: FloatArray

    def __post_init__(self) -> None:
        """Check the shapes and make the arrays read-only."""
        if self.token.ndim != 2:
            raise ValueError(f"expected token of shape (token, width), got {self.token.shape}")
        if self.segment is not None:
            _require("segment", self.segment, self.token.shape)
        _require("position", self.position, self.token.shape)
        _require("input", self.input, self.token.shape)
        _freeze(self.token, self.segment, self.position, self.input)

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        arrays = (self.token, self.segment, self.position, self.input)
        return sum(array.nbytes for array in arrays if array is not None)


class Reading(Protocol):
    """What controls and links must know of something that a model has read."""

    @property
    def tokens(self) -> tuple[str, ...]:
        """Every token that can be chosen."""
        ...

    @property
    def sentences(self) -> tuple[str, str | None]:
        """A and B as they were typed; B is None where there is none."""
        ...

    @property
    def layers(self) -> int:
        """Number of layers."""
        ...

    @property
    def heads(self) -> int:
        """Number of heads a layer."""
        ...


@dataclass(frozen=True, eq=False)
class Trace:
    """What the model read and what it made of it; all arrays are read-only.

    sentences: A and B as they were typed; B is None where there is none
    ids: (token,)
    segments: (token,), 0 = sentence A, 1 = sentence B
    special: (token,), True for [CLS], [SEP] and their like, added or typed
    spans: (token, 2), first character and the one after the last, in the token's own sentence;
        (0, 0) for tokens the tokenizer added
    attention: (layer, head, query, key), each row sums to 1
    hidden: (layer + 1, token, width), the encoder's input first, T last
    left_out: tokens cut off because the model reads no more

    Raises ValueError if the shapes do not fit each other.
    """

    model: str
    sentences: tuple[str, str | None]
    tokens: tuple[str, ...]
    ids: IntArray
    segments: IntArray
    special: BoolArray
    spans: IntArray
    attention: FloatArray
    hidden: FloatArray
    embeddings: Embeddings
    left_out: int

    def __post_init__(self) -> None:
        """Check the shapes and make the arrays read-only."""
        count = len(self.tokens)
        for name in ("ids", "segments", "special"):
            _require(name, getattr(self, name), (count,))
        _require("spans", self.spans, (count, 2))
        if self.attention.ndim != 4 or self.hidden.ndim != 3:
            raise ValueError(
                "expected attention (layer, head, query, key) and hidden (layer + 1, token, "
                f"width), got {self.attention.shape} and {self.hidden.shape}"
            )
        _require("attention", self.attention, (self.layers, self.heads, count, count))
        _require("hidden", self.hidden, (self.layers + 1, count, self.hidden.shape[2]))
        _require("token", self.embeddings.token, (count, self.embeddings.token.shape[1]))
        _freeze(self.ids, self.segments, self.special, self.spans, self.attention, self.hidden)

    @property
    def layers(self) -> int:
        """Number of layers."""
        return int(self.attention.shape[0])

    @property
    def heads(self) -> int:
        """Number of heads a layer."""
        return int(self.attention.shape[1])

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays; what a cache counts."""
        arrays = (self.ids, self.segments, self.special, self.spans, self.attention, self.hidden)
        return sum(array.nbytes for array in arrays) + self.embeddings.nbytes
