"""Learn: the small BERT of this server, trained while one looks on."""

from functools import partial
from typing import Final

import numpy as np
import streamlit as st

from backend.catalogue import SMALL
from backend.classroom import Classroom, classroom
from backend.cloze_tables import course_csv, watched_csv
from backend.errors import ExplorerError
from backend.small_bert import SmallBert
from backend.small_training import STATEMENTS, SmallProgress
from backend.training_states import Failed, Running, State, Stopped, Waiting
from components import kept
from components.cloze_sentences import use_small_bert
from components.cloze_snapshots import show_snapshots
from components.downloads import offer_csv
from components.drawn_figure import show_figure
from components.figures_cloze import loss_figure, scores_figure
from components.page import page_theme
from components.parts import part_of_page
from components.plain import plain
from components.time_words import time_left
from components.view import View

_SECONDS: Final = 2.0
"""Between two questions how far it is, while it is trained."""
_COLUMNS: Final = 2

Course = SmallProgress | SmallBert


def show_learning() -> None:
    """Draw the button, the course and the snapshots; by itself as long as a training runs."""
    active = isinstance(classroom().state(), Waiting | Running)
    part_of_page(_show_room, run_every=_SECONDS if active else None)(active, kept.view())


def _show_room(active: bool, shown: View) -> None:
    """Draw the fragment; where more has to change, the whole page is drawn anew.

    That is when a training has begun or is over, and when a button in here has chosen something
    that the rest of the page shows: such a click runs the fragment alone.

    active, shown: whether a training was under way, and what was chosen, when the page was drawn
    """
    room = classroom()
    state = room.state()
    if isinstance(state, Waiting | Running) != active or kept.view() != shown:
        st.rerun()
    if refusal := kept.stored("refusal"):
        st.warning(plain(refusal))
        kept.store("refusal", None)
    if isinstance(state, Waiting | Running):
        _show_progress(room, state)
    else:
        _show_end(room, state)
    course = room.course()
    if course is not None:
        _show_course(course, room.steps)
        show_snapshots(course.snapshots, room.steps, follow=active)
        _offer_course(course)


def _show_progress(room: Classroom, state: Waiting | Running[SmallProgress]) -> None:
    if isinstance(state, Waiting):
        ahead = f" Now: {plain(state.ahead.name)}." if state.ahead else ""
        st.progress(0.0, f"Waiting for others' trainings: place {state.place} in the line.{ahead}")
    elif state.progress is None:
        st.progress(0.0, "Training: the first steps …")
    else:
        now = state.progress
        words = f"Training: step {now.step} of {now.steps}{time_left(now.seconds_left)}"
        st.progress(now.share, words)
    if room.has_asked(kept.visitor()):
        st.button(
            "Stop",
            key="stop",
            icon=":material/stop:",
            on_click=room.stop,
            args=(kept.visitor(),),
            help="A stopped training cannot be taken up again: Start again begins anew, with the "
            "first step.",
        )
    else:
        st.caption("Others on this server have asked for this training; you see the same as they.")
        st.button(
            "Join",
            key="join",
            icon=":material/group_add:",
            on_click=_start,
            help="It then goes on until you press Stop, too.",
        )


def _show_end(room: Classroom, state: State[SmallProgress, SmallBert] | None) -> None:
    if isinstance(state, Failed):
        _show_failure(state.error)
    course = room.course()
    if isinstance(state, Stopped):
        st.info(_stopped(state.result, ready=room.is_ready))
    elif isinstance(course, SmallBert) and course.complete:
        st.success(
            f"Trained: {len(course.losses):,} steps in {course.seconds:.0f} s. "
            "It can be chosen under Model on every page, as long as this server runs."
        )
    with st.container(horizontal=True):
        st.button(
            "Start" if course is None else "Start again",
            key="start",
            type="primary" if course is None else "secondary",
            icon=":material/play_arrow:",
            on_click=_start,
            help=None
            if course is None
            else "It begins anew, with the same first weights and the same sentences: the curves "
            "will be the same.",
        )
        if room.is_ready and kept.view().model != SMALL:
            st.button(
                "Fill in with the small BERT",
                key="fill_small",
                icon=":material/arrow_upward:",
                on_click=use_small_bert,
            )


def _stopped(result: SmallBert | None, *, ready: bool) -> str:
    when = "before it began" if result is None else f"after {len(result.losses):,} steps"
    if ready:
        return f"Stopped {when}. Below is the whole training of before; its model stays."
    learned = "" if result is None else " Below is what it had learned."
    return f"Stopped {when}.{learned} Only a whole training makes a model for the other pages."


def _show_failure(error: BaseException) -> None:
    reason = plain(str(error)) if isinstance(error, ExplorerError) else type(error).__name__
    st.error(f"The training broke off: {reason}. Start it again.")


def _show_course(course: Course, steps: int) -> None:
    losses = np.asarray(course.losses, np.float32)
    scores = [snapshot.scores for snapshot in course.snapshots]
    lines = {
        "new pairs": np.array([one.new_pairs for one in scores]),
        "new nouns": np.array([one.new_nouns for one in scores]),
        "pronouns": np.array([one.pronouns for one in scores]),
    }
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Loss**: how far it is from sure and right, mean of ten steps")
        figure = loss_figure(losses, steps, theme=page_theme())
        show_figure(figure, "Loss over the training", key="loss", steady=True)
    with right:
        st.markdown("**Held-out accuracy** at each snapshot")
        figure = scores_figure(
            lines,
            [snapshot.step for snapshot in course.snapshots],
            steps,
            theme=page_theme(),
            title="per cent right",
            guess="coin toss",
        )
        show_figure(figure, "Held-out accuracy over the training", key="scores", steady=True)
    if len(losses) > STATEMENTS:
        st.caption(
            f"The loss jumps up after step {STATEMENTS}: from there on its sentences have two "
            "nouns, and it has to choose."
        )


def _offer_course(course: Course) -> None:
    with st.container(horizontal=True):
        offer_csv(
            "The curves (CSV)",
            "small-bert-course.csv",
            partial(course_csv, course.losses, course.snapshots),
        )
        offer_csv(
            "The questions at every snapshot (CSV)",
            "small-bert-questions.csv",
            partial(watched_csv, course.snapshots),
        )


def _start() -> None:
    try:
        classroom().start(kept.visitor())
    except ExplorerError as error:
        kept.store("refusal", str(error))
