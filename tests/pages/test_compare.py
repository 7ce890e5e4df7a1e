"""The Compare page as Streamlit runs it, without a browser."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from backend.cached import cached_trace
from backend.examples import EXAMPLES
from components.plain import JOINER
from tests.backend.small_models import write_model
from tests.opened import address, allow_any_model, by_label, opened_script

opened = partial(opened_script, "pages/compare.py")
A, B = EXAMPLES[0].a, EXAMPLES[0].b


def read(page: AppTest) -> str:
    elements = (*page.markdown, *page.info, *page.warning, *page.error, *page.caption)
    text = " ".join(element.value for element in elements)
    return text.replace(JOINER, "").replace("\\", "").replace("**", "")


def test_it_opens_with_the_chicken_and_says_what_moved() -> None:
    page = opened()
    assert not page.exception
    assert not page.warning
    assert "Most of all layer 3, head 1: “it → chicken” 0.677 in A, 0.346 in B" in read(page)
    assert "What is known of this example" in read(page)
    assert [plot.key for plot in page.get("plotly_chart")] == ["cosines"]
    buttons: Any = page.get("download_button")
    assert [button.label for button in buttons] == [
        "This head (CSV)", "Ranking (CSV)", "Arrows (CSV)", "Cosines (CSV)", "Whole view (HTML)",
    ]  # fmt: skip


def test_a_pair_has_its_controls_beside_it() -> None:
    page = opened()
    by_label(page.toggle, "As one pair").set_value(True).run()
    assert not page.exception
    assert address(page)["pair"] == "1"
    table = page.table[0].value
    assert table.iloc[:, 0].tolist() == [
        "each alone", "one pair: A, then B", "one pair: B, then A", "A twice",
    ]  # fmt: skip
    assert table.iloc[0, 1] == "0.677 A, 0.346 B (−0.331)"
    assert re.search(r"differs by −0\.\d{3} between", read(page))
    assert re.search(r"by −0\.\d{3} when A stands first and by −0\.\d{3} when B", read(page))


def test_the_example_that_is_not_told_apart_says_so() -> None:
    page = opened()
    by_label(page.selectbox, "Examples").set_value("The trophy and the suitcase").run()
    assert "No head tells the two sentences apart by this word" in read(page)
    assert "“trophy”, gets more in both" in read(page)


def test_a_link_is_taken_over() -> None:
    page = opened(a=A, b=B, layer="5", head="11", query="2", keys="6-8")
    assert not page.warning
    assert "Layer 5, head 11" in read(page)
    assert "“chicken → cross”" in read(page)
    assert address(page)["keys"] == "6-8"


def test_special_tokens_count_when_switched_on() -> None:
    page = opened(a="The car is old.", b="The car is big.", query="2")
    before = read(page)
    by_label(page.toggle, "Count [CLS] and [SEP] as keys").set_value(True).run()
    assert not page.exception
    assert "[CLS]" in read(page)
    assert read(page) != before


@pytest.mark.parametrize("b", ["", "   ", "\x00"])
@pytest.mark.parametrize("pair", ["0", "1"])
def test_without_a_second_sentence_it_offers_a_pair(b: str, pair: str) -> None:
    page = opened(a="Only one.", b=b, pair=pair)
    assert not page.exception
    assert "needs two sentences" in read(page)
    assert [toggle.label for toggle in page.toggle] == ["Presenter"]
    assert by_label(page.number_input, "Layer").value == 3
    by_label(page.button, "Compare “The chicken and the road”").click().run()
    assert not page.exception
    assert by_label(page.text_input, "Sentence B").value == B
    assert "it → chicken" in read(page)
    assert by_label(page.toggle, "As one pair").value == (pair == "1")


def test_an_empty_sentence_a_asks_for_one() -> None:
    page = opened(a="", b=B)
    assert not page.exception
    assert "Sentence A has nothing in it to read" in read(page)


@pytest.mark.parametrize("pair", ["0", "1"])
@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        (A, A, "it"),
        ("one two", "three four five", "no word in common"),
        ("Hi.", "A very much longer sentence than the other one, with many more words.", "."),
        ("?", "!", "no word in common"),
        ("😀 👩‍👩‍👧", "שלום עולם", ""),
        ("</script><img src=x onerror=alert(1)>", "$x$ **a** :red[b] `c`", ""),
        ("[MASK] [SEP] [CLS] x", "[MASK] [SEP] y", ""),
        ("a\x00b \u202e x", "%s {0} {{x}} ${y}", ""),
    ],
)
def test_whatever_is_compared_never_breaks_the_page(a: str, b: str, said: str, pair: str) -> None:
    page = opened(a=a, b=b, pair=pair, query="1", keys="1-2")
    assert not page.exception
    assert not page.error
    assert said in read(page)


def test_identical_sentences_differ_by_exactly_nothing() -> None:
    assert "Every difference is exactly 0.000" in read(opened(a=A, b=A))
    assert "Every difference" not in read(opened(a=A, b=A, pair="1"))


def test_a_query_that_the_cut_removed_is_said() -> None:
    page = opened(a="word " * 700, b="word " * 300 + "other " * 400, query="1500", keys="3-1400")
    assert not page.exception
    assert "no token 1500" in read(page)
    assert "not both here" in read(page)
    assert "512 tokens of one input. So the last tokens are left out" in read(page)
    assert "190 of Sentence A and 190 of Sentence B" in read(page)


@pytest.mark.parametrize(
    ("a", "b", "pair", "said"),
    [
        ("word " * 520, "word", "0", "below: 10 of Sentence A."),
        ("word", "word " * 520, "0", "below: 10 of Sentence B."),
        ("word " * 300, "word " * 300, "1", "below: 46 of Sentence A and 45 of Sentence B."),
        ("word " * 520, "word", "1", "below: 12 of Sentence A."),
    ],
)
def test_what_is_left_out_says_of_which_sentence(a: str, b: str, pair: str, said: str) -> None:
    text = read(opened(a=a, b=b, pair=pair))
    assert said in text
    assert ("a pair is one input" in text) == (pair == "1")


def test_a_query_that_one_sentence_lacks_is_said() -> None:
    page = opened(a="The old cat sat as it was tired.", b="The cat sat as it was tired.", query="2")
    assert not page.exception
    assert "“old” stands in one sentence only" in read(page)
    assert "“it →" in read(page)


def test_a_long_pair_leaves_its_controls_out() -> None:
    page = opened(a="word " * 200 + "it", b="word " * 200 + "they", pair="1")
    assert not page.exception
    assert not page.table
    assert "up to 256 tokens" in read(page)


@pytest.mark.parametrize("family", ["distilbert", "roberta"])
def test_a_model_without_segments(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, family: str
) -> None:
    allow_any_model(monkeypatch)
    folder = write_model(family, tmp_path)
    for pair in ("0", "1"):
        page = opened(a="it sat the cat", b="it sat the dog", model=str(folder), pair=pair)
        assert not page.exception
        assert not page.error
        assert "by 0.10 or more" in read(page)
        assert "What is known" not in read(page)


def test_controls_that_the_model_cannot_read_whole_are_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    allow_any_model(monkeypatch)
    folder = str(write_model("bert", tmp_path))  # it reads 40 tokens
    a, b = "the cat sat " * 6 + "it the dog a", "the it the dog a"
    page = opened(a=a, b=b, pair="1", model=folder, query="19", keys="20-21")
    assert not page.exception
    assert not page.table
    assert "it would leave tokens out" in read(page)


def test_a_separator_that_only_a_pair_has_can_be_the_query(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    allow_any_model(monkeypatch)
    folder = str(write_model("roberta", tmp_path))
    trace = cached_trace(folder, "a it sat dog", "a it sat cat")
    query, alone = trace.segments.tolist().index(1) - 1, cached_trace(folder, "a it sat dog")
    page = opened(
        a="a it sat dog", b="a it sat cat", pair="1", model=folder, layer="1", head="1",
        query=str(query), keys="1-3",
    )  # fmt: skip
    assert trace.tokens[query - 1 : query + 1] == ("</s>", "</s>")
    assert not page.exception
    table = page.table[0].value
    assert table.iloc[0, 1].startswith(f"{alone.attention[1, 1, -1, 1]:.3f} A")
    assert table.iloc[1, 1].startswith(f"{trace.attention[1, 1, query, 1]:.3f} A")


def test_what_is_switched_off_elsewhere_does_not_count_here_and_can_be_ended() -> None:
    page = opened(off="3.1", hidden="2")
    assert "This page shows the whole model" in read(page)
    by_label(page.button, "Switch everything on again").click().run()
    assert "This page shows the whole model" not in read(page)
    assert not {"off", "hidden"} & address(page).keys()


def test_who_presents_reads_what_weights_are_drawn_while_answers_are_not_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("components.comparison_kinds.answers_are_ready", lambda _: False)
    page = opened(present="1", weights="gradient")
    assert [each.value for each in page.markdown if "Weights: " in each.value] == ["Weights: Raw"]
