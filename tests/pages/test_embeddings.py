"""The Embeddings page as Streamlit runs it, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.opened import by_label, downloads

PAGE = str(Path(__file__).parents[2] / "pages" / "embeddings.py")
HOSTILE = [
    "<script>alert(1)</script> &lt; $x$ :red[x] **",
    "🙂 שלום e\u0301 [MASK] [SEP]",
    "\x07 a\x00",
]


def opened(a: str | None = None, b: str = "") -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=60)
    if a is not None:
        page.query_params["a"], page.query_params["b"] = a, b
    return page.run()


def said(page: AppTest) -> str:
    return " ".join(block.value for block in page.markdown)


def test_everything_that_is_drawn_can_be_downloaded() -> None:
    page = opened()
    assert not page.exception
    assert downloads(page) == [
        "This token's vectors (CSV)",
        "Nearest pieces (CSV)",
        "All tokens' vectors (CSV)",
        "Similarities (CSV)",
        "The map (CSV)",
        "How alike the words stay (CSV)",
    ]
    assert len(page.get("plotly_chart")) == 8


def test_the_word_it_is_followed_to_the_last_layer() -> None:
    page = opened()
    assert by_label(page.selectbox, "Word to follow").format_func(0)
    assert "“it” in A and “it” in B: cosine similarity **1.000** in the encoder's input" in said(
        page
    )
    by_label(page.select_slider, "After layer").set_value(6)
    page.run()
    assert "cosine similarity **0.877** after layer 5" in said(page)


def test_read_as_a_pair_the_word_differs_from_the_start() -> None:
    page = opened()
    by_label(page.radio, "How the model reads the sentences").set_value("Together, as one pair")
    page.run()
    assert "cosine similarity **0.875** in the encoder's input" in said(page)


def test_the_nearest_piece_of_a_token_embedding_is_the_piece_itself() -> None:
    page = opened()
    table = page.dataframe[0].value
    assert table["piece"].tolist()[:2] == ["it (itself)", "its"]
    assert table["cosine"].tolist()[0] == pytest.approx(1, abs=1e-5)


def test_another_token_can_be_chosen() -> None:
    page = opened()
    by_label(page.selectbox, "Token").set_value(8)
    page.run()
    assert page.dataframe[0].value["piece"].tolist()[0] == "road (itself)"


def test_one_sentence_alone_has_a_map_but_no_word_to_follow() -> None:
    page = opened("a")
    assert not page.exception
    assert "Sentence B" in page.info[0].value
    assert "How alike the words stay (CSV)" not in downloads(page)


def test_two_sentences_without_a_shared_word() -> None:
    page = opened("cats sleep", "dogs bark")
    assert not page.exception
    assert "No word stands in both sentences" in page.info[0].value


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_is_drawn_without_a_traceback(text: str) -> None:
    page = opened()
    by_label(page.text_input, "Sentence A").set_value(text)
    by_label(page.text_input, "Sentence B").set_value(text)
    page.run()
    assert not page.exception
    assert not page.error


def test_a_text_at_the_models_limit() -> None:
    page = opened("word " * 300, "other " * 300)
    assert not page.exception
    assert "512" in page.info[0].value


def test_an_empty_sentence_says_what_to_type() -> None:
    page = opened("  ")
    assert not page.exception
    assert "Type a sentence" in page.error[0].value
