"""The Heads page's map and table of all heads, and how alike they are."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import streamlit as st

from backend import head_tables as tables
from backend.head_survey import HeadMeasures
from backend.trace import FloatArray, Trace
from components.downloads import offer_csv
from components.figures_heads import head_grid_figure
from components.heads_likeness import most_alike
from components.heads_opening import show_heads_figure, show_heads_table
from components.heads_words import (
    CAPTION_OF_SOURCES,
    MEANINGS,
    behind_words,
    chosen_words,
    count_of,
    definition,
    extremes_words,
    head_name,
    no_case_words,
)
from components.inputs import choose_measure, show_way
from components.page import page_theme
from components.plain import plain
from components.presenter import main_figure
from components.view import Choice
from components.view_options import MEASURES

_WIDTH: Final = 112  # pixels of a column
_UNITS: Final = {"distance": "%.2f", "entropy": "%.2f"}


def show_map(measured: HeadMeasures, trace: Trace, choice: Choice) -> None:
    """One measure of all heads; a click on one opens it on the Attention page."""
    name = choose_measure()
    st.markdown(f"**{plain(MEASURES[name])}.** {definition(name, measured, _special(trace))}")
    values = measured.means[name]
    if np.isnan(values).all():
        st.info(no_case_words(name))
        return
    figure = head_grid_figure(
        values,
        _scale_title(name),
        largest=_largest(values, name, measured),
        theme=page_theme(),
        chosen=(choice.layer, choice.head),
    )
    with main_figure():
        st.markdown(f"**{plain(MEASURES[name])}**")
        show_heads_figure(figure, MEASURES[name], (measured.layers, measured.heads), key="head_map")
    st.markdown(f"{extremes_words(values, name)} {behind_words(name, measured)}")
    st.markdown(chosen_words(values, name, choice.layer, choice.head))
    show_way(
        f"Open {head_name(choice.layer, choice.head)} on the Attention page",
        "attention",
        key="open_head",
    )


def show_measures_table(measured: HeadMeasures, trace: Trace) -> None:
    """Every measure of every head, to be sorted."""
    shown = [name for name in MEASURES if not np.isnan(measured.means[name]).all()]
    alike, bits = most_alike(measured)
    columns: dict[str, Sequence[Any]] = {
        MEASURES[name]: _without_gaps(measured.means[name]) for name in shown
    }
    forms: dict[str, Any] = {
        MEASURES[name]: st.column_config.NumberColumn(
            format=_UNITS.get(name, "%.3f"), width=_WIDTH, help=_help(name, measured, trace)
        )
        for name in shown
    }
    columns |= {"Most alike": alike, "Bits apart": bits}
    forms |= {
        "Most alike": st.column_config.TextColumn(width=_WIDTH, help="Layer and head."),
        "Bits apart": st.column_config.NumberColumn(
            format="%.3f", width=_WIDTH, help="Jensen-Shannon divergence of these two heads."
        ),
    }
    show_heads_table(columns, measured.places, forms, key="head_table")
    st.caption(_counts_words(measured, shown))
    with st.expander("What each column means, and who measured so"):
        st.markdown(_meanings_list(measured, trace))
        st.caption(CAPTION_OF_SOURCES)
    offer_csv("All measures (CSV)", "heads.csv", partial(tables.measures_csv, measured))


def _largest(values: FloatArray, name: str, measured: HeadMeasures) -> float:
    """The value with the last colour: that of all weight, or the most bits there can be."""
    if name == "entropy":
        return float(np.log2(measured.longest))
    return float(np.ceil(np.nanmax(values))) if name == "distance" else 1.0


def _scale_title(name: str) -> str:
    return MEANINGS[name].unit or "weight"


def _special(trace: Trace) -> tuple[str, str]:
    """What the model calls its first token and the one that ends a sentence."""
    own = [token for token, special in zip(trace.tokens, trace.special, strict=True) if special]
    return (own[0], own[-1]) if own else ("[CLS]", "[SEP]")


def _without_gaps(values: FloatArray) -> list[float | None]:
    return [None if np.isnan(value) else value for value in values.ravel().tolist()]


def _help(name: str, measured: HeadMeasures, trace: Trace) -> str:
    text = definition(name, measured, _special(trace))
    return f"{text} {behind_words(name, measured)}"


def _counts_words(measured: HeadMeasures, shown: Sequence[str]) -> str:
    """How many tokens stand behind each column, and which columns there are none for."""
    fewer = [
        f"{MEASURES[name]} {measured.queries[name]:,}"
        for name in shown
        if measured.queries[name] != measured.tokens
    ]
    but = f", but {', '.join(map(plain, fewer))}" if fewer else ""
    missing = "".join(f" {no_case_words(name)}" for name in MEASURES if name not in shown)
    return f"Means over {count_of(measured.tokens, 'token')}{but}.{missing}"


def _meanings_list(measured: HeadMeasures, trace: Trace) -> str:
    """Each measure with its definition, its source and the tokens behind it, in Markdown."""
    lines = [
        f"- **{plain(title)}** ({count_of(measured.queries[name], 'token')}): "
        f"{definition(name, measured, _special(trace))}"
        for name, title in MEASURES.items()
    ]
    lines.append(
        f"- **Most alike** ({count_of(measured.compared, 'token')}): the head whose rows differ "
        "least from this one's. **Bits apart**: their mean Jensen-Shannon divergence, 0 for equal "
        "rows, 1 for rows that share no key. (Lin 1991; Clark et al. 2019)"
    )
    return "\n".join(lines)
