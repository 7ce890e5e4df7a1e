"""Figures of all heads: what they hold, and that it can be read."""

import json
from typing import Any

import numpy as np
import pytest

from components.figures_heads import head_grid_figure, head_places_figure, short_number
from components.palette import Theme
from tests.components.test_palette import contrast
from tests.figures import checked

VALUES = np.linspace(0, 1, 72, dtype=np.float32).reshape(6, 12)


def grid(values: Any = VALUES, largest: float = 1, theme: Theme = "light") -> dict[str, Any]:
    figure = checked(
        head_grid_figure(values, "weight", largest=largest, theme=theme, chosen=(3, 1))
    )
    spec: dict[str, Any] = json.loads(figure.to_json())
    return spec


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_number_can_be_read_on_its_colour(theme: Theme) -> None:
    figure = checked(head_grid_figure(VALUES, "weight", largest=1, theme=theme, chosen=(0, 0)))
    heatmap, numbers = figure.data
    stops = [int(colour[1:], 16) for _, colour in heatmap.colorscale]
    channels = np.array([[stop >> 16, stop >> 8 & 255, stop & 255] for stop in stops])
    places = np.linspace(0, 1, len(stops))
    for value, ink in zip(VALUES.ravel(), numbers.textfont.color, strict=True):
        mixed = [round(float(np.interp(value, places, channel))) for channel in channels.T]
        assert contrast("#{:02x}{:02x}{:02x}".format(*mixed), ink) >= 4.5


def test_each_head_has_a_mark_that_names_it() -> None:
    marks = grid()["data"][1]
    assert [mark[:2] for mark in marks["customdata"]] == [[n // 12, n % 12] for n in range(72)]
    assert marks["text"][:2] == [".00", ".01"]
    assert marks["text"][-1] == "1.0"
    assert marks["textfont"]["size"] >= 14
    assert marks["marker"]["opacity"] == 0


def test_a_head_without_a_case_is_a_dash() -> None:
    values = VALUES.copy()
    values[2, 3] = np.nan
    marks = grid(values)["data"][1]
    assert marks["text"][27] == "–"
    assert marks["customdata"][27][2] == "no case"


def test_the_chosen_head_is_framed_and_the_scale_is_fixed() -> None:
    spec = grid(VALUES * 0.1, largest=1)
    frame = spec["layout"]["shapes"][0]
    assert [frame[side] for side in ("x0", "x1", "y0", "y1")] == [0.5, 1.5, 2.5, 3.5]
    assert (spec["data"][0]["zmin"], spec["data"][0]["zmax"]) == (0, 1)


def test_many_heads_in_a_row_have_no_room_for_numbers() -> None:
    assert grid(np.zeros((2, 16), np.float32))["data"][1]["mode"] == "markers"
    assert grid()["data"][1]["mode"] == "markers+text"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, ".00"), (0.374, ".37"), (0.996, "1.0"), (4.51, "4.5"), (9.96, "10"), (float("nan"), "–")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert short_number(value) == text


def test_the_map_has_every_head_once_in_its_layers_mark() -> None:
    points = np.random.default_rng(0).normal(size=(24, 2))
    figure = checked(head_places_figure(points, 2, 12, theme="dark", chosen=(1, 4)))
    layers = figure.data[:2]
    assert [trace.name for trace in layers] == ["layer 0", "layer 1"]
    assert len({trace.marker.symbol for trace in layers}) == 2
    np.testing.assert_array_equal(layers[1].x, points[12:, 0])
    assert [list(head) for head in layers[1].customdata] == [[1, head] for head in range(12)]
    ring, names = figure.data[2:]
    assert (ring.x[0], ring.y[0]) == tuple(points[16])
    assert "1.4" in names.text
    for axis, place in ((figure.layout.xaxis, 0), (figure.layout.yaxis, 1)):
        low, high = axis.range
        assert low < points[:, place].min()
        assert points[:, place].max() < high


@pytest.mark.parametrize("count", [1, 6])
def test_heads_at_one_place_have_a_map(count: int) -> None:
    figure = checked(
        head_places_figure(np.zeros((count, 2)), 1, count, theme="light", chosen=(0, 0))
    )
    assert len(figure.data[0].x) == count
