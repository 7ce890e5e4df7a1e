"""The Attention page as Streamlit runs it, without a browser."""

from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from backend.examples import EXAMPLES
from backend.fair_share import FairShare
from backend.shared import Shared
from components.plain import JOINER
from tests.backend.small_models import write_model
from tests.opened import address, allow_any_model, by_label, downloads, opened_script

opened = partial(opened_script, "pages/attention.py")


def spoken(page: AppTest) -> str:
    elements = (*page.warning, *page.error, *page.info)
    return " ".join(element.value for element in elements).replace(JOINER, "").replace("\\", "")


def test_it_opens_with_the_chicken_and_the_road() -> None:
    page = opened()
    assert not page.exception
    assert by_label(page.text_input, "Sentence A").value.endswith("too tired")
    assert by_label(page.text_input, "Sentence B").value.endswith("too wide")
    assert by_label(page.selectbox, "Model").value == "minilm"
    assert address(page)["layer"] == "3"


def test_a_link_is_taken_over_whole() -> None:
    page = opened(a="The cat sat.", b="It slept.", layer="2", head="5", query="1", show="ab")
    assert not page.warning
    assert by_label(page.text_input, "Sentence A").value == "The cat sat."
    assert by_label(page.number_input, "Layer").value == 2
    assert by_label(page.number_input, "Head").value == 5
    assert address(page) == {
        "a": "The cat sat.", "b": "It slept.", "model": "minilm",
        "layer": "2", "head": "5", "query": "1", "show": "ab",
    }  # fmt: skip


def test_a_link_with_only_sentence_a_has_no_sentence_b() -> None:
    page = opened(a="The cat sat.")
    assert by_label(page.text_input, "Sentence B").value == ""
    assert not page.exception


@pytest.mark.parametrize(
    ("name", "value", "instead"),
    [
        ("layer", "99", "5"),
        ("head", "12", "11"),
        ("layer", "-1", "0"),
        ("query", "77", "5"),
        ("query", "-3", "0"),
        ("head", "1e3", "1"),
        ("layer", "２", "3"),
        ("layer", "9" * 5000, "5"),
        ("head", "", "1"),
        ("show", "sideways", "all"),
        ("model", "../../etc/passwd", "minilm"),
        ("model", "<script>alert(1)</script>", "minilm"),
    ],
)
def test_a_bad_value_in_a_link_falls_back_and_says_so(name: str, value: str, instead: str) -> None:
    page = opened(a="The cat sat.", **{name: value})
    assert not page.exception
    assert address(page)[name] == instead
    assert len(page.warning) == 1


def test_a_token_that_is_no_number_is_said() -> None:
    page = opened(a="The cat sat.", query="x")
    assert not page.exception
    assert len(page.warning) == 1
    assert "query" not in address(page)


def test_a_token_is_let_go_with_its_sentence() -> None:
    page = opened(a="The cat sat on the mat.", query="6")
    by_label(page.text_input, "Sentence A").set_value("The cat sat.").run()
    assert not page.warning
    assert "query" not in address(page)


def test_a_folder_is_for_ones_own_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refused = opened(a="The cat sat.", model=str(tmp_path))
    assert address(refused)["model"] == "minilm"
    allow_any_model(monkeypatch)
    page = opened(a="The cat sat.", model=str(tmp_path))
    assert not page.exception
    assert "no model" in spoken(page)
    assert address(page)["model"] == str(tmp_path)
    monkeypatch.delenv("EXPLORER_ANY_MODEL")
    assert "not offered" in spoken(page.run())


def test_a_text_too_long_for_a_link_stays_out_of_it() -> None:
    page = opened(layer="2")
    by_label(page.text_input, "Sentence A").set_value("é" * 5000).run()
    assert not page.exception
    assert "a" not in address(page)
    assert address(page)["layer"] == "2"
    assert any("too long for a link" in caption.value for caption in page.caption)
    by_label(page.text_input, "Sentence A").set_value("Short.").run()
    assert address(page)["a"] == "Short."


def test_a_changed_head_goes_into_the_address() -> None:
    page = opened()
    by_label(page.number_input, "Layer").set_value(4).run()
    by_label(page.number_input, "Head").set_value(7).run()
    assert (address(page)["layer"], address(page)["head"]) == ("4", "7")


def test_an_example_fills_both_sentences() -> None:
    page = opened()
    by_label(page.selectbox, "Examples").set_value("The trophy and the suitcase").run()
    assert by_label(page.text_input, "Sentence A").value.startswith("The trophy")
    assert address(page)["b"].endswith("too small.")
    by_label(page.text_input, "Sentence A").set_value("Something else").run()
    assert by_label(page.selectbox, "Examples").value is None


def test_an_empty_sentence_b_is_welcome() -> None:
    page = opened(b="", a="Only one.")
    assert not page.exception
    assert not page.error


def test_a_filter_for_two_sentences_ends_with_the_second_one() -> None:
    page = opened(a="One.", b="Two.", show="bb")
    by_label(page.text_input, "Sentence B").set_value("").run()
    assert not page.exception
    assert address(page)["show"] == "all"
    assert "one sentence" in spoken(page)


@pytest.mark.parametrize("a", ["", "   ", "\t\n", "\x00"])
def test_an_empty_sentence_a_asks_for_one(a: str) -> None:
    page = opened(a=a, b="Something.")
    assert not page.exception
    assert "Sentence A" in spoken(page)
    by_label(page.text_input, "Sentence A").set_value("Now there is one.").run()
    assert not page.error


def test_of_a_long_text_a_layer_is_offered_for_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened_script("pages/attention.py", a="a " * 330, b="")
    offered = downloads(page)
    assert {"This head (CSV)", "This layer (.npz)", "Everything (.npz)"} <= set(offered)
    assert not {"This layer (CSV)", "Everything (CSV)"} & set(offered)
    monkeypatch.setattr("components.attention_downloads.MOST_BYTES", 30_000_000)
    page.run()
    assert "Everything (.npz)" not in downloads(page)
    assert any("each layer has its own, for NumPy" in told.value for told in page.caption)


def test_a_text_over_the_limit_is_cut_and_stays_whole_in_the_box() -> None:
    text = "word " * 4000
    page = opened()
    by_label(page.text_input, "Sentence A").set_value(text).run()
    assert not page.exception
    assert by_label(page.text_input, "Sentence A").value == text
    assert "512" in spoken(page)


HOSTILE = [
    "😀 👩‍👩‍👧 a", "שלום עולם", "e\u0301\u0327 combining", "a\x00b", "<script>alert(1)</script>",
    "&lt;b&gt; &amp;", "'\"` \\", "$x$ $$y$$ :red[x] **b** [l](javascript:0) ![i](x)",
    "[MASK] [SEP] [CLS] [PAD]", "\u202e backwards", "%s {0} {{x}} ${y}",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_is_kept_and_never_breaks_the_page(text: str) -> None:
    page = opened(a=text, b=text)
    assert not page.exception
    assert not page.error
    assert by_label(page.text_input, "Sentence A").value == text


def test_an_unreachable_model_leaves_the_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    from backend.errors import HubUnreachable
    from components import loading

    def refuse(name: str, *_: object, **__: object) -> None:
        raise HubUnreachable(f"The Hub cannot be reached, so {name} cannot be fetched.")

    monkeypatch.setattr(loading, "model_folder", refuse)
    page = opened(a="The cat sat.", model="bert-base-uncased")
    assert not page.exception
    assert "cannot be reached" in spoken(page)
    assert by_label(page.text_input, "Sentence A").value == "The cat sat."
    monkeypatch.undo()
    by_label(page.button, "Use the built-in model").click().run()
    assert not page.error
    assert by_label(page.selectbox, "Model").value == "minilm"


def test_an_example_is_opened_also_by_who_has_used_up_a_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a model whose tokenizer nobody has asked for beside it."""
    allow_any_model(monkeypatch)
    monkeypatch.setattr("backend.cached._tokenizers", Shared(10, lambda _: 1))
    folder = str(write_model("bert", tmp_path, max_position_embeddings=200))
    page = opened(model=folder, a="the cat sat.")
    share = FairShare()
    monkeypatch.setattr("backend.fair_share._find", lambda: share)
    share.spend(31)
    by_label(page.selectbox, "Examples").set_value(EXAMPLES[2].name).run()
    assert not page.exception
    assert by_label(page.text_input, "Sentence A").value == EXAMPLES[2].a
    assert "goes on by itself" in spoken(page)
