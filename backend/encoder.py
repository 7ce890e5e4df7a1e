"""What computes: an encoder's weights, wherever they are. Arrays go in, arrays come out.

`backend.model` puts a tokenizer in front of one. In this process that is `LoadedEncoder`; several
machines may share the work behind the same methods, and nobody who asks can tell the difference.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from backend.trace import Embeddings, FloatArray, IntArray

if TYPE_CHECKING:
    from backend.gradient_weights import Influence
    from backend.head_steps import HeadSteps
    from backend.loaded_encoder import LoadedEncoder
    from backend.projections import Projections
    from backend.switched_off import SwitchedOff
    from backend.task_heads import TaskHead


@dataclass(frozen=True)
class Facts:
    """What an encoder is.

    family: `bert`, `distilbert`, `roberta` or `electra`
    rows: of the table of token embeddings
    numbers: how many weights it has; embedding_numbers: those of its embeddings
    nbytes, embedding_nbytes: memory these hold
    """

    family: str
    layers: int
    heads: int
    width: int
    rows: int
    numbers: int
    embedding_numbers: int
    nbytes: int
    embedding_nbytes: int


@dataclass(frozen=True, eq=False)
class Computed:
    """What an encoder makes of one input.

    attention: (layer, head, query, key), each row sums to 1
    hidden: (layer + 1, token, width), the encoder's input first, T last
    """

    attention: FloatArray
    hidden: FloatArray
    embeddings: Embeddings


class LabelLayer(Protocol):
    """A layer on top of T that says how likely each label is; one for masks has words as labels."""

    def probabilities(self, vectors: FloatArray) -> FloatArray:
        """How likely each label is: (row, width) to (row, label)."""
        ...

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        ...


class Encoder(ABC):
    """An encoder of a BERT-like model; several threads may use it at once.

    name: of the model, for sentences about it
    is_here: whether this process computes what is asked
    """

    is_here: ClassVar[bool] = True
    name: str
    facts: Facts

    @abstractmethod
    def nearest(self, vector: FloatArray, count: int) -> tuple[IntArray, FloatArray]:
        """The rows of the table of token embeddings most alike to a vector; see `nearest_rows`."""

    @abstractmethod
    def read(self, ids: IntArray, segments: IntArray) -> Computed:
        """All that it computes for one input.

        ids, segments: (token,), segments 0 = A, 1 = B
        Raises NoAttention if it hides its weights, NotAModel if what it computes is no number.
        """

    @abstractmethod
    def hidden_states(self, ids: IntArray, segments: IntArray, layers: Sequence[int]) -> FloatArray:
        """The chosen layers of `hidden` for equally long inputs: (input, layer, token, width).

        ids, segments: (input, token)
        Raises NotAModel if what it computes is no number.
        """

    @abstractmethod
    def projections(self, hidden: FloatArray) -> Projections:
        """Queries, keys and values of all heads. hidden: (layer + 1, token, width)"""

    @abstractmethod
    def value_lengths(self, hidden: FloatArray) -> FloatArray:
        """How long the vector is that each token hands on in each head: (layer, head, token)."""

    @abstractmethod
    def head_steps(
        self,
        states: FloatArray,
        weights: FloatArray,
        layer: int,
        head: int,
        query: int,
        off: SwitchedOff,
    ) -> HeadSteps:
        """What one head does for one token, step by step.

        states: (token, width), what the layer reads
        weights: (head, key), of the query in all heads of the layer
        """

    @abstractmethod
    def switched_off(self, states: FloatArray, off: SwitchedOff) -> tuple[FloatArray, FloatArray]:
        """What the layers from `off.first` on make of the states that the first of them reads.

        states: (token, width)
        returns: hidden (layer, token, width) and attention (layer, head, query, key) of these
        """

    @abstractmethod
    def last_states(self, states: FloatArray, first: int, gates: FloatArray) -> FloatArray:
        """T in runs that differ in their heads from layer `first` on: (run, token, width).

        states: (token, width), what layer `first` reads
        gates: (run, layer, head), what a head's values are multiplied by
        """

    @abstractmethod
    def influence(
        self,
        states: FloatArray,
        layer: LabelLayer,
        row: int,
        off: SwitchedOff,
    ) -> Influence:
        """How far each weight moves the likeliest answer about one token.

        states: (token, width), the encoder's input
        layer: gives the answer; a LinearClassifier, or one of this encoder's own
        row: the token
        """

    @abstractmethod
    def task_head(self) -> TaskHead | None:
        """What the model was fine-tuned for, None where that is nothing.

        Raises NotAModel if that layer's weights are missing or damaged.
        """

    @abstractmethod
    def output_layer(self) -> LabelLayer | None:
        """What fills masks: from vectors to shares of the vocabulary; None where nothing does.

        Raises NotAModel if the model's files are damaged.
        """

    @abstractmethod
    def refinable(self) -> LoadedEncoder:
        """A copy in this process whose layers may be trained without a change to this one."""
