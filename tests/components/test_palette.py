"""Colours that can be read, told apart, and compared."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from components.palette import DIVERGING, HEADS, INK, PAGE, SEQUENTIAL, Theme

THEMES: tuple[Theme, ...] = ("light", "dark")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it, 0 black to 1 white."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_head_colours_can_be_read_on_the_page(theme: Theme) -> None:
    least = {"light": 4.5, "dark": 7.0}[theme]
    assert min(contrast(colour, PAGE[theme]) for colour in HEADS[theme]) >= least
    assert len(set(HEADS[theme])) == 12


@pytest.mark.parametrize("theme", THEMES)
def test_the_sequential_scale_only_moves_away_from_the_page(theme: Theme) -> None:
    steps = np.diff([luminance(colour) for colour in SEQUENTIAL[theme]])
    assert np.all(steps < 0) if theme == "light" else np.all(steps > 0)
    assert SEQUENTIAL[theme][0] == PAGE[theme]


@pytest.mark.parametrize("theme", THEMES)
def test_the_diverging_scale_has_zero_in_the_page_and_equal_sides(theme: Theme) -> None:
    scale = DIVERGING[theme]
    middle = len(scale) // 2
    assert scale[middle] == PAGE[theme]
    for one, other in zip(scale[:middle], scale[:middle:-1], strict=True):
        assert contrast(one, other) < 2.2


@pytest.mark.parametrize("theme", THEMES)
def test_the_page_is_configured_in_these_colours(theme: Theme) -> None:
    config = tomllib.loads((Path(__file__).parents[2] / ".streamlit/config.toml").read_text())
    assert config["theme"][theme]["backgroundColor"] == PAGE[theme]
    assert config["theme"][theme]["textColor"] == INK[theme]
    for part in (config["theme"][theme], config["theme"][theme]["sidebar"]):
        for background in (part["backgroundColor"], part["secondaryBackgroundColor"]):
            assert contrast(INK[theme], background) >= 7
