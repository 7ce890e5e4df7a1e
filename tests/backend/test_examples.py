"""Every statement about an example, held against the running model."""

import re

import numpy as np
import pytest

from backend.cached import cached_trace
from backend.catalogue import BUILT_IN
from backend.examples import EXAMPLES, HEAD, LAYER, Claim, Example

PAIRS = [example for example in EXAMPLES if example.claim]


def test_there_are_enough_pairs_and_each_says_what_the_model_does() -> None:
    assert len(PAIRS) >= 8
    assert [example.name for example in EXAMPLES if example.b] == [e.name for e in PAIRS]


@pytest.mark.parametrize("example", PAIRS, ids=lambda example: example.name)
def test_the_numbers_are_the_models(example: Example) -> None:
    assert example.claim is not None
    claim = example.claim
    for sentence, said in ((example.a, claim.in_a), (example.b, claim.in_b)):
        trace = cached_trace(BUILT_IN, sentence, None)
        it, *nouns = (trace.tokens.index(w) for w in (claim.pronoun, claim.first, claim.second))
        weights = trace.attention[LAYER, HEAD, it, nouns]
        assert weights == pytest.approx(said, abs=0.0005001)
        assert [f"{number:.3f}" for number in said] == re.findall(
            r"\d\.\d{3}", claim.about.split(". ")[0].split(" in A, ")[said is claim.in_b]
        )


@pytest.mark.parametrize("example", PAIRS, ids=lambda example: example.name)
def test_the_judgement_is_what_the_weights_do(example: Example) -> None:
    assert example.claim is not None
    claim = example.claim
    differences = []
    for sentence in (example.a, example.b):
        trace = cached_trace(BUILT_IN, sentence, None)
        it, *nouns = (trace.tokens.index(w) for w in (claim.pronoun, claim.first, claim.second))
        first, second = trace.attention[LAYER, HEAD, it, nouns]
        differences.append(first - second)
    moved = differences[0] - differences[1]
    about = claim.about
    assert ("does not tell" in about) == (abs(moved) < 0.1)
    assert ("wrong way" in about) == (moved <= -0.1)
    assert ("right way" in about) == (moved >= 0.1)
    in_a, in_b = (0 if abs(d) < 0.05 else int(np.sign(d)) for d in differences)
    assert ("preference flips" in about) == (claim.flips) == (in_a == 1 and in_b == -1)
    assert ("more in both" in about) == (in_a == in_b != 0)
    assert ("in A the two are level" in about.replace("In", "in")) == (in_a == 0 != in_b)
    assert ("in B the two are level" in about) == (in_b == 0 != in_a)


def test_the_preference_flips_in_three_pairs() -> None:
    flipped = [example.name for example in PAIRS if example.claim and example.claim.flips]
    assert flipped == [
        "The car and the hill",
        "The horse and the fence",
        "The hammer and the stone",
    ]


def test_the_trophy_and_the_ball_are_not_resolved() -> None:
    unresolved = [example.name for example in PAIRS if example.claim and not example.claim.resolved]
    assert unresolved == ["The trophy and the suitcase", "The ball and the table"]


def test_a_claim_that_leads_nowhere_names_the_noun_that_gets_more() -> None:
    about = Claim("it", "first", "second", (0.2, 0.5), (0.2, 0.5)).about
    assert "“second”, gets more in both" in about
