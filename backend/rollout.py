"""Attention rollout: what each token is mixed from, followed down to the input.

    Ã(l)       = (mean over the heads of A(l) + I) / 2, each row brought to 1
    rollout(0) = Ã(0),  rollout(l) = Ã(l) rollout(l - 1)

I stands for the residual connection, by which a token keeps what it was. Values, layer
normalisations and feed-forward networks are left out of it.
Source: Abnar and Zuidema 2020, Quantifying Attention Flow in Transformers.
"""

import numpy as np
from numpy.typing import NDArray

from backend.trace import FloatArray

Doubles = NDArray[np.float64]


def mixing_weights(attention: FloatArray, gates: FloatArray) -> Doubles:
    """Ã: what each token after a layer is mixed from before it; each row sums to 1.

    A head that is switched off mixes nothing in; where all are, each token stays what it was.

    attention: (layer, head, query, key); gates: (layer, head), 0 = off, 1 = on
    returns: (layer, query, key)
    """
    layers, heads, tokens, _ = attention.shape
    mixing = np.empty((layers, tokens, tokens))
    for layer, (weights, gate) in enumerate(zip(attention, gates, strict=True)):
        mixing[layer] = np.tensordot(gate / heads, weights, 1) + np.eye(tokens)
    return np.asarray(mixing / mixing.sum(axis=2, keepdims=True))


def attention_rollout(mixing: Doubles) -> Doubles:
    """What each token after a layer is mixed from in the input; each row sums to 1.

    mixing: (layer, query, key), as `mixing_weights` gives it
    returns: (layer, query, key), key is a token of the input
    """
    rolled = mixing.copy()
    for layer in range(1, len(mixing)):
        rolled[layer] = mixing[layer] @ rolled[layer - 1]
    return rolled
