"""What goes from machine to machine: arrays as they are, and what is said about them as JSON.

    unpacked(packed(value))     the value again; every array read-only

A value is None, a truth, a number, a text, an array, one of CLASSES, or a sequence of values, which
comes back as a tuple. The bytes are a safetensors file, so nothing that arrives is ever executed.
"""

import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Final

import numpy as np

from backend.classifier import LinearClassifier
from backend.encoder import Computed, Facts
from backend.gradient_weights import Influence
from backend.head_steps import HeadSteps
from backend.projections import Projections
from backend.switched_off import SwitchedOff
from backend.trace import Embeddings

CLASSES: Final = {
    kind.__name__: kind
    for kind in (
        Computed,
        Embeddings,
        Facts,
        HeadSteps,
        Influence,
        LinearClassifier,
        Projections,
        SwitchedOff,
    )
}
_TREE: Final = "value"  # the tensor that holds the JSON text


def packed(value: Any) -> bytes:
    """The value as bytes. Raises ValueError if it is, or holds, what cannot be sent."""
    from safetensors.numpy import save

    arrays: dict[str, Any] = {}
    text = json.dumps(_tree(value, arrays)).encode()
    return bytes(save({_TREE: np.frombuffer(text, np.uint8), **arrays}))


def unpacked(data: bytes) -> Any:
    """The value that these bytes were made of. Raises ValueError if they were made of none."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays = load(data)
        return _value(json.loads(arrays.pop(_TREE).tobytes()), arrays)
    except (SafetensorError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("expected what `packed` makes, got other bytes") from error


def _tree(value: Any, arrays: dict[str, Any]) -> Any:
    """The value as JSON knows it; arrays go into `arrays`, and their names stand for them."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        name = str(len(arrays))
        arrays[name] = np.ascontiguousarray(value)
        return {"array": name}
    if is_dataclass(value) and type(value).__name__ in CLASSES:
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        tree = {name: _tree(part, arrays) for name, part in parts.items()}
        return {"class": type(value).__name__, "fields": tree}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_tree(part, arrays) for part in value]
    raise ValueError(f"expected what can be sent, got {type(value).__name__}")


def _value(tree: Any, arrays: dict[str, Any]) -> Any:
    if isinstance(tree, list):
        return tuple(_value(part, arrays) for part in tree)
    if not isinstance(tree, dict):
        return tree
    if "array" in tree:
        array = arrays[tree["array"]]
        array.flags.writeable = False
        return array
    parts = {name: _value(part, arrays) for name, part in tree["fields"].items()}
    return CLASSES[tree["class"]](**parts)
