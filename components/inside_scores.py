"""Inside a head, steps 1 to 4: from the query and the keys to the weights."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from backend.head_steps import HeadSteps
from backend.head_steps_tables import dimensions_csv
from backend.switched_off import SwitchedOff
from components import inside_words as words
from components import plot
from components.downloads import offer_csv
from components.figure_rows import shortened
from components.figures_inside import (
    Bars,
    Vectors,
    bars_by_row_figure,
    dimensions_figure,
    products_figure,
    vectors_figure,
)
from components.inside_drawing import Inside, draw
from components.plain import label
from components.presenter import main_figure, tell_chosen
from components.switch_off_words import in_short


def show_vectors(inside: Inside, off: SwitchedOff) -> None:
    """Step 1: what the query looks for, and what each token is found by.

    off: what was switched off in this run
    """
    steps = inside.steps
    st.latex(r"q = W_Q\,x_{\mathrm{query}} + b_Q \qquad k_j = W_K\,x_j + b_K")
    keys = steps.keys[inside.places]
    query = Vectors(_about_query(inside), steps.query_vector[None])
    limit = float(max(np.abs(steps.query_vector).max(), np.abs(keys).max())) or 1.0
    panels = (query, Vectors("keys: what each token is found by", keys, inside.labels))
    figure = vectors_figure(panels, limit=limit, theme=inside.theme, marked=inside.row)
    with main_figure():
        tell_chosen(words.chosen(steps, inside.names), in_short(off))
        draw(figure, "The query and the keys", "vectors")


def show_products(inside: Inside) -> None:
    """Step 2: the query times each key, by dimension and added up."""
    steps, places = inside.steps, inside.places
    st.latex(r"s_j = q \cdot k_j = \sum_{d} q_d \, k_{j,d}")
    figure = products_figure(
        inside.labels,
        steps.products[places],
        steps.dot_products[places],
        theme=inside.theme,
        marked=inside.row,
    )
    draw(figure, "The query times each key", "products")
    st.markdown(words.about_products(steps, inside.names))


def show_dimensions(inside: Inside) -> None:
    """The products of the query and one key, largest first."""
    steps, key = inside.steps, inside.key
    order = words.by_size(steps.products[key])
    st.markdown(words.about_dimensions(steps, key, inside.names))
    drawn, listed = st.columns([3, 2])
    with drawn:
        figure = dimensions_figure(order, steps.query_vector, steps.keys[key], theme=inside.theme)
        draw(figure, "The products by dimension, largest first", "dimensions")
    columns = {
        "dimension": order,
        "query": steps.query_vector[order],
        "key": steps.keys[key][order],
        "product": steps.products[key][order],
    }
    forms = dict.fromkeys(("query", "key", "product"), st.column_config.NumberColumn(format="%.3f"))
    listed.dataframe(columns, hide_index=True, height=360, column_config=forms)
    name = f"inside-dimensions-key-{key}.csv"
    offer_csv("These products (CSV)", name, partial(dimensions_csv, steps, key))


def show_division(inside: Inside) -> None:
    """Step 3: the dot products before and after the division."""
    steps, places = inside.steps, inside.places
    st.markdown(words.about_division(steps))
    st.latex(rf"\frac{{s_j}}{{\sqrt{{{steps.head_width}}}}} = \frac{{s_j}}{{{_root(steps):.2f}}}")
    panels = (
        Bars("dot product", steps.dot_products[places]),
        Bars(f"divided by {_root(steps):.2f}", steps.scaled[places], "+z.2f"),
    )
    draw(_bars(inside, panels), "The scores, before and after the division", "divided")


def show_softmax(inside: Inside) -> None:
    """Step 4: the weights, and what they would be without the division."""
    steps, places = inside.steps, inside.places
    root = rf"\sqrt{{{steps.head_width}}}"
    st.latex(rf"a_j = \frac{{e^{{\,s_j/{root}}}}}{{\sum_i e^{{\,s_i/{root}}}}}")
    panels = (
        Bars("weight", steps.weights[places], ".3f", 1.0),
        Bars("without the division", steps.undivided[places], ".3f", 1.0),
    )
    draw(_bars(inside, panels), "The weights, with and without the division", "weights")
    st.markdown(words.about_softmax(steps, inside.names))


def _about_query(inside: Inside) -> str:
    return f"query: what “{label(shortened(inside.names[inside.steps.query]))}” looks for"


def _bars(inside: Inside, panels: Sequence[Bars]) -> plot.Figure:
    return bars_by_row_figure(inside.labels, panels, theme=inside.theme, marked=inside.row)


def _root(steps: HeadSteps) -> float:
    return float(np.sqrt(steps.head_width))
