"""Models, tokenizers and traces kept in memory, each computed once and shared read-only.

Limits in bytes bound it. However many ask for the same thing at the same moment, one of
them computes it and the others wait for that one.
"""

import gc
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import cache, partial
from typing import Final

from threadpoolctl import threadpool_limits

from backend.catalogue import BUILT_IN, SMALL
from backend.classroom import classroom
from backend.cluster import cluster, is_used
from backend.errors import TooMuchAsked
from backend.hub import Progress
from backend.labelled_texts import LabelledTexts
from backend.last_layer import LastLayer, train_task
from backend.loaded_models import LoadedModels
from backend.masked_words import MaskedWords
from backend.model import Model, load_model
from backend.shared import COMMON, Shared, nbytes
from backend.small_bert import small_tokenizer
from backend.tagger import TagAccuracy, Tagger, tag_accuracy, train_tagger
from backend.task_heads import TaskHead
from backend.tokenizer import Tokenizer, load_tokenizer
from backend.trace import Trace
from backend.turns import LONG_CHARACTERS, in_turn
from backend.weights import memory_needed, ready_torch
from backend.zero_shot import ZeroShot, zero_shot

TAGGER_BYTES: Final = 2_000_000  # some thirty layers on the built-in model, fifteen on BERT base
TASK_BYTES: Final = 16_000_000  # some thirty layers for the longest tables, hundreds for others
ZERO_SHOT_BYTES: Final = 2_000_000
TOKENIZERS: Final = 8
ACCURACIES: Final = 64


_models: Final = LoadedModels(
    lambda name: classroom().model() if name == SMALL else load_model(name),
    lambda name: 0 if name in (BUILT_IN, SMALL) or is_used() else memory_needed(name),
)
_traces: Shared[tuple[str, str, str | None], Trace] = Shared(COMMON, nbytes)
_taggers: Shared[str, Tagger] = Shared(TAGGER_BYTES, nbytes)
_tasks: Shared[tuple[str, LabelledTexts, int], LastLayer] = Shared(TASK_BYTES, nbytes)
_accuracies: Shared[str, TagAccuracy] = Shared(ACCURACIES, lambda _: 1)
_zero_shots: Shared[tuple[str, tuple[str, ...], tuple[str, ...]], ZeroShot]
_zero_shots = Shared(ZERO_SHOT_BYTES, nbytes)
_tokenizers: Shared[str, Tokenizer] = Shared(TOKENIZERS, lambda _: 1)


def cached_model(name: str, visitor: Hashable = None) -> Model:
    """The loaded model, the same object for everybody.

    visitor: who looks at it from now on; see `LoadedModels`
    Raises as `load_model` and `LoadedModels.find` do, and NotTrained for the small BERT before it
    is trained.
    """
    return _models.find(name, visitor)


def model_is_ready(name: str) -> bool:
    """Whether `cached_model` answers at once."""
    return name in _models


def model_if_ready(name: str) -> Model | None:
    """What `cached_model` gives at once, as asked for now; None where it would have to load it."""
    return _models.here(name)


def cached_trace(name: str, a: str, b: str | None = None) -> Trace:
    """The trace of A and B, the same object for everybody. Raises as `Model.trace` does."""

    def computed() -> Trace:
        model = cached_model(name)
        with in_turn(model.encoder.is_here and len(a) + len(b or "") > LONG_CHARACTERS):
            return model.trace(a, b)

    return _traces.find((name, a, b), computed)


def trace_again(trace: Trace) -> Callable[[], Trace]:
    """The same trace by its name: what waits for a click holds no weights of a long text."""
    return partial(cached_trace, trace.model, *trace.sentences)


def cached_tokenizer(name: str) -> Tokenizer:
    """The tokenizer, the same object for everybody. Raises as `load_tokenizer` does."""
    return _tokenizers.find(
        name, lambda: small_tokenizer() if name == SMALL else load_tokenizer(name)
    )


def cached_tagger(name: str, progress: Progress | None = None) -> Tagger:
    """The layer for parts of speech on the model's T, the same object for everybody.

    progress: called, while it is trained, with the pairs of sentences the model has read and how
        many there are; who waits for another's training hears nothing
    Raises as `load_model` and `train_tagger` do.
    """
    return _taggers.find(name, lambda: train_tagger(cached_model(name), progress))


def tagger_is_ready(name: str) -> bool:
    """Whether `cached_tagger` answers at once."""
    return name in _taggers


def cached_task(
    name: str, table: LabelledTexts, layer: int, progress: Progress | None = None
) -> LastLayer:
    """A table's last layer on the model, the same object for everybody; see `train_task`.

    Raises as `load_model` and `train_task` do.
    """
    return _tasks.find(
        (name, table, layer),
        lambda: train_task(cached_model(name), table, layer=layer, progress=progress),
    )


def task_is_ready(name: str, table: LabelledTexts, layer: int) -> bool:
    """Whether `cached_task` answers at once."""
    return (name, table, layer) in _tasks


def cached_tag_accuracy(name: str, progress: Progress | None = None) -> TagAccuracy:
    """What layers for parts of speech get on held-out sentences, the same for everybody.

    progress: as `tag_accuracy` calls it
    Raises as `load_model` and `tag_accuracy` do.
    """
    return _accuracies.find(name, lambda: tag_accuracy(cached_model(name), progress))


def tag_accuracy_is_ready(name: str) -> bool:
    """Whether `cached_tag_accuracy` answers at once."""
    return name in _accuracies


def cached_task_head(name: str) -> TaskHead | None:
    """The model's own classification layer, the same object for everybody; None if it has none.

    Raises as `cached_model` and `Encoder.task_head` do.
    """
    return None if name == SMALL else cached_model(name).encoder.task_head()


def cached_masked_words(name: str) -> MaskedWords | None:
    """What the model fills masks with, None if it fills none; the layer is read once for all.

    Raises as `cached_model` and `Encoder.output_layer` do otherwise.
    """
    model = cached_model(name)
    if name == SMALL:
        return classroom().masked_words(model)
    layer = model.encoder.output_layer()
    return MaskedWords(model, layer) if layer else None


def cached_zero_shot(name: str, texts: tuple[str, ...], labels: tuple[str, ...]) -> ZeroShot:
    """Which label fits each text, the same for everybody. Raises as `zero_shot` does."""
    words = cached_masked_words(name)
    return _zero_shots.find(
        (name, texts, labels), lambda: zero_shot(cached_model(name), texts, labels, words)
    )


@cache
def warm_up() -> None:
    """Load the built-in model and run it once, so that no visitor waits for it.

    Where a cluster runs the models, wait until it answers, but not for ever; trainings are this
    process's there too.

    What is loaded for the model is taken out of the garbage collector's rounds: going through a
    million objects after every page costs more than the page. Matrix products get one thread: a
    second one takes nothing off their time, but waits for work and takes a processor from other
    visitors meanwhile.
    """
    cached_tokenizer(BUILT_IN)
    ready_torch()
    if is_used():
        with suppress(TooMuchAsked):  # pages say so, and go on when it has come
            cluster().ask(BUILT_IN, "facts", waits=True)
    else:
        cached_trace(BUILT_IN, "It was too tired.", "It was too wide.")
    threadpool_limits(limits=1, user_api="blas")
    gc.collect()
    gc.freeze()
