"""Inside a head, steps 5 and 6, and all numbers: from the values to what the layer writes."""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from backend import head_steps_tables as tables
from backend.head_steps import HeadSteps
from backend.trace import Trace
from components import inside_words as words
from components.downloads import offer_csv
from components.figures_equation import Part, equation_limit, one_token_figure
from components.figures_inside import Bars, Vectors, bars_by_row_figure, vectors_figure
from components.inputs import show_way
from components.inside_drawing import Inside, draw
from components.token_chips import visible


def show_values(inside: Inside) -> None:
    """Step 5: the values, weighted and added up."""
    steps, places = inside.steps, inside.places
    st.latex(r"v_j = W_V\,x_j + b_V \qquad z = \sum_j a_j \, v_j")
    values = Vectors("values: what each token offers", steps.values[places], inside.labels)
    weighted = Vectors("weight × value", steps.weighted_values[places], inside.labels)
    added = Vectors("their sum z: what is handed on", steps.handed_on[None])
    limit = float(np.abs(steps.values).max()) or 1.0
    drawn = (
        ("The values of all tokens", "values", (values,)),
        ("Values times weights, and their sum", "weighted", (weighted, added)),
    )
    for column, (title, name, panels) in zip(st.columns(2), drawn, strict=True):
        with column:
            figure = vectors_figure(panels, limit=limit, theme=inside.theme, marked=inside.row)
            draw(figure, title, name)
    st.markdown(words.about_values(steps, inside.places, inside.names))


def show_contribution(inside: Inside) -> None:
    """Step 6: what the head's part is beside the others, and what the attention writes."""
    steps = inside.steps
    st.latex(r"x' = \mathrm{LayerNorm}\Big(x + b_O + \sum_{h} W_O^{(h)} z^{(h)}\Big)")
    heads = [f"head {head}" for head in range(len(steps.contributions))]
    others = ("bias", "all together", "own vector")
    lengths = np.linalg.norm([*steps.contributions, steps.bias, steps.attended, steps.own], axis=1)
    figure = bars_by_row_figure(
        [*heads, *others],
        [Bars("length of each part", lengths, ".2f")],
        theme=inside.theme,
        marked=steps.head,
    )
    draw(figure, "The length of each part", "lengths")
    st.markdown(words.about_contribution(steps, inside.names))
    parts = _equation(steps)
    figure = one_token_figure(parts, 0, limit=equation_limit(parts), theme=inside.theme)
    draw(figure, "What the attention writes, as a sum", "written")
    st.markdown(
        "One scale of colours for every line, zero in the middle; the colour grows with the square "
        f"root of the value. {words.about_written(steps, inside.names)}"
    )


def show_numbers(inside: Inside, trace: Trace) -> None:
    """All keys as a table, the files, and how far the numbers are from the model's own."""
    steps = inside.steps
    columns: dict[str, Any] = {
        "position": range(len(inside.tokens)),
        "key": [visible(token) for token in inside.tokens],
        "dot product": steps.dot_products,
        "divided": steps.scaled,
        "weight": steps.weights,
        "without division": steps.undivided,
        "length handed on": steps.value_lengths,
        "weight × length": steps.weights * steps.value_lengths,
    }
    forms = dict.fromkeys(list(columns)[2:], st.column_config.NumberColumn(format="%.3f"))
    st.dataframe(columns, hide_index=True, column_config=forms)
    away = np.abs(steps.weights - trace.attention[steps.layer, steps.head, steps.query]).max()
    st.caption(
        "Everything on this page is computed here from the model's weights and the vectors that "
        "the layer reads. The weights differ from those that the model itself computed by at most "
        f"{away:.1e}."
    )
    name = f"inside-layer-{steps.layer}-head-{steps.head}-query-{steps.query}"
    with st.container(horizontal=True):
        for title, kind, make in (
            ("Steps for each key (CSV)", "steps", partial(tables.steps_csv, steps, inside.tokens)),
            ("Vectors (CSV)", "vectors", partial(tables.vectors_csv, steps, inside.tokens)),
            ("Contributions (CSV)", "contributions", partial(tables.contributions_csv, steps)),
        ):
            offer_csv(title, f"{name}-{kind}.csv", make)


def show_ways(query: int) -> None:
    """Buttons to the other pages that show this head."""
    with st.container(horizontal=True):
        show_way("This head on the Attention page", "attention", key="to_attention", query=query)
        show_way(
            "BertViz's neuron view of it", "bertviz", key="to_neuron", query=query, view="neuron"
        )


def _equation(steps: HeadSteps) -> list[Part]:
    """What the attention writes as a sum, one token; values: (1, width)."""
    others = steps.attended - steps.contribution
    parts = (
        ("", "the token's vector", steps.own),
        ("+", f"head {steps.head}: this head's part", steps.contribution),
        ("+", "the other heads and the bias", others),
        ("=", "the sum", steps.own + steps.attended),
        ("→", "layer-normalised: the token's new vector", steps.written),
    )
    return [Part(sign, title, vector[None]) for sign, title, vector in parts]
