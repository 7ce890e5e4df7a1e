"""Attention flow: how much could run through all layers from an input token to a token above.

Layers of tokens are a network of pipes: from token i after layer l to token j before it leads one
that holds Ã(l)(i, j), as in `backend/rollout.py`. The flow between a token after a layer and a
token of the input is the most that fits through all pipes between these two at once; each token's
flows to all of the input are then brought to 1, as in the authors' own code.
Source: Abnar and Zuidema 2020, Quantifying Attention Flow in Transformers. The most that fits is
found by Dinic's algorithm (1970), exactly, with pipes rounded to billionths.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from backend.hub import Progress
from backend.rollout import Doubles

MOST_WORK: Final = 300_000_000
"""Pipes looked at for all flows together; 68 tokens of the built-in model take 7 seconds."""

_SCALE: Final = 10**9  # a whole number of 32 bits holds twice as much


def most_tokens(layers: int) -> int:
    """The longest text whose flows are worked out: 68 tokens for 6 layers, 46 for 12.

    Every further token adds pipes and flows: twice the tokens take sixteen times as long.
    """
    blocks = sum(range(2, layers))
    return int((MOST_WORK / max(1, blocks)) ** 0.25)


def attention_flow(mixing: Doubles, progress: Progress | None = None) -> Doubles:
    """How much can flow from each token after a layer to each of the input; each row sums to 1.

    mixing: (layer, query, key), rows that sum to 1, as `mixing_weights` gives it
    progress: called with the keys that are done in all layers and how many there are
    returns: (layer, query, key), key is a token of the input
    """
    flows = maximum_flows(mixing, progress)
    return np.asarray(flows / flows.sum(axis=2, keepdims=True))


def maximum_flows(mixing: Doubles, progress: Progress | None = None) -> Doubles:
    """The same before each row is brought to 1: (layer, query, key), from 0 to 1."""
    flows = mixing.copy()  # through one layer leads a single pipe
    layers, tokens, _ = mixing.shape
    if layers > 1:  # through two a pair of pipes by way of each token; the narrower one counts
        for key in range(tokens):
            flows[1, :, key] = np.minimum(mixing[1], mixing[0, :, key]).sum(axis=1)
    total = tokens * max(0, layers - 2)
    for done, (layer, key) in enumerate(np.ndindex(max(0, layers - 2), tokens), start=1):
        flows[layer + 2, :, key] = list(_flows_to(mixing[: layer + 3], key))
        if progress:
            progress(done, total)
    return flows


def _flows_to(mixing: Doubles, key: int) -> Iterator[float]:
    """The most that fits between each token after the last of these layers and one input token."""
    from scipy.sparse.csgraph import maximum_flow

    network = _network(mixing, key)
    sink = network.shape[0] - 1
    for source in range(mixing.shape[1]):
        yield maximum_flow(network, source, sink).flow_value / _SCALE


def _network(mixing: Doubles, key: int) -> Any:
    """The pipes as a sparse matrix: the tokens after the last layer first, the key last."""
    from scipy.sparse import csr_array

    layers, tokens, _ = mixing.shape
    size = layers * tokens + 1
    held = np.rint(mixing * _SCALE).astype(np.int32)
    upper, lower = np.divmod(np.arange(tokens * tokens), tokens)
    starts = tokens * np.arange(layers - 1)[:, None]  # of the layers, from above
    rows = np.append(starts + upper, tokens * (layers - 1) + np.arange(tokens))
    columns = np.append(starts + tokens + lower, np.full(tokens, size - 1))
    pipes = np.append(held[:0:-1], held[0, :, key])
    network = csr_array((pipes, (rows, columns)), shape=(size, size))
    network.indices, network.indptr = (_short(part) for part in (network.indices, network.indptr))
    return network


def _short(numbers: NDArray[Any]) -> NDArray[np.int32]:
    return numbers.astype(np.int32)
