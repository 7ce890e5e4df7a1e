"""Hidden states of many sentences at once, without their attention: what training needs.

Sentences of equal length run together, so that none needs padding: padding costs time, and a
model that was not trained with it can change what it computes. Two such batches run side by side,
each on one processor.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from itertools import islice
from typing import Final

from backend.fair_share import FairShare, paid_by, payer
from backend.hub import Progress
from backend.model import Model
from backend.tokenizer import Pieces
from backend.trace import FloatArray
from backend.turns import aside

BATCH_TOKENS: Final = 1024
"""Tokens that run together: at BERT's own size their vectors in all layers are 41 MB."""
_READERS: Final = 2
"""Threads that read; they step back for visitors as far as the thread does that starts them."""


def hidden_states(
    model: Model,
    inputs: Sequence[Pieces],
    *,
    layers: Sequence[int] = (-1,),
    progress: Progress | None = None,
) -> tuple[FloatArray, ...]:
    """For each input what `Model.trace` gives as `hidden`, but only the layers asked for.

    progress: called with the inputs that are done and how many there are
    returns: for each input (layer, token, width), read-only; -1 is T, 0 the encoder's input
    Raises NotAModel if what the model computes is no number.
    """
    found = dict(states_as_read(model, inputs, layers=layers, progress=progress))
    return tuple(found[number] for number in range(len(inputs)))


def states_as_read(
    model: Model,
    inputs: Sequence[Pieces],
    *,
    layers: Sequence[int] = (-1,),
    progress: Progress | None = None,
) -> Iterator[tuple[int, FloatArray]]:
    """The same as it is read, shortest first: the input's number and its states.

    For those who keep less of it than all: no more than a few batches are held at once. It is paid
    by who has begun to read.
    """
    whose = payer()
    done, waiting = 0, deque[tuple[list[int], Future[FloatArray]]]()
    to_read = batches([len(pieces.tokens) for pieces in inputs])
    with ThreadPoolExecutor(_READERS) as readers:
        try:
            while True:
                for batch in islice(to_read, 2 * _READERS - len(waiting)):
                    alike = [inputs[number] for number in batch]
                    run = readers.submit(copy_context().run, _read, whose, model, alike, layers)
                    waiting.append((batch, run))
                if not waiting:
                    return
                batch, run = waiting.popleft()
                with aside(waits=not model.encoder.is_here):
                    states = run.result()
                states.flags.writeable = False
                yield from zip(batch, states, strict=True)
                done += len(batch)
                if progress:
                    progress(done, len(inputs))
        finally:
            readers.shutdown(wait=False, cancel_futures=True)  # where it broke off


def _read(
    whose: FairShare | None, model: Model, batch: Sequence[Pieces], layers: Sequence[int]
) -> FloatArray:
    with paid_by(whose):
        return model.hidden_states(batch, layers)


def batches(lengths: Sequence[int], tokens: int = BATCH_TOKENS) -> Iterator[list[int]]:
    """Which inputs run together: equally long ones, at most `tokens` in all, but at least one."""
    for length in sorted(set(lengths)):
        alike = [number for number, other in enumerate(lengths) if other == length]
        size = max(1, tokens // length)
        yield from (alike[start : start + size] for start in range(0, len(alike), size))
