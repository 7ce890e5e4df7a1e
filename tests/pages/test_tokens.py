"""The Tokens page as Streamlit runs it, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.opened import by_label, downloads

PAGE = str(Path(__file__).parents[2] / "pages" / "tokens.py")
LESSON_IDS = [101, 1422, 3676, 17355, 2572, 1110, 10509, 119, 1124, 7407, 1773, 119, 102]
HOSTILE = [
    "🙂 👩‍👩‍👧",
    "שלום עולם e\u0301\u0302",
    "a\x00b \x07",
    "<script>alert(1)</script> &lt; \"'",
    "$x$ :red[x] **bold** [MASK] [SEP]",
    "x" * 20_000,
    "word " * 4_000,
    "\u0301",
]


def opened(a: str, b: str = "") -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=60)
    page.query_params["a"], page.query_params["b"] = a, b
    return page.run()


def test_the_lessons_sentence_is_one_click_away() -> None:
    page = AppTest.from_file(PAGE, default_timeout=60).run()
    by_label(page.button, "The lesson's sentence").click()
    page.run()
    assert not page.exception
    assert by_label(page.selectbox, "Tokenizer").value == "bert-base-cased"
    assert by_label(page.text_input, "Sentence B").value == ""
    table = page.dataframe[0].value
    assert table["id"].tolist() == LESSON_IDS
    assert table["piece"].tolist()[3:5] == ["Fi", "##do"]
    assert table["characters"].tolist()[3] == "7 to 9"


def test_each_tokenizer_cuts_its_own_way() -> None:
    page = opened("Fido")
    assert page.dataframe[0].value["piece"].tolist() == ["[CLS]", "fi", "##do", "[SEP]"]
    by_label(page.selectbox, "Tokenizer").set_value("bert-base-cased")
    page.run()
    assert page.dataframe[0].value["piece"].tolist() == ["[CLS]", "Fi", "##do", "[SEP]"]


def test_the_pieces_can_be_downloaded() -> None:
    page = opened("Fido")
    assert downloads(page) == ["Tokens (CSV)"]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_is_cut_without_a_traceback(text: str) -> None:
    page = AppTest.from_file(PAGE, default_timeout=60).run()
    by_label(page.text_input, "Sentence A").set_value(text)
    by_label(page.text_input, "Sentence B").set_value(text)
    page.run()
    assert not page.exception


def test_a_long_text_says_how_much_is_left_out() -> None:
    page = opened("word " * 600)
    assert "90 are left out" in page.info[0].value
    assert len(page.dataframe[0].value) == 512


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_sentence_says_what_to_type(text: str) -> None:
    page = opened(text)
    assert not page.exception
    assert "Type a sentence" in page.error[0].value
