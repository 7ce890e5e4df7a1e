"""What is measured of all heads, kept in memory: computed once, shared, bounded in bytes.

A long text is measured in the line of trainings, once for all who ask for the same:

    texts.start(asked)      a job in the line, unless one waits or runs already
    cached_text(asked)      the measures, once `texts.is_ready(asked)`
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from backend.cached import cached_model, cached_trace
from backend.catalogue import title_of
from backend.for_all import ForAll
from backend.head_survey import HeadMeasures, measured_pair, measured_text
from backend.hub import Progress
from backend.shared import Shared, nbytes
from backend.tokenizer import readable

MEASURE_BYTES: Final = 8_000_000  # two hundred readings by the built-in model, a few dozen by BERT


@dataclass(frozen=True)
class AskedText:
    """A model and the text that it is to read; known by the text's digest."""

    model: str
    text: str = field(compare=False, repr=False)
    digest: str


_pairs: Shared[tuple[str, str, str | None], HeadMeasures] = Shared(MEASURE_BYTES, nbytes)
_texts: Shared[tuple[str, str], HeadMeasures] = Shared(MEASURE_BYTES, nbytes)


def asked_text(model: str, text: str) -> AskedText:
    """What to ask for to have this text read."""
    return AskedText(model, text, sha256(readable(text).encode()).hexdigest())


def cached_pair(name: str, a: str, b: str | None = None) -> HeadMeasures:
    """The heads over A and B, the same object for everybody. Raises as `Model.trace` does."""
    return _pairs.find((name, a, b), lambda: measured_pair(cached_trace(name, a, b)))


def cached_text(asked: AskedText, progress: Progress | None = None) -> HeadMeasures:
    """The heads over a text, the same object for everybody.

    progress: called with the pieces that are done and how many there are
    Raises as `load_model` and `measured_text` do.
    """
    return _texts.find(
        (asked.model, asked.digest),
        lambda: measured_text(cached_model(asked.model), asked.text, progress),
    )


texts: Final[ForAll[AskedText]] = ForAll(
    lambda asked: f"Measuring the heads of {title_of(asked.model)} over a text",
    lambda asked, tell: cached_text(asked, tell),
    lambda asked: (asked.model, asked.digest) in _texts,
    ends=True,
    mark=lambda asked: (asked.model, asked.digest),
)
