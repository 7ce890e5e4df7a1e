"""Weights times the length of what they weigh.

    f(x) = (W_V x + b_V) taken through the head's slice of W_O, the map that joins the heads
    share of key j in what query i is handed = α(i, j) ‖f(x_j)‖ / Σ over k of α(i, k) ‖f(x_k)‖

The bias of the values, b_V, counts, because it is handed on with every value; that of the joined
heads does not, because no key brings it.
Source: Kobayashi et al. 2020, Attention is Not Only a Weight: Analyzing Transformers with Vector
Norms.
"""

from collections.abc import Sequence

import numpy as np

from backend.trace import FloatArray


def value_lengths(values: FloatArray, outputs: Sequence[FloatArray]) -> FloatArray:
    """How long the vector is that each token hands on in each head; 0 = it hands on nothing.

    values: (layer, head, token, head_width)
    outputs: for each layer its W_O, (width, heads side by side)
    returns: (layer, head, token)
    """
    squares = np.empty(values.shape[:3], np.float32)
    heads, head_width = values.shape[1], values.shape[3]
    for place, (layer, output) in enumerate(zip(values, outputs, strict=True)):
        slices = output.reshape(-1, heads, head_width).transpose(
            1, 2, 0
        )  # (head, head_width, width)
        products = slices @ slices.transpose(0, 2, 1)  # |v S|² = v S Sᵀ vᵀ: S Sᵀ is much smaller
        squares[place] = ((layer @ products) * layer).sum(axis=2)
    return np.sqrt(np.maximum(squares, 0))


def length_shares(attention: FloatArray, lengths: FloatArray) -> FloatArray:
    """Each weight times its key's length, as shares of the query's row.

    A row sums to 1, and to 0 where no key hands on anything.

    attention: (layer, head, query, key); lengths: (layer, head, token)
    returns: (layer, head, query, key)
    """
    shares: FloatArray = attention * lengths[:, :, None]
    totals = shares.sum(axis=3, keepdims=True)
    shares /= np.where(totals > 0, totals, 1)
    return shares
