"""What the living diagram draws of a trace, as bytes for the browser.

A packet is little-endian throughout:

    length of the header (uint32) | header (JSON, padded with spaces to a multiple of 8)
    vectors (row, token, number) float32: the first numbers of some vectors
    weights (layer, query, key) uint16: see `quantize`
    pictures (layer, head, side, side) uint8: all heads small, for the eye only
"""

from typing import Final

import numpy as np

from backend.packing import header, quantize, small_pictures
from backend.trace import FloatArray, Trace

NUMBERS: Final = 8
"""So many numbers of each vector are drawn, its first ones."""

PICTURE_SIDE: Final = 20


def line_weights(attention: FloatArray, head: int | None) -> FloatArray:
    """One head's weights in every layer, or with None the mean of all heads: (layer, query, key).

    attention: (layer, head, query, key), each row sums to 1, and so does each row of the result
    Raises ValueError if there is no such head.
    """
    if head is None:
        mean: FloatArray = attention.mean(axis=1)
        return mean
    if not 0 <= head < attention.shape[1]:
        raise ValueError(f"expected a head from 0 to {attention.shape[1] - 1}, got {head}")
    return attention[:, head]


def first_numbers(trace: Trace) -> dict[str, FloatArray]:
    """The first numbers of each vector that is drawn, by the name of its row: (token, number).

    The rows from the bottom up: token, segment (not every model has it), position; sum, which
    is the encoder's input; vectors, which is T.
    """
    parts = {
        "token": trace.embeddings.token,
        "segment": trace.embeddings.segment,
        "position": trace.embeddings.position,
        "sum": trace.hidden[0],
        "vectors": trace.hidden[-1],
    }
    return {name: part[:, :NUMBERS] for name, part in parts.items() if part is not None}


def pack_diagram(trace: Trace, name: str, head: int | None) -> bytes:
    """The packet for lines of this head, or with None of the mean of all heads.

    Raises ValueError if there is no such head.
    """
    rows = first_numbers(trace)
    vectors = np.stack(list(rows.values())).astype("<f4")  # (row, token, number)
    side = min(len(trace.tokens), PICTURE_SIDE)
    fields = {
        "name": name,
        "layers": trace.layers,
        "heads": trace.heads,
        "tokens": len(trace.tokens),
        "rows": list(rows),
        "numbers": vectors.shape[2],
        "side": side,
    }
    parts = (
        vectors,
        quantize(line_weights(trace.attention, head)),
        small_pictures(trace.attention, side),
    )
    return header(fields) + b"".join(part.tobytes() for part in parts)
