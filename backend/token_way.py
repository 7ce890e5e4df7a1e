"""One token's way through the layers: what its vector stays like, and what it comes near to."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backend.similarity import nearest_rows, paired_cosines
from backend.trace import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Nearest:
    """The tokens most alike to one token in every layer, most alike first.

    tokens: (layer + 1, rank), places of tokens; the encoder's input first
    cosines: (layer + 1, rank), 1 the same direction
    """

    tokens: IntArray
    cosines: FloatArray


def likeness_to_input(hidden: FloatArray, token: int) -> FloatArray:
    """Cosine of the token's vector in every layer with the one it came in with: (layer + 1,).

    It begins at 1. hidden: (layer + 1, token, width), the encoder's input first
    """
    return paired_cosines(hidden[:, token], hidden[0, token])


def likeness_of_two(hidden: FloatArray, token: int, other: int) -> FloatArray:
    """Cosine of two tokens' vectors in every layer: (layer + 1,).

    hidden: (layer + 1, token, width)
    """
    return paired_cosines(hidden[:, token], hidden[:, other])


def neighbours_of(token: int, segments: IntArray) -> Mapping[str, int]:
    """The tokens before and after one, special ones too, by what they are called.

    segments: (token,)
    """
    places = {"previous": token - 1, "next": token + 1}
    return {name: place for name, place in places.items() if 0 <= place < len(segments)}


def candidates(token: int, segments: IntArray, special: BoolArray) -> IntArray:
    """The tokens that can be nearest: those of the other sentence, else the rest of its own.

    Special tokens are none of them. segments, special: (token,)
    """
    words = ~special & (np.arange(len(segments)) != token)
    other = words & (segments != segments[token])
    return np.flatnonzero(other if segments.any() else words)


def nearest_by_layer(hidden: FloatArray, token: int, among: IntArray, count: int) -> Nearest:
    """Which of the tokens `among` are most alike to one in every layer, `count` of them or fewer.

    hidden: (layer + 1, token, width); among: (candidate,)
    """
    found = [nearest_rows(vectors[token], vectors[among], count) for vectors in hidden]
    tokens = np.stack([among[places] for places, _ in found])  # (layer + 1, rank)
    return Nearest(tokens, np.stack([cosines for _, cosines in found]))
