"""The Heads page in a real browser."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from backend.cached_measures import asked_text, cached_pair, cached_text
from backend.examples import EXAMPLES
from tests.e2e.conftest import Open, downloaded_rows
from tests.serving import wait_until_drawn

A, B = EXAMPLES[0].a, EXAMPLES[0].b
READ = 120_000  # milliseconds; a text is read on a machine that may be busy
HEADING = 15  # pixels from a table's top to the middle of its headings
LINE = 52  # and to the middle of its first line
PLACE_OF_MARK = """(plot, [trace, mark]) => {
    plot.scrollIntoView({ block: 'center' });
    const { x, y } = plot.getBoundingClientRect(), { xaxis, yaxis } = plot._fullLayout;
    const own = plot._fullData[trace];
    return [x + xaxis._offset + xaxis.d2p(own.x[mark]), y + yaxis._offset + yaxis.d2p(own.y[mark])];
}"""


def figures(page: Page, count: int) -> Locator:
    plots = page.locator("[data-stale=false] .js-plotly-plot")
    expect(plots).to_have_count(count)
    for plot in plots.all():
        expect(plot.locator(".main-svg").first).to_be_visible()
    return plots


def click_mark(page: Page, plot: Locator, trace: int, mark: int) -> None:
    plot.scroll_into_view_if_needed()
    x, y = plot.evaluate(PLACE_OF_MARK, [trace, mark])
    page.mouse.move(x + 3, y + 3)
    expect(plot.locator(".hoverlayer")).to_contain_text("layer")
    page.mouse.click(x + 3, y + 3)


def expect_attention(page: Page, layer: int, head: int) -> None:
    expect(page.get_by_role("heading", name="Attention", exact=True)).to_be_visible()
    expect(page.get_by_label("Layer", exact=True)).to_have_value(str(layer))
    expect(page.get_by_label("Head", exact=True)).to_have_value(str(head))
    wait_until_drawn(page)


def back_to_heads(page: Page, count: int = 2) -> Locator:
    page.go_back()
    expect(page.get_by_role("heading", name="Heads", exact=True)).to_be_visible()
    wait_until_drawn(page)
    return figures(page, count)


def test_a_head_is_found_and_opened_from_the_map_the_table_and_the_places(open_page: Open) -> None:
    found = cached_pair("minilm", A, B)
    page = open_page("/heads")
    plots = figures(page, 2)
    expect(page.get_by_text("Highest: layer 0, head 2 with 0.989.")).to_be_visible()
    click_mark(page, plots.nth(0), 1, 2)
    expect_attention(page, 0, 2)
    plots = back_to_heads(page)
    expect(page.get_by_text("Layer 0, head 2, framed: 0.989")).to_be_visible()

    page.get_by_role("radio", name="Entropy", exact=True).click()
    expect(page).to_have_url(re.compile("measure=entropy"))
    lowest = divmod(int(found.means["entropy"].argmin()), 12)
    expect(page.get_by_text("Lowest: layer {}, head {} with".format(*lowest))).to_be_visible()
    wait_until_drawn(page)
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    place: Any = table.bounding_box()
    page.mouse.click(place["x"] + 170, place["y"] + HEADING)  # sorts by the previous token
    page.mouse.click(place["x"] + 16, place["y"] + LINE)
    least = divmod(int(found.means["previous"].argmin()), 12)
    expect_attention(page, *least)

    plots = back_to_heads(page)
    outermost = int(found.map[0][:, 1].argmax())
    click_mark(page, plots.nth(1), *divmod(outermost, 12))
    expect_attention(page, *divmod(outermost, 12))

    back_to_heads(page)
    page.get_by_label("Layer", exact=True).fill("4")
    page.keyboard.press("Enter")
    way = page.get_by_role("button", name=re.compile("Open layer 4, head"))
    way.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Attention", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_words_are_clicked_and_the_presets_are_searched(open_page: Open) -> None:
    page = open_page("/heads")
    words = page.locator(".word-pairs[data-drawn] .word")
    expect(words).to_have_count(29)
    readout = page.locator(".word-pairs .readout")
    words.nth(10).click()
    expect(readout).to_contain_text("“it” looks at …")
    page.keyboard.press("Escape")
    expect(readout).to_contain_text("Click the word that looks")
    words.nth(10).focus()
    page.keyboard.press("Enter")
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"search=10\.2"))
    expect(words.nth(10)).to_contain_text("→")
    expect(words.nth(2)).to_contain_text("←")
    expect(page.get_by_text("comes first")).to_be_visible()
    page.get_by_role("radio", name="All presets").click()
    expect(page.get_by_text("Layer 3, head 1 comes first: mean weight 0.478")).to_be_visible()
    rows = downloaded_rows(page, "The ranking (CSV)")
    assert (rows[0]["layer"], rows[0]["head"], rows[0]["cases"]) == ("3", "1", "20")
    assert float(rows[0]["share_among_nouns"]) == pytest.approx(0.7)
    assert rows[0]["pair_1"] == "it 10 → chicken 2"
    plots = figures(page, 3)
    expect(plots.nth(2)).to_contain_text(".48")
    page.get_by_role("button", name="Open layer 3, head 1", exact=True).click()
    expect_attention(page, 3, 1)
    expect(page).to_have_url(re.compile("query=10"))


def test_a_text_is_uploaded_read_and_kept_and_a_pdf_is_refused(open_page: Open) -> None:
    sentences = [text.rstrip(".") + " again." for e in EXAMPLES for text in (e.a, e.b) if text]
    text = " ".join(sentences * 4)
    page = open_page("/heads")
    page.get_by_role("radio", name="A text", exact=True).click()
    expect(page.get_by_text("Paste or upload a text")).to_be_visible()
    upload = page.get_by_test_id("stFileUploader").locator("input[type=file]")
    upload.set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": text.encode()})
    found = cached_text(asked_text("minilm", text))
    expect(page.get_by_text(f"{found.tokens:,} tokens of the text were read")).to_be_visible(
        timeout=READ
    )
    figures(page, 2)
    rows = downloaded_rows(page, "All measures (CSV)")
    told = {(r["layer"], r["head"], r["measure"]): np.float32(r["mean"] or "nan") for r in rows}
    assert told["0", "2", "previous"] == pytest.approx(found.means["previous"][0, 2], rel=1e-4)
    assert {row["tokens"] for row in rows if row["measure"] == "next"} == {str(found.tokens)}
    box = page.get_by_label("Text", exact=True)
    expect(box).to_have_value(text)
    upload.set_input_files({"name": "b.txt", "mimeType": "text/plain", "buffer": b"%PDF-1.7 \xff"})
    expect(page.get_by_text("This is a PDF")).to_be_visible()
    expect(box).to_have_value(text)
    page.get_by_role("link", name="Tokens", exact=True).click()
    expect(page.get_by_role("heading", name="Tokens", exact=True)).to_be_visible()
    page.get_by_role("link", name="Heads", exact=True).click()
    expect(page.get_by_text(f"{found.tokens:,} tokens of the text were read")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_at_any_width(open_page: Open, screenshots: Path, scheme: str) -> None:
    page = open_page("/heads?search=10.2&over=presets&measure=first", 1280, color_scheme=scheme)
    main = page.locator("[data-testid=stMain]")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        figures(page, 3)
        wait_until_drawn(page)
        assert main.evaluate("main => main.scrollWidth") <= width
        height = main.evaluate("main => main.scrollHeight")
        page.set_viewport_size({"width": width, "height": height})
        expect(page.get_by_text("Layer 3, head 1 comes first")).to_be_visible()
        page.screenshot(path=screenshots / f"heads-{scheme}-{width}.png")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_the_focus_goes_on_from_the_heading_of_the_search(open_page: Open) -> None:
    page = open_page("/heads")
    page.get_by_role("button", name="it → chicken").press("Enter")
    expect(page.get_by_text("Searched for")).to_be_visible()
    expect(page.get_by_role("heading", name="Search by example")).to_be_focused()


def test_a_link_of_the_sidebar_with_the_focus_has_a_ring(open_page: Open) -> None:
    page = open_page("/heads")
    link = page.get_by_test_id("stSidebarNavLink").nth(3)
    link.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(link).to_be_focused()
    expect(link).to_have_css("outline-style", "solid")
    expect(link).to_have_css("outline-width", "3px")
