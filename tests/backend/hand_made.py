"""Traces written by hand, so that every number of a test can be worked out by hand."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from backend.trace import Embeddings, Trace


def hand_made_trace(
    words: Sequence[str],
    attention: ArrayLike | None = None,
    hidden: ArrayLike | None = None,
    *,
    token: ArrayLike | None = None,
    with_segment: bool = True,
) -> Trace:
    """[CLS], the words of one sentence, [SEP].

    attention: (layer, head, query, key), even if none is given; hidden: (layer + 1, token, width)
    """
    tokens = ("[CLS]", *words, "[SEP]")
    count = len(tokens)
    sentence = " ".join(words)
    starts = np.cumsum([0, *(len(word) + 1 for word in words)])[:-1]
    spans = [(0, 0), *((s, s + len(w)) for s, w in zip(starts, words, strict=True)), (0, 0)]
    weights = np.full((1, 1, count, count), 1 / count) if attention is None else attention
    weights = np.array(weights, dtype=np.float32)
    layers = weights.shape[0]
    states = np.zeros((layers + 1, count, 2)) if hidden is None else hidden
    states = np.array(states, dtype=np.float32)
    vectors = np.array(states[0] if token is None else token, dtype=np.float32)
    zeros = np.zeros_like(vectors)
    special = np.zeros(count, dtype=np.bool_)
    special[[0, -1]] = True
    return Trace(
        model="by hand",
        sentences=(sentence, None),
        tokens=tokens,
        ids=np.arange(count),
        segments=np.zeros(count, dtype=np.int64),
        special=special,
        spans=np.array(spans, dtype=np.int64),
        attention=weights,
        hidden=states,
        embeddings=Embeddings(vectors, zeros if with_segment else None, zeros.copy(), vectors),
        left_out=0,
    )
