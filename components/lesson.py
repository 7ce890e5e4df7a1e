"""The lesson's frame: progress, and the way from step to step."""

from functools import partial

import streamlit as st

from backend.lesson import OPEN, RIGHT, STEPS, is_whole, marks_of, number_of
from components import inputs


def step_titles() -> list[str]:
    """The steps as they are listed: counted, with a tick where everything is answered right."""
    _, done = inputs.lesson_progress()
    return [
        f"{number} {step.title}{' ✓' if is_whole(step, done) else ''}"
        for number, step in enumerate(STEPS, start=1)
    ]


def show_progress() -> None:
    """Draw how many exercises are answered right."""
    marks = marks_of(inputs.lesson_progress()[1])
    right, open_ones = marks.count(RIGHT), marks.count(OPEN)
    text = f"{right} of {len(marks)} right"
    wrong = len(marks) - right - open_ones
    st.progress(right / len(marks), f"{text}, {wrong} wrong, {open_ones} open" if wrong else text)


def show_step_buttons(step: int) -> None:
    """Draw the buttons to the step before and the step after."""
    with st.container(horizontal=True, horizontal_alignment="distribute" if step else "right"):
        for label, icon, other in (
            ("Previous", ":material/arrow_back:", step - 1),
            ("Next", ":material/arrow_forward:", step + 1),
        ):
            if not 0 <= other < len(STEPS):
                continue
            st.button(
                f"{label}: {STEPS[other].title}",
                key=f"lesson_{label.lower()}",
                icon=icon,
                icon_position="left" if other < step else "right",
                on_click=partial(inputs.keep_progress, step=other),
            )


def show_what_is_open() -> None:
    """Draw which exercises are not answered right yet, at the end of the tour."""
    marks = marks_of(inputs.lesson_progress()[1])
    left = [
        f"{number_of(exercise) + 1} ({step.title})"
        for step in STEPS
        for exercise in step.exercises
        if marks[number_of(exercise)] != RIGHT
    ]
    if left:
        st.markdown(f"Not answered right yet: exercises {', '.join(left)}.")
    else:
        st.success(f"All {len(marks)} right. That was BERT.", icon=":material/check:")
