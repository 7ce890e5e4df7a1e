"""Examples are opened at the word that they are about, whatever the model's tokens."""

from pathlib import Path

import pytest

from backend.cached import cached_model, cached_trace
from backend.catalogue import BUILT_IN
from backend.examples import EXAMPLES, Example
from components.opened_example import opened_example
from components.view import View
from tests.backend.small_models import write_model

PAIRS = [example for example in EXAMPLES if example.claim]


@pytest.mark.parametrize("example", PAIRS, ids=lambda example: example.name)
def test_the_pronoun_is_chosen(example: Example) -> None:
    assert example.claim is not None
    cached_model(BUILT_IN)
    chosen = opened_example(example, BUILT_IN)
    trace = cached_trace(BUILT_IN, chosen["a"], chosen["b"])
    assert trace.tokens[chosen["query"]] == example.claim.pronoun
    assert trace.segments[chosen["query"]] == 0
    assert (chosen["keys"], chosen["other"], chosen["hidden"]) == ((), None, ())


def test_the_app_opens_with_the_first_one() -> None:
    cached_model(BUILT_IN)
    chosen = opened_example(EXAMPLES[0], BUILT_IN)
    assert {field: getattr(View(), field) for field in chosen} == chosen


@pytest.mark.parametrize(("family", "written"), [("bert", ["it"]), ("roberta", [])])
def test_other_tokenizers_have_it_elsewhere_or_in_pieces(
    family: str, written: list[str], tmp_path: Path
) -> None:
    name = str(write_model(family, tmp_path, max_position_embeddings=200))
    car = EXAMPLES[1]
    assert opened_example(car, name)["query"] is None  # no model is loaded for it
    cached_model(name)
    query = opened_example(car, name)["query"]
    spans = cached_trace(name, car.a, car.b).spans.tolist()
    assert [car.a[slice(*spans[place])] for place in (query,) if place is not None] == written


def test_an_example_about_no_word_chooses_none() -> None:
    cached_model(BUILT_IN)
    chosen = opened_example(EXAMPLES[-1], BUILT_IN)
    assert chosen["query"] is None
