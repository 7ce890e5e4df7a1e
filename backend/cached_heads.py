"""What is measured of heads, kept in memory: computed once, shared read-only, bounded in bytes."""

from typing import Final

from backend.cached import cached_model, cached_trace
from backend.head_removal import HeadRemovals, joined, layer_removal
from backend.hub import Progress
from backend.shared import Shared, nbytes
from backend.switched_off import SwitchedOff
from backend.trace import Trace

CHANGED_BYTES: Final = 96_000_000  # one text of 512 tokens on the built-in model, hundreds of pairs
REMOVAL_BYTES: Final = 8_000_000

_changed: Shared[tuple[str, str, str | None, SwitchedOff], Trace] = Shared(CHANGED_BYTES, nbytes)
_removals: Shared[tuple[str, str, str | None, int], HeadRemovals] = Shared(REMOVAL_BYTES, nbytes)


def cached_switched_off(name: str, a: str, b: str | None, off: SwitchedOff) -> Trace:
    """The trace of A and B with this switched off, the same object for everybody.

    Raises as `cached_trace` and `Model.switched_off` do.
    """
    return _changed.find(
        (name, a, b, off),
        lambda: cached_model(name).switched_off(cached_trace(name, a, b), off),
    )


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

    def measured(layer: int) -> HeadRemovals:
        def told(done: int, _: int) -> None:
            if progress:
                progress(layer * model.heads + done, total)

        found = _removals.find(
            (name, a, b, layer), lambda: layer_removal(model, trace, layer, told)
        )
        told(model.heads, model.heads)
        return found

    return joined([measured(layer) for layer in range(model.layers)])


def removals_are_ready(trace: Trace) -> bool:
    """Whether `cached_removals` answers at once for this trace's sentences."""
    return all((trace.model, *trace.sentences, layer) in _removals for layer in range(trace.layers))
