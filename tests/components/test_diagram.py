import json
import re
from dataclasses import replace

import numpy as np
import pytest

from backend.cached import cached_tagger, cached_trace
from backend.examples import EXAMPLES
from backend.part_of_speech import TAG_NAMES
from backend.tagger import Tagger
from backend.trace import Trace
from components.diagram import diagram_data, tags_of
from components.diagram_rows import rows_of, target_of
from components.diagram_words import pair_words, steps_of
from components.view import Choice

IT, CHICKEN = 10, 2
CHOICE = Choice(layer=3, head=1, query=IT, show="all", keys=(), serial=7)


@pytest.fixture(scope="module")
def trace() -> Trace:
    return cached_trace("minilm", EXAMPLES[0].a, EXAMPLES[0].b)


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return cached_tagger("minilm")


def words_of(trace: Trace, title: str, tagger: Tagger | None = None, head: int | None = 1) -> str:
    return next(s.words for s in steps_of(trace, IT, head, tagger) if s.title == title)


def test_the_rows_stand_from_the_bottom_up_with_the_traces_shapes(
    trace: Trace, tagger: Tagger
) -> None:
    rows = {row.part: row for row in rows_of(trace, tagger)}
    layers = [f"layer-{layer}" for layer in range(6)]
    assert list(rows) == [
        *("input", "pieces", "token", "segment", "position", "sum"),
        *layers,
        *("vectors", "classification", "output"),
    ]
    tags = len(tagger.tags)
    assert rows["pieces"].shapes == ("(29,)",)
    assert rows["segment"].shapes == rows["vectors"].shapes == ("(29, 384)",)
    assert rows["layer-4"].shapes == ("(12, 29, 29)", "(29, 384)")
    assert rows["classification"].shapes == (f"(384, {tags})", f"(29, {tags})")
    assert rows["token"].note == "the first 8 of 384"


def test_a_model_without_segment_embeddings_says_so(trace: Trace) -> None:
    without = replace(trace, embeddings=replace(trace.embeddings, segment=None))
    rows = {row.part: row for row in rows_of(without, None)}
    assert "segment" not in rows
    assert "this model has no segments" in rows["position"].note
    assert "2 vectors of 384 numbers" in words_of(without, "Embeddings")


def test_of_a_text_that_is_too_long_it_says_how_much_is_read() -> None:
    trace = cached_trace("minilm", "word " * 700)
    assert f"{5 * 700} characters. It is too long" in words_of(trace, "Input")
    assert "190 tokens are left out" in words_of(trace, "Input")
    assert "cuts what is read into 512 pieces" in words_of(trace, "Tokenizer")


def test_every_part_leads_to_the_page_about_it() -> None:
    assert target_of("pieces", 6) == ("tokens", {})
    assert target_of("sum", 6) == ("embeddings", {})
    assert target_of("layer-5", 6) == ("attention", {"layer": 5})
    for part in ("vectors", "classification", "output"):
        assert target_of(part, 6) == ("output", {})


@pytest.mark.parametrize("part", ["layer-6", "layer--1", "layer-x", "", "None", "../secret"])
def test_what_is_no_part_leads_nowhere(part: str) -> None:
    assert target_of(part, 6) is None


def test_a_layers_sentence_names_the_strongest_keys(trace: Trace) -> None:
    row = trace.attention[3, 1, IT]
    first, second = np.sort(row)[::-1][:2]
    assert int(row.argmax()) == CHICKEN
    said = words_of(trace, "Layer 3")
    assert f"In head 1, “it (A)” looks most at “chicken (A)” ({first:.3f})" in said
    assert f"and “chicken (B)” ({second:.3f})" in said
    mean = trace.attention[3, :, IT].mean(axis=0)
    said = words_of(trace, "Layer 3", head=None)
    assert "On average over the heads, " in said
    assert f"({mean.max():.3f})" in said


@pytest.mark.parametrize("head", [1, None])
def test_of_a_pair_it_says_how_much_a_looks_at_b(trace: Trace, head: int | None) -> None:
    heads = trace.attention[3] if head is None else trace.attention[3, head : head + 1]
    share = heads[:, :15, 15:].sum(axis=2).mean()
    said = pair_words(trace, 3, head)
    assert "one input of 29 tokens" in said
    assert f"give B {100 * share:.0f} % of their attention" in said
    assert ("head 1" in said) == (head == 1)


def test_of_one_sentence_no_pair_is_spoken_of() -> None:
    assert pair_words(cached_trace("minilm", EXAMPLES[0].a), 3, 1) == ""


def test_a_step_names_the_token_whose_column_it_speaks_of(trace: Trace) -> None:
    steps = steps_of(trace, IT, 1, None)
    assert [step.token for step in steps] == [0] + [IT] * (len(steps) - 1)


def test_the_sum_in_words_is_the_models_own(trace: Trace) -> None:
    said = words_of(trace, "Embeddings").replace("\N{MINUS SIGN}", "-")
    numbers = [float(n) for n in re.findall(r"-?\d\.\d{3}", said)]
    parts = trace.embeddings
    assert parts.segment is not None
    true = [float(part[IT, 0]) for part in (parts.token, parts.segment, parts.position)]
    np.testing.assert_allclose(numbers, [*true, sum(true), parts.input[IT, 0]], atol=5.1e-4)


def test_the_tags_are_the_taggers_most_likely_ones(trace: Trace, tagger: Tagger) -> None:
    shares = tagger.probabilities(trace.hidden[-1])
    tags = tags_of(trace, tagger)
    assert tags[0] is None
    assert tags[14] is None
    assert tags[28] is None
    for token in np.flatnonzero(~trace.special):
        said = tags[token]
        assert said is not None
        assert said[0] == tagger.tags[int(shares[token].argmax())]
        assert said[1] == pytest.approx(shares[token].max(), abs=5.1e-4)
    it = tags[IT]
    assert it is not None
    assert it[0] == "PRP"
    said_words = words_of(trace, "Output", tagger)
    assert (
        f"“it (A)” is PRP ({TAG_NAMES['PRP']}) with probability {shares[IT].max():.3f}"
        in said_words
    )


def test_the_classification_layer_says_what_it_learned_from(trace: Trace, tagger: Tagger) -> None:
    said = words_of(trace, "Classification layer", tagger)
    assert f"384 × {len(tagger.tags)} weights" in said
    assert f"on {tagger.sentences:,} sentences with {tagger.tokens:,} tokens" in said


def test_while_the_layer_is_trained_there_are_no_tags(trace: Trace) -> None:
    assert "being trained" in words_of(trace, "Classification layer")
    assert diagram_data(trace, CHOICE, "head", None, "key")["tags"] is None


def test_without_a_kept_token_the_first_word_is_spoken_of(trace: Trace) -> None:
    steps = steps_of(trace, None, 1, None)
    assert "“the (A, 1)” is number 1996" in steps[1].words


def test_the_diagram_gets_what_can_be_json(trace: Trace, tagger: Tagger) -> None:
    data = json.loads(json.dumps(diagram_data(trace, CHOICE, "mean", tagger, "key")))
    assert data["packet"] == f"{data['trace']}/mean"
    assert data["choice"]["lines"] == "mean"
    assert data["choice"]["serial"] == 7
    assert data["sentences"] == [EXAMPLES[0].a, EXAMPLES[0].b]
    assert len(data["tags"]) == len(data["ids"]) == 29
    layer = next(row for row in data["rows"] if row["part"] == "layer-4")
    assert layer["href"].startswith("attention?")
    assert "layer=4" in layer["href"]
    parts = [part for step in data["steps"] for part in step["parts"]]
    assert parts == [row["part"] for row in data["rows"]]
    assert data["learned"] == [tagger.sentences, tagger.tokens]


def test_signs_that_cannot_be_drawn_are_seen(tagger: Tagger) -> None:
    trace = cached_trace("minilm", "a\x00b </script>", None)
    data = diagram_data(trace, replace(CHOICE, query=None), "head", tagger, "key")
    assert data["sentences"] == ["a␀b </script>"]
