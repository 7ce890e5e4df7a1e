"""The Output page in a real browser."""

import re
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from backend.cached import cached_tagger, cached_trace
from backend.examples import EXAMPLES
from tests.e2e.conftest import Open, downloaded_rows
from tests.serving import wait_until_drawn

A, B = EXAMPLES[0].a, EXAMPLES[0].b
MEASURED = 300_000  # milliseconds; trained and measured once, on a machine that may be busy


def chips(page: Page) -> Locator:
    return page.locator(".tag-chips[data-drawn] .chip")


def figures(page: Page) -> Locator:
    return page.locator("[data-stale=false] .js-plotly-plot")


def test_tags_a_token_chosen_with_keys_a_new_sentence_and_the_accuracy(open_page: Open) -> None:
    page = open_page("/output")
    trace, layer = cached_trace("minilm", A, B), cached_tagger("minilm")
    shares = layer.probabilities(trace.hidden[-1])
    expect(chips(page)).to_have_count(len(trace.tokens), timeout=MEASURED)
    for place in np.flatnonzero(~trace.special).tolist():
        best = int(shares[place].argmax())
        chip = chips(page).nth(place)
        expect(chip.locator(".answer")).to_have_text(layer.tags[best])
        share = f"{shares[place, best]:.3f}"
        expect(chip.locator(".share").first).to_have_text(share)
    expect(chips(page).nth(0).locator(".answer")).to_have_text("no answer")
    readout = page.locator(".tag-chips .readout")
    expect(readout).to_have_text(re.compile(r"^it: pronoun, personal \(PRP\) 0\.\d{3}; "))

    chips(page).nth(2).hover()
    expect(readout).to_have_text(re.compile(r"^chicken: noun, singular \(NN\)"))
    chips(page).nth(1).focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    expect(readout).to_have_text(re.compile(r"^road: noun, singular \(NN\)"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("query=8"))
    expect(chips(page).nth(8)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("What “road” is like, layer by layer")).to_be_visible()
    rows = downloaded_rows(page, "The nearest tokens (CSV)")
    units = trace.hidden[-1] / np.linalg.norm(trace.hidden[-1], axis=1, keepdims=True)
    in_b = np.flatnonzero((trace.segments == 1) & ~trace.special)
    cosines = units[in_b] @ units[8]
    assert int(rows[-3]["position"]) == in_b[cosines.argmax()]
    assert float(rows[-3]["cosine"]) == pytest.approx(cosines.max(), abs=1e-5)

    page.get_by_label("Sentence A", exact=True).fill("Three unbelievable dogs")
    page.keyboard.press("Enter")
    expect(chips(page).nth(1)).to_contain_text("CD")
    expect(chips(page).nth(2).locator(".piece")).to_have_text("unbelievable")
    expect(page.get_by_role("combobox", name="Token", exact=True)).to_have_value(re.compile("^1 "))

    expect(page.get_by_text("On sentences it has not seen")).to_be_visible(timeout=MEASURED)
    expect(figures(page).filter(has_text="per cent of tokens right")).to_be_visible()
    expect(page.get_by_text("were taken for").first).to_be_visible()
    rows = downloaded_rows(page, "Accuracy by layer (CSV)")
    assert len(rows) == trace.layers + 2
    assert float(rows[-2]["accuracy"]) > float(rows[-1]["accuracy"]) + 0.02
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_no_name_on_the_map_lies_over_another_at_any_width(open_page: Open) -> None:
    page = open_page("/output")
    written = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        wait_until_drawn(page, MEASURED / 1000)
        plot = figures(page).filter(has_text="direction 1")
        expect(plot).to_be_visible()
        page.wait_for_function(
            "([plot, width]) => plot.getBoundingClientRect().width < width",
            arg=[plot.element_handle(), width],
        )
        boxes = plot.evaluate("""plot => [...plot.querySelectorAll('.textpoint text')]
            .map(text => text.getBoundingClientRect()).filter(box => box.width > 0)
            .map(({ left, right, top, bottom }) => [left, right, top, bottom])""")
        over = [
            (one, other)
            for place, one in enumerate(boxes)
            for other in boxes[:place]
            if min(one[1], other[1]) - max(one[0], other[0]) > 2
            and min(one[3], other[3]) - max(one[2], other[2]) > 4
        ]
        assert not over
        written.append(len(boxes))
    assert written[0] > written[1] > 4


def test_the_overview_leads_here_and_hostile_text_is_text(
    open_page: Open, screenshots: Path
) -> None:
    hostile = "</script><img src=x onerror=alert(1)> $x$ **a** 🐔"
    page = open_page(f"/?a={quote(hostile)}&b={quote('؟ مرحبا')}", color_scheme="dark")
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.get_by_role("link", name=re.compile("Classification layer")).first.click()
    expect(page.get_by_role("heading", name="Output", exact=True)).to_be_visible()
    trace = cached_trace("minilm", hostile, "؟ مرحبا")
    expect(chips(page)).to_have_count(len(trace.tokens), timeout=MEASURED)
    for place, token in enumerate(trace.tokens):
        expect(chips(page).nth(place).locator(".piece")).to_have_text(token)
    for width in (1920, 1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        wait_until_drawn(page)
        main = page.locator("[data-testid=stMain]")
        assert main.evaluate("main => main.scrollWidth") <= width
        page.screenshot(path=screenshots / f"output-{width}.png")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_the_lessons_step_leads_here_with_its_word(open_page: Open) -> None:
    page = open_page("/lesson?step=5")
    way = page.get_by_role("button", name="Open Output with these sentences")
    expect(way).to_be_visible(timeout=MEASURED)
    way.click()
    expect(page.get_by_role("heading", name="Output", exact=True)).to_be_visible()
    expect(chips(page).nth(10)).to_have_attribute("aria-selected", "true", timeout=MEASURED)
    expect(page.get_by_text("What “it” is like, layer by layer")).to_be_visible()
