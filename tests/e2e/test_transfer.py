"""The Transfer page in a real browser: train, try, refine, write one's own."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from backend.cached import cached_task
from backend.labelled_texts import preset_task
from backend.transfer_tables import rows_csv
from tests.e2e.conftest import Open, downloaded_rows
from tests.serving import wait_until_drawn

LONG = 90_000  # milliseconds; a training may have to share the machine
GOOD = rows_csv((f"{animal} number {n} sleeps", animal) for animal in ("cat", "dog")
                for n in range(6))  # fmt: skip


def figures(page: Page) -> Locator:
    """The figures of this run; a changed one stands for a moment beside the one it replaces."""
    return page.locator("[data-stale=false] .js-plotly-plot")


def train(page: Page) -> None:
    page.get_by_role("button", name="Train the last layer").click()
    expect(figures(page)).to_have_count(6, timeout=LONG)
    expect(page.get_by_text("How it learns")).to_be_visible()
    settled(page)


def settled(page: Page) -> None:
    wait_until_drawn(page, LONG / 1000)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def data_of(figure: Locator) -> list[dict[str, Any]]:
    """What a figure draws, as Plotly holds it in the browser."""
    found: list[dict[str, Any]] = figure.evaluate("""plot => plot._fullData.map(trace => ({
        name: trace.name,
        x: Array.from(trace.x ?? []), y: Array.from(trace.y ?? []),
        z: Array.from(trace.z ?? [], row => Array.from(row)) }))""")
    return found


def type_new_sentence(page: Page, text: str) -> None:
    page.get_by_label("New sentence", exact=True).fill(text)
    page.keyboard.press("Enter")


def type_into_cell(page: Page, text: str, then: str) -> None:
    """Open the chosen cell of the table with the keyboard, and write into it."""
    focused = page.locator("[data-testid=data-grid-canvas]:focus-within")  # it or a cell in it
    expect(focused).to_be_attached()  # a frame after it was chosen
    page.keyboard.press("Enter")
    cell = page.locator("textarea.gdg-input")
    expect(cell).to_be_focused()
    cell.fill(text)
    page.keyboard.press(then)
    expect(cell).to_have_count(0)


def grow_to_content(page: Page, width: int) -> None:
    main = page.locator("[data-testid=stMain]")
    page.set_viewport_size({"width": width, "height": main.evaluate("main => main.scrollHeight")})
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_a_preset_is_trained_tried_and_refined(open_page: Open, screenshots: Path) -> None:
    found = cached_task("minilm", preset_task("topic"), 6)
    page = open_page("/transfer?task=topic")
    expect(figures(page)).to_have_count(1)
    train(page)
    curve, matrix, bars, growth = (data_of(figures(page).nth(place)) for place in range(4))
    np.testing.assert_allclose(curve[0]["y"], [point.loss for point in found.curve], rtol=1e-5)
    np.testing.assert_array_equal(matrix[0]["z"], found.held_out.confusion)
    means = {trace["name"]: trace["y"] for trace in growth if trace["name"]}
    expected = 100 * found.growth.by_words.mean(axis=1)
    np.testing.assert_allclose(means["word counts"], expected, rtol=1e-5)
    assert len(bars) == 1

    type_new_sentence(page, "The cellist practised a sonata.")
    expect(page.get_by_text(re.compile("Last layer alone: music"))).to_be_visible()
    lines = downloaded_rows(page, "Probabilities (CSV)")
    assert sum(float(line["Last layer alone"]) for line in lines) == pytest.approx(1, abs=1e-5)

    page.get_by_role("button", name="Refine all layers").click()
    expect(page.get_by_text("All layers refined: right, held out")).to_be_visible(timeout=LONG)
    settled(page)
    expect(figures(page)).to_have_count(8)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name="Refine all layers")).to_be_enabled()
    assert [trace["name"] for trace in data_of(figures(page).nth(2))] == [
        "Last layer alone", "All layers refined",
    ]  # fmt: skip
    assert len(downloaded_rows(page, "What both said of each sentence")) == 20
    grow_to_content(page, 1280)
    page.screenshot(path=screenshots / "transfer-light-1280.png")


def test_ones_own_sentences_outlive_pages_and_bad_files(open_page: Open) -> None:
    page = open_page("/transfer?task=own")
    grid = page.get_by_test_id("stDataFrame").locator(".dvn-scroller")
    expect(grid).to_be_visible()
    wait_until_drawn(page)
    grid.click(position={"x": 150, "y": 52})  # the first row below the heading
    type_into_cell(page, "a typed sentence", "Tab")
    type_into_cell(page, "mine", "Enter")
    expect(page.get_by_text("a label: 1. “mine”: 1")).to_be_visible()
    settled(page)
    typed = [{"text": "a typed sentence", "label": "mine"}]
    assert downloaded_rows(page, "The sentences (CSV)") == typed

    page.get_by_test_id("stSidebarNav").get_by_text("Tokens", exact=True).click()
    expect(page.get_by_role("heading", name="Tokens", exact=True)).to_be_visible()
    page.get_by_test_id("stSidebarNav").get_by_text("Transfer", exact=True).click()
    expect(page.get_by_role("heading", name="Transfer", exact=True)).to_be_visible()
    settled(page)
    assert downloaded_rows(page, "The sentences (CSV)") == typed

    upload = page.get_by_test_id("stFileUploader").locator("input[type=file]")
    upload.set_input_files(
        {"name": "old.csv", "mimeType": "text/csv", "buffer": "text,label\ncafé,x".encode("cp1252")}
    )
    expect(page.get_by_text("a character in another encoding")).to_be_visible()
    assert downloaded_rows(page, "The sentences (CSV)") == typed
    page.get_by_role("button", name="Train the last layer").click()
    expect(page.get_by_text("1 row is too few to learn from")).to_be_visible()
    assert downloaded_rows(page, "The sentences (CSV)") == typed

    upload.set_input_files({"name": "pets.csv", "mimeType": "text/csv", "buffer": GOOD})
    expect(page.get_by_text("a label: 12. “cat”: 6, “dog”: 6")).to_be_visible()
    settled(page)
    assert len(downloaded_rows(page, "The sentences (CSV)")) == 12
    train(page)
    type_new_sentence(page, "a dog sleeps")
    expect(page.get_by_text(re.compile("Last layer alone: dog"))).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1920), ("light", 390)])
def test_nothing_sticks_out_at_any_width(
    open_page: Open, screenshots: Path, scheme: str, width: int
) -> None:
    page = open_page("/transfer", width, 900, color_scheme=scheme)
    train(page)
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("main => main.scrollWidth") <= width
    grow_to_content(page, width)
    page.screenshot(path=screenshots / f"transfer-{scheme}-{width}.png")
