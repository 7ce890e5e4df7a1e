"""What one head does for one token, step by step, with every number on the way.

    query          = token's vector · W_Q + b_Q, keys and values likewise
    products       = query × key, dimension by dimension
    dot products   = sum of the products over the dimensions
    weights        = softmax(dot products / sqrt(head width))
    handed on      = sum over keys of weight × value
    contribution   = handed on · the head's slice of the output map
    attended       = sum of all heads' contributions + the output map's bias
    written        = layer norm(token's vector + attended)

Sources: Vaswani et al. 2017, section 3.2; Elhage et al. 2021, A Mathematical Framework for
Transformer Circuits (what the heads of a layer write, added up); Kobayashi et al. 2021.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from backend.encoder_layers import EncoderLayer, encoder_layers
from backend.switched_off import SwitchedOff
from backend.tensors import array_of
from backend.trace import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class HeadSteps:
    """The numbers of one head and one query; all arrays are read-only.

    states: (key, width), every token's vector as the layer reads it
    query_vector: (head_width,), what the query looks for
    keys: (key, head_width), what each token is found by
    visible: (key,), False for hidden tokens
    weights: (key,), they sum to 1; a hidden token's is 0
    undivided: (key,), what the softmax would give without the division
    values: (key, head_width), what each token hands to those that look at it
    value_lengths: (key,), how long each value is once the output map has taken it to full width;
        zero where the head is switched off
    contributions: (head, width), what each head of the layer adds to the query's vector; zero for
        a head that is switched off
    bias: (width,), what the output map adds whatever the heads found
    written: (width,), the query's vector after the layer's attention, layer-normalised
    """

    layer: int
    head: int
    query: int
    states: FloatArray
    query_vector: FloatArray
    keys: FloatArray
    visible: BoolArray
    weights: FloatArray
    undivided: FloatArray
    values: FloatArray
    value_lengths: FloatArray
    contributions: FloatArray
    bias: FloatArray
    written: FloatArray

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def head_width(self) -> int:
        """How many dimensions the head has."""
        return self.query_vector.size

    @cached_property
    def products(self) -> FloatArray:
        """The query times each key, dimension by dimension: (key, head_width)."""
        return _read_only(self.query_vector * self.keys)

    @cached_property
    def dot_products(self) -> FloatArray:
        """How well each key fits the query: (key,)."""
        return _read_only(self.keys @ self.query_vector)

    @cached_property
    def scaled(self) -> FloatArray:
        """The dot products divided by the square root of the head's width: (key,)."""
        return _read_only(self.dot_products / np.float32(np.sqrt(self.head_width)))

    @cached_property
    def weighted_values(self) -> FloatArray:
        """What each token hands to the query: (key, head_width)."""
        return _read_only(self.weights[:, None] * self.values)

    @cached_property
    def handed_on(self) -> FloatArray:
        """What the head gathers for the query: (head_width,)."""
        return _read_only(self.weights @ self.values)

    @property
    def contribution(self) -> FloatArray:
        """What this head adds to the query's vector: (width,)."""
        own: FloatArray = self.contributions[self.head]
        return own

    @property
    def own(self) -> FloatArray:
        """The query's vector as the layer reads it, to which the attention is added: (width,)."""
        own: FloatArray = self.states[self.query]
        return own

    @cached_property
    def attended(self) -> FloatArray:
        """What the layer's attention adds to the query's vector: (width,)."""
        return _read_only(self.contributions.sum(axis=0) + self.bias)


def head_steps_of(
    module: Any,
    states: FloatArray,
    attention: FloatArray,
    layer: int,
    head: int,
    query: int,
    *,
    off: SwitchedOff,
) -> HeadSteps:
    """One head's steps from an encoder's own weights and the vectors that its layer reads.

    module: an encoder of the transformers library: BERT, DistilBERT, RoBERTa or ELECTRA
    states: (token, width), as in `Trace.hidden[layer]`
    attention: (head, key), the query's weights, as in `Trace.attention[layer, :, query]`
    off: what was switched off when these came about
    """
    layers, heads = list(encoder_layers(module)), len(attention)
    parts = layers[layer]
    query_vector = _projected(parts.query, states[query], head, heads)
    keys = _projected(parts.key, states, head, heads)
    visible = off.visible(len(states))[query]
    scores = keys @ query_vector  # (key,)
    contributions = _contributions(parts, states, attention)
    gates = off.gates(len(layers), heads)[layer]
    contributions *= gates[:, None]
    values = _projected(parts.value, states, head, heads)
    bias = _weight(parts.output.bias)
    attended = contributions.sum(axis=0) + bias
    return HeadSteps(
        layer=layer,
        head=head,
        query=query,
        states=states,
        query_vector=query_vector,
        keys=keys,
        visible=visible,
        weights=_softmax(scores / np.float32(np.sqrt(keys.shape[1])), visible),
        undivided=_softmax(scores, visible),
        values=values,
        value_lengths=_lengths(parts, values, head) * gates[head],
        contributions=contributions,
        bias=bias,
        written=_normalised(parts.attention_norm, states[query] + attended),
    )


def _projected(linear: Any, states: FloatArray, head: int, heads: int) -> FloatArray:
    """What one head's part of a linear map makes of states: (..., width) to (..., head_width)."""
    weight, bias = _weight(linear.weight), _weight(linear.bias)
    size = len(bias) // heads
    own = slice(head * size, (head + 1) * size)
    return states @ weight[own].T + bias[own]


def _contributions(parts: EncoderLayer, states: FloatArray, weights: FloatArray) -> FloatArray:
    """What each head adds to the query's vector: (head, width).

    weights: (head, key). As they sum to 1, the mean of the values is the value of the mean vector.
    """
    heads = len(weights)
    means = weights @ states  # (head, width)
    handed_on = [_projected(parts.value, means[head], head, heads) for head in range(heads)]
    slices = np.split(_weight(parts.output.weight), heads, axis=1)  # (width, head_width) each
    return np.stack([part @ own.T for part, own in zip(handed_on, slices, strict=True)])


def _lengths(parts: EncoderLayer, values: FloatArray, head: int) -> FloatArray:
    """How long each value is after the head's slice of the output map: (key,)."""
    size = values.shape[1]
    own = _weight(parts.output.weight)[:, head * size : (head + 1) * size]  # (width, head_width)
    return np.asarray(np.linalg.norm(values @ own.T, axis=1), np.float32)


def _softmax(scores: FloatArray, visible: BoolArray) -> FloatArray:
    """Shares that sum to 1; what is not visible has none. scores, visible: (key,)"""
    powers = np.exp(np.where(visible, scores - scores[visible].max(), -np.inf))
    return np.asarray(powers / powers.sum(), np.float32)


def _normalised(norm: Any, vector: FloatArray) -> FloatArray:
    """A vector (width,) after a layer normalisation of the model."""
    centred = vector - vector.mean()
    spread = np.sqrt((centred**2).mean() + norm.eps)
    return np.asarray(centred / spread * _weight(norm.weight) + _weight(norm.bias), np.float32)


def _weight(parameter: Any) -> FloatArray:
    """The model's own memory as an array that cannot be written to."""
    return _read_only(array_of(parameter))


def _read_only(array: FloatArray) -> FloatArray:
    array.flags.writeable = False
    return array
