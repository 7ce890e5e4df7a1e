"""Which heads matter: every head's removal held against its weight, for one token."""

from functools import partial
from typing import Final

import numpy as np
import streamlit as st

from backend.cached_heads import cached_removals, removals_are_ready
from backend.head_ranking import HeadRanking, head_ranking, in_order
from backend.head_removal import HeadRemovals
from backend.removal_tables import ranking_csv
from backend.trace import Trace
from components import kept
from components.downloads import offer_csv
from components.drawn_figure import show_figure
from components.figures_switch_off import removal_figure
from components.focus_after import focus_after
from components.heads_words import head_name
from components.page import page_theme
from components.switch_off_words import (
    FIRST,
    HOW_FAR_IT_GOES,
    WHAT_IT_TEACHES,
    name_of,
    ordinal,
    ranking_words,
    small,
)
from components.token_chips import visible

AT_ONCE: Final = 5e9
"""Work up to which all heads are measured without being asked for again, in tokens x runs x layers
x width²: 64 tokens on the built-in model, well below 2 s."""
_MAP: Final = "removals"
_BUTTON: Final = "measure_heads"


def show_removals(trace: Trace, query: int) -> None:
    """Draw both orders of all heads for this token, once they have been asked for.

    trace: with nothing switched off
    """
    asked = _is_asked(trace)
    with st.container():
        st.subheader(f"Which heads matter for {name_of(query, trace.tokens)}?", anchor=False)
        focus_after(_BUTTON, there=asked)
    runs = trace.layers * trace.heads
    st.markdown(
        f"The model runs {runs} times more, each time without one of its {runs} heads, the others "
        "switched on, whatever is switched off above. Is the head that looks hardest also the one "
        "that matters most?"
    )
    if not asked:
        st.button(
            "Measure all heads",
            key=_BUTTON,
            icon=":material/timer:",
            on_click=kept.store,
            args=("removals", _text(trace)),
            help="The longer the text, the longer it takes. Whatever else you do breaks it off; it "
            "goes on with the layer where it stood.",
        )
        return
    ranking = head_ranking(trace, _measured(trace), query)
    if ranking is None:
        st.info("There is no other word to look at, so there is nothing to rank the heads by.")
        return
    _show_ranking(ranking, trace, query)


def _show_ranking(ranking: HeadRanking, trace: Trace, query: int) -> None:
    chosen = (kept.view().layer, kept.view().head)
    picture, words = st.columns(2, gap="medium")
    with picture:
        _show_map(ranking, chosen)
    with words:
        st.markdown(ranking_words(ranking, trace, query, chosen))
        st.markdown(WHAT_IT_TEACHES)
    _show_lists(ranking, trace)
    with st.expander(f"All {ranking.weights.size} heads as a table"):
        _show_table(ranking, trace, query)
    make = partial(ranking_csv, ranking, trace.tokens)
    offer_csv("All heads (CSV)", "head-removals.csv", make)
    st.markdown(HOW_FAR_IT_GOES)


def _show_map(ranking: HeadRanking, chosen: tuple[int, int]) -> None:
    st.markdown(
        "**Effect of each head's removal**: how far the token's last vector is turned, as a cosine "
        f"distance. Ringed: the first {FIRST} by weight; framed: the chosen head. Click one to "
        "choose it."
    )
    figure = removal_figure(
        ranking.turned,
        ranking.weights,
        ranking.by_weight,
        chosen=chosen,
        first=FIRST,
        theme=page_theme(),
    )
    show_figure(
        figure,
        "Effect of each head's removal",
        key=_MAP,
        on_select=_open_chosen,
        config={"displayModeBar": False},
        numbers=False,
    )


def _open_chosen() -> None:
    points = (kept.widget_value(_MAP) or {}).get("selection", {}).get("points", [])
    for point in points[:1]:
        kept.keep("layer", point.get("y"))
        kept.keep("head", point.get("x"))


def _show_lists(ranking: HeadRanking, trace: Trace) -> None:
    """The first heads of either order, each a button that chooses it."""
    by_weight, by_effect = st.columns(2, gap="medium")
    with by_weight:
        st.markdown(f"**The first {FIRST} by weight** on one other word")
        for place, (layer, head) in enumerate(in_order(ranking.by_weight)[:FIRST], start=1):
            key = name_of(int(ranking.keys[layer, head]), trace.tokens)
            other = ordinal(int(ranking.by_effect[layer, head]))
            told = f"{ranking.weights[layer, head]:.3f} on {key}; {other} by effect"
            _show_head(place, layer, head, told, "weight")
    with by_effect:
        st.markdown(f"**The first {FIRST} by effect** of removal")
        for place, (layer, head) in enumerate(in_order(ranking.by_effect)[:FIRST], start=1):
            other = ordinal(int(ranking.by_weight[layer, head]))
            told = f"{small(ranking.turned[layer, head])}; {other} by weight"
            _show_head(place, layer, head, told, "effect")


def _show_head(place: int, layer: int, head: int, told: str, order: str) -> None:
    """A line of a list: a button that chooses the head, and its numbers."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            head_name(layer, head),
            key=f"{order}_{place}",
            on_click=kept.change,
            kwargs={"layer": layer, "head": head},
        )
        st.markdown(told, width="stretch")


def _show_table(ranking: HeadRanking, trace: Trace, query: int) -> None:
    layer, head = np.divmod(np.arange(ranking.weights.size), ranking.weights.shape[1])
    chosen = [key for key in kept.view().keys if key != query]
    titles = {key: f"weight on {key} {visible(trace.tokens[key])}" for key in chosen}
    on_keys = {title: trace.attention[:, :, query, key].ravel() for key, title in titles.items()}
    columns = {
        "layer": layer,
        "head": head,
        "largest weight": ranking.weights.ravel(),
        "on": [f"{key} {visible(trace.tokens[key])}" for key in ranking.keys.ravel()],
        "place by weight": ranking.by_weight.ravel(),
        "cosine distance": ranking.turned.ravel(),
        "moved, share of length": ranking.moved.ravel(),
        "place by effect": ranking.by_effect.ravel(),
    }
    number = st.column_config.NumberColumn
    forms = dict.fromkeys(
        ["largest weight", *on_keys, "moved, share of length"], number(format="%.3f")
    )
    st.dataframe(
        columns | on_keys,
        hide_index=True,
        column_config=forms | {"cosine distance": number(format="%.5f")},
    )
    st.caption(
        "The cosine distance is what heads are ranked by: what is made of a vector elsewhere here "
        "depends on its direction. How far it moves, as a share of its length, gives nearly the "
        "same order."
    )


def _measured(trace: Trace) -> HeadRemovals:
    """Every head's removal, with a progress bar while it is measured."""
    if removals_are_ready(trace):
        return cached_removals(trace.model, *trace.sentences)
    place = st.empty()

    def show_progress(done: int, total: int) -> None:
        place.progress(done / total, f"{done} of {total} heads switched off, one by one")

    show_progress(0, trace.layers * trace.heads)
    found = cached_removals(trace.model, *trace.sentences, show_progress)
    place.empty()
    return found


def _is_asked(trace: Trace) -> bool:
    """Whether the reader asked for it here, or anywhere and it does not take long here."""
    asked = kept.stored("removals")
    layers, tokens, width = trace.hidden.shape
    work = tokens * trace.layers * trace.heads * layers * width**2
    return asked == _text(trace) or (asked is not None and work <= AT_ONCE)


def _text(trace: Trace) -> tuple[str, str, str | None]:
    return (trace.model, *trace.sentences)
