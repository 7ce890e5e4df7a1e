"""Load a BERT-family model and trace what it does with a sentence or two.

torch and transformers are imported inside functions only, here and in the other model files:
importing both takes seconds, and the first page must not wait for them.
Sources: Devlin et al. 2018 (BERT), Sanh et al. 2019 (DistilBERT), Liu et al. 2019 (RoBERTa),
Clark et al. 2020 (ELECTRA).
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from backend.encoder_pass import last_states, run_switched_off
from backend.errors import NoAttention, NotAModel
from backend.head_steps import HeadSteps, head_steps_of
from backend.hub import Progress
from backend.projections import Projections, projections_of
from backend.switched_off import ALL_ON, SwitchedOff
from backend.tokenizer import Pieces, Tokenizer, load_tokenizer
from backend.trace import Embeddings, FloatArray, IntArray, Trace
from backend.weights import broken_weights, load_encoder

if TYPE_CHECKING:
    import torch


class Model:
    """A loaded encoder; several threads may trace at once.

    limit: the most tokens it reads at once, those the tokenizer adds included
    nbytes: memory its weights hold
    numbers: how many weights these are
    pieces: the vocabulary by id; "" where a row of the table belongs to no piece
    word_vectors: (vocabulary, width), read-only, the model's own memory and no copy
    """

    def __init__(self, name: str, module: Any, tokenizer: Tokenizer) -> None:
        """Wrap an encoder of the transformers library and the tokenizer that belongs to it."""
        config = module.config
        self.name = name
        self.tokenizer = tokenizer
        self.family: str = config.model_type
        self.layers: int = config.num_hidden_layers
        self.heads: int = config.num_attention_heads
        self.width: int = config.hidden_size
        self.nbytes = sum(weight.nbytes for weight in module.parameters())
        self.numbers: int = sum(weight.numel() for weight in module.parameters())
        self._module = module
        self.limit = tokenizer.limit
        self.word_vectors = _read_only(module.embeddings.word_embeddings.weight)
        self.pieces = _by_row(tokenizer.pieces, len(self.word_vectors))

    def trace(self, a: str, b: str | None = None) -> Trace:
        """Everything the model computes for A and B; a B without any token counts as none.

        Raises EmptySentence if A has no token, NoAttention if the model hides its weights,
        NotAModel if what it computes is no number.
        """
        import torch

        pieces = self.tokenizer.split(a, b)
        ids = torch.from_numpy(pieces.ids.copy())[None]  # (1, token)
        segments = torch.from_numpy(self._segments(pieces.segments))[None]
        with torch.inference_mode():
            attention, hidden = self._run(ids, segments)
            embeddings = self._embeddings(ids, segments)
        return Trace(
            model=self.name,
            sentences=(a, b if pieces.segments.any() else None),
            tokens=pieces.tokens,
            ids=pieces.ids,
            segments=pieces.segments,
            special=pieces.special,
            spans=pieces.spans,
            attention=attention,
            hidden=hidden,
            embeddings=embeddings,
            left_out=pieces.left_out,
        )

    def refinable(self) -> Model:
        """A copy whose layers may be trained without a change to this model.

        The embeddings are frozen, and both models read the same memory for them.
        """
        import torch

        shared: dict[int, Any] = {
            id(weight): torch.nn.Parameter(weight.detach(), requires_grad=False)
            for weight in self._module.embeddings.parameters()
        }
        module = deepcopy(self._module, shared)
        return Model(self.name, module, self.tokenizer)

    @property
    def module(self) -> Any:
        """The encoder as the transformers library has it; only a `refinable` one may be changed."""
        return self._module

    def projections(self, trace: Trace) -> Projections:
        """Queries, keys and values of all heads for one of this model's own traces."""
        return projections_of(self._module, trace.hidden, self.heads)

    def head_steps(
        self, trace: Trace, layer: int, head: int, query: int, *, off: SwitchedOff = ALL_ON
    ) -> HeadSteps:
        """What one head does for one token, step by step, in one of this model's own traces.

        off: what was switched off when the trace was made
        Raises ValueError if the trace has no such layer, head or query.
        """
        return head_steps_of(self._module, trace, layer, head, query, off=off)

    def switched_off(self, trace: Trace, off: SwitchedOff) -> Trace:
        """What the same tokens become with heads switched off or tokens hidden.

        The model stays as it is. Below the first layer that is concerned the numbers are those of
        `trace`, one of this model's own; `trace` itself comes back where nothing is switched off.
        Raises IndexError if there is no such head or token.
        """
        if not off:
            return trace
        hidden, attention = run_switched_off(self._module, trace.hidden, self.heads, off)
        return replace(
            trace,
            hidden=np.concatenate([trace.hidden[: off.first + 1], hidden]),
            attention=np.concatenate([trace.attention[: off.first], attention]),
        )

    def last_states(self, trace: Trace, first: int, gates: FloatArray) -> FloatArray:
        """T in each of several runs that differ in their heads from layer `first` on.

        gates: (run, layer, head), what a head's values are multiplied by
        returns: (run, token, width)
        """
        return last_states(self._module, trace.hidden[first], self.heads, first=first, gates=gates)

    def hidden_states(self, batch: Sequence[Pieces], layers: Sequence[int]) -> FloatArray:
        """The chosen layers of what `trace` gives as `hidden`, for equally long inputs at once.

        returns: (input, layer, token, width)
        Raises NotAModel if what the model computes is no number.
        """
        import torch

        ids = torch.from_numpy(np.stack([pieces.ids for pieces in batch]))  # (input, token)
        segments = np.stack([self._segments(pieces.segments) for pieces in batch])
        with torch.inference_mode():
            states = self._checked(self._output(ids, torch.from_numpy(segments)).hidden_states)
        return np.stack([_array(states[layer]) for layer in layers], axis=1)

    def _segments(self, segments: IntArray) -> IntArray:
        """The segment ids as the model was trained: RoBERTa always reads zeros."""
        told_apart = self.family != "roberta" and self._segment_kinds() > 1
        return segments.copy() if told_apart else np.zeros_like(segments)

    def _segment_kinds(self) -> int:
        table = getattr(self._module.embeddings, "token_type_embeddings", None)
        return 0 if table is None else int(table.num_embeddings)

    def _run(self, ids: torch.Tensor, segments: torch.Tensor) -> tuple[FloatArray, FloatArray]:
        output = self._output(ids, segments, output_attentions=True)
        weights, hidden = list(output.attentions or ()), output.hidden_states
        del output  # else it holds each layer's weights while they are copied
        if len(weights) != self.layers or any(layer is None for layer in weights):
            raise NoAttention(
                f"The model {self.name} does not give its attention weights, so there is nothing "
                "to show. Choose another model."
            )
        return _stacked(weights), _stacked(list(self._checked(hidden)))

    def _checked(self, states: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        import torch

        if not torch.isfinite(states[-1]).all():
            raise broken_weights(self.name)
        return states

    def _output(self, ids: torch.Tensor, segments: torch.Tensor, **wanted: bool) -> Any:
        extra = {} if self.family == "distilbert" else {"token_type_ids": segments}
        return self._module(input_ids=ids, output_hidden_states=True, **wanted, **extra)

    def _embeddings(self, ids: torch.Tensor, segments: torch.Tensor) -> Embeddings:
        table = self._module.embeddings
        token = table.word_embeddings(ids)  # (1, token, width)
        position = table.position_embeddings(self._positions(ids))
        kinds = self._segment_kinds()
        segment = table.token_type_embeddings(segments) if kinds else None
        if segment is not None and kinds == 1:
            # RoBERTa adds one and the same vector everywhere. It tells no segments apart, but
            # belongs to the sum: it goes with the position.
            position, segment = position + segment, None
        total = token + position if segment is None else token + segment + position
        return Embeddings(
            token=_array(token[0]),
            segment=None if segment is None else _array(segment[0]),
            position=_array(position[0]),
            input=_array(table.LayerNorm(total)[0]),
        )

    def _positions(self, ids: torch.Tensor) -> torch.Tensor:
        import torch

        table = self._module.embeddings
        if self.family != "roberta":
            return torch.arange(ids.shape[1])[None]
        positions: torch.Tensor = table.create_position_ids_from_input_ids(ids, table.padding_idx)
        return positions.expand(1, -1)


def load_model(name: str, progress: Progress | None = None) -> Model:
    """The model of a catalogue name, a Hub id or a folder, ready to trace.

    `progress(done, total)` counts the bytes while they are downloaded.
    Raises ModelError as `model_folder` does, NotAModel where it is none that can be read.
    """
    module = load_encoder(name, progress)
    tokenizer = load_tokenizer(name)
    if len(tokenizer.pieces) > module.embeddings.word_embeddings.num_embeddings:
        raise NotAModel(
            f"The tokenizer of {name} has more pieces than the model has vectors: the files do "
            "not belong together. Choose another model."
        )
    return Model(name, module, tokenizer)


def _by_row(pieces: tuple[str, ...], rows: int) -> tuple[str, ...]:
    return pieces + ("",) * (rows - len(pieces))


def _array(tensor: torch.Tensor) -> FloatArray:
    array: FloatArray = tensor.numpy()
    return array


def _read_only(tensor: torch.Tensor) -> FloatArray:
    """The tensor's own memory, not a copy."""
    array = _array(tensor.detach())
    array.flags.writeable = False
    return array


def _stacked(layers: list[torch.Tensor]) -> FloatArray:
    """One array of what every layer gave for the only input of the batch.

    layers: emptied on the way, so that a long text's weights are never twice in memory
    """
    whole = np.empty((len(layers), *layers[0].shape[1:]), np.float32)
    for place in range(len(whole)):
        whole[place] = _array(layers.pop(0)[0])
    return whole
