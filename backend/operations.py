"""What a machine that holds an encoder's weights does for those that do not, by name.

Arguments and results are what `backend.wire` can send. A layer on top of T that belongs to the
model is spoken of by its name: `task` for its classification layer, `words` for what fills masks.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from backend.classifier import LinearClassifier
from backend.encoder import Facts, LabelLayer
from backend.gradient_weights import Influence
from backend.head_steps import HeadSteps
from backend.loaded_encoder import LoadedEncoder
from backend.projections import Projections
from backend.switched_off import SwitchedOff
from backend.trace import FloatArray, IntArray

TASK: Final = "task"
WORDS: Final = "words"
READ: Final = "read"
"""The one operation in which several requests run together; `backend.serving` sees to that."""
TRAINING: Final = ("hidden_states",)
"""What many texts are read with, for trainings, which no page waits for."""
MODELS: Final = 8
"""A replica is known to have at most so many; how many it holds its memory decides."""


class Operations:
    """What can be asked of one encoder; several threads may ask at once."""

    def __init__(self, encoder: LoadedEncoder) -> None:
        """Answer for this encoder."""
        self.encoder = encoder

    def facts(self) -> Facts:
        """What it is."""
        return self.encoder.facts

    def nearest(self, vector: FloatArray, count: int) -> tuple[IntArray, FloatArray]:
        """See `Encoder`, as for all that follow."""
        return self.encoder.nearest(vector, count)

    def hidden_states(self, ids: IntArray, segments: IntArray, layers: Sequence[int]) -> FloatArray:
        """The chosen layers of several inputs."""
        return self.encoder.hidden_states(ids, segments, layers)

    def projections(self, hidden: FloatArray) -> Projections:
        """Queries, keys and values."""
        return self.encoder.projections(hidden)

    def value_lengths(self, hidden: FloatArray) -> FloatArray:
        """How long what is handed on is."""
        return self.encoder.value_lengths(hidden)

    def head_steps(self, *asked: Any) -> HeadSteps:
        """One head, step by step."""
        return self.encoder.head_steps(*asked)

    def switched_off(self, states: FloatArray, off: SwitchedOff) -> tuple[FloatArray, FloatArray]:
        """The layers once more."""
        return self.encoder.switched_off(states, off)

    def last_states(self, states: FloatArray, first: int, gates: FloatArray) -> FloatArray:
        """T in several runs."""
        return self.encoder.last_states(states, first, gates)

    def influence(
        self, states: FloatArray, layer: LinearClassifier | str, row: int, off: SwitchedOff
    ) -> Influence:
        """How far each weight moves an answer; a layer of the model's own by its name."""
        given = self._own(layer) if isinstance(layer, str) else layer
        return self.encoder.influence(states, given, row, off)

    def task_head(self) -> tuple[str, tuple[str, ...], bool] | None:
        """What the model's own classification layer is about, its labels, whether a pooler is
        before it; None where there is none.
        """
        head = self.encoder.task_head()
        return None if head is None else (head.about, head.labels, head.pooler)

    def fills_masks(self) -> bool:
        """Whether it has a layer that fills masks."""
        return self.encoder.output_layer() is not None

    def probabilities(self, own: str, vectors: FloatArray) -> FloatArray:
        """What a layer of the model's own says of vectors."""
        return self._own(own).probabilities(vectors)

    def _own(self, name: str) -> LabelLayer:
        head = self.encoder.task_head()
        found = {TASK: head and head.layer, WORDS: self.encoder.output_layer()}.get(name)
        if found is None:
            raise ValueError(f"expected a layer that the model has, got {name!r}")
        return found


def operation(encoder: LoadedEncoder, name: str) -> Callable[..., Any]:
    """What to call for an operation's name. Raises ValueError if there is none."""
    found = None if name.startswith("_") else getattr(Operations(encoder), name, None)
    if found is None or not callable(found):
        raise ValueError(f"expected the name of an operation, got {name!r}")
    known: Callable[..., Any] = found
    return known
