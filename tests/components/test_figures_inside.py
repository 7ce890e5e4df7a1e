"""The figures and the words of one head's steps."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from backend.cached import cached_model
from backend.head_steps import HeadSteps
from components import inside_words as words
from components.figure_text import SIZE
from components.figures_inside import (
    Bars,
    Vectors,
    bars_by_row_figure,
    dimensions_figure,
    products_figure,
    vectors_figure,
)
from components.plain import names
from tests.figures import checked

TOKENS = ["[CLS]", "<b>&", "it", "it", "a-very-long-piece-of-a-word", "[SEP]"]
LABELS = names(TOKENS)
RANDOM = np.random.default_rng(3)
KEYS = RANDOM.normal(size=(6, 8)).astype(np.float32)
QUERY = RANDOM.normal(size=8).astype(np.float32)


def all_figures() -> list[go.Figure]:
    products = QUERY * KEYS
    strip, rows = Vectors("query", QUERY[None]), Vectors("keys", KEYS, LABELS)
    return [
        checked(vectors_figure([strip, rows], limit=2, theme="dark", marked=1)),
        checked(products_figure(LABELS, products, products.sum(axis=1), theme="light", marked=5)),
        checked(
            bars_by_row_figure(
                LABELS, [Bars("one", KEYS[:, 0]), Bars("two", KEYS[:, 1])], theme="dark"
            )
        ),
        checked(dimensions_figure(np.arange(8)[::-1], QUERY, KEYS[2], theme="light")),
    ]


def test_every_text_can_be_read_and_no_token_is_markup() -> None:
    for figure in all_figures():
        spec = figure.to_dict()
        for name, part in spec["layout"].items():
            if name.startswith(("xaxis", "yaxis")):
                assert part["tickfont"]["size"] >= SIZE
        for note in spec["layout"].get("annotations", ()):
            assert note["font"]["size"] >= SIZE
        for drawn in spec["data"]:
            if drawn["type"] == "scatter" and "text" in drawn:
                assert drawn["textfont"]["size"] >= SIZE
        assert "&lt;b>&amp;" in str(spec) or "dimension" in str(spec["layout"]["xaxis"])
        assert "<b>&" not in str(spec)


def test_vectors_stand_below_each_other_with_one_scale_of_colours() -> None:
    figure = all_figures()[0]
    strip, rows = figure.data
    np.testing.assert_array_equal(strip.z, QUERY[None])
    np.testing.assert_array_equal(rows.z, KEYS)
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (-2, 2)
    assert strip.coloraxis == rows.coloraxis == "coloraxis"
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]
    assert list(figure.layout.yaxis2.ticktext)[2:5] == ["it 2", "it 3", "a-very-long-pie…"]
    frame = figure.layout.shapes[0]
    assert (frame.yref, frame.y0, frame.y1) == ("y2", 0.5, 1.5)


def test_each_row_of_products_has_its_sum_beside_it() -> None:
    figure = all_figures()[1]
    cells, bars, text = figure.data
    np.testing.assert_allclose(np.sum(cells.z, axis=1), bars.x, rtol=1e-5)
    assert [float(number.replace("−", "-")) for number in text.text] == pytest.approx(
        [round(float(value), 1) for value in bars.x]
    )
    hatched = [bool(shape) for shape in bars.marker.pattern.shape]
    assert hatched == [value < 0 for value in bars.x]
    low, high = figure.layout.xaxis2.range
    assert low < min(0, *bars.x)
    assert high > max(bars.x)
    assert figure.layout.yaxis2.matches == "y"


@pytest.mark.parametrize("values", [[-3.0, -1.0], [0.0, 0.0], [2.0, 1.0]])
def test_panels_side_by_side_have_one_scale(values: list[float]) -> None:
    panels = [Bars("one", np.array(values)), Bars("two", np.array(values) / 4)]
    figure = checked(bars_by_row_figure(["a", "b"], panels, theme="light"))
    low, high = figure.layout.xaxis.range
    assert (low, high) == tuple(figure.layout.xaxis2.range)
    assert low < min(0, *values) <= max(0, *values) < high


def test_dimensions_stand_in_their_order_with_the_sum_so_far() -> None:
    bars, line = all_figures()[3].data
    assert list(bars.x) == ["7", "6", "5", "4", "3", "2", "1", "0"]
    np.testing.assert_allclose(bars.y, (QUERY * KEYS[2])[::-1])
    assert line.y[-1] == pytest.approx(float(QUERY @ KEYS[2]), rel=1e-5)


def shares(*values: float) -> Any:
    return np.array(values, np.float32)


def test_the_strongest_key_is_a_word_where_there_is_one() -> None:
    weights, special = shares(0.6, 0.1, 0.3), np.array([True, False, False])
    assert words.strongest_key(weights, special) == 2
    assert words.strongest_key(weights, np.ones(3, np.bool_)) == 0
    assert words.strongest_key(shares(1, 0, 0), special) == 1


def test_of_many_keys_the_strongest_and_the_chosen_one_are_drawn() -> None:
    weights = np.linspace(0, 1, 100, dtype=np.float32)
    drawn = words.drawn_keys(weights, 4).tolist()
    assert drawn == [4, *range(100 - words.MOST_DRAWN + 1, 100)]
    assert words.drawn_keys(weights[:5], 4).tolist() == [0, 1, 2, 3, 4]


@pytest.fixture(scope="module")
def steps() -> HeadSteps:
    model = cached_model("minilm")
    return model.head_steps(model.trace("The cat sat on the mat."), 3, 1, 2)


def test_what_is_said_of_the_steps(steps: HeadSteps) -> None:
    told = [str(place) for place in range(len(steps.weights))]
    best = int(steps.dot_products.argmax())
    assert f"“{best}”, {steps.dot_products[best]:+.2f}" in words.about_products(steps, told)
    few = np.argsort(-np.abs(steps.products[5]))[:5]
    together = f"{steps.products[5][few].sum():+.2f}".replace("-", "−")
    assert f"add up to **{together}**" in words.about_dimensions(steps, 5, told)
    length = np.linalg.norm(steps.contribution)
    assert f"**{length:.2f}** long" in words.about_contribution(steps, told)
    cosine = steps.own @ steps.written / np.linalg.norm(steps.own) / np.linalg.norm(steps.written)
    assert f"is {cosine:.2f}" in words.about_written(steps, told)


def test_a_large_weight_on_a_short_value_is_said(steps: HeadSteps) -> None:
    told = ["a", "b", *(f"t{n}" for n in range(len(steps.weights) - 2))]
    weights, lengths = np.zeros_like(steps.weights), np.ones_like(steps.value_lengths)
    weights[:2], lengths[0] = (0.7, 0.3), 0.1
    other = replace(steps, weights=weights, value_lengths=lengths)
    said = words.about_values(other, np.arange(len(told)), told)
    assert "largest for “b”, although “a” has more weight" in said
    same = replace(steps, weights=weights, value_lengths=np.ones_like(lengths))
    assert "largest for “a”, which has the largest weight too" in words.about_values(
        same, np.arange(len(told)), told
    )


def test_a_head_that_is_switched_off_adds_nothing(steps: HeadSteps) -> None:
    silent = replace(steps, contributions=np.zeros_like(steps.contributions))
    assert "switched off" in words.about_contribution(silent, [""] * len(steps.weights))


def test_one_hot_and_even_weights_in_bits() -> None:
    even, one = shares(0.25, 0.25, 0.25, 0.25), shares(0, 1, 0, 0)
    steps: Any = SimpleNamespace(weights=even, undivided=one, visible=np.ones(4, np.bool_))
    said = words.about_softmax(steps, ["a", "b", "c", "d"])
    assert "would be 0.0 instead of 2.0 (0 = all on one token, 2.0 = spread evenly)" in said
