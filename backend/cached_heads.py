"""What is measured of heads, kept in memory: computed once, shared read-only, bounded in bytes.

What waits for a reader's click, such as a download, holds a `WeightsRecipe` and no weights: of a
long text these are a hundred megabytes, for each visitor.
"""

from dataclasses import dataclass
from typing import Final

from backend.answers import Answer, answer_layer
from backend.cached import cached_model, cached_trace
from backend.head_removal import HeadRemovals, joined, layer_removal
from backend.hub import Progress
from backend.shared import COMMON, Shared, nbytes
from backend.switched_off import ALL_ON, SwitchedOff
from backend.trace import Trace
from backend.turns import LONG_TOKENS, in_turn
from backend.weight_kinds import KINDS, RAW, Weights, influence_weights, weights_of

REMOVAL_BYTES: Final = 8_000_000

_changed: Shared[tuple[str, str, str | None, SwitchedOff], Trace] = Shared(COMMON, nbytes)
_removals: Shared[tuple[str, str, str | None, int], HeadRemovals] = Shared(REMOVAL_BYTES, nbytes)
_weights: Shared[tuple[object, ...], Weights] = Shared(COMMON, nbytes)


def cached_switched_off(name: str, a: str, b: str | None, off: SwitchedOff) -> Trace:
    """The trace of A and B with this switched off, the same object for everybody.

    Raises as `cached_trace` and `Model.switched_off` do.
    """

    def computed() -> Trace:
        trace, model = cached_trace(name, a, b), cached_model(name)
        with in_turn(model.encoder.is_here and len(trace.tokens) > LONG_TOKENS):
            return model.switched_off(trace, off)

    return _changed.find((name, a, b, off), computed)


def cached_removals(
    name: str, a: str, b: str | None, progress: Progress | None = None
) -> HeadRemovals:
    """What the removal of each head does to A and B, the same for everybody.

    Layers that are done are kept where it is broken off.

    progress: called with the heads that are done and how many there are; who waits for another's
        layer hears of it when it is done
    Raises as `cached_trace` does.
    """
    trace, model = cached_trace(name, a, b), cached_model(name)
    total = model.layers * model.heads

    def removal(layer: int, told: Progress) -> HeadRemovals:
        with in_turn(model.encoder.is_here and len(trace.tokens) > LONG_TOKENS):
            return layer_removal(model, trace, layer, told)

    def measured(layer: int) -> HeadRemovals:
        def told(done: int, _: int) -> None:
            if progress:
                progress(layer * model.heads + done, total)

        found = _removals.find((name, a, b, layer), lambda: removal(layer, told))
        told(model.heads, model.heads)
        return found

    return joined([measured(layer) for layer in range(model.layers)])


def removals_are_ready(trace: Trace) -> bool:
    """Whether `cached_removals` answers at once for this trace's sentences."""
    return all((trace.model, *trace.sentences, layer) in _removals for layer in range(trace.layers))


def cached_weights(
    trace: Trace,
    kind: str,
    answer: Answer | None = None,
    off: SwitchedOff = ALL_ON,
    progress: Progress | None = None,
) -> Weights:
    """What is drawn of a trace as weights of this kind, the same object for everybody.

    answer: for `gradient`, whose answer it is
    off: what was switched off when the trace was made
    progress: called while it works out flows; who waits for another's hears nothing
    Raises as `cached_model`, `weights_of` and `answer_layer` do.
    """
    if kind == RAW:
        return Weights(trace, trace)
    model = cached_model(trace.model)
    is_here = model.encoder.is_here or not KINDS[kind].of_model
    costly = kind == "flow" or (is_here and len(trace.tokens) > LONG_TOKENS)

    def computed() -> Weights:
        layer = None if answer is None else answer_layer(trace, answer)
        with in_turn(costly):
            if answer is not None and layer is not None:
                return influence_weights(model, trace, answer, layer, off=off)
            return weights_of(model, trace, kind, off=off, progress=progress)

    return _weights.find((trace.model, *trace.sentences, kind, answer, off), computed)


@dataclass(frozen=True)
class WeightsRecipe:
    """Everything from which what is drawn as weights is read once more, with `cached_weights`.

    sentences: A and B as the model read them
    off: what is switched off in the run that is drawn
    """

    model: str
    sentences: tuple[str, str | None]
    kind: str
    answer: Answer | None
    off: SwitchedOff

    def read(self) -> Weights:
        """The weights. Raises as `cached_switched_off` and `cached_weights` do."""
        trace = cached_switched_off(self.model, *self.sentences, self.off)
        return cached_weights(trace, self.kind, self.answer, self.off)
