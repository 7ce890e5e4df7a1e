"""What goes from machine to machine comes back as it was, and nothing else is taken."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from safetensors.numpy import save

from backend.classifier import LinearClassifier
from backend.encoder import Computed, Facts
from backend.gradient_weights import Influence
from backend.model import Model
from backend.switched_off import SwitchedOff
from backend.trace import Embeddings
from backend.wire import packed, unpacked

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


@given(st.recursive(PLAIN, lambda inner: st.lists(inner).map(tuple), max_leaves=20))
def test_plain_values_come_back(value: object) -> None:
    assert unpacked(packed(value)) == value


@given(
    st.sampled_from([np.float32, np.int64, np.bool_]).flatmap(
        lambda kind: arrays(kind, array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4))
    )
)
def test_arrays_come_back_bit_for_bit_and_read_only(array: "np.typing.NDArray[np.generic]") -> None:
    found = unpacked(packed((array, "beside it")))[0]
    assert found.dtype == array.dtype
    assert found.shape == array.shape
    assert found.tobytes() == array.tobytes()
    assert not found.flags.writeable


def test_a_part_of_an_array_is_sent_as_what_it_shows() -> None:
    whole = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    np.testing.assert_array_equal(unpacked(packed(whole[:, ::2].T)), whole[:, ::2].T)


def test_what_encoders_give_comes_back(minilm: Model) -> None:
    pieces = minilm.tokenizer.split("The cat sat.", "It slept.")
    found = minilm.encoder.read(pieces.ids, pieces.segments)
    again = unpacked(packed(found))
    assert isinstance(again, Computed)
    np.testing.assert_array_equal(again.attention, found.attention)
    np.testing.assert_array_equal(again.hidden, found.hidden)
    assert isinstance(again.embeddings, Embeddings)
    np.testing.assert_array_equal(again.embeddings.token, found.embeddings.token)
    np.testing.assert_array_equal(again.embeddings.input, found.embeddings.input)
    steps = minilm.head_steps(minilm.trace("The cat sat."), 1, 2, 3)
    other = unpacked(packed(steps))
    for name, value in vars(steps).items():
        np.testing.assert_array_equal(getattr(other, name), value)


def test_embeddings_without_segments_come_back() -> None:
    rows = np.ones((2, 3), np.float32)
    assert unpacked(packed(Embeddings(rows, None, rows, rows))).segment is None


def test_what_is_asked_comes_back() -> None:
    off = SwitchedOff(heads=((1, 2), (0, 3)), hidden=(4,))
    layer = LinearClassifier(np.eye(2, 3, dtype=np.float32), np.zeros(2, np.float32), ("a", "b"))
    again, same = unpacked(packed((layer, off)))
    assert same == off
    assert again.classes == ("a", "b")
    np.testing.assert_array_equal(again.weight, layer.weight)
    facts = Facts("bert", 6, 12, 384, 30522, 7, 3, 28, 12)
    assert unpacked(packed(facts)) == facts
    influence = unpacked(packed(Influence(np.zeros((1, 1, 2, 2), np.float32), 3, 0.25)))
    assert (influence.label, influence.probability) == (3, 0.25)


@pytest.mark.parametrize("value", [{1, 2}, object(), {"a": 1}, b"bytes", 1j])
def test_nothing_else_is_sent(value: object) -> None:
    with pytest.raises(ValueError, match="expected what can be sent"):
        packed((value,))


def as_sent(tree: object) -> bytes:
    return bytes(save({"value": np.frombuffer(json.dumps(tree).encode(), np.uint8)}))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nothing of ours",
        packed((1, 2))[:-3],
        bytes(save({"other": np.zeros(3, np.uint8)})),
        as_sent({"class": "Path", "fields": {}}),
        as_sent({"class": "SwitchedOff", "fields": {"heads": 7}}),
        as_sent({"array": "../../7"}),
        as_sent({"what": 1}),
        b"\x80\x04\x95\x1f\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
    ],
)
def test_other_bytes_are_told_apart(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011, what a library says of them is its own matter
        unpacked(data)
