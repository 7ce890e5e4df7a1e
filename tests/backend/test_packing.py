import json
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from backend.packing import (
    THUMBNAIL_SIDE,
    WHOLE_BYTES,
    pack_attention,
    pack_part,
    quantize,
    thumbnails,
    unpack_attention,
)
from backend.trace import BoolArray, FloatArray


def random_attention(layers: int, heads: int, tokens: int) -> FloatArray:
    random = np.random.default_rng(tokens)
    scores = random.normal(scale=2, size=(layers, heads, tokens, tokens)).astype(np.float32)
    weights: FloatArray = np.exp(scores)
    weights /= weights.sum(-1, keepdims=True)
    return weights


def ends_special(tokens: int) -> BoolArray:
    special = np.zeros(tokens, bool)
    special[[0, -1]] = True
    return special


def thousandths(weight: float) -> int:
    """Rounded half up, in decimal arithmetic, from the float's exact value."""
    return int((Decimal(weight) * 1000).quantize(Decimal(1), ROUND_HALF_UP))


def quantized(*weights: float) -> NDArray[np.uint16]:
    packed: NDArray[np.uint16] = quantize(np.array([weights], np.float32))[0]
    return packed


@given(st.floats(0, 1, width=32))
def test_three_decimals_are_exact(weight: float) -> None:
    assert quantized(weight)[0] >> 6 == thousandths(weight)


@given(st.integers(0, 2000), st.sampled_from([-1, 0, 1]))
def test_three_decimals_are_exact_beside_every_edge(half_thousandths: int, step: int) -> None:
    edge = np.float32(half_thousandths / 2000)
    weight = float(np.clip(np.nextafter(edge, np.float32(step + edge)), 0, 1))
    assert quantized(weight)[0] >> 6 == thousandths(weight)


@given(st.floats(0, 1, width=32))
def test_the_weight_itself_comes_back(weight: float) -> None:
    assert (int(quantized(weight)[0]) - 31.5) / 64000 == pytest.approx(weight, abs=8e-6)


def test_ends_of_the_range() -> None:
    assert quantized(0, 1).tolist() == [32, 64032]


@pytest.mark.parametrize("bad", [-0.001, 1.5, np.nan])
def test_what_is_no_weight_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="expected weights from 0 to 1"):
        quantized(bad)


def test_a_small_trace_is_sent_whole() -> None:
    attention = random_attention(2, 3, 5)
    packet = unpack_attention(pack_attention(attention, ends_special(5), "name", 1))
    assert (packet.name, packet.layers, packet.heads, packet.tokens) == ("name", 2, 3, 5)
    assert packet.first == 0
    assert packet.thumbnails is None
    np.testing.assert_array_equal(packet.weights, quantize(attention))


def test_the_layer_looked_at_does_not_change_a_small_packet() -> None:
    attention = random_attention(2, 3, 5)
    packets = {pack_attention(attention, ends_special(5), "name", layer) for layer in (0, 1)}
    assert len(packets) == 1


def test_weights_begin_where_the_browser_can_read_them_in_place() -> None:
    for name in ("a", "ab", "abc", "abcdefgh"):
        packet = pack_attention(random_attention(1, 1, 3), ends_special(3), name, 0)
        assert (4 + int.from_bytes(packet[:4], "little")) % 8 == 0


def test_bytes_a_weight() -> None:
    attention = random_attention(6, 12, 128)
    packet = pack_attention(attention, ends_special(128), "name", 0)
    assert len(packet) <= 2.2 * attention.size


def test_of_a_large_trace_one_layer_is_sent() -> None:
    attention = random_attention(3, 2, 70)
    special = ends_special(70)
    packet = unpack_attention(pack_attention(attention, special, "name", 1, whole=1000))
    assert packet.first == 1
    np.testing.assert_array_equal(packet.weights, quantize(attention[1:2]))
    assert packet.thumbnails is not None
    assert packet.thumbnails.shape == (2, 3, 2, THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    np.testing.assert_array_equal(packet.thumbnails, thumbnails(attention, special, 64))


def test_what_counts_as_large() -> None:
    special = ends_special(10)
    attention = random_attention(2, 1, 10)  # 400 bytes
    assert unpack_attention(pack_attention(attention, special, "", 0, 400)).thumbnails is None
    assert unpack_attention(pack_attention(attention, special, "", 0, 399)).thumbnails is not None
    assert 2 * 6 * 12 * 128**2 < WHOLE_BYTES < 2 * 6 * 12 * 512**2


@pytest.mark.parametrize("layer", [-1, 2])
def test_no_such_layer(layer: int) -> None:
    with pytest.raises(ValueError, match="expected a layer from 0 to 1"):
        pack_attention(random_attention(2, 1, 3), ends_special(3), "name", layer)


@pytest.mark.parametrize(("tokens", "side"), [(7, 3), (64, 64), (100, 64), (9, 9)])
def test_thumbnails_hold_the_largest_weight_of_each_block(tokens: int, side: int) -> None:
    attention = random_attention(2, 2, tokens)
    special = ends_special(tokens)
    plain = attention.copy()
    plain[:, :, special] = 0
    plain[..., special] = 0
    edges = [block * tokens // side for block in range(side + 1)]
    for which, weights in enumerate((attention, plain)):
        pictures = thumbnails(attention, special, side)[which]
        for row in (0, side // 2, side - 1):
            for column in range(side):
                block = weights[..., edges[row] : edges[row + 1], edges[column] : edges[column + 1]]
                expected = np.rint(255 * np.sqrt(block.max(axis=(-1, -2))))
                np.testing.assert_array_equal(pictures[..., row, column], expected)


def test_a_part_holds_one_head_and_one_row_of_every_head() -> None:
    attention = random_attention(2, 3, 7)
    packet = pack_part(attention, "ü part", 1, 2, 4)
    start = 4 + int.from_bytes(packet[:4], "little")
    assert start % 8 == 0
    assert json.loads(packet[4:start]) == {
        "name": "ü part", "layers": 2, "heads": 3, "tokens": 7, "layer": 1, "head": 2, "query": 4,
    }  # fmt: skip
    weights = np.frombuffer(packet, "<u2", offset=start)
    matrix, rows = weights[:49].reshape(7, 7), weights[49:].reshape(2, 3, 7)
    np.testing.assert_array_equal(matrix, quantize(attention[1])[2])
    np.testing.assert_array_equal(rows, quantize(attention)[:, :, 4])


def test_a_part_of_what_is_not_there() -> None:
    with pytest.raises(IndexError):
        pack_part(random_attention(2, 3, 7), "name", 1, 3, 0)
