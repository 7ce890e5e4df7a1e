"""Two sentences side by side, against the traces taken apart by hand."""

from collections.abc import Callable

import numpy as np
import pytest

from backend.cached import cached_trace
from backend.comparison import head_ranking, proportion_changes
from backend.examples import EXAMPLES, Example
from backend.two_sentences import Comparison, read_apart, read_as_pair

A, B = EXAMPLES[0].a, EXAMPLES[0].b
IT, CHICKEN, ROAD = 10, 2, 8


def apart(a: str, b: str) -> Comparison:
    return read_apart(cached_trace("minilm", a), cached_trace("minilm", b))


def pair(a: str, b: str) -> Comparison:
    return read_as_pair(cached_trace("minilm", a, b))


def test_the_default_pair_leads_to_the_head_of_the_lesson() -> None:
    compared = apart(A, B)
    keys = np.flatnonzero(compared.same & ~compared.special)
    ranking = head_ranking(*compared.rows(IT, keys))
    a, b = (cached_trace("minilm", text).attention[:, :, IT] for text in (A, B))
    shared = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]  # all but [CLS], the last word and [SEP]
    assert keys.tolist() == shared
    moved = np.abs(b - a)[:, :, shared].max(axis=2)
    assert np.unravel_index(moved.argmax(), moved.shape) == (3, 1)
    assert (ranking.layer[0], ranking.head[0], keys[ranking.key[0]]) == (3, 1, CHICKEN)
    assert ranking.a[0] == pytest.approx(0.68, abs=0.005)
    assert ranking.b[0] == pytest.approx(0.35, abs=0.005)
    np.testing.assert_array_equal(np.abs(ranking.change), np.sort(moved.ravel())[::-1])


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.b], ids=lambda e: e.name)
def test_layer_zero_only_makes_room(example: Example) -> None:
    compared = apart(example.a, example.b)
    query = next(n for n, (a, _) in enumerate(compared.written) if a in ("it", "they"))
    keys = np.flatnonzero(compared.same & ~compared.special)
    changes = proportion_changes(*compared.rows(query, keys))
    assert changes[0] < 1e-6
    assert changes[1:].min() > 1e-3


def test_a_word_put_in_shifts_nothing() -> None:
    compared = apart("The cat sat.", "The old cat sat.")
    assert compared.written == [
        ("[CLS]", "[CLS]"), ("the", "the"), ("", "old"), ("cat", "cat"), ("sat", "sat"),
        (".", "."), ("[SEP]", "[SEP]"),
    ]  # fmt: skip
    assert compared.places.tolist()[2:4] == [[-1, 2], [2, 3]]
    assert compared.names[2] == "– / old"
    assert compared.both.tolist() == [True, True, False, True, True, True, True]
    assert compared.special.tolist() == [True, False, False, False, False, False, True]
    a, b = compared.rows(3, np.array([1, 4]))
    np.testing.assert_array_equal(a, compared.a.trace.attention[:, :, 2][:, :, [1, 3]])
    np.testing.assert_array_equal(b, compared.b.trace.attention[:, :, 3][:, :, [1, 4]])


def test_names_tell_equal_words_apart() -> None:
    names = apart("the cat saw the cat", "the cat saw the dog").names
    assert names == ["[CLS]", "the 1", "cat", "saw", "the 4", "cat / dog", "[SEP]"]


def test_a_name_from_right_to_left_keeps_to_itself() -> None:
    assert apart("שלום", "שלום").names[1].startswith("\u2068ש")


def test_a_pair_has_each_sentence_look_at_itself() -> None:
    compared = pair(A, B)
    trace = compared.a.trace
    assert compared.a.tokens == trace.tokens[:15]
    assert compared.b.tokens == trace.tokens[15:]
    np.testing.assert_array_equal(compared.b.attention, trace.attention[:, :, 15:, 15:])
    np.testing.assert_array_equal(compared.b.hidden, trace.hidden[:, 15:])
    assert compared.places.tolist()[:2] == [[0, -1], [1, 0]]
    a, b = compared.rows(IT, np.array([CHICKEN, ROAD]))
    np.testing.assert_array_equal(a, trace.attention[:, :, 10][:, :, [2, 8]])
    np.testing.assert_array_equal(b, trace.attention[:, :, 24][:, :, [16, 22]])


@pytest.mark.parametrize("compare", [apart, pair])
def test_tokens_are_counted_as_a_pair_counts_them(
    compare: Callable[[str, str], Comparison],
) -> None:
    compared = compare(A, B)
    assert compared.tokens == cached_trace("minilm", A, B).tokens
    wide = compared.tokens.index("wide")
    assert compared.place_of(wide) == compared.place_of(compared.tokens.index("tired")) == 13
    assert compared.place_of(24) == compared.place_of(10) == IT  # B's `it` and A's
    assert compared.place_of(99) is None


def test_the_same_sentence_twice_differs_only_as_a_pair() -> None:
    for compared, differs in ((apart(A, A), False), (pair(A, A), True)):
        a, b = compared.rows(IT, np.array([CHICKEN]))
        assert (np.abs(b - a).max() > 0.05) == differs


def test_cosines_are_those_of_the_vectors() -> None:
    compared = apart(A, B)
    for side, cosines in zip((A, B), compared.cosines(IT, (CHICKEN, ROAD)), strict=True):
        hidden = cached_trace("minilm", side).hidden
        for nth, key in enumerate((CHICKEN, ROAD)):
            one, other = hidden[:, IT], hidden[:, key]
            lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
            expected = (one * other).sum(axis=1) / lengths
            np.testing.assert_allclose(cosines[:, nth], expected, atol=1e-5)


def test_one_sentence_is_no_pair() -> None:
    with pytest.raises(ValueError, match="expected the trace of a pair"):
        read_as_pair(cached_trace("minilm", A))
