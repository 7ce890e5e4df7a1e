"""What is asked of a comparison, what it says in words, and what the browser is sent."""

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from backend.cached import cached_trace
from backend.examples import EXAMPLES, Example
from backend.packing import unpack_attention
from backend.preference import preference
from backend.two_sentences import Comparison, read_apart, read_as_pair
from components import comparison_view
from components.comparison_choice import Asked, asked_of
from components.comparison_controls import controls
from components.comparison_view import packets_of, view_data
from components.comparison_words import (
    changed,
    cosine_words,
    known_words,
    layer_zero,
    verdict,
    weight,
)
from components.figures_compare import cosine_figure
from components.plain import JOINER
from components.view import Choice
from tests.figures import checked

A, B = EXAMPLES[0].a, EXAMPLES[0].b
IT, CHICKEN, ROAD, LAST = 10, 2, 8, 13
TROPHY = EXAMPLES[8]


def compared(a: str, b: str, *, pair: bool = False) -> Comparison:
    if pair:
        return read_as_pair(cached_trace("minilm", a, b))
    return read_apart(cached_trace("minilm", a), cached_trace("minilm", b))


def ask(comparison: Comparison, *, special: bool = False, **choice: Any) -> Asked:
    opening = Choice(layer=3, head=1, query=None, show="all", keys=(), serial=0)
    return asked_of(comparison, replace(opening, **choice), special=special)


def read(text: str) -> str:
    """Markdown as it is read."""
    return text.replace(JOINER, "").replace("\\", "").replace("**", "")


def words(asked: Asked) -> str:
    return read(" ".join(verdict(asked)))


def test_it_begins_with_the_pronoun_and_the_two_nouns() -> None:
    asked = ask(compared(A, B))
    assert (asked.query, asked.keys, asked.note) == (IT, (CHICKEN, ROAD), "")


def test_what_the_reader_chose_is_taken() -> None:
    asked = ask(compared(A, B), query=CHICKEN, keys=(6, 24))
    assert (asked.query, asked.keys, asked.note) == (CHICKEN, (6, IT), "")


def test_a_word_of_one_sentence_only_is_said_and_another_is_taken() -> None:
    comparison = compared("The old cat sat as it was tired.", "The cat sat as it was big.")
    asked = ask(comparison, query=2)
    assert "“old” stands in one sentence only" in asked.note
    assert asked.name(asked.query) == "it"
    again = ask(comparison, keys=(2, 3))
    assert "One of the two keys" in again.note
    assert "– / old" not in [again.name(key) for key in again.keys]


def test_special_tokens_count_if_asked_for() -> None:
    comparison = compared(A, B)
    without, with_them = ask(comparison).counted, ask(comparison, special=True).counted
    assert set(with_them) - set(without) == {0, 14}
    assert LAST not in with_them  # a changed word is not the same key


def test_nothing_in_common_has_no_ranking() -> None:
    asked = ask(compared("one two", "three four"))
    assert asked.ranking is None
    assert asked.keys == ()
    assert "no word in common" in words(asked)
    assert layer_zero(asked) == ""


def test_the_verdict_of_the_default_pair_has_its_numbers() -> None:
    said = words(ask(compared(A, B)))
    a, b = (cached_trace("minilm", text).attention[:, :, IT, 1:13] for text in (A, B))
    moved = int((np.abs(b - a).max(axis=2) >= 0.1).sum())
    assert f"{moved} heads move by 0.10 or more, of 72" in said
    assert "Most of all layer 3, head 1: “it → chicken” 0.677 in A, 0.346 in B (−0.331)" in said
    assert "“it → road” 0.054 in A, 0.129 in B" in said
    assert "“chicken”, gets more in both" in said


def test_a_preference_that_flips() -> None:
    car = EXAMPLES[1]
    said = words(ask(compared(car.a, car.b)))
    assert "The preference flips: “car” gets more in A, “hill” in B." in said


def test_a_preference_that_ends_level() -> None:
    cat = EXAMPLES[4]
    said = words(ask(compared(cat.a, cat.b)))
    assert "In A “cat” gets more; in B the two are level." in said


def test_where_the_model_does_not_tell_them_apart_it_says_so() -> None:
    said = words(ask(compared(TROPHY.a, TROPHY.b)))
    assert "No head tells the two sentences apart by this word. None of the 72" in said
    assert "hardly tells A from B by these two keys: their weights move by 0.041 at most" in said
    assert "“trophy”, gets more in both" in said


def test_the_same_sentence_is_exactly_the_same() -> None:
    assert words(ask(compared(A, A))).startswith("Every difference is exactly 0.000")


def test_layer_zero_keeps_its_proportions() -> None:
    said = read(layer_zero(ask(compared(A, B))))
    raw = np.abs(
        np.subtract(*(cached_trace("minilm", t).attention[0, :, IT, 1:13] for t in (A, B)))
    ).max()
    assert "the shares of “it” move by 0.000" in said
    assert f"(up to {raw:.3f})" in said


@pytest.mark.parametrize(
    "comparison",
    [compared(A, A), compared(A, B, pair=True), compared("The cat sat", "The old cat sat")],
)
def test_layer_zero_is_left_out_where_something_else_moves_it(comparison: Comparison) -> None:
    assert layer_zero(ask(comparison)) == ""


def test_what_is_known_of_an_example_counts_all_of_them() -> None:
    claims = [example.claim for example in EXAMPLES if example.claim]
    said = read(known_words(claims[0]))
    assert f"The {len(claims)} examples were chosen because they show something" in said
    assert said.count("leans, it does not solve") == 1
    assert f"the right way in {sum(c.resolved for c in claims)} of them only" in said
    assert f"the preference flips in {sum(c.flips for c in claims)}" in said


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.claim], ids=lambda e: e.name)
def test_an_example_is_judged_alike_above_and_below(example: Example) -> None:
    assert example.claim is not None
    above = words(ask(compared(example.a, example.b)))
    below = read(known_words(example.claim))
    names = (example.claim.first, example.claim.second)
    assert preference(names, example.claim.in_a, example.claim.in_b) in above
    assert preference(names, example.claim.in_a, example.claim.in_b) in below


def test_words_that_are_both_unknown_are_told() -> None:
    said = words(ask(compared("Hi 😀 there 👩‍👩‍👧 friend", "Hi 😀 there 🎉 friend")))
    assert said.startswith("The model reads the same text. “👩‍👩‍👧” in A and “🎉” in B: the")
    assert "makes the same token of both, [UNK]" in said
    more = words(ask(compared("it saw 👩 tired", "it saw 🎉 wide")))
    assert "“👩” in A and “🎉” in B: the tokenizer knows neither" in more
    assert "The model reads the same text" not in more
    assert "unknown" not in words(ask(compared("it saw 👩 tired", "it saw 👩 wide")))
    many = words(ask(compared("😀 😁 😂 🤣 it", "😃 😄 😅 😆 it")))
    assert many.count(" in A and ") == 3
    assert "and so on" in many


def test_texts_that_differ_in_nothing_the_model_reads() -> None:
    said = words(ask(compared("the cat sat", "The  Cat sat")))
    assert "the two texts differ, but what the model reads of them is the same" in said


def test_a_head_that_moves_on_another_word_says_so() -> None:
    comparison = compared(A, B)
    said = words(ask(comparison, keys=(4, 6)))  # two words that it hardly looks at
    a, b = (cached_trace("minilm", text).attention[3, 1, IT, CHICKEN] for text in (A, B))
    assert "hardly tells A from B by these two keys" in said
    assert f"On another word the same head moves more: “it → chicken” {a:.3f} in A, {b:.3f}" in said
    assert "On another word" not in words(ask(compared(TROPHY.a, TROPHY.b)))


def test_what_is_too_small_for_three_decimals_is_said() -> None:
    assert (weight(0), weight(0.0004), weight(0.0006)) == ("0.000", "less than 0.001", "0.001")
    long = "word " * 400
    said = words(ask(compared(f"{long} it big", f"{long} it small"), query=3, keys=(5, 6)))
    assert "their weights move by less than 0.001" in said
    assert "0.000" not in said


def test_the_same_key_twice_is_not_taken() -> None:
    asked = ask(compared(A, B), keys=(ROAD, ROAD))
    assert (asked.keys, asked.note) == (
        (CHICKEN, ROAD), "The two keys are the same word; others are chosen."
    )  # fmt: skip


def test_cosines_in_words() -> None:
    said = read(cosine_words(ask(compared(A, B))))
    ends = []
    for text in (A, B):
        last = cached_trace("minilm", text).hidden[-1]
        units = last / np.linalg.norm(last, axis=1, keepdims=True)
        ends += [units[IT] @ units[key] for key in (CHICKEN, ROAD)]
    assert (
        "in A at {:.3f} to “chicken” and {:.3f} to “road” and in B at {:.3f}".format(*ends) in said
    )


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (0.0544, 0.1286, "+0.075"),  # 0.054 and 0.129 are what is shown
        (0.75, 0.25, "−0.500"),
        (0.1, 0.1004, "0.000"),
        (0, 0, "0.000"),
    ],
)
def test_a_change_is_that_of_the_numbers_shown(before: float, after: float, text: str) -> None:
    assert changed(before, after) == text


def test_the_order_of_a_pair_does_something_by_itself() -> None:
    asked = ask(compared(A, B, pair=True))
    alone, pair, swapped, twice = controls(asked)
    keys = [CHICKEN, ROAD]
    one, other = (cached_trace("minilm", text).attention[3, 1, IT, keys] for text in (A, B))
    np.testing.assert_array_equal([alone.first, alone.second], [one, other])
    forth, back = (cached_trace("minilm", *p).attention[3, 1] for p in ((A, B), (B, A)))
    np.testing.assert_array_equal(pair.first, forth[IT, keys])
    np.testing.assert_array_equal(pair.second, forth[24, [16, 22]])
    np.testing.assert_array_equal(swapped.first, back[24, [16, 22]])
    np.testing.assert_array_equal(swapped.second, back[IT, keys])
    same = cached_trace("minilm", A, A).attention[3, 1]
    np.testing.assert_array_equal(twice.change, same[24, [16, 22]] - same[IT, keys])
    changes = [abs(float(row.change[0])) for row in (twice, pair, swapped)]
    assert changes == pytest.approx([0.10, 0.21, 0.05], abs=0.005)


def test_the_view_is_sent_what_can_be_json() -> None:
    asked = ask(compared(A, B))
    data = json.loads(json.dumps(view_data(asked, 7, "key")))
    assert data["choice"] == {
        "layer": 3, "head": 1, "query": IT, "keys": [CHICKEN, ROAD], "serial": 7,
    }  # fmt: skip
    assert data["written"][LAST] == ["tired", "wide"]
    assert data["same"][LAST] is False
    assert [side["first"] for side in data["sides"]] == [0, 0]
    assert [side["trace"] for side in data["sides"]] == list(packets_of(asked))


def test_a_pair_is_sent_once_with_two_places_in_it() -> None:
    asked = ask(compared(A, B, pair=True))
    data = view_data(asked, 0, "key")
    assert [side["first"] for side in data["sides"]] == [0, 15]
    (packet,) = packets_of(asked).values()
    assert unpack_attention(packet).tokens == len(cached_trace("minilm", A, B).tokens)


@pytest.mark.parametrize("pair", [False, True])
def test_of_long_texts_only_a_part_is_sent(monkeypatch: pytest.MonkeyPatch, pair: bool) -> None:
    monkeypatch.setattr(comparison_view, "is_sent_whole", lambda attention: False)
    asked = ask(compared(A, B, pair=pair))
    data, packets = view_data(asked, 0, "key"), packets_of(asked)
    assert [side["trace"] for side in data["sides"]] == list(packets)
    assert len(packets) == 2
    for side, query, packet in zip(
        data["sides"], asked.comparison.places[IT], packets.values(), strict=True
    ):
        head = json.loads(packet[4 : 4 + int.from_bytes(packet[:4], "little")])
        assert (head["layer"], head["head"], head["query"]) == (3, 1, query)
        assert (side["first"], side["tokens"]) == (0, head["tokens"])


def test_the_figure_has_a_line_for_each_key_and_sentence() -> None:
    a = np.array([[0.1, 0.2], [0.3, 0.4], [0.5, -0.25]], np.float32)
    figure = checked(cosine_figure(a, a + np.float32(0.1), "it", ["<b>", "road"], theme="light"))
    assert [line.name for line in figure.data] == ["&lt;b>, A", "&lt;b>, B", "road, A", "road, B"]
    np.testing.assert_array_equal(figure.data[2].y, a[:, 1])
    assert list(figure.data[0].x) == ["input", "0", "1"]
    assert figure.layout.yaxis.range[0] <= -0.25
    for one, other in pairwise(figure.data):
        assert (one.line.dash, one.marker.symbol) != (other.line.dash, other.marker.symbol)


def test_what_is_sent_at_every_choice_is_small_beside_the_script() -> None:
    sent = json.dumps(view_data(ask(compared(A, B)), 0, "key"))
    assert 'KIND = "comparison"' in comparison_view.SCRIPT
    assert len(sent) < len(comparison_view.SCRIPT) / 10
