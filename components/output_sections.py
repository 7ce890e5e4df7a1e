"""The Output page's parts about T: its numbers, its map, one token's way through the layers."""

from collections.abc import Mapping
from functools import partial
from typing import Final

import streamlit as st

from backend import output_tables as tables
from backend.cached import trace_again
from backend.embedding_tables import all_tokens_csv, layer_name
from backend.token_map import TokenMap, token_map
from backend.token_way import (
    Nearest,
    candidates,
    likeness_of_two,
    likeness_to_input,
    nearest_by_layer,
    neighbours_of,
)
from backend.trace import FloatArray, Trace
from components.downloads import offer_csv
from components.drawn_figure import show_figure
from components.figures_equation import (
    SATURATED_SHARE,
    Part,
    all_tokens_figure,
    equation_limit,
)
from components.figures_output import way_figure
from components.figures_token_map import map_figure
from components.page import page_theme
from components.plain import plain, told_apart
from components.token_chips import visible

_ROW_PIXELS: Final = 20
_NEAREST: Final = 3


def show_vectors(trace: Trace) -> None:
    """Every number of T."""
    count, width = trace.hidden[-1].shape
    parts = [Part("", f"T: {count} tokens × {width} dimensions", trace.hidden[-1])]
    limit = equation_limit(parts)
    figure = all_tokens_figure(
        parts, trace.tokens, limit=limit, theme=page_theme(), row_pixels=_ROW_PIXELS
    )
    show_figure(figure, "T, the final vectors", key="vectors")
    st.caption(
        "The colour grows with the square root of the value, zero in the middle. Values beyond "
        f"±{limit:.2f} ({SATURATED_SHARE:.1f} % of all) get the last colour. A column that stands "
        "out in every row is a dimension that this model makes large whatever it reads. "
        f"{_about_numbers(trace)}"
    )
    again = trace_again(trace)
    offer_csv("T (CSV)", "t.csv", lambda: _vectors_csv(again()))


def _vectors_csv(trace: Trace) -> bytes:
    return all_tokens_csv({"T": trace.hidden[-1]}, trace.tokens)


def _about_numbers(trace: Trace) -> str:
    """What the number behind a token's name means; empty where no name has one."""
    named = zip(trace.tokens, told_apart(trace.tokens), strict=True)
    repeated = [(token, name) for token, name in named if token != name]
    if not repeated:
        return ""
    token, name = min(repeated, key=lambda pair: not pair[0].isalnum())  # a word where there is one
    place = name.removeprefix(token).strip()
    return (
        f"“{plain(visible(token))}” stands there more than once, so its place in the input stands "
        f"behind it: “{plain(visible(name))}” is the one at place {place}, counted from 0."
    )


def show_vector_map(trace: Trace) -> None:
    """T's words in the plane in which they differ most."""
    words, again = _map_of(trace), trace_again(trace)
    figure = map_figure(
        words.points,
        words.tokens,
        words.segments,
        words.pairs,
        layer=0,
        share=words.share,
        theme=page_theme(),
    )
    show_figure(figure, "T on a map", key="vector_map")
    offer_csv("The map of T (CSV)", "t-map.csv", lambda: tables.points_csv(_map_of(again())))


def _map_of(trace: Trace) -> TokenMap:
    return token_map(trace.tokens, trace.segments, trace.special, trace.hidden[-1:])


def show_way(trace: Trace, token: int, other: int | None) -> None:
    """What one token's vector is like in every layer, and the tokens that come nearest to it."""
    lines = _lines(trace, token, other)
    names = [layer_name(layer) for layer in range(len(trace.hidden))]
    st.markdown(f"**What “{plain(visible(trace.tokens[token]))}” is like, layer by layer**")
    figure = way_figure(lines, names, theme=page_theme())
    show_figure(figure, f"What {trace.tokens[token]} is like, layer by layer", key="way_of_token")
    offer_csv("The way (CSV)", "way.csv", partial(tables.way_csv, lines))
    _show_nearest(trace, token, names)


def _lines(trace: Trace, token: int, other: int | None) -> Mapping[str, FloatArray]:
    """The figure's lines by their names."""
    held_against = dict(neighbours_of(token, trace.segments))
    if other is not None:
        held_against["chosen"] = other
    lines = {"its own input": likeness_to_input(trace.hidden, token)}
    for title, place in held_against.items():
        name = f"{title}: {place} {visible(trace.tokens[place])}"
        lines[name] = likeness_of_two(trace.hidden, token, place)
    return lines


def _show_nearest(trace: Trace, token: int, names: list[str]) -> None:
    among = candidates(token, trace.segments, trace.special)
    where = "the rest of the sentence"
    if trace.segments.any():
        where = f"Sentence {'BA'[trace.segments[token]]}"
    st.markdown(f"**The nearest tokens of {where}** (cosine)")
    if not trace.segments.any():
        st.caption("There is no Sentence B: these are the nearest in the sentence itself.")
    if not len(among):
        st.info("There is no other word to be near to.")
        return
    nearest = nearest_by_layer(trace.hidden, token, among, _NEAREST)
    st.dataframe(_nearest_table(nearest, trace, names), hide_index=True)
    make = partial(tables.nearest_csv, nearest, trace.tokens)
    offer_csv("The nearest tokens (CSV)", "nearest-tokens.csv", make)


def _nearest_table(nearest: Nearest, trace: Trace, names: list[str]) -> dict[str, list[str]]:
    columns = {"after layer": names}
    for rank in range(nearest.tokens.shape[1]):
        columns[f"{rank + 1}."] = [
            f"{visible(trace.tokens[place])} ({place})  {cosine:.2f}"
            for place, cosine in zip(nearest.tokens[:, rank], nearest.cosines[:, rank], strict=True)
        ]
    return columns
