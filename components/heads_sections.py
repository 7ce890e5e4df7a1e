"""The Heads page's map and table of all heads, and how alike they are."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import streamlit as st

from backend import head_tables as tables
from backend.head_survey import HeadMeasures
from backend.trace import FloatArray, Trace
from components.downloads import offer_csv
from components.figures_heads import head_grid_figure, head_places_figure
from components.heads_words import (
    CAPTION_OF_SOURCES,
    MEANINGS,
    behind_words,
    chosen_words,
    compared_words,
    count_of,
    definition,
    extremes_words,
    head_name,
    no_case_words,
)
from components.inputs import choose_measure, go_to, show_way
from components.page import page_theme
from components.plain import plain
from components.view import Choice
from components.view_options import MEASURES

QUIET: Final = {"displaylogo": False, "displayModeBar": False}
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
    show_heads_figure(figure, measured.heads, key="head_map")
    st.markdown(f"{extremes_words(values, name)} {behind_words(name, measured)}")
    st.markdown(chosen_words(values, name, choice.layer, choice.head))
    show_way(
        f"Open {head_name(choice.layer, choice.head)} on the Attention page",
        "attention",
        key="open_head",
    )


def show_heads_figure(figure: Any, heads: int, *, key: str) -> None:
    """Draw a figure of all heads; a click on one opens it on the Attention page."""
    event: Any = st.plotly_chart(
        figure, key=key, on_select="rerun", selection_mode="points", config=QUIET
    )
    for point in event.selection.points:
        if layer_and_head := _head_of(point, heads):
            open_head(*layer_and_head)


def show_heads_table(
    columns: Mapping[str, Sequence[Any]],
    heads: Sequence[tuple[int, int]],
    forms: Mapping[str, Any],
    *,
    key: str,
    first: Sequence[str] = (),
) -> None:
    """Draw a table with a line for each of these heads; a chosen line opens its head.

    first: the columns that stand before layer and head
    """
    data = {"layer": [layer for layer, _ in heads], "head": [head for _, head in heads], **columns}
    numbers = {
        "layer": st.column_config.NumberColumn(width=56),
        "head": st.column_config.NumberColumn(width=56),
    }
    event: Any = st.dataframe(
        data,
        hide_index=True,
        column_order=[*first, *(name for name in data if name not in first)],
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        column_config={**numbers, **forms},
    )
    for row in event.selection.rows:
        if row < len(heads):  # a browser can send any number
            open_head(*heads[row])


def open_head(layer: int, head: int) -> None:
    """Open the Attention page at this head; ends the run."""
    go_to("attention", layer=layer, head=head)


def show_measures_table(measured: HeadMeasures, trace: Trace) -> None:
    """Every measure of every head, to be sorted."""
    shown = [name for name in MEASURES if not np.isnan(measured.means[name]).all()]
    alike, bits = _most_alike(measured)
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
    show_heads_table(columns, _heads(measured), forms, key="head_table")
    st.caption(_counts_words(measured, shown))
    with st.expander("What each column means, and who measured so"):
        st.markdown(_meanings_table(measured, trace))
        st.caption(CAPTION_OF_SOURCES)
    offer_csv("All measures (CSV)", "heads.csv", partial(tables.measures_csv, measured))


def show_likeness(measured: HeadMeasures, choice: Choice) -> None:
    """All heads on a map on which like heads stand near each other."""
    points, share = measured.map
    figure = head_places_figure(
        points,
        measured.layers,
        measured.heads,
        theme=page_theme(),
        chosen=(choice.layer, choice.head),
    )
    show_heads_figure(figure, measured.heads, key="head_places")
    st.markdown(
        f"This map keeps **{share:.0%}** of what the distances say (of their squares); the rest "
        f"needs more than two directions. {compared_words(measured)}"
    )
    if measured.layers * measured.heads > 1:
        st.markdown(_alike_words(measured, choice))
    with st.container(horizontal=True):
        offer_csv("The map (CSV)", "heads-map.csv", partial(tables.map_csv, measured))
        offer_csv(
            "How alike all heads are (CSV)",
            "heads-likeness.csv",
            partial(tables.likeness_csv, measured),
        )


def _head_of(point: Any, heads: int) -> tuple[int, int] | None:
    """Layer and head of a chosen mark: the map's cells carry places, its marks their own data."""
    data = point.get("customdata")
    if isinstance(data, list) and len(data) == 2:
        return int(data[0]), int(data[1])
    number = point.get("point_index")
    return divmod(number, heads) if isinstance(number, int) else None


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


def _heads(measured: HeadMeasures) -> list[tuple[int, int]]:
    return [(layer, head) for layer in range(measured.layers) for head in range(measured.heads)]


def _without_gaps(values: FloatArray) -> list[float | None]:
    return [None if np.isnan(value) else value for value in values.ravel().tolist()]


def _nearest(measured: HeadMeasures) -> FloatArray:
    """The divergences, with each head as far from itself as can be."""
    apart = measured.divergence.copy()
    np.fill_diagonal(apart, np.inf)
    return apart


def _most_alike(measured: HeadMeasures) -> tuple[list[str], list[float | None]]:
    """For each head the one that is most like it, and how far apart the two are."""
    apart = _nearest(measured)
    if len(apart) == 1:
        return [""], [None]
    names = ["{}.{}".format(*divmod(int(place), measured.heads)) for place in apart.argmin(axis=1)]
    return names, apart.min(axis=1).tolist()


def _alike_words(measured: HeadMeasures, choice: Choice) -> str:
    apart = _nearest(measured)
    heads = measured.heads
    own = apart[choice.layer * heads + choice.head]
    names = [
        f"{head_name(*divmod(int(place), heads))} ({own[place]:.3f} bits)"
        for place in np.argsort(own, kind="stable")[:3]
        if np.isfinite(own[place])
    ]
    one, other = (
        head_name(*divmod(int(place), heads))
        for place in np.unravel_index(int(apart.argmin()), apart.shape)
    )
    mine = head_name(choice.layer, choice.head).capitalize()
    return (
        f"**{mine}**, ringed, is most like {'; '.join(names)}. The two heads that are most alike "
        f"are {one} and {other} ({apart.min():.3f} bits); the mean of all pairs is "
        f"{apart[np.isfinite(apart)].mean():.3f} bits."
    )


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


def _meanings_table(measured: HeadMeasures, trace: Trace) -> str:
    rows = [
        f"| {plain(title)} | {_cell(definition(name, measured, _special(trace)))} | "
        f"{measured.queries[name]:,} |"
        for name, title in MEASURES.items()
    ]
    rows.append(
        "| Most alike | The head whose rows differ least from this one's: mean Jensen-Shannon "
        "divergence in bits, 0 for equal rows, 1 for rows that share no key "
        f"(Lin 1991; Clark et al. 2019) | {measured.compared:,} |"
    )
    return "\n".join(["| measure | what it is | tokens |", "| --- | --- | ---: |", *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
