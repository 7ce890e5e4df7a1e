"""Refine all layers: the button, the line one waits in, the progress, and what came out."""

from functools import partial
from typing import Final

import streamlit as st

from backend import transfer_tables as tables
from backend.catalogue import title_of
from backend.errors import ExplorerError, TooMuchAsked
from backend.joint_refinement import join_refinement
from backend.labelled_texts import PRESETS, LabelledTexts
from backend.last_layer import LastLayer
from backend.refinement import Refinement, RefineProgress
from backend.shared_trainings import Seat
from backend.training_queue import PATIENCE
from backend.training_states import Done, Failed, Running, Stopped, Waiting
from components import kept
from components.downloads import offer_csv
from components.drawn_figure import show_figure
from components.figures_transfer import confusion_figure
from components.own_machine import any_model
from components.page import page_theme
from components.parts import part_of_page
from components.plain import plain
from components.refinement_words import refinement_words, running_words, waiting_words
from components.transfer_trying import ALL, ALONE
from components.transfer_words import per_cent
from components.view_options import OWN

_Key = tuple[str, LabelledTexts]
_Seat = Seat[RefineProgress, Refinement]

_POLLED: Final = 1.0  # seconds between two looks at a training
_MOST_KEPT: Final = 4
_UNFORESEEN: Final = (
    "The training failed for a reason that was not foreseen; nothing was kept of it. Try again, or "
    "train the last layer only."
)


def refinement_of(model: str, trained: LastLayer | None) -> Refinement | None:
    """What refining gave for this model and table; None while there is nothing."""
    if trained is None or (seat := _seats().get((model, trained.table))) is None:
        return None
    state = seat.poll()
    return state.result if isinstance(state, Done) else None


def show_refining(
    model: str, trained: LastLayer | None, task: str, refined: Refinement | None
) -> None:
    """Draw the button, and whatever there is to see of a refinement."""
    key = (model, trained.table) if trained else None
    under_way = _under_way()
    if key is None:
        st.caption("The last layer has to be trained first: this begins with its sentences.")
    else:
        st.button(
            "Refine all layers",
            icon=":material/tune:",
            on_click=_begin,
            args=(key, _name_for_others(model, task)),
            disabled=bool(under_way),
        )
    for other, seat in under_way.items():
        if other != key:
            st.caption("What you began for another task or model is still under way:")
        part_of_page(_follow, run_every=_POLLED)(seat)
    if key and (said := _said().get(key)):
        st.warning(plain(said))
    if trained is not None and refined is not None:
        _show_refined(refined, trained)


def _name_for_others(model: str, task: str) -> str:
    """What others in the line read; nothing that a visitor typed."""
    return f"{'a task of their own' if task == OWN else PRESETS[task]}, on {title_of(model)}"


def _seats() -> dict[_Key, _Seat]:
    """The reader's refinements by what was refined, oldest first."""
    seats: dict[_Key, _Seat] = kept.stored("refinements", {})
    return seats


def _said() -> dict[_Key, str]:
    """What is to be said of those that came to nothing."""
    said: dict[_Key, str] = kept.stored("refinements_said", {})
    return said


def _begin(key: _Key, name: str) -> None:
    """Sit down at the refinement of this model and table; a sentence says where that fails."""
    kept.store("refinements_said", {})
    try:
        seat = join_refinement(*key, name, any_size=any_model())
    except ExplorerError as error:
        kept.store("refinements_said", {key: error.in_vain})
        return
    others = {other: kept_seat for other, kept_seat in _seats().items() if other != key}
    newest = list(others.items())[1 - _MOST_KEPT :]
    kept.store("refinements", dict(newest) | {key: seat})


def _under_way() -> dict[_Key, _Seat]:
    """What waits or runs, one at most; those that came to nothing are let go of."""
    states = {key: seat.poll() for key, seat in _seats().items()}
    lost = [key for key, state in states.items() if isinstance(state, Failed | Stopped)]
    if lost:
        kept.store("refinements_said", {key: _said_of(states[key]) for key in lost})
        kept.store("refinements", {k: s for k, s in _seats().items() if k not in lost})
    return {k: s for k, s in _seats().items() if isinstance(states[k], Waiting | Running)}


def _said_of(state: object) -> str:
    """A sentence about a refinement that came to nothing."""
    if not isinstance(state, Failed):
        return "The training was stopped. Nothing was kept of it; the model is as it was."
    if isinstance(state.error, TooMuchAsked):
        return f"The training broke off. {state.error.in_vain}"
    return str(state.error) if isinstance(state.error, ExplorerError) else _UNFORESEEN


def _follow(seat: _Seat) -> None:
    """Draw how far it is, anew every second while it goes on; the page when it is over."""
    state = seat.poll()
    if isinstance(state, Waiting):
        st.progress(0.0, waiting_words(state))
    elif isinstance(state, Running):
        share = state.progress.share if state.progress else 0.0
        st.progress(share, running_words(state.progress))
    else:
        st.rerun()
    st.button("Stop", on_click=seat.leave, icon=":material/stop:")
    st.caption(
        f"Who leaves this page for more than {PATIENCE:.0f} seconds, or closes the browser, stops "
        "the training."
    )


def _show_refined(found: Refinement, trained: LastLayer) -> None:
    """Both trainings side by side, on the sentences that neither has seen."""
    st.markdown(refinement_words(found, len(trained.table.texts)))
    both = ((ALONE, found.before), (ALL, found.after))
    for number, (column, (title, tried)) in enumerate(zip(st.columns(2), both, strict=True)):
        with column:
            st.metric(f"{title}: right, held out", per_cent(tried.accuracy))
            figure = confusion_figure(found.classes, tried.confusion, theme=page_theme())
            show_figure(figure, f"{title}: each label and what was said", key=f"refined_{number}")
    if not found.is_kept:
        st.info(
            "The refined copy made room for newer ones, so it reads no new sentences. Refine "
            "again to try it."
        )
    else:
        st.markdown("What the refined copy says of the new sentence stands above.")
    _show_differences(found, trained)
    own = trained.table
    offer_csv(
        "What both said of each sentence (CSV)",
        "refined.csv",
        partial(tables.refinement_csv, own.texts, own.labels, found),
    )


def _show_differences(found: Refinement, trained: LastLayer) -> None:
    """The held-out sentences of which the two say different things."""
    own = trained.table
    columns = ("text", "true", ALONE, ALL)
    lines = [
        (own.texts[place], own.labels[place], before, after)
        for place, before, after in zip(
            found.held_out, found.before.predicted, found.after.predicted, strict=True
        )
        if before != after
    ]
    if lines:
        with st.expander(f"The held-out sentences on which the two differ ({len(lines)})"):
            columns_of = zip(columns, zip(*lines, strict=True), strict=True)
            st.dataframe(dict(columns_of), hide_index=True)
