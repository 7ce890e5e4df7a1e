"""What is said and drawn of what is switched off."""

from pathlib import Path

import numpy as np
import pytest

from backend.cached import cached_trace
from backend.cached_heads import cached_removals, cached_switched_off
from backend.head_ranking import HeadRanking, head_ranking
from backend.head_removal import cosine_distance
from backend.model import load_model
from backend.switched_off import SwitchedOff
from backend.trace import Trace
from components.figures_switch_off import distance_figure, removal_figure
from components.plain import JOINER
from components.switch_off_words import (
    effect_words,
    left_words,
    nearest_words,
    notice,
    off_words,
    ordinal,
    ranking_words,
    small,
)
from tests.backend.small_models import write_model
from tests.figures import checked

A = "The chicken didn't cross the road because it was too tired"
IT = 10
LAYERS, HEADS = 6, 12
ALL = tuple((layer, head) for layer in range(LAYERS) for head in range(HEADS))


@pytest.fixture(scope="module")
def trace() -> Trace:
    return cached_trace("minilm", A)


@pytest.fixture(scope="module")
def ranking(trace: Trace) -> HeadRanking:
    found = head_ranking(trace, cached_removals("minilm", A, None), IT)
    assert found is not None
    return found


def bare(text: str) -> str:
    return text.replace(JOINER, "").replace("\\", "")


@pytest.mark.parametrize(
    ("off", "said"),
    [
        (SwitchedOff(((3, 1),)), "without layer 3, head 1"),
        (SwitchedOff(((3, 1), (0, 2))), "without layer 0, head 2 and layer 3, head 1"),
        (
            SwitchedOff((*((2, head) for head in range(HEADS)), (0, 2)), (IT,)),
            "without all heads of layer 2 and layer 0, head 2, and with “it” (10) hidden from all "
            "others",
        ),
        (SwitchedOff(ALL[::7]), "without 11 heads"),
        (SwitchedOff(ALL), "without all 72 heads"),
        (SwitchedOff((), tuple(range(5))), "with 5 tokens hidden from all others"),
        (SwitchedOff((), tuple(range(15))), "with every token hidden from all others"),
    ],
)
def test_what_is_off_in_words(trace: Trace, off: SwitchedOff, said: str) -> None:
    assert bare(off_words(off, trace)) == said
    assert said in bare(notice(off, trace, None))


def test_the_notice_tells_that_the_drawn_head_hands_nothing_on(trace: Trace) -> None:
    off = SwitchedOff(((3, 1),))
    assert "as it would look; it hands nothing on" in notice(off, trace, (3, 1))
    assert "nothing of it to draw" in notice(off, trace, (3, 1), looks=False)
    assert "hands nothing on" not in notice(off, trace, (3, 2))
    assert "hands nothing on" not in notice(off, trace, None)


def test_what_is_left_is_said_where_everything_is_off(trace: Trace) -> None:
    assert "feed-forward" in left_words(SwitchedOff(ALL), trace)
    assert "looks at nothing but itself" in left_words(SwitchedOff((), tuple(range(15))), trace)
    assert not left_words(SwitchedOff(ALL[1:], tuple(range(14))), trace)


def test_the_effect_in_words_is_what_was_measured(trace: Trace) -> None:
    off = SwitchedOff(((4, 3),))
    changed = cached_switched_off("minilm", A, None, off)
    distances = cosine_distance(trace.hidden, changed.hidden)
    said = bare(effect_words(trace, off, IT, distances, 0.1234))
    assert f"**{small(distances[-1, IT])}**" in said
    assert "12.3 % of its length" in said
    place = 1 + int((distances[-1] > distances[-1, IT]).sum())
    assert (f"it comes {ordinal(place)}" in said) == (place > 1)
    assert "Up to layer 3 both runs are the same" in said
    furthest = int(distances[-1].argmax())
    assert "it is turned most." in effect_words(trace, off, furthest, distances, 0.1)
    hidden = SwitchedOff((), (2,))
    assert "part in layer 0" in effect_words(trace, hidden, IT, distances, 0.1)


def test_nearest_tokens_in_words() -> None:
    tokens = ["a", "b", "$x$", "d"]
    before = np.array([0, 1])
    assert "in the same order" in nearest_words(before, np.array([0, 1]), tokens)
    assert "in another order" in nearest_words(before, np.array([1, 0]), tokens)
    said = nearest_words(before, np.array([2, 1]), tokens)
    assert "“$x$” (2) takes the place of “a” (0)" in bare(said)
    assert "$x$" not in said
    assert "no other token" in nearest_words(np.array([], int), np.array([], int), tokens)


def test_the_ranking_in_words(trace: Trace, ranking: HeadRanking) -> None:
    said = bare(ranking_words(ranking, trace, IT, (3, 1)))
    layer, head = divmod(int(ranking.weights.argmax()), HEADS)
    weight = f"**layer {layer}, head {head}** puts the largest weight on one other word, "
    assert f"{weight}{ranking.weights.max():.3f} on “because” (9)" in said
    layer, head = divmod(int(ranking.turned.argmax()), HEADS)
    assert f"is turned most without layer {layer}, head {head}" in said
    assert f"The chosen layer 3, head 1 comes {ordinal(ranking.by_weight[3, 1])} by weight" in said
    assert f"heads is {ranking.correlation:.2f}" in said


def test_one_head_alone_has_no_order(tmp_path: Path) -> None:
    one = write_model("bert", tmp_path, num_attention_heads=1, num_hidden_layers=1)
    trace = load_model(str(one)).trace("the cat sat")
    table = np.ones((1, 1), np.float32)
    ranking = HeadRanking(table, table.astype(np.int64), table, table)
    said = ranking_words(ranking, trace, 2, (0, 0))
    assert "It is also the one" in said
    assert "cannot be told" in said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (0.25, "0.250"), (0.0123, "0.012"), (0.00456, "0.0046"), (1e-6, "< 0.0001")],
)
def test_small_numbers_keep_their_digits(value: float, said: str) -> None:
    assert small(value) == said


def test_ordinals() -> None:
    said = [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 72, 111, 144)]
    assert " ".join(said) == "1st 2nd 3rd 4th 11th 12th 13th 21st 72nd 111th 144th"


def test_the_line_figure_draws_each_distance() -> None:
    lines = {"<b>it": np.array([0, 0.1], np.float32), "others": np.array([0, 0.2], np.float32)}
    figure = checked(distance_figure(lines, ["input", "0"], theme="dark"))
    assert [drawn.name for drawn in figure.data] == ["&lt;b>it", "others"]
    np.testing.assert_array_equal(figure.data[1].y, lines["others"])


def test_each_heads_point_of_the_map_can_be_chosen(ranking: HeadRanking) -> None:
    figure = checked(
        removal_figure(
            ranking.turned,
            ranking.weights,
            ranking.by_weight,
            chosen=(3, 1),
            first=5,
            theme="light",
        )
    )
    cells, rings, points = figure.data
    np.testing.assert_allclose(10 ** np.array(cells.z), ranking.turned, rtol=1e-5)
    for x, y, (turned, weight) in zip(points.x, points.y, points.customdata, strict=True):
        assert turned == ranking.turned[y, x]
        assert weight == ranking.weights[y, x]
    assert len(points.x) == LAYERS * HEADS
    ringed = set(zip(rings.y, rings.x, strict=True))
    assert ringed == set(zip(*np.nonzero(ranking.by_weight <= 5), strict=True))
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].y0) == (0.5, 2.5)


def test_a_head_without_any_effect_can_be_drawn() -> None:
    nothing = np.zeros((2, 3), np.float32)
    places = np.arange(1, 7).reshape(2, 3)
    figure = checked(
        removal_figure(nothing, nothing, places, chosen=(0, 0), first=5, theme="light")
    )
    assert np.isfinite(np.array(figure.data[0].z)).all()
