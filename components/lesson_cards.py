"""The lesson's exercises as cards: asked, checked, explained."""

from functools import partial
from hashlib import blake2b
from typing import Final

import streamlit as st

from backend.catalogue import BUILT_IN
from backend.examples import EXAMPLES
from backend.lesson import (
    EXERCISES,
    OPEN,
    RIGHT,
    WRONG,
    Step,
    first_of,
    marks_of,
    number_of,
    with_mark,
)
from backend.lesson_questions import Exercise, Missing, Options, Question, Reading
from components import inputs, lesson_answers
from components.kept import arrived, view
from components.lesson_evidence import offer_evidence, show_evidence
from components.plain import plain

_BADGES: Final = {
    RIGHT: ":green-badge[:material/check: right]",
    WRONG: ":red-badge[:material/close: wrong]",
    OPEN: ":gray-badge[:material/question_mark: open]",
}


def show_exercises(step: Step, reading: Reading) -> None:
    """Draw the step's exercises as cards, two beside each other where there are two."""
    for first in range(0, len(step.exercises), 2):
        row = step.exercises[first : first + 2]
        for column, exercise in zip(st.columns(len(row), gap="medium"), row, strict=True):
            with column.container(border=True):
                _show_exercise(exercise, reading)


def _show_exercise(exercise: Exercise, reading: Reading) -> None:
    done = inputs.lesson_progress()[1]
    mark = marks_of(done)[number_of(exercise)]
    st.markdown(
        f"**Exercise {number_of(exercise) + 1} of {len(EXERCISES)}: {exercise.title}** "
        f"{_BADGES[mark]}"
    )
    asked, first = exercise.ask(reading), first_of(exercise)
    if isinstance(asked, Missing):
        _show_missing(exercise, asked)
    elif first is not None and not _is_answered(first, reading):
        _show_later(number_of(first) + 1, mark)
    else:
        _show_question(exercise, asked, mark, reading.model.name)


def _is_answered(exercise: Exercise, reading: Reading) -> bool:
    """Whether the answer stands on this page, for the sentences and the model of now."""
    asked = exercise.ask(reading)
    if isinstance(asked, Missing):
        return True
    name = _name(exercise, asked, reading.model.name)
    return lesson_answers.kept_answer(name) is not None or _was_answered(exercise, name)


def _was_answered(exercise: Exercise, name: str) -> bool:
    """Whether the reader came with an answer to it, for the sentences and the model of now."""
    brought, now = arrived(), view()
    if brought is None or (brought.a, brought.b, brought.model) != (now.a, now.b, now.model):
        return False
    answered = marks_of(brought.done)[number_of(exercise)] != OPEN
    return answered and not lesson_answers.is_reopened(name)


def _show_later(first: int, mark: str) -> None:
    """Why the exercise is not there yet, or not at the moment."""
    if mark == OPEN:
        st.markdown(f"Answer exercise {first} first: this one would give its answer away.")
    else:
        st.markdown(
            f"It comes back when exercise {first} is answered: it would give its answer away."
        )


def _show_missing(exercise: Exercise, missing: Missing) -> None:
    st.markdown(plain(missing.reason))
    if missing.remedy == "pair":
        label, use = "Load the lesson's pair", partial(inputs.use_example, EXAMPLES[0])
    else:
        label, use = "Use the built-in model", partial(inputs.use_model, BUILT_IN)
    st.button(label, key=f"help_{exercise.name}", on_click=use)


def _show_question(exercise: Exercise, question: Question, mark: str, model: str) -> None:
    name = _name(exercise, question, model)
    answer = lesson_answers.kept_answer(name)
    st.markdown(plain(question.text))
    if answer is not None and question.answers.accepts(answer):
        _show_verdict(question, answer)
    elif _was_answered(exercise, name):
        truth = plain(question.answers.truth)
        st.info(
            f"**Answered before.** It is {truth}. Which answer you gave is not kept.",
            icon=":material/history:",
        )
    else:
        _ask(exercise, question, name)
        if mark != OPEN:
            st.caption("The badge tells of your last answer. A new one takes its place.")
        return
    st.markdown(plain(question.explanation))
    key = f"answer-{exercise.name}"
    if question.evidence is not None:
        show_evidence(question.evidence, key=key)
    with st.container(horizontal=True):
        st.button(
            "Try again",
            key=f"again_{exercise.name}",
            icon=":material/replay:",
            on_click=lesson_answers.forget_answer,
            args=(name,),
            help="Your newest answer is the one that counts.",
        )
        if question.evidence is not None:
            offer_evidence(question.evidence, key=key)


def _ask(exercise: Exercise, question: Question, name: str) -> None:
    key = f"answer {name}"
    with st.form(f"form {name}", border=False):
        _draw_answers(question, key)
        sent = st.form_submit_button(
            "Check",
            key=f"check_{exercise.name}",
            icon=":material/task_alt:",
            on_click=_check,
            args=(exercise, question, name, key),
        )
    if sent:
        st.warning("Choose an answer first, then check it.")


def _draw_answers(question: Question, key: str) -> None:
    answers = question.answers
    if isinstance(answers, Options):
        st.radio(
            "Your prediction",
            range(len(answers.texts)),
            index=None,
            key=key,
            format_func=lambda place: plain(answers.texts[place]),
        )
    elif answers.within:
        st.slider(f"Your guess, in{answers.unit}", answers.lowest, answers.highest, key=key)
    else:
        st.number_input(
            f"Your prediction, in{answers.unit}",
            answers.lowest,
            answers.highest,
            value=None,
            step=1,
            key=key,
            width=240,
            placeholder="A whole number",
        )


def _check(exercise: Exercise, question: Question, name: str, key: str) -> None:
    """Keep the answer, and whether it is right; the callback of Check."""
    lesson_answers.keep_answer(name, key)
    answer = lesson_answers.kept_answer(name)
    if answer is not None and question.answers.accepts(answer):
        _, done = inputs.lesson_progress()
        right = question.answers.is_right(answer)
        inputs.keep_progress(done=with_mark(done, exercise, right))


def _show_verdict(question: Question, answer: int) -> None:
    answers = question.answers
    given, truth = plain(answers.written(answer)), plain(answers.truth)
    if not answers.is_right(answer):
        st.error(f"**Not quite.** You said {given}. It is {truth}.", icon=":material/close:")
    elif given == truth:
        st.success(f"**Right:** {truth}.", icon=":material/check:")
    else:
        st.success(f"**Right.** You said {given}. It is {truth}.", icon=":material/check:")


def _name(exercise: Exercise, question: Question, model: str) -> str:
    """A name for the question as it is asked now: another text or model asks another one."""
    digest = blake2b(digest_size=8)
    for part in (model, question.text, repr(question.answers), question.explanation):
        digest.update(part.encode("utf-8", "replace"))
    return f"{exercise.name} {digest.hexdigest()}"
