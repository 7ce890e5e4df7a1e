"""What figures say in words: hand-made numbers, and every figure of the app."""

import numpy as np
import pytest

from components import figure_words as words
from components import plot
from components.figures import attention_figure
from components.figures_cloze import heads_figure, layers_figure, loss_figure
from components.figures_embeddings import nearest_figure, similarity_figure
from components.figures_heads import head_grid_figure, head_places_figure
from components.figures_inside import Bars, bars_by_row_figure, products_figure
from components.figures_lesson import bars_figure
from components.figures_output import accuracy_figure, way_figure
from components.figures_token_map import drift_figure, path_figure
from components.figures_transfer import confusion_figure
from components.plain import label

TOKENS = ["[CLS]", "the", "a<b>&", "[SEP]"]
WEIGHTS = np.array(
    [[0.7, 0.1, 0.1, 0.1], [0.25, 0.5, 0.2, 0.05], [0, 0.9, 0.1, 0], [0.4, 0.3, 0.2, 0.1]],
    np.float32,
)


def said(figure: plot.Figure) -> str:
    return words.figure_words(figure)


def test_a_heatmap_says_its_largest_and_smallest_weights_with_their_tokens() -> None:
    figure = attention_figure(WEIGHTS, TOKENS, TOKENS, theme="light")
    assert said(figure) == (
        "Largest: 2 a<b>& → 1 the: 0.900; 0 [CLS] → 0 [CLS]: 0.700; 1 the → 1 the: 0.500. "
        "Smallest: 2 a<b>& → 3 [SEP]: 0.000."
    )


def test_a_table_that_is_the_same_both_ways_is_told_once_without_its_diagonal() -> None:
    likeness = np.array([[1, 0.2, 0.5], [0.2, 1, -0.4], [0.5, -0.4, 1]], np.float32)
    figure = similarity_figure(likeness, ["x", "y", "z"], theme="dark")
    assert said(figure) == (
        "0 x and 2 z, cosine: 0.500; 0 x and 1 y, cosine: 0.200; 1 y and 2 z, cosine: −0.400."
    )
    assert words.count_of_points(figure) == 3


def test_lines_say_where_they_begin_and_end_and_what_lies_beyond() -> None:
    lines = {"its own": np.array([0.5, 0.9, 0.1, 0.4]), "a next": np.array([0.1, 0.2, 0.3, 0.4])}
    figure = way_figure(lines, ["input", "layer 0", "layer 1", "layer 2"], theme="light")
    assert said(figure) == (
        "its own: input: 0.500 to layer 2: 0.400; highest layer 0: 0.900; lowest layer 1: 0.100. "
        "a next: input: 0.100 to layer 2: 0.400."
    )
    assert words.figure_table(figure) == {
        "after layer": ["input", "layer 0", "layer 1", "layer 2"],
        "its own": [0.5, 0.9, 0.1, 0.4],
        "a next": [0.1, 0.2, 0.3, 0.4],
    }


def test_many_lines_are_told_together() -> None:
    likeness = np.linspace(0, 1, 21).reshape(3, 7)
    names = ["input", "layer 0", "layer 1"]
    figure = drift_figure(likeness, [f"w{n}" for n in range(7)], names, followed=2, theme="light")
    assert said(figure).startswith("7 lines. Largest: w6, after layer 1: 1.000; ")
    assert said(figure).endswith("Smallest: w0, after input: 0.000.")


def test_a_map_says_what_is_near_and_what_is_far() -> None:
    points = np.array([[0, 0], [5, 5], [0, 1], [9, 0]], float)
    figure = head_places_figure(points, 2, 2, theme="light", chosen=(0, 0))
    assert said(figure) == (
        "4 points. Nearest to each other: layer 0, head 0 and layer 1, head 0. "
        "Furthest apart: layer 1, head 0 and layer 1, head 1."
    )
    way = np.array([[[0, 0], [1, 0]], [[3, 4], [3, 5]]], float)
    figure = path_figure(way, "it", ["input", "layer 0"], share=np.array([0.8, 0.1]), theme="light")
    assert said(figure).startswith("4 points. Nearest to each other: A, after input and B, after")


def test_bars_are_all_told_where_they_are_few() -> None:
    figure = bars_figure(["tired", "<i>"], [("share", np.array([0.25, 0.0004]))], theme="light")
    assert said(figure) == "share, tired: 0.250; share, <i>: < 0.001."


def test_panels_are_told_one_by_one() -> None:
    panels = [Bars("dot product", np.array([3.0, -2.0])), Bars("divided", np.array([1.0, -0.5]))]
    figure = bars_by_row_figure(["x", "y"], panels, theme="light")
    assert said(figure) == (
        "x, dot product: +3.0; y, dot product: −2.0. x, divided: +1.0; y, divided: −0.5."
    )


def test_heads_without_a_case_are_not_among_the_extremes() -> None:
    values = np.array([[0.2, np.nan], [0.9, 0.4]])
    figure = head_grid_figure(values, "weight", largest=1, theme="light", chosen=(0, 0))
    assert said(figure) == (
        "layer 1, head 0: 0.900; layer 1, head 1: 0.400; layer 0, head 0: 0.200."
    )
    assert words.figure_table(figure)["number"] == ["0.200", "no case", "0.900", "0.400"]


def test_a_figure_of_nothing_says_nothing() -> None:
    assert said(plot.Figure()) == ""
    assert words.figure_table(plot.Figure()) == {}
    assert said(loss_figure(np.array([]), 100, theme="light")) == ""


def test_the_table_has_each_point_with_its_number_as_a_number() -> None:
    figure = attention_figure(WEIGHTS, TOKENS, TOKENS, theme="light")
    table = words.figure_table(figure)
    assert table["what"][6] == "1 the → 2 a<b>&"
    assert table["number"] == [pytest.approx(float(f"{w:.3f}")) for w in WEIGHTS.ravel()]


def test_a_long_table_keeps_the_largest_numbers_in_their_order() -> None:
    rng = np.random.default_rng(0)
    weights = rng.dirichlet(np.ones(40), 40).astype(np.float32)
    tokens = [f"t{n}" for n in range(40)]
    table = words.figure_table(attention_figure(weights, tokens, tokens, theme="light"))
    assert len(table["number"]) == words.MOST_ROWS
    assert max(table["number"]) == pytest.approx(weights.max(), abs=5e-4)
    least = np.sort(weights.ravel())[-words.MOST_ROWS]
    assert min(table["number"]) == pytest.approx(least, abs=5e-4)
    rows = [int(what.split()[0]) for what in table["what"]]
    assert rows == sorted(rows)


def test_every_kind_of_figure_has_a_name_and_a_number_for_each_point() -> None:
    shares = np.array([[0.6, 0.3], [0.9, 0.05]])
    heads = np.broadcast_to(WEIGHTS, (2, 3, 4, 4))
    figures = [
        nearest_figure(["it", "<he>"], np.array([1.0, 0.8]), "it", theme="light"),
        layers_figure([["a", "b"], ["c", "d"]], shares, ["input", "0"], theme="light"),
        heads_figure(heads, TOKENS, theme="dark"),
        accuracy_figure([0.5, 0.7], 0.6, ["input", "0"], theme="light"),
        confusion_figure(["<b>yes", "no"], np.array([[3, 1], [0, 4]]), theme="light"),
        products_figure(
            [label(token) for token in TOKENS], WEIGHTS, WEIGHTS.sum(axis=1), theme="light"
        ),
    ]
    for figure in figures:
        table = words.figure_table(figure)
        assert len(table["what"]) == words.count_of_points(figure) > 1
        for what, number in zip(table["what"], table["number"], strict=True):
            assert what
            assert number != ""
            assert "%{" not in f"{what}{number}"
        assert "%{" not in said(figure)


def test_what_a_visitor_typed_is_no_placeholder_of_something_that_is_not_there() -> None:
    trace = plot.scatter(x=[1], y=[2], hovertemplate="%{customdata[3]} %{nothing}: <b>%{y}</b>")
    assert said(plot.Figure([trace])) == "%{customdata[3]} %{nothing}: 2."
