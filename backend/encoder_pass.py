"""An encoder's layers run once more from states on, with heads switched off or tokens hidden.

It computes with the loaded model's own weights and changes nothing in it, so that any number of
visitors can do it at once. Runs of one batch may each have other heads switched off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backend.encoder_layers import EncoderLayer, encoder_layers

if TYPE_CHECKING:
    import torch


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
    states: (run, token, width), what layer `first` reads
    gates: (run, layer, head), what a head's values are multiplied by: 0 switches it off, 1 leaves
        it as it is; counted from layer 0, those below `first` are not looked at
    visible: (run, query, key) or (1, query, key), False where a query must not look at a key; each
        query needs one key at least
    """
    hidden, attention = list[Any](), list[Any]()
    layers: Sequence[EncoderLayer] = list(encoder_layers(module))
    for place, layer in enumerate(layers[first:], start=first):
        gate = None if gates is None else gates[:, place]  # (run, head)
        weights, mixed = _heads(layer, states, heads, visible)
        if gate is not None:
            mixed = mixed * gate[:, None, :, None]
        after = layer.attention_norm(states + layer.output(mixed.flatten(2)))
        states = layer.output_norm(after + layer.feed_forward(after))
        hidden.append(states)
        attention.append(weights)
    return EncoderPass(tuple(hidden), tuple(attention))


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
