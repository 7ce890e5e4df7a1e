"""The page Inside a head as Streamlit runs it, without a browser."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from backend.cached import cached_trace
from backend.examples import EXAMPLES
from components.inside_words import MOST_DRAWN
from components.plain import JOINER
from tests.backend.small_models import write_model
from tests.opened import address, allow_any_model, by_label, downloads, opened_script

opened = partial(opened_script, "pages/inside.py")
CHICKEN = EXAMPLES[0].a
FIGURES = (
    "vectors", "products", "dimensions", "divided", "weights", "values", "weighted", "lengths",
    "written",
)  # fmt: skip


def said(page: AppTest) -> str:
    elements = (*page.markdown, *page.warning, *page.error, *page.info, *page.caption)
    return " ".join(element.value for element in elements).replace(JOINER, "").replace("\\", "")


def figure(page: AppTest, name: str) -> dict[str, Any]:
    """What Plotly is sent; the figures stand on the page in this order."""
    charts: Any = page.get("plotly_chart")
    spec: dict[str, Any] = json.loads(charts[FIGURES.index(name)].proto.spec)
    return spec


def table(page: AppTest) -> Any:
    """All keys with their numbers."""
    return page.dataframe[-1].value


def names(page: AppTest, name: str) -> list[str]:
    layout = figure(page, name)["layout"]
    axes = (layout.get(axis, {}).get("ticktext", []) for axis in ("yaxis", "yaxis1", "yaxis2"))
    return max(axes, key=len)


def test_it_opens_with_the_word_it_in_the_example() -> None:
    page = opened()
    assert not page.exception
    assert "From “it 10” this head looks most at “chicken 2”, with a weight of **0.371**" in said(
        page
    )
    assert [header.value[0] for header in page.header][:6] == list("123456")
    assert len(page.get("plotly_chart")) == len(FIGURES)
    assert downloads(page) == [
        "These products (CSV)",
        "Steps for each key (CSV)",
        "Vectors (CSV)",
        "Contributions (CSV)",
    ]


def test_the_table_holds_the_traces_weights() -> None:
    page = opened(a=CHICKEN, b="", layer="4", head="5", query="3")
    trace = cached_trace("minilm", CHICKEN)
    np.testing.assert_allclose(table(page)["weight"], trace.attention[4, 5, 3], atol=1e-5)
    scores = table(page)["dot product"] / np.sqrt(32)
    np.testing.assert_allclose(table(page)["divided"], scores, rtol=1e-5)
    assert table(page)["key"].tolist() == list(trace.tokens)


def test_another_query_and_another_head_change_the_steps() -> None:
    page = opened(a=CHICKEN, b="")
    trace = cached_trace("minilm", CHICKEN)
    by_label(page.get("button_group"), "Query: the token that looks").set_value(8).run()
    assert address(page)["query"] == "8"
    np.testing.assert_allclose(table(page)["weight"], trace.attention[3, 1, 8], atol=1e-5)
    by_label(page.number_input, "Layer").set_value(0).run()
    by_label(page.number_input, "Head").set_value(2).run()
    np.testing.assert_allclose(table(page)["weight"], trace.attention[0, 2, 8], atol=1e-5)


def test_a_key_can_be_looked_at_closely_and_let_go_again() -> None:
    page = opened(a=CHICKEN, b="", query="10")
    assert "products of “it” and “chicken”" in said(page)
    assert "other" not in address(page)
    by_label(page.selectbox, "Key to look at closely").set_value(8).run()
    assert address(page)["other"] == "8"
    assert "products of “it” and “road”" in said(page)
    products = page.dataframe[0].value
    assert np.all(np.diff(np.abs(products["product"])) <= 0)
    np.testing.assert_allclose(products["query"] * products["key"], products["product"], rtol=1e-5)
    assert products["product"].sum() == pytest.approx(table(page)["dot product"][8], rel=1e-4)
    by_label(page.selectbox, "Key to look at closely").set_value(None).run()
    assert "products of “it” and “chicken”" in said(page)


def test_a_link_names_the_key() -> None:
    page = opened(a=CHICKEN, b="", query="10", other="6")
    assert by_label(page.selectbox, "Key to look at closely").value == 6
    beyond = opened(a=CHICKEN, b="", query="99", other="99")
    assert not beyond.exception
    assert "There is no token 99 here; this is the last one, 14." in said(beyond)
    assert "From “[SEP]” this head looks" in said(beyond)


def test_a_word_that_occurs_twice_is_told_apart() -> None:
    page = opened(a="the cat and the dog", b="the cat", query="4")
    assert "From “the 4” this head looks" in said(page)
    assert names(page, "products") == [
        "[CLS]", "the 1", "cat 2", "and", "the 4", "dog", "[SEP] 6", "the 7", "cat 8", "[SEP] 9",
    ]  # fmt: skip


def test_a_word_of_several_pieces_has_a_row_for_each() -> None:
    page = opened(a="unbelievably good", query="2")
    tokens = cached_trace("minilm", "unbelievably good").tokens
    assert len(tokens) > 4
    assert len(names(page, "vectors")) == len(tokens)


def test_a_key_in_the_other_sentence() -> None:
    page = opened(a="The cat sat.", b="It slept.", query="6", other="2")
    assert "products of “it” and “cat”" in said(page)


def test_without_a_query_it_is_the_first_word() -> None:
    page = opened(a="The cat sat.")
    assert "From “the” this head looks" in said(page)


def test_a_long_text_draws_the_strongest_keys_and_says_so() -> None:
    page = opened(a="word " * 700, query="400", other="17")
    assert not page.exception
    assert f"These are 512 tokens. The figures draw {MOST_DRAWN} of them" in said(page)
    trace = cached_trace("minilm", "word " * 700)
    weights = trace.attention[3, 1, 400]
    strongest = sorted([17, *[k for k in np.argsort(-weights, kind="stable") if k != 17][:31]])
    named = [name.rpartition(" ")[2] for name in names(page, "weights")]
    assert [name for name in named if name.isdigit()] == [str(k) for k in strongest if 0 < k < 511]
    assert len(table(page)) == 512
    assert by_label(page.selectbox, "Query").value == 400


@pytest.mark.parametrize(
    "text",
    [
        "</script><img src=x onerror=alert(1)>", "$x$ :red[x] **b** [l](javascript:0)", "&lt;b&gt;",
        "🙂 שלום e\u0301", "[MASK] [SEP] [CLS]", "\x07 a\x00", "...", "x" * 120, "' \" ` \\",
    ],
)  # fmt: skip
def test_whatever_is_typed_is_drawn_as_it_is(text: str) -> None:
    page = opened(a=text, b=text, query="2")
    assert not page.exception
    assert not page.error
    for block in page.markdown:
        assert "<img" not in block.value
    assert "<img" not in json.dumps([figure(page, name) for name in FIGURES])


@pytest.mark.parametrize(
    ("family", "changes"),
    [
        ("bert", {"num_attention_heads": 24}),
        ("distilbert", {"n_heads": 1}),
        ("roberta", {}),
        ("electra", {"embedding_size": 10}),
    ],
)
def test_models_of_all_families(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, family: str, changes: dict[str, int]
) -> None:
    allow_any_model(monkeypatch)
    folder = str(write_model(family, tmp_path / family, **changes))
    page = opened(a="the cat sat", b="it sat", model=folder, layer="1", head="0", query="2")
    assert not page.exception
    assert not page.error
    trace = cached_trace(folder, "the cat sat", "it sat")
    np.testing.assert_allclose(table(page)["weight"], trace.attention[1, 0, 2], atol=1e-5)
    assert len(page.get("plotly_chart")) == len(FIGURES)


def test_the_query_and_one_token_only() -> None:
    page = opened(a="a", query="0")
    assert not page.exception
    assert len(table(page)) == 3


def test_an_empty_sentence_says_what_to_type() -> None:
    page = opened(a="  ")
    assert not page.exception
    assert "Type a sentence" in page.error[0].value
