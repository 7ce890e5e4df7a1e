"""BertViz's pages as texts: what they carry, how large they are, what they may run."""

import json
import re
import subprocess
import sys
from base64 import b64decode, b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backend.cached import cached_model, cached_trace
from backend.trace import Trace
from components.bertviz_page import bertviz_page, framed, page_height
from components.view import Choice
from components.view_options import VIEWS

A = "The cat sat on the mat."
B = "It was tired."
HOSTILE = "</script><img src=x onerror=alert(1)> <!-- $x$ \u2028 😀 & \" '"
CHOICE = Choice(3, 1, None, "all", (), 0)


def page_of(view: str, trace: Trace, choice: Choice = CHOICE, theme: Any = "light") -> str:
    found = cached_model("minilm").projections(trace) if view == "neuron" else None
    return bertviz_page(view, trace, choice, theme, found)


def sent(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="sent">(.*?)</script>', page, re.S)
    assert found is not None
    read: dict[str, Any] = json.loads(found[1])
    return read


def scripts(page: str) -> list[str]:
    return re.findall(r"<script>(.*?)</script>", page, re.S)


@pytest.fixture(scope="module")
def pair() -> Trace:
    return cached_trace("minilm", A, B)


@pytest.mark.parametrize("view", VIEWS)
def test_a_pair_of_64_tokens_stays_under_3_mb_with_its_libraries(view: str) -> None:
    half = "word " * 30
    trace = cached_trace("minilm", half + "and", half)
    assert len(trace.tokens) == 64
    assert len(framed(page_of(view, trace), view, "light").encode()) < 3_000_000


@pytest.mark.parametrize("view", VIEWS)
def test_weights_come_once_and_true_to_three_decimals(view: str, pair: Trace) -> None:
    packed = np.frombuffer(b64decode(sent(page_of(view, pair))["weights"]), "<u2")
    weights = (packed >> 6).reshape(pair.attention.shape) / 1000
    assert np.abs(weights - pair.attention.astype(float)).max() <= 0.0005


def test_the_neuron_view_carries_queries_and_keys(pair: Trace) -> None:
    data = sent(page_of("neuron", pair))
    found = cached_model("minilm").projections(pair)
    for name, vectors in (("queries", found.queries), ("keys", found.keys)):
        numbers = np.frombuffer(b64decode(data[name]["numbers"]), "<i2").reshape(vectors.shape)
        assert np.abs(numbers * data[name]["step"] - vectors).max() < data[name]["step"]
        assert data[name]["step"] < 1e-3
    assert "queries" not in sent(page_of("head", pair))


def test_the_chosen_head_and_the_second_sentence_are_told(pair: Trace) -> None:
    data = sent(page_of("head", pair, Choice(5, 11, None, "ba", (), 0)))
    assert (data["layer"], data["head"], data["show"]) == (5, 11, "ba")
    assert pair.tokens[data["second"] :] == ("it", "was", "tired", ".", "[SEP]")
    assert (data["layers"], data["heads"], data["tokens"]) == (6, 12, list(pair.tokens))


@pytest.mark.parametrize("view", VIEWS)
def test_the_filter_stands_there_for_a_pair_only(view: str, pair: Trace) -> None:
    page = page_of(view, pair, Choice(0, 0, None, "ab", (), 0))
    assert page.count("<option value=") == 5
    assert re.search(r"<option [^>]*selected>Sentence A -&gt; Sentence B<", page)
    alone = page_of(view, cached_trace("minilm", A))
    assert "<option value=" not in alone
    assert sent(alone)["second"] is None


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_that_is_typed_gets_out_of_its_place(view: str) -> None:
    trace = cached_trace("minilm", HOSTILE, HOSTILE)
    page = page_of(view, trace)
    assert tuple(sent(page)["tokens"]) == trace.tokens
    between = page[page.index('id="sent">') :]
    assert "<" not in between[len('id="sent">') : between.index("</script>")]
    assert len(scripts(page)) == len(scripts(page_of(view, cached_trace("minilm", A))))


def test_a_token_that_is_markup_comes_as_text(pair: Trace) -> None:
    tokens = ("</script><script>alert(1)</script>", "<!--", *pair.tokens[2:])
    made = Trace(**(vars(pair) | {"tokens": tokens}))
    page = page_of("head", made)
    assert "alert(1)" not in "".join(scripts(page))
    assert tuple(sent(page)["tokens"]) == tokens


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_only_what_the_policy_names_may_run_and_nothing_is_fetched(
    view: str, theme: Any, pair: Trace
) -> None:
    page = page_of(view, pair, theme=theme)
    frame = framed(page, view, theme)
    for html in (page, frame):
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
        assert policy is not None
        assert policy[1].startswith("default-src 'none'; ")
        assert "unsafe" not in policy[1]
        assert "http" not in policy[1]
        for text in (*scripts(page), *re.findall(r"<style>(.*?)</style>", html, re.S)):
            digest = b64encode(sha256(text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy[1]
    assert not re.search(r"<(script|link|img)[^>]* (src|href)=", page)


def test_the_frame_holds_the_page_and_gives_it_no_origin(pair: Trace) -> None:
    page = page_of("head", pair)
    frame = framed(page, "head", "light")
    assert re.findall(r'sandbox="([^"]*)"', frame) == ["allow-scripts"]
    found = re.search(r'srcdoc="([^"]*)"', frame)
    assert found is not None
    assert unescape(found[1]) == page


@pytest.mark.parametrize("view", VIEWS)
def test_the_same_view_is_the_same_page_so_that_a_rerun_draws_nothing_anew(
    view: str, pair: Trace
) -> None:
    assert page_of(view, pair) == page_of(view, pair)
    assert page_of(view, pair) != page_of(view, pair, theme="dark")


@pytest.mark.parametrize("view", VIEWS)
def test_more_tokens_need_more_height(view: str, pair: Trace) -> None:
    longer = cached_trace("minilm", A * 3, B)
    assert page_height(view, longer) > page_height(view, pair) > 200


@pytest.mark.parametrize(
    ("view", "put"),
    [
        ("head", "const params = window.bertviz_params;"),
        ("model", "const params = window.bertviz_params;"),
        ("model", "const DIV_WIDTH = Math.max("),
        ("neuron", "const params = window.bertviz_params"),
        ("neuron", "const MATRIX_WIDTH = Math.min("),
    ],
)
def test_bertvizs_own_script_reads_our_parameters_and_widths(
    view: str, put: str, pair: Trace
) -> None:
    script = next(text for text in scripts(page_of(view, pair)) if "requirejs(['jquery'" in text)
    assert script.count(put) == 1


def test_bertviz_and_the_packages_beside_it_are_never_imported() -> None:
    code = """
import sys
from components.bertviz_page import libraries
assert "d3js.org v5" in libraries()[1]
heavy = {"bertviz", "mpld3", "xstatic", "matplotlib", "boto3", "IPython", "torch", "streamlit"}
print(sorted(heavy & {name.split(".")[0] for name in sys.modules}))
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
