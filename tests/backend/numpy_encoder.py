"""BERT's encoder in NumPy, straight from the weights: the second opinion of the tests.

Nothing of torch or transformers is used. Written from Vaswani et al. 2017 (attention) and
Devlin et al. 2018 (BERT): embeddings, then in every layer attention and a feed-forward network,
each added to its input and layer-normalised afterwards.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

Array = NDArray[np.float64]
_erf = np.vectorize(math.erf, otypes=[np.float64])


class NumpyEncoder:
    """A BERT encoder that computes in double precision."""

    def __init__(self, folder: Path, heads: int, epsilon: float = 1e-12) -> None:
        loaded = load_file(folder / "model.safetensors")
        self.weights = {name: value.astype(np.float64) for name, value in loaded.items()}
        self.heads = heads
        self.epsilon = epsilon
        self.layers = 1 + max(
            int(name.split(".")[2]) for name in loaded if name.startswith("encoder.layer.")
        )

    def embed(self, ids: NDArray[Any], segments: NDArray[Any]) -> tuple[Array, Array, Array, Array]:
        """The token, segment and position vectors and their normalised sum."""
        token = self.weights["embeddings.word_embeddings.weight"][ids]
        segment = self.weights["embeddings.token_type_embeddings.weight"][segments]
        position = self.weights["embeddings.position_embeddings.weight"][: len(ids)]
        total = self._normalised(token + segment + position, "embeddings.LayerNorm")
        return token, segment, position, total

    def run(
        self,
        ids: NDArray[Any],
        segments: NDArray[Any],
        *,
        off: Sequence[tuple[int, int]] = (),
        unseen: Sequence[int] = (),
    ) -> tuple[Array, Array]:
        """Attention (layer, head, query, key) and hidden (layer + 1, token, width).

        off: layer and head whose slice of the values is zero; unseen: tokens that only they
        themselves look at
        """
        state = self.embed(ids, segments)[3]
        hidden, attention = [state], []
        for layer in range(self.layers):
            prefix = f"encoder.layer.{layer}"
            zeroed = [head for where, head in off if where == layer]
            weights, mixed = self._attend(state, f"{prefix}.attention", zeroed, unseen)
            state = self._normalised(state + mixed, f"{prefix}.attention.output.LayerNorm")
            inner = _gelu(self._linear(state, f"{prefix}.intermediate.dense"))
            outer = self._linear(inner, f"{prefix}.output.dense")
            state = self._normalised(state + outer, f"{prefix}.output.LayerNorm")
            attention.append(weights)
            hidden.append(state)
        return np.array(attention), np.array(hidden)

    def _attend(
        self, state: Array, prefix: str, zeroed: Sequence[int] = (), unseen: Sequence[int] = ()
    ) -> tuple[Array, Array]:
        queries, keys, values = (
            self._by_head(self._linear(state, f"{prefix}.self.{name}"))
            for name in ("query", "key", "value")
        )  # (head, token, width / heads)
        values[list(zeroed)] = 0
        scores = queries @ keys.transpose(0, 2, 1) / math.sqrt(queries.shape[2])
        for key in unseen:
            others = np.arange(len(state)) != key
            scores[:, others, key] = -np.inf
        weights = np.exp(scores - scores.max(axis=2, keepdims=True))
        weights /= weights.sum(axis=2, keepdims=True)  # (head, query, key)
        joined = (weights @ values).transpose(1, 0, 2).reshape(state.shape)
        return weights, self._linear(joined, f"{prefix}.output.dense")

    def _by_head(self, rows: Array) -> Array:
        return rows.reshape(len(rows), self.heads, -1).transpose(1, 0, 2)

    def _linear(self, rows: Array, name: str) -> Array:
        out: Array = rows @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]
        return out

    def _normalised(self, rows: Array, name: str) -> Array:
        centred = rows - rows.mean(axis=1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + self.epsilon)
        gain, shift = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        normalised: Array = centred / spread * gain + shift
        return normalised


def _gelu(rows: Array) -> Array:
    curved: Array = rows * 0.5 * (1.0 + _erf(rows / math.sqrt(2.0)))
    return curved
