"""Asking what is drawn as weights, and telling what that answers, how it is reckoned, and whose
it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from backend.answers import Answer, AnswerKind, answer_kinds, answer_of, is_ready
from backend.cached_heads import WeightsRecipe, cached_weights
from backend.hub import Progress
from backend.switched_off import ALL_ON, SwitchedOff
from backend.trace import Trace
from backend.weight_kinds import KINDS, RAW, Given, Weights, too_long
from components import inputs, kept
from components.for_all import show_training
from components.output_words import label_name
from components.plain import plain
from components.token_chips import visible
from components.view import Choice
from components.view_options import ANSWERS
from components.weight_words import WORDS, WeightWords

_STYLE: Final = """<style>
.st-key-weights_told { min-height: 4.85rem; }
.st-key-weights_told .katex { font-size: 1.1em; line-height: 1; }
@media (max-width: 640px) {
  .st-key-weights_told { min-height: 9.65rem; }
  .st-key-weights_told:has(.st-key-told_shortly) { min-height: 6.4rem; }
}
@media (max-width: 380px) {
  .st-key-weights_told { min-height: 11.25rem; }
  .st-key-weights_told:has(.st-key-told_shortly) { min-height: 9.6rem; }
}
</style>"""
"""Room for what is said from the first moment: formulas come late, and must not push down what is
pointed at. On a phone there is no more of it than what is said of this kind needs."""
_SHORT: Final = (RAW, "value")
"""The kinds of which least is said."""
_ANOTHER: Final = " Click a token on the left to ask about another one."
_TOLD: Final = 50  # times at most that a bar of progress is drawn


@dataclass(frozen=True, eq=False)
class Drawn:
    """What is drawn as weights.

    trace: its `attention` is drawn, 0 to 1
    recipe: how it is read again, for files, with the signs and lengths that belong to it
    """

    trace: Trace
    kind: str
    words: WeightWords
    recipe: WeightsRecipe


def choose_weights(trace: Trace) -> tuple[str, Choice]:
    """Draw Weights, Layer and Head; the kind of weights, and what the reader looks at."""
    kind = choose_kind([trace])
    return kind, inputs.choose_head(trace, layered=KINDS[kind].per_layer)


def drawn_weights(trace: Trace, kind: str, choice: Choice, *, off: SwitchedOff = ALL_ON) -> Drawn:
    """What is drawn of the trace; for gradients with Answer, and what the answer is.

    off: what was switched off when the trace was made
    """
    answer = None
    if kind == "gradient":
        asked = answer_of(trace, choose_answer([trace]), choice.query)
        answer = asked if answers_are_ready([(trace, asked)]) else None
        kind = kind if answer else RAW
    weights = find_weights(trace, kind, answer, off)
    if weights.given is not None:
        st.markdown(
            f"{given_words(trace, weights.given)} {_scale_words(weights.given)}"
            f"{_ANOTHER if weights.given.answer.token is not None else ''}"
        )
    if off.heads and KINDS[kind].per_layer:
        st.caption(
            "A head that is switched off adds nothing to the mean. Each row is brought to 1 again: "
            "what is left is a larger part of what the token keeps of itself."
        )
    recipe = WeightsRecipe(trace.model, trace.sentences, kind, answer, off)
    return Drawn(weights.drawn, kind, WORDS[kind], recipe)


def choose_kind(traces: Sequence[Trace]) -> str:
    """Draw Weights, with a word on the chosen kind; the kind, raw weights where it is too long."""
    kind = inputs.choose_weight_kind()
    why = next(filter(None, (too_long(trace, kind) for trace in traces)), "")
    drawn = RAW if why else kind
    told = KINDS[drawn]
    st.html(_STYLE)
    with (
        st.container(key="weights_told"),
        st.container(key=f"told_{'shortly' if drawn in _SHORT else 'at_length'}"),
    ):
        st.markdown(f"{told.answers}  \n{told.formula} ({told.source})")
    if why:
        st.info(f"{why} Until the text is shorter, the raw weights are shown.")
    return drawn


def choose_answer(traces: Sequence[Trace]) -> AnswerKind:
    """Draw Answer where the model gives several of all these texts; the chosen one."""
    given = [answer_kinds(trace) for trace in traces]
    offered = [kind for kind in given[0] if all(kind in kinds for kinds in given)]
    now = kept.view().answer
    chosen = next((kind for kind in offered if kind == now), offered[0])
    if len(offered) > 1:
        kept.seed("answer", chosen)
        st.pills(
            "Answer",
            offered,
            key="answer",
            format_func=ANSWERS.__getitem__,
            required=True,
            on_change=kept.keep_widget,
            args=("answer",),
        )
    return chosen


def answers_are_ready(asked: Sequence[tuple[Trace, Answer]]) -> bool:
    """Whether all answers can be had; else how far the training of their layer is."""
    if all(is_ready(trace, answer) for trace, answer in asked):
        return True
    st.info("The layer for parts of speech is needed first. Meanwhile raw weights are shown.")
    show_training(asked[0][0].model)
    return False


def find_weights(
    trace: Trace, kind: str, answer: Answer | None = None, off: SwitchedOff = ALL_ON
) -> Weights:
    """What is drawn of the trace as weights of this kind, with a bar while flows are sought."""
    place = st.empty()
    weights = cached_weights(trace, kind, answer, off, _bar(place))
    place.empty()
    return weights


def _scale_words(given: Given) -> str:
    """What the strongest of the numbers stands for."""
    if not given.strongest:
        return "No weight has any effect on it."
    return (
        f"1.000 stands for {given.strongest:.3f} of log-odds; in the files a minus speaks against "
        "the answer."
    )


def given_words(trace: Trace, given: Given, side: str = "") -> str:
    """What the answer is, of which token, and how sure it is; Markdown."""
    token, kind = given.answer.token, given.answer.kind
    name = "" if kind == "mask" else label_name(given.label, given.labels)
    label = f"“{plain(visible(given.label))}”" + (f" ({name})" if name else "")
    if token is None:
        what = "the whole text"
    elif kind == "mask":
        what = f"the word at token {token}"
    else:
        what = f"“{plain(visible(trace.tokens[token]))}” (token {token})"
    within = f" in {side}" if side else ""
    return f"**The answer{within}:** {what} is {label}, with probability {given.probability:.3f}."


def _bar(place: st.delta_generator.DeltaGenerator) -> Progress:
    def show(done: int, of: int) -> None:
        if done * _TOLD // of != (done - 1) * _TOLD // of:
            place.progress(done / of, f"Seeking the flows: {100 * done // of} %")

    return show
