"""The Heads page as Streamlit runs it, without a browser."""

import json
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from backend import cached_measures
from backend.cached import cached_tagger, cached_trace
from backend.cached_measures import cached_pair
from backend.examples import EXAMPLES
from backend.text_file import MOST_BYTES
from components.plain import JOINER
from components.view_options import MEASURES
from tests.backend.small_models import write_model
from tests.opened import address, allow_any_model, by_label, downloads, opened_script

A, B = EXAMPLES[0].a, EXAMPLES[0].b
IT, CHICKEN = 10, 2
LONG = 60  # seconds after which a test that hangs gives up
HOSTILE = "</script><img src=x onerror=alert(1)> $x$ **a** :red[b] `c` | 🐔 مرحبا"


@pytest.fixture(autouse=True)
def own_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """No text is being read that an earlier test has begun."""
    monkeypatch.setattr(cached_measures.texts, "_jobs", {})


def opened(**parameters: str) -> AppTest:
    page = opened_script("pages/heads.py", **parameters)
    assert not page.exception
    return page


def said(page: AppTest) -> str:
    elements = (*page.markdown, *page.info, *page.warning, *page.error, *page.caption)
    text = " ".join(element.value for element in elements)
    return text.replace(JOINER, "").replace("\\", "").replace("**", "")


def figure(page: AppTest, key: str) -> Any:
    charts: Any = page.get("plotly_chart")
    return json.loads(next(chart for chart in charts if chart.key == key).proto.spec)


def drawn(page: AppTest) -> list[str]:
    charts: Any = page.get("plotly_chart")
    return [chart.key for chart in charts]


def press(page: AppTest, label: str) -> AppTest:
    next(b for b in page.button if b.label.replace(JOINER, "").replace("\\", "") == label).click()
    page.run()
    assert not page.exception
    return page


def over_a_text(text: str = "", **parameters: str) -> AppTest:
    page = opened(**parameters)
    by_label(page.pills, "Measured over").set_value("A text").run()
    if text:
        page.text_area[0].set_value(text).run()
    assert not page.exception
    return page


def until(page: AppTest, is_so: Callable[[], bool]) -> AppTest:
    end = monotonic() + LONG
    while not is_so():
        assert monotonic() < end
        sleep(0.05)
        page.run()
    assert not page.exception
    return page


def test_every_head_is_measured_and_drawn() -> None:
    page = opened()
    assert drawn(page) == ["head_map", "head_places"]
    found = cached_pair("minilm", A, B)
    assert "Highest: layer 0, head 2 with 0.989. Lowest: layer 1, head 8 with 0.009." in said(page)
    assert "Each number is a mean over 26 tokens." in said(page)
    assert "Layer 3, head 1, framed: 0.027" in said(page)
    table = page.dataframe[0].value
    assert len(table) == 72
    np.testing.assert_array_equal(table["Next token"], found.means["next"].ravel())
    assert table["Most alike"][37] == "4.3"
    marks = figure(page, "head_map")["data"][1]
    assert marks["customdata"][37][:2] == [3, 1]
    assert marks["text"][2] == ".99"
    share = found.map[1]
    assert f"This map keeps {share:.0%}" in said(page)
    assert downloads(page) == [
        "All measures (CSV)",
        "The map (CSV)",
        "How alike all heads are (CSV)",
    ]
    assert "Open layer 3, head 1 on the Attention page" in [b.label for b in page.button]


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_has_its_map_its_meaning_and_its_highest_head(name: str) -> None:
    page = opened(measure=name, a="The cat, the dog.", b="The end of the cat.")
    found = cached_pair("minilm", "The cat, the dog.", "The end of the cat.")
    layer, head = divmod(int(found.means[name].argmax()), 12)
    assert f"Highest: layer {layer}, head {head} with" in said(page)
    assert f"mean over {found.queries[name]} tokens." in said(page)
    assert f"{MEASURES[name]}. " in said(page)
    heatmap = figure(page, "head_map")["data"][0]
    largest = {"entropy": np.log2(found.longest), "distance": None}.get(name, 1)
    assert heatmap["zmin"] == 0
    assert largest is None or heatmap["zmax"] == pytest.approx(largest)


def test_what_has_no_case_is_said_and_has_no_number() -> None:
    page = opened(measure="a_to_b", a="Cats sleep", b="")
    assert "From A to B: there are no two sentences, so there is nothing to measure." in said(page)
    assert "Punctuation: there is no punctuation mark" in said(page)
    assert drawn(page) == ["head_places"]
    assert not {"Punctuation", "Same word elsewhere", "From A to B"} & set(
        page.dataframe[0].value.columns
    )
    page.pills[1].set_value("next").run()
    assert drawn(page) == ["head_map", "head_places"]
    assert address(page)["measure"] == "next"


def test_it_to_noun_over_the_presets_finds_the_head() -> None:
    page = opened()
    press(page, "it → chicken")
    assert address(page)["search"] == f"{IT}.{CHICKEN}"
    trace = cached_trace("minilm", A, B)
    weight = trace.attention[:, :, IT, CHICKEN]
    layer, head = divmod(int(weight.argmax()), 12)
    assert f"Layer {layer}, head {head} comes first: mean weight {weight.max():.3f}" in said(page)
    by_label(page.pills, "Searched over").set_value("presets").run()
    assert address(page)["over"] == "presets"
    assert "Layer 3, head 1 comes first: mean weight 0.478 over 20 cases." in said(page)
    assert "In 14 of 20 cases it gives" in said(page)
    assert "the pronoun (in A “it”) → the noun it stands for (in A “chicken”)" in said(page)
    ranking = page.dataframe[1].value
    assert ranking[["layer", "head"]].iloc[0].tolist() == [3, 1]
    assert ranking["mean weight"].is_monotonic_decreasing
    assert set(ranking["cases"]) == {20}
    press(page, "it 10 → chicken 2")
    assert "search" not in address(page)
    assert "Click a word above that looks" in said(page)


def test_in_ones_own_sentences_the_tagger_knows_the_nouns() -> None:
    cached_tagger("minilm")
    a = "The dog saw unbelievableness, it slept."
    it = cached_trace("minilm", a, None).tokens.index("it")
    page = opened(a=a, b="", search=f"{it}.2", over="presets")
    assert "the noun it stands for (in A “dog”)" in said(page)
    assert "Layer 3, head 1 comes first" in said(page)
    by_label(page.pills, "Searched over").set_value("here").run()
    assert "over 1 case." in said(page)
    assert "Sentence A is read alone" in said(page)


def test_while_the_tagger_is_trained_the_rest_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.heads_search.find_tagger", lambda _: None)
    shown = list[str]()
    monkeypatch.setattr("components.heads_search.show_training", shown.append)
    page = opened(a="The dog slept.", b="", search="2.1")
    assert shown == ["minilm"]
    assert "is trained on this model first" in said(page)
    assert drawn(page) == ["head_map", "head_places"]


def test_words_that_no_preset_has_are_told() -> None:
    cached_tagger("minilm")
    page = opened(search="1.2", over="presets", a="Zebras yodel", b="")
    assert "No preset has these words" in said(page)


def test_pairs_beyond_the_text_are_let_go_of_and_said() -> None:
    page = opened(a="Cats sleep", b="", search="1.2-1.60")
    assert "Not all pairs to search by are here any more." in said(page)
    assert address(page)["search"] == "1.2"
    bad = opened(search="1-2", measure="x", over="all")
    assert len(bad.warning) == 3


def test_the_example_is_fetched_where_other_sentences_stand() -> None:
    page = opened(a="Cats sleep", b="")
    press(page, "it → chicken")
    assert (address(page)["a"], address(page)["b"]) == (A, B)
    assert address(page)["search"] == f"{IT}.{CHICKEN}"
    page = opened(a=EXAMPLES[5].a, b="")
    press(page, "they → students")
    assert "b" not in address(page) or not address(page)["b"]
    assert "comes first" in said(page)


def test_a_text_is_asked_for_measured_and_counted() -> None:
    page = over_a_text()
    assert "Paste or upload a text" in said(page)
    text = " ".join(example.a.rstrip(".") + "." for example in EXAMPLES)
    page.text_area[0].set_value(text).run()
    assert not page.exception
    expected = cached_measures.cached_text(cached_measures.asked_text("minilm", text))
    assert f"{expected.tokens} tokens of the text were read in 2 pieces" in said(page)
    assert f"mean over {expected.tokens} tokens" in said(page)
    assert "From A to B: there are no two sentences" in said(page)
    page.text_area[0].set_value(" \n ").run()
    assert "Paste or upload a text" in said(page)
    page.text_area[0].set_value("\x01").run()
    assert "There is nothing in the text to read." in said(page)


def test_a_longer_text_is_read_in_the_line_of_trainings() -> None:
    sentences = [sentence for example in EXAMPLES[:9] for sentence in (example.a, example.b)]
    text = " ".join(sentence.rstrip(".") + " today." for sentence in sentences) * 3
    page = over_a_text(text)
    bars: Any = page.get("progress")
    assert len(bars) == 1 or "tokens of the text were read" in said(page)
    until(page, lambda: "tokens of the text were read" in said(page))
    assert drawn(page) == ["head_map", "head_places"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.4 \x00\xff", "This is a PDF, not plain text."),
        (b"PK\x03\x04....", "This is a Word, OpenDocument or ZIP file"),
        (bytes(range(256)), "This file is no text in UTF-8"),
        ("Müller".encode("latin-1"), "This file is no text in UTF-8"),
        (b"", "There is no text in the file."),
        (b" \n\t ", "There is no text in the file."),
        (b"a" * (MOST_BYTES + 1), "at most 1 MB are read"),
    ],
)
def test_what_is_no_text_is_said_and_the_box_stays_as_it_was(content: bytes, says: str) -> None:
    page = over_a_text("The cat sat. It slept.")
    page.file_uploader[0].set_value(("notes.txt", content, "text/plain")).run()
    assert not page.exception
    assert says in page.error[0].value.replace(JOINER, "").replace("\\", "")
    assert page.text_area[0].value == "The cat sat. It slept."
    assert drawn(page) == ["head_map", "head_places"]


def test_a_file_takes_the_texts_place_and_the_former_can_be_put_back() -> None:
    page = over_a_text("The cat sat. It slept.")
    utf16 = "The dog barked. It slept.".encode("utf-16")
    page.file_uploader[0].set_value(("notes.txt", utf16, "text/plain")).run()
    assert not page.exception
    assert page.text_area[0].value == "The dog barked. It slept."
    press(page, "Put the former text back")
    assert page.text_area[0].value == "The cat sat. It slept."


def test_of_a_huge_file_the_beginning_is_taken_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.heads_reading.MOST_CHARACTERS", 30)
    page = over_a_text()
    page.file_uploader[0].set_value(("notes.txt", b"The cat sat. " * 9, "text/plain")).run()
    assert "The first 30 characters of the file were taken." in said(page)
    assert page.text_area[0].value == ("The cat sat. " * 9)[:30]


@pytest.mark.parametrize("a", [HOSTILE, "a", "...", "word " * 700, "🐔", "[SEP] [CLS]"])
def test_any_text_can_be_measured(a: str) -> None:
    page = opened(a=a, b=HOSTILE, search="1.2-0.1")
    assert "head_map" in drawn(page)
    assert over_a_text(a).text_area[0].value == a


@pytest.mark.parametrize("family", ["bert", "roberta"])
def test_other_models_are_measured_too(
    family: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    allow_any_model(monkeypatch)
    monkeypatch.setattr("components.heads_search.find_tagger", lambda _: None)
    monkeypatch.setattr("components.heads_search.show_training", lambda _: None)
    name = str(write_model(family, tmp_path / family))
    page = opened(model=name, a="the cat sat", b="it sat", measure="first", search="1.2")
    assert len(page.dataframe[0].value) == 6
    assert ("<s>" if family == "roberta" else "[CLS]") in said(page)
    assert "There is no layer 3" in said(page)
    page = over_a_text("the cat sat. it sat, the dog sat. " * 9, model=name)
    assert "tokens of the text were read" in said(page)
