"""BertViz's own scripts at work in a browser that has no network."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import ConsoleMessage, FrameLocator, Locator, Page, Route, expect

from backend.cached import cached_model, cached_trace
from backend.trace import Trace
from components.bertviz_page import bertviz_page, framed
from components.view import Choice
from tests.serving import wait_until_drawn

A = "The cat sat on the mat"
B = "It was tired"
TITLES = {"head": "Head view", "model": "Model view", "neuron": "Neuron view"}
DRAW_MS = 30_000
BEYOND = re.compile(r"(https?|wss?)://(?!127\.0\.0\.1[:/])")


@contextmanager
def cut_off(page: Page) -> Iterator[None]:
    """No host but this one answers; what the page asks of others, or complains of, fails."""
    asked: list[str] = []
    errors: list[str] = []

    def listen(line: ConsoleMessage) -> None:
        # A page that is opened by its own address looks for Streamlit's own files beside itself.
        if line.type == "error" and "/_stcore/" not in line.location["url"]:
            errors.append(line.text)

    page.context.route(BEYOND, Route.abort)
    page.on("dialog", lambda dialog: errors.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", listen)
    yield
    assert [url for url in asked if BEYOND.match(url)] == []
    assert errors == []


def opened(page: Page, a: str, b: str) -> None:
    """Open the page in a tab that is listened to already."""
    start = urlsplit(page.url)
    query = urlencode({"a": a, "b": b, "layer": 3, "head": 1})
    page.goto(f"{start.scheme}://{start.netloc}/bertviz?{query}")
    wait_until_drawn(page)


def frame_of(page: Page, view: str) -> Locator:
    return page.locator(f"iframe[title='BertViz: {TITLES[view]}']")


def drawn(page: Page, view: str) -> FrameLocator:
    """BertViz's page, once it has drawn."""
    inside = frame_of(page, view).content_frame.frame_locator("iframe")
    expect(inside.locator("#bertviz[data-drawn]")).to_be_visible(timeout=DRAW_MS)
    return inside


def choose(page: Page, view: str) -> FrameLocator:
    page.get_by_test_id("stButtonGroup").get_by_text(TITLES[view]).click()
    return drawn(page, view)


def opacities(inside: FrameLocator, selector: str) -> list[float]:
    found: list[float] = inside.locator(selector).evaluate_all(
        "lines => lines.map((line) => Number(line.getAttribute('stroke-opacity')))"
    )
    return found


def needs_no_scrolling_down(inside: FrameLocator) -> bool:
    fits: bool = inside.locator("html").evaluate("page => page.scrollHeight <= page.clientHeight")
    return fits


def test_the_three_views_draw_the_weights_without_a_network(
    open_page: Callable[..., Page], screenshots: Path
) -> None:
    trace = cached_trace("minilm", A, B)
    tokens = len(trace.tokens)
    page = open_page()
    with cut_off(page):
        opened(page, A, B)
        head = drawn(page, "head")
        expect(head.locator("#attention line")).to_have_count(12 * tokens**2)
        shown = opacities(head, "#attention .headAttention[head-index='1'] line")
        np.testing.assert_allclose(shown, trace.attention[3, 1].ravel(), atol=6e-4)
        assert set(opacities(head, "#attention .headAttention[head-index='2'] line")) == {0}
        assert needs_no_scrolling_down(head)

        head.get_by_label("Layer").select_option("5")
        shown = opacities(head, "#attention .headAttention[head-index='1'] line")
        np.testing.assert_allclose(shown, trace.attention[5, 1].ravel(), atol=6e-4)
        head.get_by_label("Attention").select_option("Sentence A -> Sentence B")
        second = int(trace.segments.argmax())
        shown = opacities(head, "#attention .headAttention[head-index='1'] line")
        np.testing.assert_allclose(
            shown, trace.attention[5, 1, :second, second:].ravel(), atol=6e-4
        )
        page.screenshot(path=screenshots / "bertviz-head.png")

        model = choose(page, "model")
        every = opacities(model, "svg > g:not(.detail) line")
        np.testing.assert_allclose(every, trace.attention.ravel(), atol=6e-4)
        expect(model.get_by_text("Layer 3, Head 1")).to_be_visible()
        assert needs_no_scrolling_down(model)
        page.screenshot(path=screenshots / "bertviz-model.png")

        neuron = choose(page, "neuron")
        shown = opacities(neuron, "#collapsed .attn-line-group line")
        np.testing.assert_allclose(shown, trace.attention[3, 1].ravel(), atol=6e-4)
        scores = dot_products(neuron, 2)
        weights = np.exp(scores) / np.exp(scores).sum()
        np.testing.assert_allclose(weights, trace.attention[3, 1, 2], atol=2e-3)
        neuron.get_by_label("Layer").select_option("0")
        neuron.get_by_label("Head").select_option("2")
        shown = opacities(neuron, "#collapsed .attn-line-group line")
        np.testing.assert_allclose(shown, trace.attention[0, 2].ravel(), atol=6e-4)
        assert needs_no_scrolling_down(neuron)
        page.screenshot(path=screenshots / "bertviz-neuron.png")


def dot_products(
    neuron: FrameLocator, token: int
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Opens the computation for a token by keyboard; what it shows between key and weight."""
    neuron.locator("#collapsed #leftText > g").nth(token).focus()
    neuron.locator("#collapsed #leftText > g").nth(token).press("Enter")
    expect(neuron.locator("#expanded #leftText > g").nth(token)).to_be_focused()
    return np.array(
        neuron.locator("#dotproducts rect").evaluate_all(
            "squares => squares.map((square) => Number(square.dataset.value))"
        )
    )


def test_the_sidebar_sets_where_a_view_opens_and_the_keyboard_does_what_the_mouse_can(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(f"/bertviz?{urlencode({'a': A, 'layer': 3})}")
    expect(drawn(page, "head").get_by_label("Layer")).to_have_value("3")
    box = page.get_by_label("Layer", exact=True)
    box.fill("4")
    box.press("Enter")
    head = drawn(page, "head")
    expect(head.get_by_label("Layer")).to_have_value("4")
    expect(head.locator("#filter")).to_have_count(0)

    squares = head.get_by_role("button", name="Head ")
    squares.nth(0).focus()
    squares.nth(0).press("Enter")
    assert max(opacities(head, "#attention .headAttention[head-index='0'] line")) > 0
    squares.nth(0).press("ArrowRight")
    expect(squares.nth(1)).to_be_focused()
    squares.nth(1).press("Enter")
    assert max(opacities(head, "#attention .headAttention[head-index='1'] line")) == 0
    cat = head.get_by_role("button", name="Token 2, cat").first
    cat.focus()
    seen = head.locator("#attention line[visibility='visible']")
    expect(seen).to_have_count(12 * len(cached_trace("minilm", A).tokens))
    head.get_by_label("Layer").focus()
    expect(seen).to_have_count(0)

    model = choose(page, "model")
    chosen = model.get_by_role("button", name="Layer 4, head 1", exact=True)
    chosen.focus()
    chosen.press("ArrowDown")
    chosen = model.get_by_role("button", name="Layer 5, head 1", exact=True)
    expect(chosen).to_be_focused()
    chosen.press("Enter")
    expect(model.get_by_text("Layer 5, Head 1")).to_be_visible()


def test_what_is_typed_stays_text_and_nothing_gets_out_of_the_frame(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    a, b = "</script><img src=x onerror=alert(1)>", "<!-- $x$ 😀"
    page = open_page()
    with cut_off(page):
        opened(page, a, b)
        for view in TITLES:
            inside = choose(page, view)
            assert inside.locator("img").count() == 0
        written = choose(page, "head").locator("#left text").all_text_contents()
        assert tuple(written) == cached_trace("minilm", a, b).tokens

        trace = cached_trace("minilm", A)
        tokens = (f"{a}<script>alert(2)</script>", "<!--<script>", "\u2028", *trace.tokens[3:])
        hostile = Trace(**(vars(trace) | {"tokens": tokens}))
        for view in TITLES:
            found = cached_model("minilm").projections(trace) if view == "neuron" else None
            html = bertviz_page(view, hostile, Choice(3, 1, None, "all", (), 0), "light", found)
            (tmp_path / "page.html").write_text(framed(html, view, "light"), encoding="utf-8")
            page.goto((tmp_path / "page.html").as_uri())
            inside = page.frame_locator("iframe")
            expect(inside.locator("#bertviz[data-drawn]")).to_be_visible(timeout=DRAW_MS)
            assert inside.locator("img").count() == 0
            assert tokens[0] in inside.locator("text").all_text_contents()


def test_a_script_in_bertvizs_page_would_not_run_nor_reach_the_app(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(f"/bertviz?{urlencode({'a': A})}")
    inside = drawn(page, "head").locator("html")
    assert inside.evaluate("() => self.origin") == "null"
    assert not inside.evaluate(REACH)


REACH = """() => {
  const script = document.createElement("script");
  script.textContent = "window.ran = true";
  document.body.append(script);
  if (window.ran) return true;
  try {
    return Boolean(parent.parent.document);
  } catch {
    return false;
  }
}"""
"""Whether a script that got into BertViz's page would run, or reach the app around it."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_tokens_stand_out_in_light_and_dark_and_the_page_keeps_its_width(
    open_page: Callable[..., Page], scheme: str, width: int
) -> None:
    page = open_page(f"/bertviz?{urlencode({'a': A})}", width=width, color_scheme=scheme)
    for view, token in (
        ("head", "#left > g:last-child > g >> nth=2"),
        ("model", "svg > text >> nth=1"),
        ("neuron", "#collapsed #leftText > g >> nth=2"),
    ):
        inside = choose(page, view)
        pixels = Image.open(io.BytesIO(inside.locator(token).screenshot())).convert("L")
        darkest, brightest = pixels.getextrema()
        assert isinstance(darkest, int)
        assert isinstance(brightest, int)
        middle = float(np.median(np.asarray(pixels)))
        assert middle > 230 if scheme == "light" else middle < 40
        assert brightest - darkest > 150
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert needs_no_scrolling_down(inside)


def test_a_text_too_long_for_it_leads_to_the_attention_page(open_page: Callable[..., Page]) -> None:
    page = open_page(f"/bertviz?{urlencode({'a': 'word ' * 200})}")
    expect(page.get_by_text("lines. This page stops at")).to_be_visible()
    assert page.locator("iframe").count() == 0
    page.get_by_role("button", name="See it on the Attention page").click()
    expect(page.get_by_role("heading", name="Attention", exact=True)).to_be_visible()
    expect(page.get_by_label("Sentence A", exact=True)).to_have_value("word " * 200)


def test_the_downloaded_page_draws_by_itself(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(f"/bertviz?{urlencode({'a': A, 'b': B})}")
    drawn(page, "head")
    wait_until_drawn(page)
    with page.expect_download() as caught:
        page.get_by_role("button", name="This view (HTML)").click()
    file = tmp_path / caught.value.suggested_filename
    caught.value.save_as(file)
    assert file.name == "bertviz-head-view.html"
    alone = page.context.new_page()
    with cut_off(alone):
        alone.goto(file.as_uri())
        expect(alone.locator("#bertviz[data-drawn]")).to_be_visible(timeout=DRAW_MS)
        tokens = len(cached_trace("minilm", A, B).tokens)
        expect(alone.locator("#attention line")).to_have_count(12 * tokens**2)
