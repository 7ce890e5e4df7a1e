"""Every page on a phone: no wider than the window, letters and controls are large enough."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import new_reader
from tests.serving import wait_until_drawn

PAGES = {
    "": ".diagram .frame",
    "lesson": ".chip",
    "tokens": ".chip",
    "embeddings": ".js-plotly-plot",
    "attention": ".stage",
    "compare": ".pictures canvas",
    "heads": ".js-plotly-plot",
    "inside": ".js-plotly-plot",
    "bertviz": "iframe",
    "output": ".js-plotly-plot",
    "cloze": "h2",
    "transfer": ".js-plotly-plot",
}
"""Each page's figure, or what stands there where there is none yet."""

FAULTS = """() => {
    const found = [];
    const controls = 'button, a[href], input, select, summary, [role=option], [role=gridcell], '
        + '[role=switch], [role=radio]';
    // an arrow's head stands in the list beside it; a slider is as wide as its track
    const apart = '[data-testid=stSidebar], [data-testid=stSkipToContent], '
        + '[data-testid=stSlider], .unseen, .katex, .arrow';
    const named = e => `${e.tagName} ${(e.ariaLabel ?? e.textContent).slice(0, 30)}`;
    const look = root => { for (const e of root.querySelectorAll('*')) {
        if (e.shadowRoot) look(e.shadowRoot);
        const box = e.getBoundingClientRect();
        if (!e.checkVisibility() || !box.width || e.closest(apart)) continue;
        const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
        const size = parseFloat(getComputedStyle(e).fontSize);
        if (own && size < 12) found.push(`${size} px: ${named(e)}`);
        if (!e.matches(controls)) continue;
        const { width, height } = (e.closest('label') ?? e).getBoundingClientRect();
        if (Math.min(width, height) < 23.9) found.push(`${width} x ${height}: ${named(e)}`);
    } };
    look(document);
    return found;
}"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    page = new_reader(
        browser,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        user_agent="Mozilla/5.0 (Linux; Android 14) Mobile",
    )
    yield page
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_phone(phone: Page, address: str, scheme: str) -> None:
    phone.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path, figure in PAGES.items() if scheme == "light" else [("compare", ".pictures canvas")]:
        phone.goto(f"{address}/{path}")
        wait_until_drawn(phone)
        expect(phone.locator(figure).first).to_be_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") == 390, path
        main = "document.querySelector('[data-testid=stMain]').scrollWidth"
        assert phone.evaluate(main) == 390, path
        assert phone.evaluate(FAULTS) == [], path


def test_the_sidebar_makes_room(browser: Browser, address: str) -> None:
    # Of phones that say what they are, Streamlit itself thinks in part.
    page = new_reader(browser, viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(address)
    wait_until_drawn(page)
    sidebar = page.locator("[data-testid=stSidebar]")
    page.get_by_test_id("stExpandSidebarButton").tap()
    page.get_by_test_id("stSidebarNav").get_by_text("Tokens", exact=True).tap()
    expect(page.get_by_role("heading", name="Tokens", exact=True)).to_be_visible()
    expect(sidebar).to_have_attribute("data-collapsed", "true")
    page.get_by_test_id("stExpandSidebarButton").tap()
    expect(sidebar).to_have_attribute("data-collapsed", "false")
    page.reload()
    expect(page.get_by_role("heading", name="Tokens", exact=True)).to_be_visible()
    expect(sidebar).to_have_attribute("data-collapsed", "true")
    wait_until_drawn(page)
    page.get_by_test_id("stExpandSidebarButton").tap()
    page.get_by_text("Presenter", exact=True).tap()
    expect(page.get_by_role("button", name="End")).to_be_visible()
    expect(sidebar).to_have_attribute("data-collapsed", "true")
    page.close()


def test_a_tap_says_what_pointing_says(phone: Page, address: str) -> None:
    phone.goto(f"{address}/tokens")
    wait_until_drawn(phone)
    phone.locator(".chip").nth(2).tap()
    expect(phone.locator(".readout").first).to_contain_text("position 2")
    phone.goto(f"{address}/attention")
    wait_until_drawn(phone)
    phone.locator(".right .token").nth(3).tap()
    expect(phone.locator(".readout").first).to_contain_text("didn (A) is looked at by")
    phone.goto(f"{address}/compare")
    wait_until_drawn(phone)
    phone.locator(".pictures canvas").tap(position={"x": 200, "y": 220})
    expect(phone.locator(".readout.weight")).to_contain_text("difference")


def test_no_empty_band_between_a_formula_and_its_figure(phone: Page, address: str) -> None:
    room = """() => { const told = document.querySelector('.st-key-weights_told');
        return told.getBoundingClientRect().bottom
            - [...told.querySelectorAll('p')].at(-1).getBoundingClientRect().bottom; }"""
    for path in ("attention", "compare"):
        phone.goto(f"{address}/{path}")
        expect(phone.locator(".panes").first).to_be_visible()
        wait_until_drawn(phone)
        assert 0 <= phone.evaluate(room) < 20, path


def test_a_finger_on_a_figure_scrolls_the_page(phone: Page, address: str) -> None:
    phone.goto(f"{address}/embeddings")
    wait_until_drawn(phone)
    figure = phone.locator(".js-plotly-plot").first
    figure.scroll_into_view_if_needed()
    before = phone.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    swipe(phone)
    phone.wait_for_function(
        "before => document.querySelector('[data-testid=stMain]').scrollTop > before + 60",
        arg=before,
    )


def test_a_table_covers_nothing_below_it(phone: Page, address: str) -> None:
    phone.goto(f"{address}/inside")
    wait_until_drawn(phone)
    table = phone.locator("[data-testid=stDataFrame]").first
    below = phone.get_by_role("button", name="These products (CSV)")
    expect(table).to_be_visible()
    ends = "e => e.getBoundingClientRect()"
    assert table.evaluate(ends)["bottom"] <= below.evaluate(ends)["top"]


def swipe(page: Page) -> None:
    """A finger that moves up by 150 px in the middle of the window."""
    session = page.context.new_cdp_session(page)
    steps = [("touchStart", 500), *(("touchMove", 500 - 10 * n) for n in range(1, 16))]
    for kind, y in steps:
        touch = {"type": kind, "touchPoints": [{"x": 200, "y": y}]}
        session.send("Input.dispatchTouchEvent", touch)
        page.wait_for_timeout(16)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
