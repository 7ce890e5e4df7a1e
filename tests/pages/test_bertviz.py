"""The BertViz page as Streamlit runs it, without a browser."""

from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.opened import allow_any_model, by_label

PAGE = str(Path(__file__).parents[2] / "pages" / "bertviz.py")
LONG = "word " * 700


def opened(view: str = "head", **parameters: str) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=60)
    for name, value in parameters.items():
        page.query_params[name] = value
    page.query_params["view"] = view
    return page.run()


def framed_page(page: AppTest) -> str:
    return unescape(page.get("iframe")[0].proto.srcdoc)


def spoken(page: AppTest) -> str:
    return " ".join(element.value for element in (*page.warning, *page.error, *page.info))


def test_it_opens_with_the_head_view_of_the_chicken_and_the_road() -> None:
    page = AppTest.from_file(PAGE, default_timeout=60).run()
    assert not page.exception
    assert "<title>BertViz: Head view</title>" in framed_page(page)
    assert '"layer":3,"head":1' in framed_page(page)
    assert [button.label for button in page.download_button] == ["This view (HTML)"]


@pytest.mark.parametrize("view", ["head", "model", "neuron"])
def test_each_view_says_what_it_shows_and_opens_at_the_chosen_head(view: str) -> None:
    page = opened(view, a="The cat sat.", b="It slept.", layer="2", head="5", show="ab")
    assert not page.exception
    assert '"layer":2,"head":5' in framed_page(page)
    assert '"show":"ab"' in framed_page(page)
    by_label(page.number_input, "Layer").set_value(4).run()
    assert '"layer":4,"head":5' in framed_page(page)
    assert ('"queries"' in framed_page(page)) == (view == "neuron")


def test_the_view_can_be_changed() -> None:
    page = opened(a="The cat sat.")
    page.pills[0].set_value("model").run()
    assert "BertViz: Model view" in framed_page(page)
    assert "id=\"filter\"" not in framed_page(page)  # fmt: skip


@pytest.mark.parametrize(
    ("view", "tokens", "drawn"),
    [("head", 128, True), ("head", 140, False), ("model", 64, True), ("model", 70, False),
     ("neuron", 128, True), ("neuron", 140, False)],
)  # fmt: skip
def test_a_view_that_a_browser_cannot_draw_is_said_and_not_sent(
    view: str, tokens: int, drawn: bool
) -> None:
    page = opened(view, a="word " * (tokens - 2), b="")
    assert not page.exception
    assert (len(page.get("iframe")) == 1) is drawn
    if not drawn:
        heads = {"head": 12, "model": 72, "neuron": 7}[view]
        assert f"{heads * tokens**2:,} lines" in spoken(page)
        assert not page.download_button
        assert by_label(page.button, "See it on the Attention page")


def test_what_is_still_drawn_is_named() -> None:
    page = opened("model", a="word " * 90)
    assert any("head view, neuron view" in text.value for text in page.markdown)
    longest = opened("head", a=LONG)
    assert "512 tokens" in spoken(longest)
    assert not any("Still drawn" in text.value for text in longest.markdown)


@pytest.mark.parametrize("view", ["head", "model", "neuron"])
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("</script><img src=x onerror=alert(1)> $x$ **a** <!--", "😀 שלום ..."),
        ("The same.", "The same."),
        ("One", "Nothing shared here, and much longer than the other one."),
        (".", ""),
        ("[SEP] [CLS] [MASK]", "\x00"),
    ],
)
def test_whatever_is_typed_never_breaks_the_page(view: str, a: str, b: str) -> None:
    page = opened(view, a=a, b=b)
    assert not page.exception
    assert not page.error
    assert len(page.get("iframe")) == 1


def test_an_empty_sentence_a_asks_for_one() -> None:
    page = opened(a=" ", b="Something.")
    assert not page.exception
    assert "Sentence A" in spoken(page)
    assert not page.get("iframe")


def test_a_head_beyond_the_model_falls_back_and_says_so() -> None:
    page = opened(a="The cat sat.", layer="99", head="99")
    assert '"layer":5,"head":11' in framed_page(page)
    assert "no layer 99" in spoken(page)


@pytest.mark.parametrize("family", ["distilbert", "roberta", "electra"])
def test_models_of_other_families(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.backend.small_models import write_model

    allow_any_model(monkeypatch)
    folder = str(write_model(family, tmp_path / family))
    page = opened("neuron", a="the cat sat.", b="it sat.", model=folder, layer="1", head="2")
    assert not page.exception
    assert not page.error
    assert '"layers":2,"heads":3' in framed_page(page)
    assert "Ġ" not in framed_page(page)
