"""What an exercise of the lesson is made of; the exercises themselves are in lesson_*_exercises.

An exercise asks about the sentences and the model that are loaded. Its question, its true answer
and its explanation are computed when it is asked; no answer is stored anywhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.habits import Habits
from backend.model import Model
from backend.tagger import Tagger
from backend.trace import FloatArray, Trace

_LONGEST: Final = 24


@dataclass(frozen=True, eq=False)
class Reading:
    """The model and what it made of the sentences, each read on its own.

    b is None where there is no second sentence. `habits_of` and `tagger_of` are asked only
    where an exercise needs them: measuring and training take a moment.
    """

    model: Model
    title: str
    a: Trace
    b: Trace | None
    habits_of: Callable[[], Habits]
    tagger_of: Callable[[], Tagger]


@dataclass(frozen=True)
class Options:
    """An answer is one of several; `correct` is the place of the right one."""

    texts: tuple[str, ...]
    correct: int

    def __post_init__(self) -> None:
        """Check that there is a right one and that no two are the same."""
        if not 0 <= self.correct < len(self.texts):
            raise ValueError(f"expected a place among {self.texts}, got {self.correct}")
        if len(set(self.texts)) < len(self.texts):
            raise ValueError(f"expected different options, got {self.texts}")

    def is_right(self, answer: int) -> bool:
        """Whether the answer, the place of an option, is the right one."""
        return answer == self.correct

    def accepts(self, answer: int) -> bool:
        """Whether it is an answer at all."""
        return 0 <= answer < len(self.texts)

    def written(self, answer: int) -> str:
        """The answer in words."""
        return f"“{self.texts[answer]}”"

    @property
    def truth(self) -> str:
        """The right answer in words."""
        return self.written(self.correct)


@dataclass(frozen=True)
class Number:
    """An answer is a whole number; `within` of the right one is right.

    unit: what is counted, as it is written after the number: " pieces", " %"
    """

    correct: float
    within: float
    lowest: int
    highest: int
    unit: str

    def is_right(self, answer: int) -> bool:
        """Whether the answer is near enough."""
        return abs(answer - self.correct) <= self.within

    def accepts(self, answer: int) -> bool:
        """Whether it is an answer at all."""
        return self.lowest <= answer <= self.highest

    def written(self, answer: int) -> str:
        """The answer in words."""
        return f"{answer:,}{self.unit}"

    @property
    def truth(self) -> str:
        """The right answer in words."""
        return f"{self.correct:,.1f}{self.unit}" if self.within else self.written(int(self.correct))


@dataclass(frozen=True)
class Pieces:
    """Shown with the answer: pieces, each with a number of its own and a group, 0 or 1.

    what: what the number is
    """

    what: str
    pieces: tuple[str, ...]
    numbers: tuple[int, ...]
    groups: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Bars:
    """Shown with the answer: bars, one a name, for each of the series.

    series: what each is called and its values, (name,)
    end: the most that a value can be; None where there is no such bound
    """

    title: str
    names: tuple[str, ...]
    series: tuple[tuple[str, FloatArray], ...]
    end: float | None = None


@dataclass(frozen=True, eq=False)
class Row:
    """Shown with the answer: one head's weights, with the row of `query` framed."""

    title: str
    trace: Trace
    layer: int
    head: int
    query: int


Evidence = Pieces | Bars | Row


@dataclass(frozen=True)
class Question:
    """One exercise as it is asked about a reading. All texts are plain, none is Markdown."""

    text: str
    answers: Options | Number
    explanation: str
    evidence: Evidence | None = None


@dataclass(frozen=True)
class Missing:
    """Why an exercise cannot be asked, and what would help: the lesson's `pair` or `model`."""

    reason: str
    remedy: str


@dataclass(frozen=True)
class Exercise:
    """One exercise: its name, how it is asked, and the one it gives away the answer of."""

    name: str
    title: str
    ask: Callable[[Reading], Question | Missing]
    after: str | None = None


def shortened(text: str) -> str:
    """The text, or its beginning where it is too long for a sentence."""
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def listed(words: Sequence[str]) -> str:
    """The words as a list in a sentence: “a”, “b” and “c”."""
    quoted = [f"“{shortened(word)}”" for word in words]
    return " and ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1]))) if quoted else "nothing"


def sorted_options(options: Sequence[tuple[float, str]], correct: str) -> Options:
    """Options in the order of their numbers, each text once; which is right does not show."""
    texts = tuple(dict.fromkeys(text for _, text in sorted(options)))
    return Options(texts, texts.index(correct))


def strongest(weights: FloatArray, count: int) -> list[int]:
    """The places of the largest weights, largest first. weights: (key,)."""
    return [int(place) for place in np.argsort(-weights, kind="stable")[:count]]
