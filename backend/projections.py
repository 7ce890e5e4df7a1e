"""Queries, keys and values: what the heads of every layer make of that layer's input.

    weight of query i on key j = softmax over j of (query i · key j / sqrt(head width))
    what a head hands to i     = sum over j of weight (i, j) times value j

Source: Vaswani et al. 2017, Attention Is All You Need.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from backend.encoder_layers import encoder_layers
from backend.tensors import array_of
from backend.trace import FloatArray


@dataclass(frozen=True, eq=False)
class Projections:
    """What the heads compare and hand on; all arrays are read-only.

    queries: (layer, head, token, head_width), what a token looks for
    keys: (layer, head, token, head_width), what a token is found by
    values: (layer, head, token, head_width), what a token hands to those that look at it
    """

    queries: FloatArray
    keys: FloatArray
    values: FloatArray

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for array in (self.queries, self.keys, self.values):
            array.flags.writeable = False


def projections_of(module: Any, hidden: FloatArray, heads: int) -> Projections:
    """What an encoder's own weights make of the states that it had before each layer.

    module: an encoder of the transformers library: BERT, DistilBERT, RoBERTa or ELECTRA
    hidden: (layer + 1, token, width), as in `Trace.hidden`
    Raises ValueError if the states are not those of an encoder with so many layers.
    """
    layers = list(encoder_layers(module))
    if len(layers) != len(hidden) - 1:
        raise ValueError(f"expected states of {len(layers)} layers, got {len(hidden) - 1}")
    tokens, width = hidden.shape[1:]
    shape = (3, len(layers), heads, tokens, width // heads)
    found = np.empty(shape, np.float32)
    for place, (states, layer) in enumerate(zip(hidden[:-1], layers, strict=True)):
        for kind, linear in enumerate((layer.query, layer.key, layer.value)):
            projected = _applied(linear, states).reshape(tokens, heads, -1)
            found[kind, place] = projected.transpose(1, 0, 2)  # (head, token, head_width)
    return Projections(*found)


def _applied(linear: Any, states: FloatArray) -> FloatArray:
    """What a linear map makes of the states (token, width)."""
    weight, bias = array_of(linear.weight), array_of(linear.bias)  # (width out, width in), (out,)
    projected: FloatArray = states @ weight.T + bias
    return projected
