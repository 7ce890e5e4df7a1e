"""The heatmap of one head: its numbers, its labels, its fixed scale."""

import numpy as np

from components.figures import attention_figure
from tests.figures import checked

TOKENS = ["[CLS]", "it", "it", "<b>", "R&D"]


def test_the_figure_holds_the_weights_and_keeps_equal_tokens_apart() -> None:
    weights = np.random.default_rng(1).dirichlet(np.ones(5), 3).astype(np.float32)
    figure = checked(attention_figure(weights, TOKENS[:3], TOKENS, theme="light"))
    (heatmap,) = figure.data
    np.testing.assert_array_equal(heatmap.z, weights)
    assert len(set(heatmap.x)) == 5
    assert len(set(heatmap.y)) == 3
    assert (heatmap.zmin, heatmap.zmax) == (0, 1)


def test_labels_are_the_tokens_with_markup_escaped() -> None:
    figure = checked(attention_figure(np.eye(5, dtype=np.float32), TOKENS, TOKENS, theme="dark"))
    names = figure.layout.xaxis.labelalias
    assert list(names.values()) == ["[CLS]", "it 1", "it 2", "&lt;b>", "R&amp;D"]
    assert figure.layout.xaxis.title.text.startswith("key")
    assert figure.layout.yaxis.title.text.startswith("query")
    assert figure.layout.yaxis.autorange == "reversed"


def test_few_tokens_are_all_named() -> None:
    few, many = (np.eye(count, dtype=np.float32) for count in (16, 40))
    figure = checked(attention_figure(few, ["it"] * 16, ["it"] * 16, theme="light"))
    assert (figure.layout.xaxis.dtick, figure.layout.yaxis.dtick) == (1, 1)
    figure = checked(attention_figure(many, ["it"] * 40, ["it"] * 40, theme="light"))
    assert figure.layout.xaxis.dtick is None


def test_the_marked_query_has_a_frame_round_its_row() -> None:
    weights = np.eye(5, dtype=np.float32)
    assert not checked(attention_figure(weights, TOKENS, TOKENS, theme="light")).layout.shapes
    figure = checked(attention_figure(weights, TOKENS, TOKENS, theme="light", marked=2))
    (frame,) = figure.layout.shapes
    assert (frame.y0, frame.y1) == (1.5, 2.5)
