"""Switch off, on the Attention page, as Streamlit runs it, without a browser."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from backend import cached_heads
from backend.cached import cached_model, cached_tagger, cached_trace
from backend.cached_heads import cached_removals, cached_switched_off
from backend.examples import EXAMPLES
from backend.head_ranking import head_ranking, in_order
from backend.head_removal import HeadRemovals
from backend.shared import Shared, nbytes
from backend.switched_off import SwitchedOff
from components.plain import JOINER
from tests.backend.small_models import write_model, write_task_model
from tests.opened import address, allow_any_model, by_label, downloads, opened_script

opened = partial(opened_script, "pages/attention.py")
A, B = EXAMPLES[0].a, EXAMPLES[0].b
IT = 10
CAT = {"a": "The cat sat.", "layer": "3", "head": "1"}


@pytest.fixture(autouse=True)
def own_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached_heads, "_removals", Shared(1_000_000, nbytes))


def said(page: AppTest) -> str:
    elements = (*page.markdown, *page.info, *page.warning, *page.caption, *page.subheader)
    return "\n".join(e.value for e in elements).replace(JOINER, "").replace("\\", "")


def click(page: AppTest, label: str) -> AppTest:
    button = by_label(page.button, label)
    page = button.click().run()
    assert not page.exception
    return page


def tables(page: AppTest) -> str:
    return "\n".join(table.value.to_string() for table in page.table)


def test_it_opens_with_nothing_off_and_nothing_measured() -> None:
    page = opened()
    assert not page.exception
    assert "Nothing is switched off" in said(page)
    assert by_label(page.multiselect, "Heads switched off").value == []
    assert by_label(page.multiselect, "Hidden tokens").value == []
    assert "Switch everything on again" not in [button.label for button in page.button]
    assert "Spearman" not in said(page)


def test_this_head_off_and_on_again_stands_in_the_address() -> None:
    page = click(opened(), "Switch off layer 3, head 1")
    assert address(page)["off"] == "3.1"
    assert by_label(page.multiselect, "Heads switched off").value == [(3, 1)]
    assert "A changed run of the model, without layer 3, head 1" in said(page).replace("*", "")
    assert "Up to layer 2 both runs are the same" in said(page)
    page = click(page, "Switch on layer 3, head 1")
    assert "off" not in address(page)
    assert "Nothing is switched off" in said(page)


def test_a_whole_layer_then_everything_on_again() -> None:
    page = click(opened(off="3.1-0.2", hidden="2"), "Switch off all of layer 3")
    assert len(by_label(page.multiselect, "Heads switched off").value) == 13
    assert "all heads of layer 3 and layer 0, head 2" in said(page)
    assert "Switch off all of layer 3" not in [button.label for button in page.button]
    page = click(page, "Switch everything on again")
    assert not {"off", "hidden"} & address(page).keys()


def test_what_is_chosen_in_the_boxes_is_kept() -> None:
    page = opened()
    by_label(page.multiselect, "Heads switched off").set_value([(5, 11), (0, 2)]).run()
    by_label(page.multiselect, "Hidden tokens").set_value([2, 8]).run()
    assert not page.exception
    assert address(page)["off"] == "5.11-0.2"
    assert address(page)["hidden"] == "2-8"
    assert "“chicken” (2) and “road” (8) hidden from all others" in said(page)
    by_label(page.multiselect, "Hidden tokens").set_value([]).run()
    assert "hidden" not in address(page)


def test_the_nearest_tokens_and_the_answers_are_those_of_both_runs() -> None:
    tagger = cached_tagger("minilm")
    page = opened(off="5.11", hidden="2")
    trace = cached_trace("minilm", A, B)
    changed = cached_switched_off("minilm", A, B, SwitchedOff(((5, 11),), (2,)))
    near, answers = (table.value for table in page.table)
    for column, run in (("as the model is", trace), ("in the changed run", changed)):
        units = run.hidden[-1] / np.linalg.norm(run.hidden[-1], axis=1, keepdims=True)
        cosines = units @ units[IT]
        cosines[trace.special] = cosines[IT] = -1
        best = int(cosines.argmax())
        first = str(near[column].iloc[0]).replace(JOINER, "").replace("\\", "")
        assert first == f"“{trace.tokens[best]}” ({best}) {cosines[best]:.2f}"
        shares = tagger.probabilities(run.hidden[-1])[IT]
        tag = tagger.tags[int(shares.argmax())]
        told = str(answers[column].iloc[0]).replace(JOINER, "").replace("\\", "")
        assert told.startswith(f"{tag} {shares.max():.2f} (")


def test_what_a_sentence_model_says_of_both_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    allow_any_model(monkeypatch)
    folder = write_task_model("bert", "SequenceClassification", tmp_path / "sentences")
    page = opened(a="the cat sat", model=str(folder), off="0.1-1.0", layer="0", head="0")
    assert not page.exception
    assert "of the whole text" in tables(page)
    assert "LABEL" in tables(page).replace(JOINER, "")


def test_what_stands_at_a_mask_in_both_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    allow_any_model(monkeypatch)
    folder = write_task_model("bert", "MaskedLM", tmp_path / "masks")
    text = "the [MASK] sat, the [MASK] sat"
    page = opened(a=text, model=str(folder), hidden="1", layer="0", head="0")
    assert not page.exception
    assert tables(page).replace(JOINER, "").replace("\\", "").count("at “[MASK]”") == 2


def test_all_heads_are_measured_when_they_are_asked_for() -> None:
    page = click(opened(), "Measure all heads")
    trace = cached_trace("minilm", A, B)
    ranking = head_ranking(trace, cached_removals("minilm", A, B), IT)
    assert ranking is not None
    labels = [button.label for button in page.button]
    for places in (ranking.by_weight, ranking.by_effect):
        for layer, head in in_order(places)[:5]:
            assert f"layer {layer}, head {head}" in labels
    assert f"heads is {ranking.correlation:.2f}" in said(page)
    assert "Wiegreffe and Pinter 2019" in said(page)
    assert "All heads (CSV)" in downloads(page)
    layer, head = in_order(ranking.by_effect)[0]
    page = click(page, f"layer {layer}, head {head}")
    assert (address(page)["layer"], address(page)["head"]) == (str(layer), str(head))


def test_once_asked_for_short_texts_are_measured_at_once_and_long_ones_are_not() -> None:
    page = click(opened(), "Measure all heads")
    by_label(page.text_input, "Sentence A").set_value("The cat sat.").run()
    assert "Spearman" in said(page)
    by_label(page.text_input, "Sentence A").set_value("word " * 80).run()
    assert not page.exception
    assert "Spearman" not in said(page)
    assert by_label(page.button, "Measure all heads")


def test_heads_switched_off_do_not_change_what_is_measured() -> None:
    page = click(opened(off="5.11", hidden="2"), "Measure all heads")
    trace = cached_trace("minilm", A, B)
    model = cached_model("minilm")
    found: HeadRemovals = cached_removals("minilm", A, B)
    after = model.switched_off(trace, SwitchedOff(((5, 11),))).hidden[-1, IT]
    before = trace.hidden[-1, IT]
    cosine = before @ after / np.linalg.norm(before) / np.linalg.norm(after)
    assert found.turned[5, 11, IT] == pytest.approx(1 - cosine, rel=1e-3)
    assert "Spearman" in said(page)


def test_every_head_off_and_every_token_hidden() -> None:
    every = "-".join(f"{layer}.{head}" for layer in range(6) for head in range(12))
    page = opened(**CAT, off=every)
    assert not page.exception
    assert "all 72 heads" in said(page)
    assert "feed-forward" in said(page)
    page = opened(**CAT, hidden="0-1-2-3-4-5")
    assert not page.exception
    assert "every token" in said(page)


@pytest.mark.parametrize(
    ("off", "hidden", "kept", "notes"),
    [
        ("3.1-9.0", "", "3.1", 1),
        ("3.12", "", None, 1),
        ("3.1", "99", "3.1", 1),
        ("3.x", "", None, 1),
        ("-1.2", "", "1.2", 1),
        ("3.1-3.1", "1-1", "3.1", 0),
    ],
)
def test_a_link_with_heads_and_tokens_that_are_not_there(
    off: str, hidden: str, kept: str | None, notes: int
) -> None:
    page = opened(**CAT, off=off, hidden=hidden)
    assert not page.exception
    assert address(page).get("off") == kept
    assert len(page.warning) == notes


def test_hidden_tokens_are_let_go_when_the_text_is_edited() -> None:
    page = opened(a="The cat sat on the mat.", hidden="2-6")
    by_label(page.text_input, "Sentence A").set_value("The dog sat.").run()
    assert not page.exception
    assert "hidden" not in address(page)
    page = opened(a="The cat sat on the mat.", hidden="2", off="1.1")
    by_label(page.text_input, "Sentence A").set_value("The cat slept on the mat.").run()
    assert address(page)["hidden"] == "2"
    assert address(page)["off"] == "1.1"


def test_another_model_keeps_the_heads_that_it_has(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    allow_any_model(monkeypatch)
    folder = str(write_model("distilbert", tmp_path / "small"))
    page = opened(a="the cat", model=folder, off="1.2-4.4", layer="0", head="0")
    assert not page.exception
    assert address(page)["off"] == "1.2"


@pytest.mark.parametrize(
    "text", ["</script><img src=x onerror=alert(1)>", "$x$ **a** :red[b]", "!", "שלום 😀 a"]
)
def test_hostile_tokens_are_text_everywhere(text: str) -> None:
    page = click(opened(a=text, off="0.0", hidden="1", layer="0", head="0"), "Measure all heads")
    assert not page.exception
    for element in page.markdown:
        assert "<img" not in element.value
        assert "$x$" not in element.value


def test_a_text_of_one_token_has_nothing_to_rank() -> None:
    page = click(opened(a="Hello", off="0.0", query="1"), "Measure all heads")
    assert "no other word to look at" in said(page)
    assert "no other token to be near to" in said(page)


@pytest.mark.parametrize("kind", ["values", "rollout"])
def test_other_weights_of_the_changed_run_can_be_drawn(kind: str) -> None:
    page = opened(**CAT, off="3.1", weights=kind)
    assert not page.exception
    assert ("nothing of it to draw" in said(page)) == (kind == "values")
    assert "as it would look" not in said(page)


def test_code_for_a_notebook_is_offered_for_the_model_as_it_is_only() -> None:
    assert opened(**CAT).code
    assert not opened(**CAT, off="3.1").code


def test_inside_a_head_shows_the_changed_run_too() -> None:
    page = opened_script("pages/inside.py", off="2.4", hidden="2")
    assert not page.exception
    changed = cached_switched_off("minilm", A, B, SwitchedOff(((2, 4),), (2,)))
    weights = changed.attention[3, 1, IT]
    assert f"with a weight of **{weights.max():.3f}**" in said(page)
    assert "without layer 2, head 4" in said(page)
    assert "The runs part in layer 0" in said(page)
    page = click(page, "Switch everything on again")
    assert "Nothing is switched off" in said(page)
    page = click(page, "Measure all heads")
    assert "Spearman" in said(page)


def test_inside_a_head_that_is_off_hands_nothing_on() -> None:
    page = opened_script("pages/inside.py", off="3.1")
    assert not page.exception
    assert "it hands nothing on" in said(page)
