"""An encoder whose weights are on a cluster: every method is a question to it.

What does not change is kept. Of two threads that ask for it at once both do: one that waited for
the other would keep its page's place meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from backend.classifier import LinearClassifier
from backend.cluster import Cluster
from backend.encoder import Computed, Encoder, LabelLayer
from backend.gradient_weights import Influence
from backend.head_steps import HeadSteps
from backend.loaded_encoder import LoadedEncoder
from backend.operations import TASK, WORDS
from backend.projections import Projections
from backend.switched_off import SwitchedOff
from backend.task_heads import TaskHead
from backend.weights import load_encoder

if TYPE_CHECKING:
    from backend.trace import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class OwnLayer:
    """A layer on top of T that belongs to a model on the cluster, by its name there."""

    encoder: ClusterEncoder
    name: str

    def probabilities(self, vectors: FloatArray) -> FloatArray:
        """How likely each label is: (..., width) to (..., label)."""
        shares: FloatArray = self.encoder.ask("probabilities", self.name, vectors)
        return shares

    @property
    def nbytes(self) -> int:
        """Nothing is held here."""
        return 0


class ClusterEncoder(Encoder):
    """The encoder of a model that a cluster runs; all that is kept here is what it is."""

    is_here = False

    def __init__(self, name: str, cluster: Cluster) -> None:
        """Ask the cluster for the model. Raises as loading it does there, and as `Cluster.ask`."""
        self.name = name
        self._cluster = cluster
        self._known: dict[str, Any] = {}
        self.facts = self.ask("facts")

    def ask(self, operation: str, *arguments: Any, waits: bool = False) -> Any:
        """What the cluster gives for this model; see `Cluster.ask`."""
        return self._cluster.ask(self.name, operation, *arguments, waits=waits)

    def nearest(self, vector: FloatArray, count: int) -> tuple[IntArray, FloatArray]:
        """The rows of the table of token embeddings most alike to a vector."""
        rows, cosines = self.ask("nearest", vector, count)
        return rows, cosines

    def read(self, ids: IntArray, segments: IntArray) -> Computed:
        """All that it computes for one input; see `Encoder`, as for all that follow."""
        computed: Computed = self.ask("read", ids, segments)
        return computed

    def hidden_states(self, ids: IntArray, segments: IntArray, layers: Sequence[int]) -> FloatArray:
        """The chosen layers of several inputs; for trainings, which can wait."""
        states: FloatArray = self.ask("hidden_states", ids, segments, tuple(layers), waits=True)
        return states

    def projections(self, hidden: FloatArray) -> Projections:
        """Queries, keys and values of all heads."""
        found: Projections = self.ask("projections", hidden)
        return found

    def value_lengths(self, hidden: FloatArray) -> FloatArray:
        """How long what each token hands on is."""
        lengths: FloatArray = self.ask("value_lengths", hidden)
        return lengths

    def head_steps(
        self,
        states: FloatArray,
        weights: FloatArray,
        layer: int,
        head: int,
        query: int,
        off: SwitchedOff,
    ) -> HeadSteps:
        """What one head does for one token."""
        steps: HeadSteps = self.ask("head_steps", states, weights, layer, head, query, off)
        return steps

    def switched_off(self, states: FloatArray, off: SwitchedOff) -> tuple[FloatArray, FloatArray]:
        """The layers from `off.first` on."""
        hidden, attention = self.ask("switched_off", states, off)
        return hidden, attention

    def last_states(self, states: FloatArray, first: int, gates: FloatArray) -> FloatArray:
        """T in several runs."""
        found: FloatArray = self.ask("last_states", states, first, gates)
        return found

    def influence(
        self, states: FloatArray, layer: LabelLayer, row: int, off: SwitchedOff
    ) -> Influence:
        """How far each weight moves an answer."""
        named = layer.name if isinstance(layer, OwnLayer) else layer
        if not isinstance(named, str | LinearClassifier):
            raise ValueError(f"expected a layer of this model's, got {type(layer).__name__}")
        found: Influence = self.ask("influence", states, named, row, off)
        return found

    def task_head(self) -> TaskHead | None:
        """What the model was fine-tuned for. Asked once."""
        found: TaskHead | None = self._once(TASK, self._asked_task_head)
        return found

    def output_layer(self) -> LabelLayer | None:
        """What fills masks. Asked once."""
        fills: bool = self._once(WORDS, partial(self.ask, "fills_masks"))
        return OwnLayer(self, WORDS) if fills else None

    def refinable(self) -> LoadedEncoder:
        """A copy in this process: refining is this server's own work, in its line of trainings.

        Raises as `load_encoder` does.
        """
        return LoadedEncoder(self.name, load_encoder(self.name)).refinable()

    def _once(self, what: str, asked: Callable[[], Any]) -> Any:
        if what not in self._known:
            self._known[what] = asked()
        return self._known[what]

    def _asked_task_head(self) -> TaskHead | None:
        found = self.ask("task_head")
        if found is None:
            return None
        about, labels, pooler = found
        return TaskHead(about, labels, pooler, OwnLayer(self, TASK))
