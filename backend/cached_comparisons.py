"""Two sentences side by side with what is drawn as their weights, put together from the caches.

What waits for a reader's click, such as a download, holds a `ComparisonRecipe` and no weights: of
a long text these are a hundred megabytes, for each visitor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from backend.answers import Answer
from backend.cached import cached_trace
from backend.cached_heads import cached_weights
from backend.trace import Trace
from backend.two_sentences import Comparison, read_apart, read_as_pair
from backend.weight_kinds import RAW, Weights, on_one_scale

Answers = Sequence[Answer | None]
NO_ANSWERS: Final[Answers] = (None, None)


@dataclass(frozen=True)
class ComparisonRecipe:
    """Everything from which a comparison is read once more.

    a, b: the texts that the model read, each with what was read with it; equal for a pair
    answers: for `gradient`, whose answers they are, one each
    """

    model: str
    a: tuple[str, str | None]
    b: tuple[str, str | None]
    kind: str = RAW
    answers: Answers = NO_ANSWERS

    def read(self) -> Comparison:
        """The comparison, with what is drawn as its weights.

        Raises as `cached_trace` and `cached_weights` do.
        """
        compared = side_by_side(
            cached_trace(self.model, *self.a), cached_trace(self.model, *self.b)
        )
        one, other = (
            cached_weights(side.trace, self.kind, answer)
            for side, answer in zip((compared.a, compared.b), self.answers, strict=True)
        )
        return with_weights(compared, on_one_scale(one, other))


def recipe_of(compared: Comparison, kind: str, answers: Answers) -> ComparisonRecipe:
    """How this comparison is read again with weights of this kind."""
    a, b = compared.a.trace, compared.b.trace
    return ComparisonRecipe(a.model, a.sentences, b.sentences, kind, tuple(answers))


def side_by_side(a: Trace, b: Trace) -> Comparison:
    """Two traces of a sentence each, or twice the same one of a pair."""
    return read_apart(a, b) if a.sentences[1] is None else read_as_pair(a)


def with_weights(compared: Comparison, found: tuple[Weights, Weights]) -> Comparison:
    """The comparison with what was found for A and for B as its weights."""
    a, b = (
        replace(side, trace=weights.drawn)
        for side, weights in zip((compared.a, compared.b), found, strict=True)
    )
    return replace(compared, a=a, b=b)
