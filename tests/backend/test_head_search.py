"""Heads searched by example, against sums written out."""

import numpy as np
import pytest

from backend.cached import cached_tagger
from backend.examples import EXAMPLES
from backend.head_search import (
    Case,
    case_of,
    examples_of,
    found_in,
    nouns_of,
    preset_cases,
    preset_sentences,
    word_at,
)
from backend.model import Model
from backend.tagger import Tagger
from backend.trace import Trace
from backend.trace_words import Word, words_in

A, B = EXAMPLES[0].a, EXAMPLES[0].b
LAYER, HEAD = 3, 1


@pytest.fixture(scope="module")
def pair(minilm: Model) -> Trace:
    return minilm.trace(A, B)


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return cached_tagger("minilm")


def places(trace: Trace, token: str) -> list[int]:
    return [place for place, piece in enumerate(trace.tokens) if piece == token]


def test_a_words_weight_is_a_mean_over_its_pieces_of_a_sum_over_the_others() -> None:
    random = np.random.default_rng(0)
    grid = random.dirichlet(np.ones(6), (2, 3, 6)).astype(np.float32)
    query, key = Word("query", 1, 3, 0, False, True), Word("key", 3, 5, 0, False, True)
    other = Word("other", 5, 6, 0, False, True)
    case = case_of(grid, query, key, [query, key, other])
    expected = grid[:, :, 1:3, 3:5].sum(axis=3).mean(axis=2)
    np.testing.assert_allclose(case.weight, expected)
    assert case.won is not None
    np.testing.assert_array_equal(case.won, expected > grid[:, :, 1:3, 5].mean(axis=2))
    assert case_of(grid, query, key, [query, key]).won is None


def test_cases_are_averaged_and_only_those_with_another_noun_are_judged() -> None:
    weights = [np.array([[0.2, 0.8]], np.float32), np.array([[0.6, 0.0]], np.float32)]
    found = found_in([Case(weights[0], np.array([[True, False]])), Case(weights[1], None)])
    assert found is not None
    np.testing.assert_allclose(found.weight, [[0.4, 0.4]])
    assert found.share.tolist() == [[1, 0]]
    assert (found.cases, found.judged) == (2, 1)
    assert found.order.tolist() == [0, 1]
    alone = found_in([Case(weights[0], None)])
    assert alone is not None
    assert np.isnan(alone.share).all()
    assert alone.best == (0, 1)
    assert found_in([]) is None


def test_it_looks_at_nouns_in_one_head_above_all(minilm: Model, pair: Trace) -> None:
    it, chicken = places(pair, "it")[0], places(pair, "chicken")[0]
    examples = examples_of(pair, [(it, chicken)], ())
    assert (examples[0].query.part, examples[0].key.part) == ("pronoun", "meant")
    cases = preset_cases(examples, minilm.trace)
    found = found_in(cases)
    assert found is not None
    assert found.best == (LAYER, HEAD)
    assert found.cases == found.judged == preset_sentences() == 20
    claims = [example.claim for example in EXAMPLES if example.claim]
    meant = [claim.in_a[0] for claim in claims] + [claim.in_b[1] for claim in claims]
    other = [claim.in_a[1] for claim in claims] + [claim.in_b[0] for claim in claims]
    assert found.weight[LAYER, HEAD] == pytest.approx(np.mean(meant), abs=1e-3)
    won = np.mean([one > two for one, two in zip(meant, other, strict=True)])
    assert found.share[LAYER, HEAD] == pytest.approx(won)


def test_in_b_the_pronoun_stands_for_the_other_noun(pair: Trace) -> None:
    it, chicken, road = (places(pair, word)[1] for word in ("it", "chicken", "road"))
    meant, other = examples_of(pair, [(it, road), (it, chicken)], ())
    assert meant.key.part == "meant"
    assert other.key.part == "other"


def test_other_words_are_looked_for_as_the_same_word(minilm: Model, pair: Trace) -> None:
    cross, road = places(pair, "cross")[0], places(pair, "because")[0]
    cases = preset_cases(examples_of(pair, [(cross, road)], ()), minilm.trace)
    sentences = [t for e in EXAMPLES for t in (e.a, e.b) if "cross" in t.split()]
    assert len(cases) == len(sentences) == 4
    trace = minilm.trace(sentences[0])
    one = trace.attention[:, :, trace.tokens.index("cross"), trace.tokens.index("because")]
    np.testing.assert_allclose(cases[0].weight, one)
    separator = len(pair.tokens) - 1
    resting = preset_cases(examples_of(pair, [(cross, separator)], ()), minilm.trace)
    assert len(resting) == 4
    the = places(pair, "the")
    assert len(preset_cases(examples_of(pair, [(the[0], the[1])], ()), minilm.trace)) == 40
    assert len(preset_cases(examples_of(pair, [(the[0], the[0])], ()), minilm.trace)) == 40


def test_in_ones_own_sentence_the_noun_is_what_the_pronoun_means(
    minilm: Model, tagger: Tagger
) -> None:
    trace = minilm.trace("The dog barked at the moon because it was hungry.", "It slept.")
    nouns = nouns_of(trace, words_in(trace), tagger)
    assert [word.text for word in nouns] == ["dog", "moon"]
    it, moon, barked = (places(trace, word)[0] for word in ("it", "moon", "barked"))
    parts = [(e.query.part, e.key.part) for e in examples_of(
        trace, [(it, moon), (moon, it), (it, barked), (moon, barked)], nouns)]  # fmt: skip
    assert parts == [("pronoun", "meant"), ("meant", "pronoun"), ("pronoun", None), (None, None)]
    found = found_in(preset_cases(examples_of(trace, [(it, moon)], nouns), minilm.trace))
    assert found is not None
    assert found.best == (LAYER, HEAD)


def test_a_piece_stands_for_its_word_and_a_pair_counts_once(minilm: Model) -> None:
    trace = minilm.trace("An unbelievableness was it")
    words = words_in(trace)
    long = word_at(words, 2)
    assert long.text == "unbelievableness"
    it = len(trace.tokens) - 2
    assert len(examples_of(trace, [(it, place) for place in range(long.first, long.end)], ())) == 1


def test_a_word_that_no_preset_has_gives_no_case(minilm: Model) -> None:
    trace = minilm.trace("Zebras yodel")
    assert preset_cases(examples_of(trace, [(1, 2)], ()), minilm.trace) == []
