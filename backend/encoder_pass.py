"""An encoder's layers run once more from states on, with heads switched off or tokens hidden.

It computes with the loaded model's own weights and changes nothing in it, so that any number of
visitors can do it at once. Runs of one batch may each have other heads switched off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from backend.encoder_layers import EncoderLayer, encoder_layers
from backend.tensors import array_of, tensor_beside

if TYPE_CHECKING:
    import torch

    from backend.switched_off import SwitchedOff
    from backend.trace import FloatArray


@dataclass(frozen=True, eq=False)
class EncoderPass:
    """What the layers made of the states, one entry for each layer that was run.

    hidden: (run, token, width), what the layer wrote
    attention: (run, head, query, key), each row sums to 1; of a head that is switched off too
    """

    hidden: tuple[torch.Tensor, ...]
    attention: tuple[torch.Tensor, ...]


def run_layers(
    module: Any,
    states: torch.Tensor,
    heads: int,
    *,
    first: int = 0,
    gates: torch.Tensor | None = None,
    visible: torch.Tensor | None = None,
) -> EncoderPass:
    """The layers from `first` on, for each run of the batch.

    module: an encoder of the transformers library: BERT, DistilBERT, RoBERTa or ELECTRA
    states: (run, token, width), what layer `first` reads; one for all runs or one each
    gates: (run, layer, head), what a head's values are multiplied by: 0 switches it off, 1 leaves
        it as it is; counted from layer 0, those below `first` are not looked at
    visible: (run, query, key) or (1, query, key), False where a query must not look at a key; each
        query needs one key at least
    """
    layers = list(_layers(module, states, heads, first=first, gates=gates, visible=visible))
    return EncoderPass(tuple(one for one, _ in layers), tuple(weights for _, weights in layers))


def run_switched_off(
    module: Any, states: FloatArray, heads: int, off: SwitchedOff
) -> tuple[FloatArray, FloatArray]:
    """What the layers from `off.first` on make of one input, with this switched off.

    states: (token, width), what layer `off.first` reads
    returns: hidden (layer, token, width) and attention (layer, head, query, key) of these layers
    Raises IndexError if there is no such head or token.
    """
    import torch

    gates = off.gates(module.config.num_hidden_layers, heads)
    visible = off.visible(len(states))
    with torch.inference_mode():
        found = run_layers(
            module,
            tensor_beside(module, states)[None],
            heads,
            first=off.first,
            gates=tensor_beside(module, gates)[None],
            visible=tensor_beside(module, visible)[None] if off.hidden else None,
        )
    return _stacked(found.hidden), _stacked(found.attention)


def last_states(
    module: Any, states: FloatArray, heads: int, *, first: int, gates: FloatArray
) -> FloatArray:
    """What the last layer writes in each run: (run, token, width).

    Nothing is held of the layers between, so that long texts take little memory.

    states: (token, width), what layer `first` reads in all runs; gates: (run, layer, head)
    """
    import torch

    with torch.inference_mode():
        now = tensor_beside(module, states)[None]
        for after, _ in _layers(
            module, now, heads, first=first, gates=tensor_beside(module, gates), visible=None
        ):
            now = after
    return array_of(now.expand(len(gates), -1, -1))


def _layers(
    module: Any,
    states: torch.Tensor,
    heads: int,
    *,
    first: int,
    gates: torch.Tensor | None,
    visible: torch.Tensor | None,
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """What each layer writes and how its heads share out their attention, layer after layer."""
    layers: Sequence[EncoderLayer] = list(encoder_layers(module))
    for place, layer in enumerate(layers[first:], start=first):
        weights, mixed = _heads(layer, states, heads, visible)
        if gates is not None:
            mixed = mixed * gates[:, place][:, None, :, None]  # (run, token, head, head_width)
        after = layer.attention_norm(states + layer.output(mixed.flatten(2)))
        states = layer.output_norm(after + layer.feed_forward(after))
        yield states, weights


def _heads(
    layer: EncoderLayer, states: torch.Tensor, heads: int, visible: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights (run, head, query, key), and the values they mix (run, token, head, head_width)."""
    query, key, value = (
        linear(states).unflatten(2, (heads, -1)).transpose(1, 2)  # (run, head, token, head_width)
        for linear in (layer.query, layer.key, layer.value)
    )
    scores = query @ key.transpose(2, 3) / query.shape[-1] ** 0.5
    if visible is not None:
        scores = scores.masked_fill(~visible[:, None], -float("inf"))
    weights = scores.softmax(dim=-1)
    return weights, (weights @ value).transpose(1, 2)


def _stacked(layers: Sequence[torch.Tensor]) -> FloatArray:
    """One array of what every layer gave for the only run."""
    return np.stack([array_of(layer[0]) for layer in layers])
