"""The page Inside a head in a real browser, its numbers checked against the trace and NumPy."""

import re
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from backend.cached import cached_model, cached_trace
from backend.examples import EXAMPLES
from tests.e2e.conftest import Open, choose_option, downloaded_rows
from tests.serving import wait_until_drawn

A = EXAMPLES[0].a
IT, CHICKEN, ROAD = 10, 2, 8
FIGURES = 9


def address_of(a: str, b: str = "", **more: int) -> str:
    parameters = {"a": a, "b": b} | {name: str(value) for name, value in more.items()}
    return "/inside?" + "&".join(f"{name}={quote(value)}" for name, value in parameters.items())


def figures(page: Page) -> Locator:
    """The figures of this run; a changed one stands for a moment beside the one it replaces."""
    return page.locator("[data-stale=false] .js-plotly-plot")


def figure(page: Page, title: str) -> Locator:
    return figures(page).filter(has_text=title).first


def all_drawn(page: Page) -> None:
    expect(figures(page)).to_have_count(FIGURES, timeout=30_000)
    for place in range(FIGURES):
        expect(figures(page).nth(place).locator(".main-svg").first).to_be_attached()
    wait_until_drawn(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def drawn(page: Page, title: str, trace: int, field: str) -> NDArray[np.float64]:
    """What a figure draws, as Plotly holds it in the browser."""
    script = """(plot, [trace, field]) => Array.from(plot._fullData[trace][field],
        row => row.length === undefined ? row : Array.from(row))"""
    return np.array(figure(page, title).evaluate(script, [trace, field]))


def choose_key(page: Page, option: str) -> None:
    choose_option(page, "Key to look at closely", option)


def floats(rows: list[dict[str, str]], *columns: str) -> NDArray[np.float64]:
    return np.array([[row[column] for column in columns] for row in rows], dtype=np.float64)


def test_the_steps_of_it_and_the_way_to_other_pages(open_page: Open) -> None:
    trace = cached_trace("minilm", A)
    found = cached_model("minilm").projections(trace)
    query, keys, values = (part[3, 1] for part in (found.queries, found.keys, found.values))
    page = open_page(address_of(A, layer=3, head=1, query=IT))
    all_drawn(page)
    expect(page.get_by_text("looks most at “chicken”")).to_be_visible()
    np.testing.assert_allclose(
        drawn(page, "what each token is found by", 0, "z"), [query[IT]], atol=1e-5
    )
    np.testing.assert_allclose(drawn(page, "what each token is found by", 1, "z"), keys, atol=1e-5)
    np.testing.assert_allclose(drawn(page, "their sum", 0, "z"), query[IT] * keys, atol=1e-4)
    weights = trace.attention[3, 1, IT]
    np.testing.assert_allclose(drawn(page, "without the division", 0, "x"), weights, atol=1e-5)
    handed_on = drawn(page, "what is handed on", 1, "z")[0]
    np.testing.assert_allclose(handed_on, weights @ values[:, :], atol=1e-5)

    choose_key(page, "8 road")
    expect(page.get_by_text("products of “it” and “road”")).to_be_visible()
    expect(page).to_have_url(re.compile("other=8"))
    rows = downloaded_rows(page, "These products (CSV)")
    products = floats(rows, "query", "key", "product")
    np.testing.assert_allclose(products[:, 0], query[IT], atol=1e-5)
    np.testing.assert_allclose(products[:, 1], keys[ROAD], atol=1e-5)

    page.get_by_test_id("stButtonGroup").get_by_role("radio", name="tired").click()
    tired = trace.tokens.index("tired")
    expect(page.get_by_text("products of “tired” and “road”")).to_be_visible()
    expect(page).to_have_url(re.compile(f"query={tired}"))
    all_drawn(page)
    rows = downloaded_rows(page, "Steps for each key (CSV)")
    weights = trace.attention[3, 1, tired]
    np.testing.assert_allclose(floats(rows, "weight")[:, 0], weights, atol=1e-5)
    assert [row["key_token"] for row in rows] == list(trace.tokens)
    rows = downloaded_rows(page, "Vectors (CSV)")
    assert [row["vector"] for row in rows].count("value") == len(trace.tokens)
    rows = downloaded_rows(page, "Contributions (CSV)")
    vectors = {row["vector"]: floats([row], *map(str, range(384)))[0] for row in rows}
    added = sum(vectors[f"head {head}"] for head in range(12)) + vectors["bias"]
    np.testing.assert_allclose(vectors["attention"], added, atol=1e-5)
    np.testing.assert_allclose(vectors["token's vector"], trace.hidden[3, tired], atol=1e-6)

    page.get_by_role("button", name="BertViz's neuron view of it").click()
    expect(page.get_by_role("heading", name="BertViz", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(f"layer=3&head=1&query={tired}.*view=neuron"))
    page.go_back()
    all_drawn(page)
    expect(page.get_by_text("products of “tired” and “road”")).to_be_visible()
    page.get_by_role("button", name="This head on the Attention page").click()
    expect(page.get_by_role("heading", name="Attention", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(f"layer=3&head=1&query={tired}"))


def test_hostile_tokens_stay_what_they_are(open_page: Open) -> None:
    text = "</script><img src=x onerror=alert(1)> $x$ **a** שלום 🙂"
    page = open_page(address_of(text, text, query=3))
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    all_drawn(page)
    assert page.locator("[data-testid=stMain] img").count() == 0
    expect(figure(page, "what each token is found by")).to_contain_text("<")


def test_a_text_at_the_models_limit(open_page: Open, screenshots: Path) -> None:
    page = open_page("/inside?a=short")
    page.get_by_label("Sentence A", exact=True).fill("the cat and the dog " * 110)
    page.keyboard.press("Enter")
    expect(page.get_by_text("These are 512 tokens. The figures draw 32 of them")).to_be_visible()
    all_drawn(page)
    expect(page.get_by_role("combobox", name="Query", exact=True)).to_have_value(re.compile("the"))
    assert len(drawn(page, "what each token is found by", 1, "z")) == 32
    grow_to_content(page, 1280)
    page.screenshot(path=screenshots / "inside-512.png")
    page.get_by_label("Sentence A", exact=True).fill("the dog")
    page.keyboard.press("Enter")
    words = page.get_by_test_id("stButtonGroup")
    expect(words.get_by_role("radio", name="the", exact=True)).to_have_attribute(
        "aria-checked", "true"
    )
    expect(page.get_by_text("From “the” this head looks")).to_be_visible()


def grow_to_content(page: Page, width: int) -> None:
    main = page.locator("[data-testid=stMain]")
    page.set_viewport_size({"width": width, "height": main.evaluate("main => main.scrollHeight")})
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.mark.parametrize(
    ("scheme", "width", "height"),
    [("light", 1920, 1080), ("dark", 1280, 900), ("light", 390, 844), ("dark", 390, 844)],
)
def test_nothing_sticks_out_at_any_width(
    open_page: Open, screenshots: Path, scheme: str, width: int, height: int
) -> None:
    page = open_page("/inside", width, height, color_scheme=scheme)
    all_drawn(page)
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("main => main.scrollWidth") <= width
    assert main.evaluate(SMALLEST_TEXT) >= 14
    assert main.evaluate(OUTSIDE) == []
    grow_to_content(page, width)
    page.screenshot(path=screenshots / f"inside-{scheme}-{width}.png")


SMALLEST_TEXT = """main => Math.min(...[...main.querySelectorAll('.js-plotly-plot svg text')]
    .filter(text => text.textContent).map(text => parseFloat(getComputedStyle(text).fontSize)))"""

OUTSIDE = """main => [...main.querySelectorAll('.js-plotly-plot')].flatMap(plot => {
    const room = plot.getBoundingClientRect();
    return [...plot.querySelectorAll('svg text')].filter(text => {
        const box = text.getBoundingClientRect();
        return box.width && (box.left < room.left - 1 || box.right > room.right + 1);
    }).map(text => text.textContent);
})"""
"""Texts of figures that are cut off at the sides."""
