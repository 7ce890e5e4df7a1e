"""The numbers in the figures are the arrays' own, and labels keep equal tokens apart."""

import numpy as np
import pytest

from components.figure_names import outward, written_names, written_on_a_phone
from components.figure_text import SIZE
from components.figures_embeddings import nearest_figure, similarity_figure
from components.figures_equation import (
    SATURATED_SHARE,
    Part,
    all_tokens_figure,
    equation_limit,
    equation_parts,
    one_token_figure,
    root_scale,
    strip_columns,
)
from components.figures_token_map import WIDE_ONLY, drift_figure, map_figure, path_figure
from components.palette import DIVERGING, INK
from tests.figures import checked

TOKENS = ("[CLS]", "<b>", "it", "it", "&lt;")
RANDOM = np.random.default_rng(7)
TOKEN, SEGMENT, POSITION, INPUT = RANDOM.normal(size=(4, 5, 24)).astype(np.float32)


def test_the_equation_adds_up() -> None:
    parts = equation_parts(TOKEN, SEGMENT, POSITION, INPUT)
    assert [part.sign for part in parts] == ["", "+", "+", "=", "→"]
    np.testing.assert_array_equal(parts[3].values, TOKEN + SEGMENT + POSITION)


def test_the_equation_leaves_out_a_segment_that_is_not_there() -> None:
    parts = equation_parts(TOKEN, None, POSITION, INPUT)
    assert [part.sign for part in parts] == ["", "+", "=", "→"]
    np.testing.assert_array_equal(parts[2].values, TOKEN + POSITION)


def test_one_token_shows_every_value_with_its_dimension() -> None:
    parts = equation_parts(TOKEN, SEGMENT, POSITION, INPUT)
    figure = checked(one_token_figure(parts, 2, limit=1.5, theme="light"))
    for trace, part in zip(figure.data, parts, strict=True):
        np.testing.assert_array_equal(trace.z.ravel(), part.values[2])
        np.testing.assert_array_equal(trace.customdata.ravel(), np.arange(24))
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (-1.5, 1.5)


def test_all_tokens_are_rows_that_stay_apart() -> None:
    parts = equation_parts(TOKEN, SEGMENT, POSITION, INPUT)
    figure = checked(all_tokens_figure(parts, TOKENS, limit=1.5, theme="dark"))
    for trace, part in zip(figure.data, parts, strict=True):
        np.testing.assert_array_equal(trace.z, part.values)
        assert len(set(trace.y)) == len(TOKENS)
    assert "1 &lt;b>" in figure.data[0].y
    assert "4 &amp;lt;" in figure.data[0].y


@pytest.mark.parametrize(("tokens", "named"), [(5, 1), (40, 1), (45, None), (200, None)])
def test_tall_rows_are_all_named_as_long_as_there_is_room(tokens: int, named: int | None) -> None:
    parts = [Part("", "T", RANDOM.normal(size=(tokens, 8)))]
    words = [str(number) for number in range(tokens)]
    figure = checked(all_tokens_figure(parts, words, limit=1, theme="light", row_pixels=20))
    assert figure.layout.yaxis.dtick == named
    low, high = figure.layout.yaxis.domain
    inner = figure.layout.height - figure.layout.margin.t - figure.layout.margin.b
    assert inner >= 20 * min(tokens, 40)
    assert (low, high) == (0, 1)


def test_few_values_lie_beyond_the_scale() -> None:
    values = RANDOM.normal(size=(50, 100)).astype(np.float32)
    parts = equation_parts(values, None, values, values)
    sizes = np.abs(np.concatenate([part.values.ravel() for part in parts]))
    assert np.mean(sizes > equation_limit(parts)) == pytest.approx(SATURATED_SHARE / 100, abs=1e-3)


def test_the_scale_of_nothing_is_no_scale_of_zero() -> None:
    nothing = np.zeros((1, 4), dtype=np.float32)
    assert equation_limit(equation_parts(nothing, None, nothing, nothing)) == 1.0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_zero_is_in_the_middle_of_the_scale(theme: str) -> None:
    colours = DIVERGING[theme]  # type: ignore[index]
    scale = root_scale(colours)
    places = [place for place, _ in scale]
    assert places == sorted(places)
    assert scale[0] == [0.0, colours[0]]
    assert scale[len(scale) // 2] == [0.5, colours[3]]
    assert scale[-1] == [1.0, colours[-1]]


@pytest.mark.parametrize(("width", "columns"), [(384, 64), (768, 64), (32, 32), (37, 37), (74, 37)])
def test_strips_have_full_lines(width: int, columns: int) -> None:
    assert strip_columns(width) == columns


def test_similarity_has_one_fixed_scale() -> None:
    similarity = RANDOM.uniform(-1, 1, size=(5, 5)).astype(np.float32)
    heatmap = checked(similarity_figure(similarity, TOKENS, theme="light")).data[0]
    np.testing.assert_array_equal(heatmap.z, similarity)
    assert (heatmap.zmin, heatmap.zmax) == (-1, 1)
    assert len(set(heatmap.x)) == len(set(heatmap.y)) == 5


def test_nearest_pieces_keep_their_order_and_mark_the_piece_itself() -> None:
    bar = checked(nearest_figure(["<b>", "x"], np.array([1, 0.5]), "<b>", theme="light")).data[0]
    assert list(bar.y) == ["1 &lt;b>", "2 x"]
    assert list(bar.x) == [1, 0.5]
    assert list(bar.marker.pattern.shape) == ["/", ""]


def test_the_map_joins_the_same_word_and_keeps_its_axes() -> None:
    points = RANDOM.normal(size=(3, 4, 2))
    pairs = np.array([[0, 2], [1, 3]])
    figures = [
        checked(
            map_figure(
                points,
                ("it", "<b>", "it", "<b>"),
                np.array([0, 0, 1, 1]),
                pairs,
                layer=layer,
                share=np.array([0.5, 0.25]),
                theme="light",
                followed=1,
            )
        )
        for layer in (0, 2)
    ]
    others, followed, way, _, first, second, names, wide = figures[1].data
    assert list(others.x[:2]) == [points[2, 0, 0], points[2, 2, 0]]
    assert list(followed.y[:2]) == [points[2, 1, 1], points[2, 3, 1]]
    np.testing.assert_array_equal(way.x, points[:, 1, 0])
    np.testing.assert_array_equal(first.x, points[2, :2, 0])
    np.testing.assert_array_equal(second.y, points[2, 2:, 1])
    assert list(names.text)[:2] == ["&lt;b>", "&lt;b>"]
    np.testing.assert_array_equal(names.x[:2], points[2, [1, 3], 0])
    assert names.opacity == 1
    assert wide.opacity == WIDE_ONLY
    assert not {*zip(names.x, names.y, strict=True)} & {*zip(wide.x, wide.y, strict=True)}
    assert figures[0].layout.xaxis.range == figures[1].layout.xaxis.range
    assert "50%" in figures[0].layout.xaxis.title.text


def test_the_map_of_one_word_without_partner() -> None:
    figure = checked(
        map_figure(
            np.zeros((2, 1, 2)),
            ("a",),
            np.array([0]),
            np.zeros((0, 2), dtype=np.int64),
            layer=0,
            share=np.zeros(2),
            theme="dark",
        )
    )
    assert figure.layout.xaxis.range == (-1, 1)


def test_the_way_shows_every_layer() -> None:
    points = RANDOM.normal(size=(3, 2, 2))
    names = ("input", "0", "1")
    a, b, written = checked(path_figure(points, "it", names, share=np.ones(2), theme="light")).data
    np.testing.assert_array_equal(a.y, points[:, 0, 1])
    np.testing.assert_array_equal(b.x, points[:, 1, 0])
    assert list(written.text) == list(names)


def test_drift_has_one_line_a_word_and_the_followed_one_last() -> None:
    similarity = np.array([[1, 1], [0.9, 0.5]])
    figure = checked(
        drift_figure(similarity, ("it", "was"), ("input", "0"), followed=0, theme="light")
    )
    np.testing.assert_array_equal(figure.data[-1].y, [1, 0.9])
    assert list(figure.data[-1].text) == ["1.00", "0.90"]


def test_names_that_would_lie_over_each_other_are_left_out() -> None:
    points = np.array([[0.5, 0.5], [0.5, 0.5], [0.501, 0.5], [0.9, 0.9], [0.502, 0.501]])
    tokens = ("same", "same", "other", "alone", "followed")
    written = written_names(points, tokens, [[0, 1], [0, 1]], first=[4])
    assert 4 in written
    assert len({0, 1} & written.keys()) == 1
    assert written[3] == "top center"
    crowd = written_names(np.full((50, 2), 0.5), list(map(str, range(50))), [[0, 1]] * 2, [])
    assert 1 <= len(crowd) <= 4


def test_a_phone_has_room_for_fewer_names_and_none_lies_over_another() -> None:
    points = np.random.default_rng(1).uniform(size=(30, 2))
    tokens = [f"token{n}" for n in range(30)]
    ends = [[0.0, 1.0], [0.0, 1.0]]
    sides = written_names(points, tokens, ends, [7])
    narrow = written_on_a_phone(points, tokens, ends, sides, [7])
    assert 7 in narrow
    assert set(narrow) < set(sides)
    boxes = [box(points[n] * (280, 430), tokens[n], sides[n]) for n in narrow]
    for number, (left, low, right, high) in enumerate(boxes):
        for other in boxes[:number]:
            assert left >= other[2] or right <= other[0] or low >= other[3] or high <= other[1]


def box(point: tuple[float, float], name: str, side: str) -> tuple[float, float, float, float]:
    """Where a name of seven and a half pixels a letter stands, eight pixels from its point."""
    (x, y), width = point, 7.5 * len(name)
    vertical, horizontal = side.split()
    left = {"left": x - 9 - width, "center": x - width / 2, "right": x + 9}[horizontal]
    low = {"top": y + 10, "middle": y - 7, "bottom": y - 24}[vertical]
    return left, low, left + width, low + 14


def test_names_along_a_way_stand_outside_its_bends() -> None:
    peak = np.array([[0, 0], [1, 1], [2, 0]], dtype=float)
    assert outward(peak, 1) == "top center"
    assert outward(-peak, 1) == "bottom center"
    assert outward(peak[:, ::-1], 1).endswith("right")
    assert outward(np.zeros((3, 2)), 1) == "top center"


def test_every_text_of_a_figure_is_large_and_in_the_ink_of_the_page() -> None:
    parts = equation_parts(TOKEN, SEGMENT, POSITION, INPUT)
    figure = checked(all_tokens_figure(parts, TOKENS, limit=1, theme="dark"))
    layout = figure.layout
    texts = [layout.font, layout.xaxis5.tickfont, layout.yaxis.title.font]
    texts += [note.font for note in layout.annotations]
    texts += [layout.coloraxis.colorbar.tickfont, layout.coloraxis.colorbar.title.font]
    assert {(text.size, text.color) for text in texts} == {(SIZE, INK["dark"])}
