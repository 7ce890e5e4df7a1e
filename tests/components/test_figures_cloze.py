from typing import Any

import numpy as np
import pytest

from components.figures_cloze import (
    heads_figure,
    layers_figure,
    look_figure,
    loss_figure,
    scores_figure,
    text_colour,
)
from components.palette import SEQUENTIAL, Theme
from tests.figures import checked

TOKENS = ("[CLS]", "<b>", "the", "[MASK]", "the", "[SEP]")
THEMES: tuple[Theme, Theme] = ("light", "dark")


def weights() -> Any:
    shape = (2, 3, len(TOKENS), len(TOKENS))
    drawn = np.random.default_rng(2).random(shape, np.float32)
    return drawn / drawn.sum(axis=-1, keepdims=True)


def test_every_head_stands_in_its_tile_layer_0_below() -> None:
    attention = weights()
    figure = checked(heads_figure(attention, TOKENS, theme="light"))
    tiled, said = np.array(figure.data[0].z), np.array(figure.data[0].customdata)
    count = len(TOKENS)
    for layer in range(2):
        for head in range(3):
            rows = slice(layer * (count + 1), layer * (count + 1) + count)
            columns = slice(head * (count + 1), head * (count + 1) + count)
            # The y axis points upwards: the first query is the tile's last row.
            np.testing.assert_array_equal(tiled[rows, columns][::-1], attention[layer, head])
    assert said[count - 1, 3] == "layer 0, head 0<br>0 [CLS] → 3 [MASK]"
    assert said[2 * count - 1, 2 * (count + 1) + 1].startswith("layer 1, head 2<br>1 &lt;b>")
    assert np.isnan(tiled[count]).all()
    assert list(figure.layout.xaxis.ticktext) == ["head 0", "head 1", "head 2"]


def test_one_row_a_head_from_one_token() -> None:
    look = weights()[:, :, 3]
    figure = checked(look_figure(look, TOKENS, theme="dark"))
    np.testing.assert_array_equal(figure.data[0].z, look.reshape(6, -1))
    assert list(figure.data[0].y)[:4] == ["0, 0", "0, 1", "0, 2", "1, 0"]
    assert len(set(figure.data[0].x)) == len(TOKENS)
    # Every token is named, however narrow the figure is.
    assert figure.layout.xaxis.tickvals == figure.data[0].x
    assert list(figure.layout.xaxis.ticktext) == [
        "[CLS]", "&lt;b>", "the 2", "[MASK]", "the 4", "[SEP]",
    ]  # fmt: skip


def test_pieces_after_each_layer_are_written_as_they_are() -> None:
    shares = np.array([[0.5, 0.25], [0.9, 0.0004]], np.float32)
    pieces = [["<img>", "&"], ["a" * 30, "##ed"]]
    figure = checked(layers_figure(pieces, shares, ["input", "0"], theme="light"))
    texts = [note.text for note in figure.layout.annotations]
    assert texts[0] == "<b>&lt;img></b><br>0.500"
    assert texts[3] == "<b>##ed</b><br>&lt; 0.001"
    assert len(texts[2]) < 30
    assert figure.data[0].customdata[1][0] == "a" * 30
    assert all(note.font.size >= 14 for note in figure.layout.annotations)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("value", np.linspace(0, 1, 21))
def test_numbers_can_be_read_on_every_colour(theme: Theme, value: float) -> None:
    def luminance(channels: Any) -> Any:
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    scale = [[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in SEQUENTIAL[theme]]
    place = value * (len(scale) - 1)
    low = min(int(place), len(scale) - 2)
    ground = np.array(scale[low]) * (low + 1 - place) + np.array(scale[low + 1]) * (place - low)
    ink = luminance(np.ones(3) * (text_colour(float(value), theme) == "#ffffff"))
    light, dark = sorted((luminance(ground), ink), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_course() -> None:
    losses = np.arange(25, dtype=np.float32)
    figure = checked(loss_figure(losses, 100, theme="light"))
    assert list(figure.data[0].x) == [10, 20]
    assert list(figure.data[0].y) == [4.5, 14.5]
    assert figure.layout.xaxis.range[1] >= 100
    assert len(checked(loss_figure(losses[:0], 100, theme="light")).data[0].x) == 0

    lines = {"new pairs": np.array([0, 0.5]), "<b>": np.array([0.25, 1])}
    figure = checked(
        scores_figure(
            lines, [0, 20], 100, theme="dark", title="per cent", chosen=20, guess="a coin"
        )
    )
    assert list(figure.data[0].y) == [0, 50]
    assert figure.data[1].name == "&lt;b>"
    assert (figure.data[2].name, list(figure.data[2].y)) == ("a coin", [50, 50])
    assert figure.layout.shapes[0].x0 == 20
    assert len({line.line.dash for line in figure.data}) == 3
