"""The page of its own: what is in it, how large it is, and that nothing typed becomes markup."""

import json
import re
import tomllib
from base64 import b64decode, b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from backend.cached_heads import WeightsRecipe
from backend.errors import ExplorerError
from backend.model import Model, load_model
from backend.packing import unpack_attention
from backend.switched_off import ALL_ON, SwitchedOff
from backend.trace import Trace
from backend.weight_kinds import KINDS, RAW
from components.palette import INK, PAGE
from components.view import Choice
from components.weight_choice import Drawn
from components.weight_words import WORDS
from components.whole_view import WholeView, whole_page
from components.whole_views import most_tokens, whole_attention

CHOICE = Choice(layer=3, head=1, query=10, show="all", keys=(), serial=0)
LINK = "https://example.org/attention?a=it&layer=3"
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!-- <script> \u2028 \u2029 ]]> -->",
    "\"'><img src=x onerror=alert(1)> &amp; ${policy} $sent",
    "\ud800 \x00 \x0b {link} \\u003c/script>",
]


class Reader(HTMLParser):
    """Every tag with its attributes, and the text within each kind of element."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.texts.append((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        self.texts.append(("", ""))

    def handle_data(self, data: str) -> None:
        if self.texts:
            tag, text = self.texts[-1]
            self.texts[-1] = tag, text + data

    def within(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("minilm")


def drawn(trace: Trace, kind: str = RAW) -> Drawn:
    recipe = WeightsRecipe(trace.model, trace.sentences, kind, None, ALL_ON)
    return Drawn(trace, kind, WORDS[kind], recipe)


def page_of(whole: WholeView, *, complete: bool = True) -> str:
    return whole_page("Attention", "Attention, layer 3", whole, LINK, complete=complete).decode()


def shape(page: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(tag, tuple(attributes)) for tag, attributes in Reader(page).tags]


def test_thirty_tokens_take_less_than_a_megabyte(model: Model) -> None:
    trace = model.trace(" ".join(["it"] * 14), " ".join(["it"] * 13))
    assert len(trace.tokens) == 30
    assert len(page_of(whole_attention(drawn(trace), CHOICE))) < 1_000_000


def test_all_weights_are_in_it(model: Model) -> None:
    trace = model.trace("It was too tired.", None)
    page = Reader(page_of(whole_attention(drawn(trace), CHOICE)))
    [packet] = [
        text
        for text, (tag, attributes) in zip(page.within("script"), scripts_of(page), strict=True)
        if attributes.get("type") == "application/octet-stream"
    ]
    found = unpack_attention(b64decode(packet))
    assert found.first == 0
    assert np.allclose((found.weights - 31.5) / 64000, trace.attention, atol=1e-5)


def scripts_of(page: Reader) -> list[tuple[str, dict[str, str | None]]]:
    return [one for one in page.tags if one[0] == "script"]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_typed_never_becomes_markup(model: Model, text: str) -> None:
    try:
        trace = model.trace(text, text)
    except ExplorerError:
        pytest.skip("the tokenizer finds nothing to read in it")
    usual = page_of(whole_attention(drawn(model.trace("It", "It")), CHOICE))
    whole = whole_attention(drawn(trace), CHOICE)
    assert shape(page_of(whole)) == shape(usual)
    tokens = replace(trace, tokens=tuple(text for _ in trace.tokens))
    page = page_of(whole_attention(drawn(tokens), CHOICE))
    assert shape(page) == shape(usual)
    sent = json.loads(re.findall(r'id="sent">(.*?)</script>', page)[0])
    assert sent["tokens"] == [text] * len(trace.tokens)


def test_only_its_own_scripts_may_run_and_nothing_is_asked_for(model: Model) -> None:
    trace = model.trace("It was too tired.", None)
    page = Reader(page_of(whole_attention(drawn(trace), CHOICE)))
    [policy] = [
        a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    modules = [
        text
        for text, (_, attributes) in zip(page.within("script"), scripts_of(page), strict=True)
        if attributes.get("type") == "module"
    ]
    assert len(modules) == 3
    for text in (*modules, *page.within("style")):
        assert b64encode(sha256(text.encode()).digest()).decode() in policy
    assert not [tag for tag, attributes in page.tags if {"src", "onload"} & attributes.keys()]


def test_it_says_what_it_shows(model: Model) -> None:
    trace = model.trace("The cat sat.", "It was tired.")
    off = SwitchedOff(heads=((3, 1),), hidden=(2,))
    page = page_of(whole_attention(drawn(trace), CHOICE, off))
    for words in (
        "The cat sat.",
        "It was tired.",
        "MiniLM-L6",
        "Wang et al. 2020",
        "Heads switched off: layer 3, head 1.",
        "Tokens hidden from all others: cat (2).",
        "not by itself a reason",
        "accessed ",
        'href="https://example.org/attention?a=it&amp;layer=3"',
    ):
        assert words in page
    assert "too long for a link" not in page
    assert "too long for a link" in page_of(whole_attention(drawn(trace), CHOICE), complete=False)


@pytest.mark.parametrize("kind", list(KINDS))
def test_what_is_told_of_each_kind_is_plain_text(model: Model, kind: str) -> None:
    whole = whole_attention(drawn(model.trace("It", None), kind), CHOICE)
    assert not set(whole.weights) & set("*_`$\\<")


def test_all_layers_of_the_longest_text_fit() -> None:
    assert most_tokens(6, 12) == 176
    assert most_tokens(12, 12) == 125


def test_its_colours_are_the_pages() -> None:
    here = Path(__file__).parents[2]
    style = (here / "components" / "whole_view.css").read_text()
    config = tomllib.loads((here / ".streamlit" / "config.toml").read_text())
    light, dark = style.split("@media", 1)
    for theme, part in (("light", light), ("dark", dark)):
        for colour in ("primaryColor", "secondaryBackgroundColor", "backgroundColor", "textColor"):
            assert config["theme"][theme][colour] in part
        assert PAGE[theme] in part  # type: ignore[index]
        assert INK[theme] in part  # type: ignore[index]
