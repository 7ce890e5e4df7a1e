"""The words of two sentences in one plane, from the encoder's input to its last layer."""

from dataclasses import dataclass

import numpy as np

from backend.projection import principal_components
from backend.similarity import paired_cosines
from backend.trace import BoolArray, FloatArray, IntArray, Trace


@dataclass(frozen=True, eq=False)
class TokenMap:
    """Where each word stands after each layer, and how alike the words are that A and B share.

    Tokens the tokenizer added are left out. Layer 0 is the encoder's input.
    segments: (token,), 0 = sentence A, 1 = sentence B
    hidden: (layer + 1, token, width), as the model computed it
    points: (layer + 1, token, 2), the same vectors seen from the two directions in which all
        layers together spread most; each layer is centred on the mean of its tokens
    share: (2,), the part of the spread that each direction shows, 0 to 1
    pairs: (pair, 2), index of a word in A and of the same word in B
    similarity: (layer + 1, pair), cosine of the two; 1 the same direction
    """

    tokens: tuple[str, ...]
    segments: IntArray
    hidden: FloatArray
    points: FloatArray
    share: FloatArray
    pairs: IntArray
    similarity: FloatArray

    @property
    def nbytes(self) -> int:
        """Memory the arrays hold."""
        arrays = (self.segments, self.hidden, self.points, self.share, self.pairs, self.similarity)
        return sum(array.nbytes for array in arrays)


def map_of_pair(trace: Trace) -> TokenMap:
    """The map of sentences that were read together, as one pair."""
    return token_map(trace.tokens, trace.segments, trace.special, trace.hidden)


def map_of_two(first: Trace, second: Trace) -> TokenMap:
    """The map of two sentences that were read each on its own."""
    return token_map(
        first.tokens + second.tokens,
        np.repeat([0, 1], [len(first.tokens), len(second.tokens)]),
        np.concatenate([first.special, second.special]),
        np.concatenate([first.hidden, second.hidden], axis=1),
    )


def token_map(
    tokens: tuple[str, ...], segments: IntArray, special: BoolArray, hidden: FloatArray
) -> TokenMap:
    """One plane for all layers, so that a word can be followed through them.

    segments, special: (token,); hidden: (layer + 1, token, width)
    """
    shown = np.flatnonzero(~special) if not special.all() else np.arange(len(tokens))
    words = tuple(tokens[index] for index in shown)
    vectors = hidden[:, shown]  # (layer + 1, token, width)
    points, share = _common_plane(vectors)
    pairs = shared_words(words, segments[shown])
    return TokenMap(
        tokens=words,
        segments=segments[shown],
        hidden=vectors,
        points=points,
        share=share,
        pairs=pairs,
        similarity=paired_cosines(vectors[:, pairs[:, 0]], vectors[:, pairs[:, 1]]),
    )


def shared_words(tokens: tuple[str, ...], segments: IntArray) -> IntArray:
    """Each word of A that also stands in B: the first with the first, the second with the second.

    (pair, 2), indices into `tokens`, in A's order.
    """
    places: dict[str, tuple[list[int], list[int]]] = {}
    for index, (token, segment) in enumerate(zip(tokens, segments, strict=True)):
        places.setdefault(token, ([], []))[int(segment)].append(index)
    pairs = sorted(pair for a, b in places.values() for pair in zip(a, b, strict=False))
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def path_of(vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Some words' way through the layers in the plane that shows most of this very way.

    vectors: (layer + 1, token, width). Points (layer + 1, token, 2) and the share of each
    direction (2,).
    """
    layers, count, width = vectors.shape
    points, share = principal_components(vectors.reshape(layers * count, width), 2)
    return points.reshape(layers, count, 2), share


def _common_plane(vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
    return path_of(vectors - vectors.mean(axis=1, keepdims=True))
