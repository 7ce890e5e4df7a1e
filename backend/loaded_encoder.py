"""An encoder of the transformers library in this process, on whatever its weights are on.

Sources: Devlin et al. 2018 (BERT), Sanh et al. 2019 (DistilBERT), Liu et al. 2019 (RoBERTa),
Clark et al. 2020 (ELECTRA).
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from backend.encoder import Computed, Encoder, Facts, LabelLayer
from backend.encoder_layers import encoder_layers
from backend.encoder_pass import last_states, run_switched_off
from backend.errors import NoAttention
from backend.gradient_weights import Derivable, Influence, attention_influence
from backend.head_steps import HeadSteps, head_steps_of
from backend.output_layer import OutputLayer, load_output_layer
from backend.padded_run import (
    Input,
    attention_of_each,
    embeddings_of_each,
    padded,
    run,
    states_of_each,
)
from backend.projections import Projections, projections_of
from backend.similarity import nearest_rows
from backend.switched_off import SwitchedOff
from backend.task_heads import TaskHead, load_task_head
from backend.tensors import array_of
from backend.trace import FloatArray, IntArray
from backend.value_weights import value_lengths
from backend.weights import broken_weights

if TYPE_CHECKING:
    import torch


class LoadedEncoder(Encoder):
    """An encoder whose weights are here. `module` is the library's own and not to be changed."""

    def __init__(self, name: str, module: Any) -> None:
        """Wrap an encoder of the transformers library."""
        self.name = name
        self.module = module
        self.facts = _facts_of(module)
        self._word_vectors = array_of(module.embeddings.word_embeddings.weight)  # (row, width)

    def nearest(self, vector: FloatArray, count: int) -> tuple[IntArray, FloatArray]:
        """The rows of the table of token embeddings most alike to a vector; see `Encoder`."""
        return nearest_rows(vector, self._word_vectors, count)

    def read(self, ids: IntArray, segments: IntArray) -> Computed:
        """All that it computes for one input; see `Encoder`."""
        return self.read_together([Input(ids, segments)])[0]

    def read_together(self, inputs: Sequence[Input]) -> list[Computed]:
        """All that it computes for each of some inputs, in one run of the layers.

        Raises NoAttention if it hides its weights, NotAModel if what it computes is no number.
        """
        import torch

        together = padded(self.module, inputs)
        with torch.inference_mode():
            output = run(self.module, together, output_attentions=True)
            weights, states = list(output.attentions or ()), list(output.hidden_states)
            del output  # else it holds each layer's weights while they are copied
            if len(weights) != self.facts.layers or any(layer is None for layer in weights):
                raise NoAttention(
                    f"The model {self.name} does not give its attention weights, so there is "
                    "nothing to show. Choose another model."
                )
            self._check(states[-1], together.lengths)
            embeddings = embeddings_of_each(self.module, together)
        attention = attention_of_each(weights, together.lengths)
        hidden = states_of_each(states, together.lengths)
        return list(map(Computed, attention, hidden, embeddings))

    def hidden_states(self, ids: IntArray, segments: IntArray, layers: Sequence[int]) -> FloatArray:
        """The chosen layers of `hidden` for equally long inputs; see `Encoder`."""
        import torch

        together = padded(self.module, list(map(Input, ids, segments)))
        with torch.inference_mode():
            states = run(self.module, together).hidden_states
            self._check(states[-1], together.lengths)
        return np.stack([array_of(states[layer]) for layer in layers], axis=1)

    def projections(self, hidden: FloatArray) -> Projections:
        """Queries, keys and values of all heads; see `Encoder`."""
        return projections_of(self.module, hidden, self.facts.heads)

    def value_lengths(self, hidden: FloatArray) -> FloatArray:
        """How long what each token hands on is; see `Encoder`."""
        outputs = [array_of(layer.output.weight) for layer in encoder_layers(self.module)]
        return value_lengths(self.projections(hidden).values, outputs)

    def head_steps(
        self,
        states: FloatArray,
        weights: FloatArray,
        layer: int,
        head: int,
        query: int,
        off: SwitchedOff,
    ) -> HeadSteps:
        """What one head does for one token; see `Encoder`."""
        return head_steps_of(self.module, states, weights, layer, head, query, off=off)

    def switched_off(self, states: FloatArray, off: SwitchedOff) -> tuple[FloatArray, FloatArray]:
        """The layers from `off.first` on; see `Encoder`."""
        return run_switched_off(self.module, states, self.facts.heads, off)

    def last_states(self, states: FloatArray, first: int, gates: FloatArray) -> FloatArray:
        """T in several runs; see `Encoder`."""
        return last_states(self.module, states, self.facts.heads, first=first, gates=gates)

    def influence(
        self, states: FloatArray, layer: LabelLayer, row: int, off: SwitchedOff
    ) -> Influence:
        """How far each weight moves an answer; see `Encoder`."""

        derived = cast(Derivable, layer)  # in this process every layer is
        return attention_influence(
            self.module,
            states,
            self.facts.heads,
            lambda final: derived.scores(final[row : row + 1])[0],
            off,
        )

    def task_head(self) -> TaskHead | None:
        """What the model was fine-tuned for; see `Encoder`. Read once."""
        return self._task_head

    def output_layer(self) -> OutputLayer | None:
        """What fills masks; see `Encoder`. Read once."""
        return self._output_layer

    def refinable(self) -> LoadedEncoder:
        """A copy whose layers may be trained without a change to this encoder.

        The embeddings are frozen, and both read the same memory for them.
        """
        import torch

        shared: dict[int, Any] = {
            id(weight): torch.nn.Parameter(weight.detach(), requires_grad=False)
            for weight in self.module.embeddings.parameters()
        }
        return LoadedEncoder(self.name, deepcopy(self.module, shared))

    @cached_property
    def _task_head(self) -> TaskHead | None:
        return load_task_head(self.name, self.module.config)

    @cached_property
    def _output_layer(self) -> OutputLayer | None:
        return load_output_layer(self.name, self.module)

    def _check(self, last: torch.Tensor, lengths: Sequence[int]) -> None:
        """Raise NotAModel if T, (input, token, width), holds what is no number."""
        import torch

        for row, length in zip(last, lengths, strict=True):
            if not torch.isfinite(row[:length]).all():
                raise broken_weights(self.name)


def _facts_of(module: Any) -> Facts:
    config, own = module.config, list(module.embeddings.parameters())
    every = list(module.parameters())
    return Facts(
        family=config.model_type,
        layers=config.num_hidden_layers,
        heads=config.num_attention_heads,
        width=config.hidden_size,
        rows=module.embeddings.word_embeddings.num_embeddings,
        numbers=sum(weight.numel() for weight in every),
        embedding_numbers=sum(weight.numel() for weight in own),
        nbytes=sum(weight.nbytes for weight in every),
        embedding_nbytes=sum(weight.nbytes for weight in own),
    )
