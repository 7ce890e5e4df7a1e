"""The Transfer page's figures: what they draw, checked against the arrays they were given."""

import numpy as np
import pytest

from backend.growth import Growth
from backend.transfer import CurvePoint
from components.figures_transfer import confusion_figure, curve_figure, growth_figure
from components.palette import Theme
from tests.figures import checked

THEMES: tuple[Theme, ...] = ("light", "dark")


@pytest.mark.parametrize("theme", THEMES)
def test_the_curve_has_loss_and_both_accuracies(theme: Theme) -> None:
    curve = [CurvePoint(0, 0.7, 0.5, 0.25), CurvePoint(4, 0.1, 1.0, 0.75)]
    loss, learned, held = checked(curve_figure(curve, theme=theme)).data
    assert list(loss.x) == [0, 4]
    assert list(loss.y) == [0.7, 0.1]
    assert list(learned.y) == [50, 100]
    assert list(held.y) == [25, 75]
    assert len({line.line.dash for line in (learned, held)}) == 2
    assert len({line.marker.symbol for line in (loss, learned, held)}) == 3


@pytest.mark.parametrize("theme", THEMES)
def test_the_matrix_has_a_number_in_each_cell_that_can_be_read(theme: Theme) -> None:
    confusion = np.array([[7, 1], [2, 6]])
    figure = checked(confusion_figure(("<b>x</b>", "a" * 60), confusion, theme=theme))
    heatmap = figure.data[0]
    np.testing.assert_array_equal(heatmap.z, confusion)
    assert heatmap.texttemplate == "%{z}"
    assert heatmap.textfont.size >= 14
    assert contrast(at_top(heatmap), heatmap.textfont.color) >= 4.5
    assert figure.layout.xaxis.ticktext == ("&lt;b>x&lt;/b>", "a" * 15 + "…")
    assert heatmap.customdata[0][1] == f"true: &lt;b>x&lt;/b><br>predicted: {'a' * 60}"


def test_equal_beginnings_of_labels_stay_apart() -> None:
    classes = ("a" * 20 + "x", "a" * 20 + "y")
    figure = checked(confusion_figure(classes, np.eye(2, dtype=np.int64), theme="light"))
    assert list(figure.data[0].x) == [0, 1]


def test_a_matrix_of_fifty_labels_has_colours_instead_of_numbers() -> None:
    figure = checked(
        confusion_figure([str(n) for n in range(50)], np.eye(50, dtype=np.int64), theme="dark")
    )
    assert not figure.data[0].texttemplate
    assert figure.data[0].showscale
    assert figure.layout.height <= 900


def test_growth_has_means_and_bands_without_the_extremes() -> None:
    vectors = np.array([[0.2, 0.5, 0.6, 1.0], [0.7, 0.8, 0.8, 0.9]])
    words = np.array([[0.4, 0.5, 0.5, 0.6], [0.5, 0.5, 0.6, 0.6]])
    data = checked(growth_figure(Growth((5, 48), vectors, words, 0.5), theme="light")).data
    high, low, mean, *_, guess = data
    assert list(mean.x) == ["5", "all 48"]
    np.testing.assert_allclose(mean.y, [57.5, 80])
    np.testing.assert_allclose(high.y, [60, 80])
    np.testing.assert_allclose(low.y, [50, 80])
    assert list(guess.y) == [50, 50]
    assert [line.name for line in data if line.showlegend is not False] == [
        "the model's vectors", "word counts", "always the most frequent label",
    ]  # fmt: skip


def at_top(heatmap: object) -> str:
    """The colour of the largest value."""
    scale, top = heatmap.colorscale, heatmap.z.max() / heatmap.zmax  # type: ignore[attr-defined]
    return min(scale, key=lambda step: abs(float(step[0]) - float(top)))[1]  # type: ignore[no-any-return]


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
