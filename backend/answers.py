"""Answers that a model gives, and that one can ask what they hang on.

tag     the part of speech of a token, of the layer that the app trains on T
mask    the word at a mask, of a masked-word model's output layer
label   what a task model's own classification layer says of a token or of the whole text
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Literal

from backend.cached import cached_masked_words, cached_tagger, cached_task_head, tagger_is_ready
from backend.encoder import LabelLayer
from backend.trace import Trace

AnswerKind = Literal["tag", "mask", "label"]


@dataclass(frozen=True)
class Answer:
    """One answer. token: of which token it is; None where it is of the whole text."""

    kind: AnswerKind
    token: int | None


@dataclass(frozen=True, eq=False)
class AnswerLayer:
    """The layer that gives an answer.

    row: the token whose vector it reads
    labels: in the layer's order
    """

    layer: LabelLayer
    row: int
    labels: Sequence[str]


def answer_kinds(trace: Trace) -> tuple[AnswerKind, ...]:
    """The kinds of answers that the trace's model gives of its text; `tag` is always the first.

    Raises as `cached_masked_words` and `cached_task_head` do.
    """
    kinds: list[AnswerKind] = ["tag"]
    words = cached_masked_words(trace.model)
    if words is not None and words.masks(trace).size:
        kinds.append("mask")
    if cached_task_head(trace.model) is not None:
        kinds.append("label")
    return tuple(kinds)


def answer_of(
    trace: Trace, kind: AnswerKind, token: int | None, within: Container[int] | None = None
) -> Answer:
    """The answer about this token, or about the nearest that can have one; `kind` must be there.

    within: the tokens that it may be about; where none of them can have an answer, all may
    """
    head = cached_task_head(trace.model) if kind == "label" else None
    if head is not None and head.about == "sentence":
        return Answer(kind, None)
    words = cached_masked_words(trace.model) if kind == "mask" else None
    if words is not None:
        possible = words.masks(trace).tolist()
    else:
        possible = (~trace.special).nonzero()[0].tolist() or [0]
    some = [place for place in possible if within is None or place in within] or possible
    return Answer(kind, some[0] if token is None else min(some, key=lambda p: abs(p - token)))


def is_ready(trace: Trace, answer: Answer) -> bool:
    """Whether `answer_layer` answers at once."""
    return answer.kind != "tag" or tagger_is_ready(trace.model)


def answer_layer(trace: Trace, answer: Answer) -> AnswerLayer:
    """The layer that gives it.

    Raises as `cached_tagger` does; ValueError if the model does not give such answers.
    """
    place = answer.token or 0
    if answer.kind == "tag":
        layer = cached_tagger(trace.model).layer
        return AnswerLayer(layer, place, layer.classes)
    if answer.kind == "mask" and (words := cached_masked_words(trace.model)) is not None:
        return AnswerLayer(words.layer, place, words.pieces)
    if answer.kind == "label" and (head := cached_task_head(trace.model)) is not None:
        return AnswerLayer(head.layer, place if head.about == "token" else 0, head.labels)
    raise ValueError(f"expected an answer that {trace.model} gives, got {answer}")
