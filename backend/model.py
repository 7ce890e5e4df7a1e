"""Load a BERT-family model and trace what it does with a sentence or two.

torch and transformers are imported inside functions only, here and in the other model files:
importing both takes seconds, and the first page must not wait for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from backend.cluster import cluster, is_used
from backend.cluster_encoder import ClusterEncoder
from backend.encoder import Encoder
from backend.errors import NotAModel
from backend.head_steps import HeadSteps
from backend.hub import Progress
from backend.loaded_encoder import LoadedEncoder
from backend.projections import Projections
from backend.switched_off import ALL_ON, SwitchedOff
from backend.tokenizer import Pieces, Tokenizer, load_tokenizer
from backend.trace import FloatArray, IntArray, Trace
from backend.weights import load_encoder


class Model:
    """An encoder behind its tokenizer; several threads may trace at once.

    limit: the most tokens it reads at once, those the tokenizer adds included
    nbytes: memory its weights hold
    numbers: how many weights these are
    pieces: the vocabulary by id; "" where a row of the table belongs to no piece
    """

    def __init__(self, encoder: Encoder, tokenizer: Tokenizer) -> None:
        """Put the tokenizer that belongs to an encoder in front of it."""
        facts = encoder.facts
        self.name = encoder.name
        self.encoder = encoder
        self.tokenizer = tokenizer
        self.family = facts.family
        self.layers = facts.layers
        self.heads = facts.heads
        self.width = facts.width
        self.nbytes = facts.nbytes
        self.numbers = facts.numbers
        self.limit = tokenizer.limit
        self.pieces = _by_row(tokenizer.pieces, facts.rows)

    def nearest(self, vector: FloatArray, count: int) -> tuple[IntArray, FloatArray]:
        """The pieces whose token embeddings are most alike to a vector, most alike first.

        vector: (width,)
        returns: ids (count,) and cosines (count,), falling
        """
        return self.encoder.nearest(vector, count)

    def trace(self, a: str, b: str | None = None) -> Trace:
        """Everything the model computes for A and B; a B without any token counts as none.

        Raises EmptySentence if A has no token, NoAttention if the model hides its weights,
        NotAModel if what it computes is no number.
        """
        pieces = self.tokenizer.split(a, b)
        found = self.encoder.read(pieces.ids, pieces.segments)
        return Trace(
            model=self.name,
            sentences=(a, b if pieces.segments.any() else None),
            tokens=pieces.tokens,
            ids=pieces.ids,
            segments=pieces.segments,
            special=pieces.special,
            spans=pieces.spans,
            attention=found.attention,
            hidden=found.hidden,
            embeddings=found.embeddings,
            left_out=pieces.left_out,
        )

    def refinable(self) -> Model:
        """A copy in this process whose layers may be trained without a change to this model."""
        return Model(self.encoder.refinable(), self.tokenizer)

    @property
    def module(self) -> Any:
        """The encoder as the transformers library has it; only a `refinable` one may be changed.

        Raises ValueError where its weights are in another process.
        """
        if not isinstance(self.encoder, LoadedEncoder):
            raise ValueError("expected a model whose weights are in this process, got another")
        return self.encoder.module

    def projections(self, trace: Trace) -> Projections:
        """Queries, keys and values of all heads for one of this model's own traces.

        Raises ValueError if the trace is of a model with another number of layers.
        """
        self._check_layers(trace)
        return self.encoder.projections(trace.hidden)

    def head_steps(
        self, trace: Trace, layer: int, head: int, query: int, *, off: SwitchedOff = ALL_ON
    ) -> HeadSteps:
        """What one head does for one token, step by step, in one of this model's own traces.

        off: what was switched off when the trace was made
        Raises ValueError if the trace is of a model with another number of layers, or has no such
        layer, head or query.
        """
        self._check_layers(trace)
        for name, place, count in (
            ("layer", layer, trace.layers),
            ("head", head, trace.heads),
            ("query", query, len(trace.tokens)),
        ):
            if not 0 <= place < count:
                raise ValueError(f"expected a {name} from 0 to {count - 1}, got {place}")
        weights = trace.attention[layer, :, query]
        return self.encoder.head_steps(trace.hidden[layer], weights, layer, head, query, off)

    def switched_off(self, trace: Trace, off: SwitchedOff) -> Trace:
        """What the same tokens become with heads switched off or tokens hidden.

        The model stays as it is. Below the first layer that is concerned the numbers are those of
        `trace`, one of this model's own; `trace` itself comes back where nothing is switched off.
        Raises IndexError if there is no such head or token.
        """
        if not off:
            return trace
        off.check(self.layers, self.heads, len(trace.tokens))
        hidden, attention = self.encoder.switched_off(trace.hidden[off.first], off)
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
        return self.encoder.last_states(trace.hidden[first], first, gates)

    def hidden_states(self, batch: Sequence[Pieces], layers: Sequence[int]) -> FloatArray:
        """The chosen layers of what `trace` gives as `hidden`, for equally long inputs at once.

        returns: (input, layer, token, width)
        Raises NotAModel if what the model computes is no number.
        """
        ids = np.stack([pieces.ids for pieces in batch])  # (input, token)
        segments = np.stack([pieces.segments for pieces in batch])
        return self.encoder.hidden_states(ids, segments, layers)

    def _check_layers(self, trace: Trace) -> None:
        if trace.layers != self.layers:
            raise ValueError(f"expected states of {self.layers} layers, got {trace.layers}")


def load_model(name: str, progress: Progress | None = None) -> Model:
    """The model of a catalogue name, a Hub id or a folder, ready to trace.

    `progress(done, total)` counts the bytes while they are downloaded.
    Raises ModelError as `model_folder` does, NotAModel where it is none that can be read, and
    ServerBusy or ClusterAway where a cluster that runs the models does not answer.
    """
    encoder = _encoder(name, progress)
    tokenizer = load_tokenizer(name)
    if len(tokenizer.pieces) > encoder.facts.rows:
        raise NotAModel(
            f"The tokenizer of {name} has more pieces than the model has vectors: the files do "
            "not belong together. Choose another model."
        )
    return Model(encoder, tokenizer)


def _encoder(name: str, progress: Progress | None) -> Encoder:
    """The encoder, in this process or on the cluster that runs the models."""
    if is_used():
        return ClusterEncoder(name, cluster())
    return LoadedEncoder(name, load_encoder(name, progress))


def _by_row(pieces: tuple[str, ...], rows: int) -> tuple[str, ...]:
    return pieces + ("",) * (rows - len(pieces))
