"""The small BERT at moments of its training: what it answers, and where its heads look."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas
import streamlit as st

from backend.small_bert import Snapshot
from backend.small_examples import QUESTIONS
from backend.small_training import STATEMENTS
from backend.small_watching import Watched, answers_over_time, watched
from components import kept
from components.cloze_words import scores_said
from components.drawn_figure import show_figure
from components.figures_cloze import heads_figure, look_figure, scores_figure
from components.figures_lesson import bars_figure, written
from components.page import page_theme
from components.plain import plain

_WORDS: Final = 6


def show_snapshots(snapshots: Sequence[Snapshot], steps: int, *, follow: bool) -> None:
    """Draw the slider over the training and what stands below; `follow` shows the newest."""
    st.subheader("Watch it learn", anchor=False)
    if follow:
        kept.store("snapshot", None)
    snapshot = snapshots[-1] if follow else _choose_snapshot(snapshots)
    seen = watched(snapshot)
    right = sum(one.is_right for one in seen)
    st.markdown(
        f"**After {snapshot.step:,} steps.** {scores_said(snapshot.scores)} "
        f"Of the {len(seen)} questions here: **{right}** right."
    )
    number = _choose_question()
    one = seen[number]
    st.markdown(
        f"{plain(one.question.text)} The right word is **{one.question.answer}**, the other noun "
        f"{one.question.other}."
    )
    left, right_side = st.columns(2, gap="medium")
    with left:
        _show_answer(one)
    with right_side:
        _show_over_time(snapshots, number, steps, snapshot.step)
    _show_attention(one)
    with st.expander(f"All {len(seen)} questions after {snapshot.step:,} steps"):
        _show_table(seen)


def _choose_snapshot(snapshots: Sequence[Snapshot]) -> Snapshot:
    """Draw Training step; the last one until another is chosen, after each training."""
    by_step = {snapshot.step: snapshot for snapshot in snapshots}
    last = snapshots[-1].step
    key = f"snapshot_{last}_{len(snapshots)}"
    chosen = kept.stored("snapshot")
    kept.seed(key, chosen if chosen in by_step else last)
    step = st.select_slider(
        "Training step",
        list(by_step),
        key=key,
        on_change=_keep_snapshot,
        args=(key,),
        help="At these steps the model was kept as it was: often at first, when most changes.",
    )
    return by_step.get(step, snapshots[-1])


def _keep_snapshot(key: str) -> None:
    kept.store("snapshot", kept.widget_value(key))


def _choose_question() -> int:
    """Draw Nouns and Meant is; the number of the question."""
    for key in ("nouns", "meant"):
        kept.seed(key, kept.stored(key, 0))
    pair = st.pills(
        "Nouns",
        range(len(QUESTIONS) // 2),
        required=True,
        key="nouns",
        on_change=kept.store_widget,
        args=("nouns",),
        format_func=lambda pair: f"{QUESTIONS[2 * pair].answer}, {QUESTIONS[2 * pair].other}",
    )
    second = st.segmented_control(
        "Meant is",
        range(2),
        required=True,
        key="meant",
        on_change=kept.store_widget,
        args=("meant",),
        format_func=lambda second: QUESTIONS[2 * int(pair or 0) + second].answer,
    )
    return 2 * int(pair or 0) + int(second or 0)


def _show_answer(one: Watched) -> None:
    st.markdown("**What it answers**: the likeliest words at the mask")
    words, shares = zip(*one.best(_WORDS), strict=True)
    bars = [("probability", np.array(shares))]
    figure = bars_figure(words, bars, theme=page_theme(), end=1)
    show_figure(figure, "The likeliest words at the mask", key="answer", steady=True)


def _show_over_time(snapshots: Sequence[Snapshot], number: int, steps: int, chosen: int) -> None:
    question = QUESTIONS[number]
    st.markdown("**How it came to that**: both nouns over the training")
    right, other = answers_over_time(snapshots, number)
    figure = scores_figure(
        {f"{question.answer} (right)": right, question.other: other},
        [snapshot.step for snapshot in snapshots],
        steps,
        theme=page_theme(),
        title="probability in per cent",
        chosen=chosen,
    )
    show_figure(figure, "Both nouns over the training", key="over_time", steady=True)
    if snapshots[-1].step > STATEMENTS:
        st.caption(
            f"Up to step {STATEMENTS} its sentences have one noun only: it is enough to repeat a "
            "noun. From then on they have two, and it has to learn to choose: what it answered "
            "before need not last."
        )


def _show_attention(one: Watched) -> None:
    places = {"[MASK]": one.mask, "it": one.tokens.index("it")}
    st.markdown("**Where each head looks**, from one token: each row shares out 1 in all")
    token = st.segmented_control(
        "Looking token", list(places), default="[MASK]", required=True, key="looking"
    )
    look = one.attention[:, :, places.get(str(token), one.mask)]  # (layer, head, key)
    figure = look_figure(look, one.tokens, theme=page_theme())
    show_figure(figure, f"Where each head looks, from {token}", key="look", steady=True)
    st.markdown(
        "**All heads, all tokens**: each square is a head, each of its rows a token that looks, "
        "each column one that it looks at, in the order of the sentence. Point at a spot to read "
        "it."
    )
    figure = heads_figure(one.attention, one.tokens, theme=page_theme())
    show_figure(figure, "All heads, all tokens", key="heads", steady=True)


def _show_table(seen: Sequence[Watched]) -> None:
    shares = "probability of the right one"
    table = pandas.DataFrame(
        {
            "question": [one.question.text for one in seen],
            "right": [one.question.answer for one in seen],
            "its answer": [one.best(1)[0][0] for one in seen],
            shares: [one.probability(one.question.answer) for one in seen],
        }
    )
    st.dataframe(table.style.format({shares: written}), hide_index=True)
