"""Attention weights as bytes for the browser: two a weight, every number true to three decimals.

A packet is little-endian throughout:

    length of the header (uint32) | header (JSON, padded with spaces to a multiple of 8)
    weights (layer, head, query, key) uint16
    thumbnails (2, layer, head, side, side) uint8, only where not every layer is sent

A small trace is sent whole. Of a large one only the layer that is looked at is sent, with small
pictures of all heads; they are for the eye only, numbers never come from them.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from backend.trace import BoolArray, FloatArray

WHOLE_BYTES: Final = 4_500_000
"""Up to here every layer is sent at once: some 170 tokens of 6 x 12 heads."""

THUMBNAIL_SIDE: Final = 64

_STEPS: Final = 64  # steps of a packed weight between two neighbouring thousandths
_LARGEST: Final = 1.001  # softmax in float32 may end a little above one


@dataclass(frozen=True, eq=False)
class Packet:
    """What a packet holds, read back.

    name: which trace this is part of
    layers, heads, tokens: the size of the whole trace
    first: the layer that weights[0] belongs to
    weights: (layer, head, query, key) packed, see `quantize`
    thumbnails: (2, layer, head, side, side), see `thumbnails`; None where all layers are sent
    """

    name: str
    layers: int
    heads: int
    tokens: int
    first: int
    weights: NDArray[np.uint16]
    thumbnails: NDArray[np.uint8] | None


def is_sent_whole(attention: FloatArray, whole: int = WHOLE_BYTES) -> bool:
    """Whether a packet of these weights (layer, head, query, key) holds every layer."""
    return 2 * attention.size <= whole


def pack_attention(
    attention: FloatArray, special: BoolArray, name: str, layer: int, whole: int = WHOLE_BYTES
) -> bytes:
    """The packet for a reader who looks at `layer`; the same for every layer of a small trace.

    attention: (layer, head, query, key), each row sums to 1
    special: (token,), the tokens that a reader may want to hide
    Raises ValueError if a weight is not between 0 and 1, or there is no such layer.
    """
    layers, heads, tokens, _ = attention.shape
    if not 0 <= layer < layers:
        raise ValueError(f"expected a layer from 0 to {layers - 1}, got {layer}")
    all_of_it = is_sent_whole(attention, whole)
    first, count = (0, layers) if all_of_it else (layer, 1)
    head = {"name": name, "layers": layers, "heads": heads, "tokens": tokens}
    side = 0 if all_of_it else min(tokens, THUMBNAIL_SIDE)
    parts = [
        header({**head, "first": first, "count": count, "side": side}),
        quantize(attention[first : first + count]).tobytes(),
    ]
    if side:
        parts.append(thumbnails(attention, special, side).tobytes())
    return b"".join(parts)


def pack_part(attention: FloatArray, name: str, layer: int, head: int, query: int) -> bytes:
    """One head and, from every head, one query's row: all that a reader of large texts looks at.

    A packet's header, then the weights (query, key) and (layer, head, key), uint16.

    attention: (layer, head, query, key)
    Raises ValueError if a weight is not between 0 and 1; IndexError if there is no such head or
    query.
    """
    layers, heads, tokens, _ = attention.shape
    place = {"layer": layer, "head": head, "query": query}
    size = {"name": name, "layers": layers, "heads": heads, "tokens": tokens}
    parts = (attention[layer, head][None], attention[:, :, query])
    return header(size | place) + b"".join(quantize(part).tobytes() for part in parts)


def unpack_attention(packet: bytes) -> Packet:
    """What `pack_attention` put in."""
    start = 4 + int.from_bytes(packet[:4], "little")
    head = json.loads(packet[4:start])
    layers, heads, tokens, side = (head[key] for key in ("layers", "heads", "tokens", "side"))
    shape = (head["count"], heads, tokens, tokens)
    weights = np.frombuffer(packet, "<u2", int(np.prod(shape)), start).reshape(shape)
    rest = np.frombuffer(packet, np.uint8, offset=start + weights.nbytes)
    pictures = rest.reshape(2, layers, heads, side, side) if side else None
    return Packet(head["name"], layers, heads, tokens, head["first"], weights, pictures)


def quantize(weights: FloatArray) -> NDArray[np.uint16]:
    """Each weight as n = floor(64 (1000 w + 0.5)); 32 means no weight, 64032 all of it.

    n >> 6 is the weight in thousandths, rounded half up and exact: a float32 times 64000 needs
    31 binary digits, so float64 (53 digits) computes it without error. (n - 31.5) / 64000 is the
    weight to within 8e-6.

    Raises ValueError if a weight is not between 0 and 1.
    """
    if weights.size and not (weights.min() >= 0 and weights.max() <= _LARGEST):
        raise ValueError(f"expected weights from 0 to 1, got {weights.min()} to {weights.max()}")
    packed = np.empty(weights.shape, "<u2")
    for part, out in zip(weights, packed, strict=True):  # one layer at a time: small temporaries
        scaled = part.astype(np.float64)
        scaled *= 1000 * _STEPS
        scaled += _STEPS // 2
        out[...] = scaled  # casting cuts off the fraction
    return packed


def thumbnails(attention: FloatArray, special: BoolArray, side: int) -> NDArray[np.uint8]:
    """Small pictures of all heads, with all tokens and then without special ones.

    Each pixel is 255 times the square root of the largest weight under it: the square root keeps
    faint weights apart, the largest weight keeps thin lines visible.

    attention: (layer, head, query, key)
    special: (token,)
    returns: (2, layer, head, side, side)
    """
    starts = _starts(len(special), side)
    pictures = np.empty((2, *attention.shape[:2], side, side), np.uint8)
    for layer, weights in enumerate(attention):  # (head, query, key)
        rows = np.maximum.reduceat(weights, starts, axis=1)  # (head, side, key)
        pictures[0, layer] = _shades(np.maximum.reduceat(rows, starts, axis=2))
        for block in _blocks_with(special, starts):
            rows[:, block] = _largest_row(weights, special, starts, block)
        rows[:, :, special] = 0
        pictures[1, layer] = _shades(np.maximum.reduceat(rows, starts, axis=2))
    return pictures


def small_pictures(attention: FloatArray, side: int) -> NDArray[np.uint8]:
    """The first half of `thumbnails`, all tokens: (layer, head, side, side)."""
    starts = _starts(attention.shape[2], side)
    pictures = np.empty((*attention.shape[:2], side, side), np.uint8)
    for layer, weights in enumerate(attention):  # (head, query, key)
        rows = np.maximum.reduceat(weights, starts, axis=1)  # (head, side, key)
        pictures[layer] = _shades(np.maximum.reduceat(rows, starts, axis=2))
    return pictures


def _starts(tokens: int, side: int) -> NDArray[np.int64]:
    """The first token under each pixel."""
    starts: NDArray[np.int64] = np.arange(side) * tokens // side
    return starts


def _blocks_with(special: BoolArray, starts: NDArray[Any]) -> list[int]:
    found: list[int] = np.unique(
        np.searchsorted(starts, special.nonzero()[0], "right") - 1
    ).tolist()
    return found


def _largest_row(
    weights: FloatArray, special: BoolArray, starts: NDArray[Any], block: int
) -> FloatArray:
    """The largest weights (head, key) of the queries in a block that are not special."""
    end = starts[block + 1] if block + 1 < len(starts) else len(special)
    queries = np.arange(starts[block], end)
    plain = queries[~special[queries]]
    return np.asarray(weights[:, plain].max(axis=1, initial=0))


def _shades(weights: FloatArray) -> NDArray[np.uint8]:
    shades: NDArray[np.uint8] = np.rint(255 * np.sqrt(np.minimum(weights, 1))).astype(np.uint8)
    return shades


def header(fields: dict[str, Any]) -> bytes:
    """The beginning of a packet; what follows stands at a multiple of 8 bytes."""
    text = json.dumps(fields).encode()
    text += b" " * (-(4 + len(text)) % 8)
    return len(text).to_bytes(4, "little") + text
