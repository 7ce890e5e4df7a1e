"""The alignment against a plain dynamic program over the whole table, and by example."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.alignment import Pair, aligned, aligned_tokens, words_of
from backend.cached import cached_tokenizer

ITEMS = st.lists(st.sampled_from("abc"), max_size=9)
WORDS = st.lists(st.lists(st.sampled_from(["x", "##y", "##z"]), min_size=1, max_size=3), max_size=6)


def plain_cost(a: Sequence[object], b: Sequence[object]) -> tuple[int, int]:
    """The fewest changes, and of those the fewest replacements, by looking at every way."""

    @cache
    def cost(i: int, j: int) -> tuple[int, int]:
        if i == len(a) or j == len(b):
            return len(a) - i + len(b) - j, 0
        ways = [(cost(i + 1, j), 1, 0), (cost(i, j + 1), 1, 0)]
        same = a[i] == b[j]
        ways.append((cost(i + 1, j + 1), 0 if same else 1, 0 if same else 1))
        return min((changes + more, swaps + swap) for (changes, swaps), more, swap in ways)

    return cost(0, 0)


def cost_of(pairs: Sequence[Pair], a: Sequence[object], b: Sequence[object]) -> tuple[int, int]:
    replaced = sum(i is not None and j is not None and a[i] != b[j] for i, j in pairs)
    return replaced + sum(None in pair for pair in pairs), replaced


def firsts(pairs: Sequence[Pair]) -> list[int]:
    return [i for i, _ in pairs if i is not None]


def seconds(pairs: Sequence[Pair]) -> list[int]:
    return [j for _, j in pairs if j is not None]


@given(ITEMS)
def test_a_sentence_meets_itself(a: list[str]) -> None:
    assert aligned(a, a) == [(i, i) for i in range(len(a))]


@given(ITEMS, ITEMS)
def test_every_token_comes_once_and_in_order(a: list[str], b: list[str]) -> None:
    pairs = aligned(a, b)
    assert firsts(pairs) == list(range(len(a)))
    assert seconds(pairs) == list(range(len(b)))
    assert (None, None) not in pairs


@given(ITEMS, ITEMS)
def test_it_costs_no_more_than_it_must(a: list[str], b: list[str]) -> None:
    assert cost_of(aligned(a, b), a, b) == plain_cost(a, b)


@given(ITEMS, ITEMS)
def test_the_other_way_round_it_is_the_same(a: list[str], b: list[str]) -> None:
    assert {(i, j) for j, i in aligned(b, a)} == set(aligned(a, b))


@given(st.lists(st.integers(0, 99).map(str), max_size=20, unique=True), st.data())
def test_one_word_put_in_leaves_the_others_where_they_belong(
    a: list[str], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(a)))
    b = [*a[:place], "new", *a[place:]]
    expected: list[Pair] = [(i, i) for i in range(place)]
    expected += [(None, place)]
    expected += [(i, i + 1) for i in range(place, len(a))]
    assert aligned(a, b) == expected
    assert aligned(b, a) == [(j, i) for i, j in expected]


@given(WORDS, WORDS)
def test_pieces_stay_with_their_words(a: list[list[str]], b: list[list[str]]) -> None:
    first, second = ([tuple(word) for word in words] for words in (a, b))
    pairs = aligned_tokens(first, second)
    assert firsts(pairs) == list(range(sum(map(len, first))))
    assert seconds(pairs) == list(range(sum(map(len, second))))
    owner_a, owner_b = (
        [n for n, word in enumerate(words) for _ in word] for words in (first, second)
    )
    met = {(owner_a[i], owner_b[j]) for i, j in pairs if i is not None and j is not None}
    assert len({i for i, _ in met}) == len(met) == len({j for _, j in met})
    assert met <= set(aligned(first, second))


def test_one_changed_word_stands_against_the_new_one() -> None:
    assert aligned(["it", "was", "tired", "."], ["it", "was", "wide", "."]) == [
        (0, 0), (1, 1), (2, 2), (3, 3),
    ]  # fmt: skip


def test_a_word_in_several_pieces_stands_against_the_one_it_replaced() -> None:
    one = [("was",), ("tired",), (".",)]
    other = [("was",), ("ex", "##hau", "##sted"), (".",)]
    assert aligned_tokens(one, other) == [(0, 0), (1, 1), (None, 2), (None, 3), (2, 4)]
    assert aligned_tokens(other, one) == [(0, 0), (1, 1), (2, None), (3, None), (4, 2)]


def test_pieces_of_different_words_do_not_meet_by_accident() -> None:
    one = [("play", "##s"), ("ball",)]
    other = [("play",), ("jump", "##s"), ("ball",)]
    assert aligned_tokens(one, other) == [(0, 0), (1, None), (None, 1), (None, 2), (2, 3)]


def test_a_tie_keeps_as_many_words_as_can_be() -> None:
    assert aligned(["x", "y"], ["y", "x"]) in (
        [(None, 0), (0, 1), (1, None)],
        [(0, None), (1, 0), (None, 1)],
    )


def test_sentences_without_a_common_word_are_replaced_word_for_word() -> None:
    assert aligned(["one", "two"], ["three", "four", "five"]) == [(0, 0), (1, 1), (None, 2)]


def test_an_empty_sentence() -> None:
    assert aligned([], ["x"]) == [(None, 0)]
    assert aligned_tokens([], []) == []


def test_five_hundred_tokens_with_one_put_in_front_of_each_hundred() -> None:
    a = [f"w{n}" for n in range(500)]
    b = [
        word for n, word in enumerate(a) for word in ([f"new{n}", word] if n % 100 == 0 else [word])
    ]
    pairs = aligned(a, b)
    assert [pair for pair in pairs if None in pair] == [(None, j) for j in (0, 101, 202, 303, 404)]
    assert all(a[i] == b[j] for i, j in pairs if i is not None and j is not None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It was exhausteddd.", ["[CLS]", "it", "was", "exhausted ##dd", ".", "[SEP]"]),
        ("didn't", ["[CLS]", "didn", "'", "t", "[SEP]"]),
        ("a-b", ["[CLS]", "a", "-", "b", "[SEP]"]),
        ("[SEP]x", ["[CLS]", "[SEP]", "x", "[SEP]"]),
    ],
)
def test_words_are_put_together_from_their_pieces(text: str, words: list[str]) -> None:
    pieces = cached_tokenizer("minilm").split(text)
    found = words_of(pieces.tokens, pieces.spans, pieces.special, text)
    assert [" ".join(word) for word in found] == words


def test_words_of_a_sentence_inside_a_pair() -> None:
    pieces = cached_tokenizer("minilm").split("One exhausteddd.", "Two exhausteddd.")
    own = pieces.segments == 1
    tokens = tuple(np.array(pieces.tokens)[own].tolist())
    found = words_of(tokens, pieces.spans[own], pieces.special[own], "Two exhausteddd.")
    assert found == [("two",), ("exhausted", "##dd"), (".",), ("[SEP]",)]
