"""How alike the heads are: the Heads page's map of them, and what is said of it."""

from functools import partial

import numpy as np
import streamlit as st

from backend import head_tables as tables
from backend.head_survey import HeadMeasures
from backend.trace import FloatArray
from components.downloads import offer_csv
from components.figures_heads import head_places_figure
from components.heads_opening import show_heads_figure
from components.heads_words import compared_words, head_name
from components.page import page_theme
from components.view import Choice


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
    shape = (measured.layers, measured.heads)
    show_heads_figure(figure, "How alike the heads are", shape, key="head_places")
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


def _nearest(measured: HeadMeasures) -> FloatArray:
    """The divergences, with each head as far from itself as can be."""
    apart = measured.divergence.copy()
    np.fill_diagonal(apart, np.inf)
    return apart


def most_alike(measured: HeadMeasures) -> tuple[list[str], list[float | None]]:
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
