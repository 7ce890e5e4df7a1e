"""Switch off in a real browser: one reader changes the model's run, another sees nothing of it."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from backend.cached import cached_trace
from backend.cached_heads import cached_removals, cached_switched_off
from backend.examples import EXAMPLES
from backend.head_ranking import head_ranking, in_order
from backend.head_removal import cosine_distance
from backend.switched_off import SwitchedOff
from backend.trace import FloatArray
from tests.e2e.conftest import Open, choose_option, downloaded_rows
from tests.serving import wait_until_drawn

A, B = EXAMPLES[0].a, EXAMPLES[0].b
IT, CHICKEN = 10, 2
CELL = """(figure, [layer, head]) => { const { xaxis, yaxis } = figure._fullLayout;
    const box = figure.getBoundingClientRect();
    return [box.x + xaxis._offset + xaxis.l2p(head), box.y + yaxis._offset + yaxis.l2p(layer)]; }"""
"""Where the cell of a head stands on the screen."""


def figure(page: Page, text: str) -> Locator:
    return page.locator("[data-stale=false] .js-plotly-plot").filter(has_text=text)


def weights(page: Page) -> FloatArray:
    """The chosen head's weights as the page gives them: (query, key)."""
    rows = downloaded_rows(page, "This head (CSV)")
    side = int(rows[-1]["query"]) + 1
    return np.array([row["weight"] for row in rows], np.float32).reshape(side, side)


def click_cell(page: Page, layer: int, head: int) -> None:
    drawn = figure(page, "effect of removal")
    drawn.scroll_into_view_if_needed()
    x, y = drawn.evaluate(CELL, [layer, head])
    page.mouse.click(x, y)


def test_what_one_reader_switches_off_changes_only_his_own_page(
    open_page: Open, screenshots: Path
) -> None:
    trace = cached_trace("minilm", A, B)
    page, other = open_page("/attention"), open_page("/attention?layer=4")
    notice = page.get_by_text("A changed run of the model")
    expect(page.get_by_text("Nothing is switched off")).to_be_visible()
    expect(notice).to_have_count(0)

    page.get_by_role("button", name="Switch off layer 3, head 1").click()
    expect(page).to_have_url(re.compile(r"off=3\.1"))
    expect(notice).to_be_visible()
    choose_option(page, "Hidden tokens", re.compile(r"^2\s+chicken"))
    expect(page).to_have_url(re.compile("hidden=2"))
    expect(page.get_by_text("The runs part in layer 0")).to_be_visible()
    page.get_by_label("Layer", exact=True).fill("4")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Switch off layer 4, head 1")).to_be_visible()

    changed = cached_switched_off("minilm", A, B, SwitchedOff(((3, 1),), (CHICKEN,)))
    found = weights(page)
    np.testing.assert_allclose(found, changed.attention[4, 1], atol=1e-5)
    assert not np.delete(found[:, CHICKEN], CHICKEN).any()
    np.testing.assert_array_equal(weights(other), trace.attention[4, 1])
    distances = cosine_distance(trace.hidden[:, IT], changed.hidden[:, IT])
    rows = downloaded_rows(page, "The distances (CSV)")
    told = [float(row["it (10)"]) for row in rows]
    np.testing.assert_allclose(told, distances, rtol=1e-3, atol=1e-7)
    expect(figure(page, "cosine distance").first).to_be_visible()

    page.get_by_role("button", name="Switch everything on again").first.click()
    expect(notice).to_have_count(0)
    expect(page).not_to_have_url(re.compile("off="))
    np.testing.assert_array_equal(weights(page), trace.attention[4, 1])
    page.go_back()
    expect(notice).to_be_visible()
    expect(page).to_have_url(re.compile(r"off=3\.1.*hidden=2"))
    for width in (1920, 1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        wait_until_drawn(page)
        main = page.locator("[data-testid=stMain]")
        assert main.evaluate("main => main.scrollWidth") <= width
        page.screenshot(path=screenshots / f"switch-off-{width}.png")
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize("press", ["click", "Enter"])
def test_the_page_stays_where_a_head_is_switched_off(open_page: Open, press: str) -> None:
    page = open_page("/attention", 1280, 720)
    expect(page.get_by_text("Nothing is switched off")).to_be_visible()
    wait_until_drawn(page)
    button = page.get_by_role("button", name="Switch off layer 3, head 1")
    if press == "click":
        button.click()
    else:
        button.press(press)
    answer = page.get_by_text("is turned by a cosine distance of")
    expect(answer).to_be_visible()
    wait_until_drawn(page)
    expect(page.get_by_role("button", name="Switch on layer 3, head 1")).to_be_in_viewport()
    expect(answer).to_be_in_viewport()


def test_the_focus_goes_on_from_the_heading_of_what_was_measured(open_page: Open) -> None:
    page = open_page("/attention")
    page.get_by_role("button", name="Measure all heads").press("Enter")
    expect(page.get_by_role("button", name="All heads (CSV)")).to_be_visible()
    expect(page.get_by_role("heading", name="Which heads matter for")).to_be_focused()


def test_all_heads_are_ranked_and_a_click_opens_one(open_page: Open) -> None:
    page = open_page("/attention?layer=2&head=2")
    page.get_by_role("button", name="Measure all heads").click()
    ranking = head_ranking(cached_trace("minilm", A, B), cached_removals("minilm", A, B), IT)
    assert ranking is not None
    layer, head = in_order(ranking.by_effect)[0]
    expect(page.get_by_text(f"turned most without layer {layer}, head {head}")).to_be_visible()
    rows = downloaded_rows(page, "All heads (CSV)")
    assert len(rows) == ranking.weights.size
    for row in rows:
        one = int(row["layer"]), int(row["head"])
        assert float(row["weight"]) == pytest.approx(ranking.weights[one], abs=1e-6)
        assert float(row["cosine_distance"]) == pytest.approx(ranking.turned[one], rel=1e-2)
    click_cell(page, 4, 7)
    expect(page).to_have_url(re.compile("layer=4&head=7"))
    opened = page.get_by_role("button", name=f"layer {layer}, head {head}", exact=True)
    opened.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"layer={layer}&head={head}"))
    expect(page.get_by_text(f"Layer {layer}, head {head}: the exact weights")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
