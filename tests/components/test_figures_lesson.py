"""The bars that the lesson shows with its answers."""

import numpy as np

from components.figures_lesson import bars_figure
from components.palette import HEADS
from tests.figures import checked

WEIGHTS = np.array([0.677, 0.095, 0.004], dtype=np.float32)


def test_every_bar_has_its_name_and_its_number() -> None:
    figure = checked(
        bars_figure(["chicken", "<b>", "chicken"], [("weight", WEIGHTS)], theme="light")
    )
    (bars,) = figure.data
    np.testing.assert_array_equal(bars.x, WEIGHTS)
    assert list(bars.text) == ["0.677", "0.095", "0.004"]
    assert list(figure.layout.yaxis.ticktext) == ["chicken", "&lt;b>", "chicken"]
    assert len(set(bars.y)) == 3
    assert not figure.layout.showlegend


def test_two_series_differ_in_colour_and_pattern_and_are_named() -> None:
    series = [("sentence A", WEIGHTS), ("sentence B", WEIGHTS[::-1])]
    figure = checked(bars_figure(["a", "b", "c"], series, theme="dark"))
    first, second = figure.data
    assert (first.name, second.name) == ("sentence A", "sentence B")
    assert (first.marker.color, second.marker.color) == HEADS["dark"][:2]
    assert first.marker.pattern.shape != second.marker.pattern.shape
    assert figure.layout.showlegend


def test_the_axis_leaves_room_for_the_longest_bars_number() -> None:
    for listed in ([0.7, 0.1, 0.0], [0, 0, 0], [-0.2, 0.5, 1.0], [31.2, 65.3, 4.0]):
        values = np.array(listed, dtype=np.float32)
        low, high = checked(
            bars_figure(["a", "b", "c"], [("x", values)], theme="light")
        ).layout.xaxis.range
        assert low <= values.min()
        assert high > values.max()
    assert checked(bars_figure(["a"], [("x", np.array([31.25]))], theme="light")).data[0].text == (
        "31.2",
    )


def test_a_bound_ends_the_axis_and_little_is_not_nothing() -> None:
    values = np.array([0.9996, 0.0004, 0.0], dtype=np.float32)
    figure = checked(bars_figure(["a", "b", "c"], [("share", values)], theme="light", end=1))
    assert list(figure.layout.xaxis.tickvals) == [0, 0.5, 1]
    assert list(figure.data[0].text) == ["1.000", "&lt; 0.001", "0.000"]


def test_long_names_are_cut() -> None:
    figure = checked(bars_figure(["x" * 100], [("weight", np.array([0.5]))], theme="light"))
    assert len(figure.layout.yaxis.ticktext[0]) < 40
