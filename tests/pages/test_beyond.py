"""The kinds of weights on the Attention and the Compare page, without a browser."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from backend.answers import Answer
from backend.cached import cached_tagger, cached_trace
from backend.cached_heads import cached_weights
from backend.examples import EXAMPLES
from backend.weight_kinds import KINDS
from components.plain import JOINER
from components.weight_words import WORDS
from tests.backend.small_models import write_task_model
from tests.opened import address, allow_any_model, by_label, downloads, opened_script

attention = partial(opened_script, "pages/attention.py")
compare = partial(opened_script, "pages/compare.py")
A, B = EXAMPLES[0].a, EXAMPLES[0].b
IT, CHICKEN = 10, 2


def read(page: AppTest) -> str:
    elements = (*page.markdown, *page.info, *page.warning, *page.error, *page.caption)
    text = " ".join(element.value for element in elements)
    return text.replace(JOINER, "").replace("\\", "").replace("**", "")


def choose(page: AppTest, label: str, value: str) -> None:
    by_label(page.button_group, label).set_value(value).run()


@pytest.fixture(scope="module", autouse=True)
def _tagger() -> None:
    cached_tagger("minilm")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "raw"])
def test_a_link_to_each_kind_says_what_it_answers(kind: str) -> None:
    page = attention(weights=kind)
    assert not page.exception
    assert not page.warning
    assert KINDS[kind].source in read(page)
    assert f": {WORDS[kind].exact}" in read(page)
    assert "Layer 3" in read(page)
    assert ("This head (CSV)" in downloads(page)) is not KINDS[kind].per_layer
    assert ("Lengths (CSV)" in downloads(page)) is (kind == "values")
    assert address(page)["weights"] == kind


def test_the_head_outlives_a_kind_that_has_none() -> None:
    page = attention(layer="3", head="7")
    choose(page, "Weights", "rollout")
    head = by_label(page.number_input, "Head")
    assert (head.value, head.disabled) == (7, True)
    assert "All heads of the layer" in read(page)
    assert "Layer 3: the exact shares of the input" in read(page)
    assert not page.warning
    by_label(page.number_input, "Layer").set_value(5).run()
    assert (address(page)["layer"], address(page)["head"]) == ("5", "7")
    choose(page, "Weights", "raw")
    assert not by_label(page.number_input, "Head").disabled
    assert "Layer 5, head 7: the exact weights" in read(page)
    assert "weights" not in address(page)


def test_an_answer_is_that_of_the_chosen_token() -> None:
    page = attention(weights="gradient", query=str(IT))
    given = cached_weights(cached_trace("minilm", A, B), "gradient", Answer("tag", IT)).given
    assert given is not None
    assert f"“it” (token {IT}) is “PRP” (pronoun, personal), with probability" in read(page)
    assert f"{given.probability:.3f}. 1.000 stands for {given.strongest:.3f}" in read(page)
    other = attention(weights="gradient", query="8")
    assert "“road” (token 8) is “NN”" in read(other)
    none = attention(weights="gradient", a="The cat sat.", query="0")
    assert "“the” (token 1)" in read(none)


def test_until_the_layer_is_trained_raw_weights_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.answers.tagger_is_ready", lambda name: False)
    asked = list[str]()
    monkeypatch.setattr("components.weight_choice.show_training", asked.append)
    page = attention(weights="gradient")
    assert not page.exception
    assert "Meanwhile raw weights are shown" in read(page)
    assert "Layer 3, head 1: the exact weights" in read(page)
    assert "The answer:" not in read(page)
    page = compare(weights="gradient")
    assert not page.exception
    assert "“it → chicken” 0.677 in A, 0.346 in B" in read(page)
    assert asked == ["minilm", "minilm"]


def test_a_text_too_long_says_so_and_shows_raw_weights() -> None:
    for kind, most in (("flow", 68), ("gradient", 333)):
        page = attention(a="word " * 400, b="", weights=kind)
        assert not page.exception
        assert f"up to {most} tokens, and here are 402" in read(page)
        assert "head 1: the exact weights" in read(page)
        assert not by_label(page.number_input, "Head").disabled
    for kind in ("values", "rollout"):
        page = attention(a="word " * 600, b="", weights=kind)
        assert not page.exception
        assert WORDS[kind].exact in read(page)


def test_what_is_switched_off_is_off_in_what_is_drawn() -> None:
    for kind in ("values", "rollout", "flow", "gradient"):
        page = attention(a="The cat sat.", weights=kind, off="0.1-3.1", hidden="2", query="3")
        assert not page.exception
        assert WORDS[kind].exact in read(page)


@pytest.mark.parametrize("task", ["TokenClassification", "SequenceClassification", "MaskedLM"])
def test_which_answer_can_be_chosen_where_a_model_gives_several(
    task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_any_model(monkeypatch)
    monkeypatch.setattr("backend.answers.tagger_is_ready", lambda name: True)
    monkeypatch.setattr("backend.answers.cached_tagger", lambda name: NoTagger())
    more = {} if task == "MaskedLM" else {"num_labels": 3}
    folder = str(write_task_model("bert", task, tmp_path, **more))
    kind = "mask" if task == "MaskedLM" else "label"
    link = {"a": "the [MASK] sat", "model": folder, "weights": "gradient", "answer": kind}
    page = attention(query="3", **link)
    assert not page.exception
    said = {
        "TokenClassification": "“sat” (token 3) is “LABEL_",
        "SequenceClassification": "the whole text is “LABEL_",
        "MaskedLM": "the word at token 2 is “",
    }
    assert said[task] in read(page)
    assert by_label(page.button_group, "Answer").value == kind
    both = compare(b="the [MASK] it", **link)
    assert not both.exception
    assert len(re.findall("The answer in [AB]:", read(both))) == 2


class NoTagger:
    @property
    def layer(self) -> Any:
        raise AssertionError("this answer needs no tagger")


def test_comparisons_speak_of_what_is_drawn() -> None:
    a, b = (cached_weights(cached_trace("minilm", text), "values").drawn for text in (A, B))
    page = compare(weights="values")
    assert not page.exception
    before, after = (float(t.attention[3, 1, IT, CHICKEN]) for t in (a, b))
    assert f"“it → chicken” {before:.3f} in A, {after:.3f} in B" in read(page)
    assert "measured in raw weights" in read(page)
    assert "What is known of this example" not in read(page)


@pytest.mark.parametrize("kind", ["rollout", "flow"])
def test_comparisons_of_whole_layers_count_layers(kind: str) -> None:
    page = compare(weights=kind, layer="4", head="7")
    assert not page.exception
    assert re.search(r"None of the 6 moves by 0\.10 or more; the most, layer \d: ", read(page))
    assert "Layer 4 hardly tells A from B" in read(page)
    assert "head" not in read(page).split("Layer 4 hardly")[1].split("How alike")[0]
    assert "This layer (CSV)" in downloads(page)
    assert address(page)["head"] == "7"


def test_comparisons_of_gradients_are_on_one_scale() -> None:
    page = compare(weights="gradient", query=str(IT))
    assert not page.exception
    assert "The answer in A: “it” (token 10) is “PRP”" in read(page)
    assert "The answer in B: “it” (token 10) is “PRP”" in read(page)
    assert "of log-odds in both" in read(page)
    pair = compare(weights="gradient", query=str(IT), pair="1")
    assert "The answer in B: “it” (token 24) is “PRP”" in read(pair)
    assert "This is shown for raw weights" in read(pair)
    assert not pair.table


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "raw"])
@pytest.mark.parametrize(
    ("a", "b", "pair"),
    [
        ("one two", "three four five", "0"),
        ("</script><img src=x onerror=alert(1)> $x$", "שלום **a** :red[b] `c` 😀", "1"),
        ("[MASK] [SEP] [CLS] x", "[MASK] [SEP] y", "0"),
        ("[SEP]", "[CLS]", "1"),
    ],
)
def test_whatever_is_typed_never_breaks_a_kind(kind: str, a: str, b: str, pair: str) -> None:
    for open_page in (attention, compare):
        page = open_page(a=a, b=b, pair=pair, weights=kind, query="1", keys="1-2")
        assert not page.exception
        assert not page.error
