import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from backend.diagram_packet import NUMBERS, PICTURE_SIDE, first_numbers, line_weights, pack_diagram
from backend.model import Model
from backend.trace import Trace


@pytest.fixture(scope="module")
def trace(minilm: Model) -> Trace:
    return minilm.trace("The cat climbed the tree because it was tall.", "It was scared.")


def read(packet: bytes) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """The header, and vectors, weights and pictures, read by hand."""
    start = 4 + int.from_bytes(packet[:4], "little")
    head = json.loads(packet[4:start])
    layers, heads, tokens, side = (head[name] for name in ("layers", "heads", "tokens", "side"))
    parts = (
        ("<f4", (len(head["rows"]), tokens, head["numbers"])),
        ("<u2", (layers, tokens, tokens)),
        ("u1", (layers, heads, side, side)),
    )
    arrays = []
    for kind, shape in parts:
        arrays.append(np.frombuffer(packet, kind, int(np.prod(shape)), start).reshape(shape))
        start += arrays[-1].nbytes
    assert start == len(packet)
    return head, arrays


def test_a_packet_holds_one_heads_weights_of_every_layer(trace: Trace) -> None:
    head, (_, weights, _) = read(pack_diagram(trace, "name", 1))
    assert head["name"] == "name"
    exact = trace.attention[:, 1].astype(np.float64)
    assert (weights >> 6 == np.floor(exact * 1000 + 0.5)).all()


def test_the_mean_is_over_the_heads_and_still_sums_to_one(trace: Trace) -> None:
    mean = line_weights(trace.attention, None)
    by_hand = sum(trace.attention[:, head] for head in range(trace.heads)) / trace.heads
    np.testing.assert_allclose(mean, by_hand, atol=1e-6)
    np.testing.assert_allclose(mean.sum(axis=-1), 1, atol=1e-5)
    _, (_, weights, _) = read(pack_diagram(trace, "name", None))
    assert np.abs((weights - 31.5) / 64000 - by_hand).max() < 1e-5


def test_the_bars_are_the_first_numbers_of_the_true_vectors(trace: Trace) -> None:
    head, (vectors, _, _) = read(pack_diagram(trace, "name", 0))
    assert head["rows"] == ["token", "segment", "position", "sum", "vectors"]
    parts = trace.embeddings
    assert parts.segment is not None
    true = (parts.token, parts.segment, parts.position, trace.hidden[0], trace.hidden[-1])
    for row, part in zip(vectors, true, strict=True):
        assert (row == part[:, :NUMBERS]).all()


def test_without_segment_embeddings_there_is_no_such_row(trace: Trace) -> None:
    without = replace(trace, embeddings=replace(trace.embeddings, segment=None))
    assert list(first_numbers(without)) == ["token", "position", "sum", "vectors"]
    assert read(pack_diagram(without, "name", 0))[0]["rows"] == list(first_numbers(without))


def test_pictures_are_small_and_the_darkest_where_the_weight_is(trace: Trace) -> None:
    head, (_, _, pictures) = read(pack_diagram(trace, "name", 0))
    tokens = len(trace.tokens)
    assert head["side"] == min(tokens, PICTURE_SIDE) == tokens
    shades = np.rint(255 * np.sqrt(np.minimum(trace.attention, 1)))
    assert (pictures == shades).all()


def test_a_long_text_has_pictures_of_the_same_size(minilm: Model) -> None:
    trace = minilm.trace("word " * 700)
    head, (_, weights, pictures) = read(pack_diagram(trace, "name", 3))
    assert weights.shape == (6, 512, 512)
    assert pictures.shape == (6, 12, PICTURE_SIDE, PICTURE_SIDE)
    assert pictures[3, 3, 0, 0] == round(
        255 * float(np.sqrt(trace.attention[3, 3, :25, :25].max()))
    )
    assert head["tokens"] == 512


@pytest.mark.parametrize("head", [-1, 12])
def test_there_is_no_such_head(trace: Trace, head: int) -> None:
    with pytest.raises(ValueError, match=f"got {head}"):
        pack_diagram(trace, "name", head)
