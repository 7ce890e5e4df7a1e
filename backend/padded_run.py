"""Several inputs in one run of an encoder: shorter ones padded, and each one's numbers cut out.

No token looks at a pad, so what comes out is what each input gives alone, but for rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from backend.tensors import array_of, tensor_beside
from backend.trace import Embeddings, FloatArray, IntArray

if TYPE_CHECKING:
    import torch


class Input(NamedTuple):
    """What one run reads: ids and segments, (token,) each."""

    ids: IntArray
    segments: IntArray


@dataclass(frozen=True, eq=False)
class Padded:
    """Inputs side by side, where an encoder's weights are.

    ids, segments: (input, token); segments as the model was trained: RoBERTa always reads zeros
    lengths: tokens of each input
    """

    ids: torch.Tensor
    segments: torch.Tensor
    lengths: tuple[int, ...]


def padded(module: Any, inputs: Sequence[Input]) -> Padded:
    """The inputs, brought to one length by pads at their ends."""
    lengths = tuple(len(one.ids) for one in inputs)
    pad = getattr(module.config, "pad_token_id", None) or 0
    ids = np.full((len(inputs), max(lengths)), pad, np.int64)
    segments = np.zeros_like(ids)
    told_apart = module.config.model_type != "roberta" and _segment_kinds(module) > 1
    for row, (one, length) in enumerate(zip(inputs, lengths, strict=True)):
        ids[row, :length] = one.ids
        segments[row, :length] = one.segments if told_apart else 0
    return Padded(tensor_beside(module, ids), tensor_beside(module, segments), lengths)


def run(module: Any, inputs: Padded, **wanted: bool) -> Any:
    """What the module of the transformers library gives for them, hidden states among it.

    wanted: what else it shall give
    """
    import torch

    extra = {} if module.config.model_type == "distilbert" else {"token_type_ids": inputs.segments}
    longest = inputs.ids.shape[1]
    if min(inputs.lengths) < longest:
        places = torch.arange(longest, device=inputs.ids.device)
        ends = torch.tensor(inputs.lengths, device=inputs.ids.device)
        extra["attention_mask"] = (places < ends[:, None]).long()  # (input, token)
    return module(input_ids=inputs.ids, output_hidden_states=True, **wanted, **extra)


def embeddings_of_each(module: Any, inputs: Padded) -> list[Embeddings]:
    """The vectors that are added up for each input."""
    table = module.embeddings
    token = table.word_embeddings(inputs.ids)  # (input, token, width)
    position = table.position_embeddings(_positions(module, inputs.ids))
    kinds = _segment_kinds(module)
    segment = table.token_type_embeddings(inputs.segments) if kinds else None
    if segment is not None and kinds == 1:
        # RoBERTa adds one and the same vector everywhere. It tells no segments apart, but
        # belongs to the sum: it goes with the position.
        position, segment = position + segment, None
    total = token + position if segment is None else token + segment + position
    tokens, positions = array_of(token), array_of(position.expand_as(token))
    segments = None if segment is None else array_of(segment)
    totals = array_of(table.LayerNorm(total))
    return [
        Embeddings(
            token=tokens[row, :length],
            segment=None if segments is None else segments[row, :length],
            position=positions[row, :length],
            input=totals[row, :length],
        )
        for row, length in enumerate(inputs.lengths)
    ]


def attention_of_each(layers: list[torch.Tensor], lengths: Sequence[int]) -> list[FloatArray]:
    """What every layer gave for each input: (layer, head, query, key), without pads.

    layers: emptied on the way, so that a long text's weights are never twice in memory
    """
    heads = layers[0].shape[1]
    found = [np.empty((len(layers), heads, size, size), np.float32) for size in lengths]
    for place in range(len(layers)):
        weights = array_of(layers.pop(0))  # (input, head, query, key)
        for row, size in enumerate(lengths):
            found[row][place] = weights[row, :, :size, :size]
    return found


def states_of_each(layers: list[torch.Tensor], lengths: Sequence[int]) -> list[FloatArray]:
    """What every layer gave for each input: (layer, token, width), without pads.

    layers: emptied on the way
    """
    width = layers[0].shape[2]
    found = [np.empty((len(layers), size, width), np.float32) for size in lengths]
    for place in range(len(layers)):
        states = array_of(layers.pop(0))  # (input, token, width)
        for row, size in enumerate(lengths):
            found[row][place] = states[row, :size]
    return found


def _segment_kinds(module: Any) -> int:
    table = getattr(module.embeddings, "token_type_embeddings", None)
    return 0 if table is None else int(table.num_embeddings)


def _positions(module: Any, ids: torch.Tensor) -> torch.Tensor:
    import torch

    table = module.embeddings
    if module.config.model_type != "roberta":
        return torch.arange(ids.shape[1], device=ids.device)[None]
    positions: torch.Tensor = table.create_position_ids_from_input_ids(ids, table.padding_idx)
    return positions
