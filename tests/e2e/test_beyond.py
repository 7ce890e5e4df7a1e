"""The kinds of weights in a real browser: drawn, spoken of, downloaded, and left again."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from backend.answers import Answer
from backend.cached import cached_trace
from backend.cached_heads import cached_weights
from backend.examples import EXAMPLES
from backend.trace import Trace
from tests.e2e.conftest import Open, downloaded_rows, ink, thousandths
from tests.serving import wait_until_drawn

A, B = EXAMPLES[0].a, EXAMPLES[0].b
IT, CHICKEN, ROAD = 10, 2, 8


@pytest.fixture(scope="module")
def trace() -> Trace:
    return cached_trace("minilm", A, B)


def drawn(page: Page, layer: int, head: int) -> str:
    """Until this is drawn; the name of the weights."""
    figure = page.locator(".attention[data-drawn]").first
    expect(figure).to_have_attribute("data-drawn", re.compile(rf"/{layer}/{head}$"))
    return (figure.get_attribute("data-drawn") or "").split("/")[0]


def kind(page: Page, name: str) -> None:
    """Choose a kind of weights, and wait until others are drawn."""
    figure = page.locator(".figure[data-drawn]").first
    before = figure.get_attribute("data-drawn") or ""
    page.get_by_role("radio", name=name, exact=True).or_(
        page.get_by_role("button", name=name, exact=True)
    ).first.click()
    expect(figure).not_to_have_attribute("data-drawn", before)
    wait_until_drawn(page)


def option(page: Page, column: str, token: int) -> Locator:
    name = re.compile(rf", token {token}$")
    return page.get_by_role("listbox", name=column).get_by_role("option", name=name)


def heatmap(page: Page) -> Locator:
    return page.locator("[data-stale=false] .js-plotly-plot")


def test_from_kind_to_kind_on_the_attention_page(open_page: Open, trace: Trace) -> None:
    page = open_page("/attention?head=7&layer=3&query=10")
    drawn(page, 3, 7)
    readout = page.locator(".readout")

    kind(page, "× length of values")
    drawn(page, 3, 7)
    shares = cached_weights(trace, "values").drawn.attention
    option(page, "Tokens that get (query)", IT).hover()
    best = int(shares[3, 7, IT].argmax())
    expect(readout).to_contain_text("it (A) gets from")
    expect(readout).to_contain_text(thousandths(shares[3, 7, IT, best]))
    option(page, "Tokens that hand on (key)", CHICKEN).hover()
    expect(readout).to_contain_text("chicken (A) hands to")
    expect(page.get_by_text("Hide shares below")).to_be_visible()
    expect(heatmap(page)).to_contain_text("key: the token that hands on")
    rows = downloaded_rows(page, "This head (CSV)")
    read = np.array([float(row["weight"]) for row in rows], np.float32)
    np.testing.assert_allclose(read.reshape(shares[3, 7].shape), shares[3, 7], atol=1e-6)
    assert len(downloaded_rows(page, "Lengths (CSV)")) == shares.shape[0] * 12 * shares.shape[3]

    kind(page, "Rollout")
    drawn(page, 3, 0)
    rolled = cached_weights(trace, "rollout").drawn.attention
    expect(page.get_by_role("gridcell")).to_have_count(6)
    expect(page.get_by_role("button", name="All heads of the layer")).to_be_hidden()
    expect(page.get_by_label("Head", exact=True)).to_be_disabled()
    expect(page.get_by_label("Head", exact=True)).to_have_value("7")
    option(page, "Tokens after the layer (query)", IT).hover()
    first = int(rolled[3, 0, IT].argmax())
    expect(readout).to_contain_text("Layer 3: it (A) is mixed from")
    expect(readout).to_contain_text(thousandths(rolled[3, 0, IT, first]))
    page.get_by_role("gridcell", name="layer 3", exact=True).click()
    page.keyboard.press("ArrowDown")
    drawn(page, 4, 0)
    page.wait_for_url(re.compile("layer=4&head=7"))
    assert ink(page, "canvas.lines") > 500

    kind(page, "Flow")
    flow = cached_weights(trace, "flow").drawn.attention
    option(page, "Tokens after the layer (query)", IT).hover()
    expect(readout).to_contain_text("it (A) can draw on")
    expect(readout).to_contain_text(thousandths(flow[4, 0, IT].max()))

    kind(page, "Raw")
    drawn(page, 4, 7)
    expect(page.get_by_role("gridcell")).to_have_count(72)
    expect(page.locator(".chips [aria-pressed=true]")).to_have_count(1)
    option(page, "Tokens that look (query)", IT).hover()
    expect(readout).to_contain_text("Layer 4, head 7: it (A) looks at")
    assert "weights=" not in page.url


def test_an_answer_follows_the_token_that_is_chosen(open_page: Open, trace: Trace) -> None:
    page = open_page("/attention?weights=gradient&layer=5&head=11&query=10")
    expect(page.get_by_text(re.compile("“it” .token 10. is “PRP”"))).to_be_visible(timeout=90_000)
    drawn(page, 5, 11)
    of_it = cached_weights(trace, "gradient", Answer("tag", IT))
    expect(page.locator(".readout")).to_contain_text("it (A) has effect by looking at chicken (A)")
    expect(page.locator(".readout")).to_contain_text(
        thousandths(of_it.drawn.attention[5, 11, IT, CHICKEN])
    )
    rows = downloaded_rows(page, "This head (CSV)")
    read = np.array([float(row["weight"]) for row in rows], np.float32)
    np.testing.assert_allclose(
        read.reshape(of_it.table.attention[5, 11].shape), of_it.table.attention[5, 11], atol=1e-5
    )
    before = drawn(page, 5, 11)
    for token, word, tag in ((ROAD, "road", "NN"), (CHICKEN, "chicken", "NN"), (IT, "it", "PRP")):
        option(page, "Tokens that look (query)", token).click()
        expect(page.get_by_text(re.compile(f"“{word}” .token {token}. is “{tag}”"))).to_be_visible()
        page.wait_for_url(re.compile(f"query={token}"))
    expect(page.locator(".attention").first).to_have_attribute("data-drawn", f"{before}/5/11")


def test_the_comparison_speaks_of_what_is_drawn(open_page: Open) -> None:
    page = open_page("/compare")
    figure = page.locator(".comparison[data-drawn]").first
    expect(figure).to_have_attribute("data-drawn", re.compile(r"/3/1/10$"))
    kind(page, "× length of values")
    a, b = (cached_weights(cached_trace("minilm", text), "values").drawn for text in (A, B))
    numbers = [thousandths(t.attention[3, 1, IT, CHICKEN]) for t in (a, b)]
    said = page.locator(".said")
    expect(said).to_contain_text(f"it → chicken {numbers[0]} in A, {numbers[1]} in B")
    expect(page.get_by_role("heading", name="How far each head's share moved")).to_be_visible()
    expect(page.get_by_role("heading", name="Layer 3, head 1: who gets from whom")).to_be_visible()
    expect(page.get_by_text("Who gets?")).to_be_visible()

    kind(page, "Rollout")
    layers = page.get_by_role("listbox", name="Layers, the one first").get_by_role("option")
    expect(layers).to_have_count(6)
    expect(
        page.get_by_role("listbox", name="Layers as arrows").get_by_role("option")
    ).to_have_count(6)
    layers.last.click()
    layer = int(re.match(r"layer (\d)", layers.last.get_attribute("aria-label") or "")[1])  # type: ignore[index]
    page.wait_for_url(re.compile(f"layer={layer}&head=1"))
    expect(said).to_contain_text(f"Layer {layer}, number 6 of 6; it →")

    kind(page, "Raw")
    expect(figure).to_have_attribute("data-drawn", re.compile(rf"/{layer}/1/10$"))
    expect(said).to_contain_text(f"Layer {layer}, head 1, number")


@pytest.mark.parametrize("path", ["/attention", "/compare"])
@pytest.mark.parametrize("width", [1920, 390])
def test_nothing_sticks_out_of_any_kind(open_page: Open, path: str, width: int) -> None:
    page = open_page(f"{path}?weights=rollout", width, 900)
    for name in ("× length of values", "Flow", "× gradient"):
        kind(page, name)
        wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
        assert wide <= width
