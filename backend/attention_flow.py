"""Attention flow: how much could run through all layers from an input token to a token above.

Layers of tokens are a network of pipes: from token i after layer l to token j before it leads one
that holds Ã(l)(i, j), as in `backend/rollout.py`. The flow between a token after a layer and a
token of the input is the most that fits through all pipes between these two at once; each token's
flows to all of the input are then brought to 1, as in the authors' own code.
Source: Abnar and Zuidema 2020, Quantifying Attention Flow in Transformers. The most that fits is
found by Dinic's algorithm (1970), exactly, with pipes rounded to billionths. It is written in
WebAssembly, `attention_flow.wat`: machine code without a compiler to install, which runs while
other threads run Python.
"""

import atexit
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from backend.hub import Progress
from backend.rollout import Doubles

if TYPE_CHECKING:
    from wasmtime import Engine, Module

MOST_WORK: Final = 300_000_000
"""Pipes looked at for all flows together; 68 tokens of the built-in model take 2 seconds."""

_SCALE: Final = 10**9  # a whole number of 32 bits holds twice as much
_WHOLE: Final = np.dtype("<i4")
_CODE: Final = Path(__file__).with_suffix(".wat")
_PAGE: Final = 65536  # bytes in which WebAssembly counts its memory


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
    if layers > 2:
        total = tokens * (layers - 2)
        for done, (layer, key, found) in enumerate(_deep_flows(mixing), start=1):
            flows[layer, :, key] = found
            if progress:
                progress(done, total)
    return flows


def _deep_flows(mixing: Doubles) -> Iterator[tuple[int, int, Doubles]]:
    """Each layer from the third and each key, with the flows between all queries and this key."""
    from wasmtime import Instance, Store

    engine, module = _program()
    store = Store(engine)
    program: Any = Instance(store, module, []).exports(store)
    memory, flows_to = program["memory"], program["flows_to"]
    layers, tokens, _ = mixing.shape
    size, told = program["lay_out"](store, layers, tokens)
    memory.grow(store, size // _PAGE)  # there is one page from the start
    numbers = np.frombuffer(memory.get_buffer_ptr(store, size), _WHOLE)
    numbers[: mixing.size] = np.rint(mixing * _SCALE).ravel()
    found = numbers[told // _WHOLE.itemsize :]
    for layer in range(2, layers):
        for key in range(tokens):
            flows_to(store, key, layer)
            yield layer, key, found / _SCALE


@cache
def _program() -> "tuple[Engine, Module]":
    """Dinic's algorithm as machine code, which any number of threads may run at once."""
    from wasmtime import Engine, Module

    engine = Engine()
    return engine, Module.from_file(engine, _CODE)


atexit.register(_program.cache_clear)  # what runs it is gone when Python clears modules
