"""Every page for those who cannot see it well, use no mouse, or want nothing to move."""

import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.serving import served_app, wait_until_drawn

AXE: Final = files("axe_playwright_python").joinpath("axe.min.js").read_text()
"""axe-core itself; only the file that the package carries is used."""

NOT_OURS: Final = {
    # Streamlit puts the groups of its navigation between the list and its lines.
    "list": "[data-testid=stSidebarNavItems]",
    "listitem": "[data-testid=stSidebarNavItems] li",
}
"""Findings in what Streamlit alone draws, which no parameter and no style changes: rule, where."""

LOOK: Final = """async notOurs => {
    // A frame has its landmarks and its headings from the page that it is a part of.
    const wholePage = { enabled: window === window.parent };
    const found = await axe.run(document, {
        iframes: false, elementRef: true, preload: false, resultTypes: ['violations'],
        rules: { 'landmark-one-main': wholePage, 'page-has-heading-one': wholePage,
            region: wholePage } });
    return found.violations.flatMap(({ id, impact, nodes }) => nodes
        .filter(({ element }) => !notOurs[id] || !element.matches(notOurs[id]))
        .map(({ html, failureSummary }) =>
            `${impact} ${id}: ${html.slice(0, 200)} | ${failureSummary}`));
}"""

EVERYWHERE: Final = """const every = root => [...root.querySelectorAll('*')].flatMap(
    element => [element, ...(element.shadowRoot ? every(element.shadowRoot) : [])]);"""
"""A function for scripts in the page: all elements, those of the figures too."""

COMPLETE: Final = f"""async () => {{ {EVERYWHERE}
    const pause = () => new Promise(done => setTimeout(done, 100));
    const fades = ({{ playState, effect }}) =>
        playState === 'running' && Number.isFinite(effect.getTiming().iterations);
    let before = 0, still = 0;
    while (still < 4) {{
        const now = every(document).length;
        still = now === before && !document.getAnimations().some(fades) ? still + 1 : 0;
        before = now;
        await pause();
    }}
}}"""
"""Until nothing comes any more, the figures' own parts included, and nothing fades."""

LONG: Final = 90_000  # milliseconds; a training may have to share the machine
PAGES: Final = ("/", "/lesson", "/tokens", "/embeddings", "/attention", "/compare", "/heads",
                "/inside", "/bertviz", "/output", "/cloze", "/transfer")  # fmt: skip


def as_it_is(page: Page) -> None:
    """The page as the link opens it."""


def train_last_layer(page: Page) -> None:
    page.get_by_role("button", name="Train the last layer").click()
    expect(page.get_by_text("How it learns")).to_be_visible(timeout=LONG)


def train_small_bert(page: Page) -> None:
    """What is trained stays with the server: later visitors find it there."""
    start = page.get_by_role("button", name="Start", exact=True)
    trained = page.get_by_text("Trained: 120 steps")
    expect(start.or_(trained).first).to_be_visible()
    if start.is_visible():
        start.click()
    expect(trained).to_be_visible(timeout=LONG)


def fill_in(page: Page) -> None:
    train_small_bert(page)
    page.get_by_role("button", name="Fill in with the small BERT").click()
    expect(page.get_by_text("Side by side:")).to_be_visible(timeout=LONG)


STATES: Final[dict[str, tuple[str, Callable[[Page], None]]]] = {
    **{path: (path, as_it_is) for path in PAGES},
    "lesson: embeddings": ("/lesson?step=1", as_it_is),
    "lesson: attention": ("/lesson?step=3", as_it_is),
    "lesson: the end": ("/lesson?step=6", as_it_is),
    "tokens: nothing known": ("/tokens?a=%F0%9F%A6%9C+sle%CC%81pt+unbelievably", as_it_is),
    "attention: switched off": ("/attention?off=3.1-0.2&hidden=2", as_it_is),
    "attention: rollout": ("/attention?weights=rollout", as_it_is),
    "attention: one sentence, a bad link": ("/attention?a=A+cat+sleeps&layer=99", as_it_is),
    "compare: a pair": ("/compare?pair=1", as_it_is),
    "heads: searched": ("/heads?search=10.2", as_it_is),
    "bertviz: all heads": ("/bertviz?view=model&a=A+cat+sleeps", as_it_is),
    "bertviz: one head": ("/bertviz?view=neuron", as_it_is),
    "cloze: learned and filled in": ("/cloze", fill_in),
    "transfer: trained": ("/transfer", train_last_layer),
    "nothing typed": ("/attention?a=", as_it_is),
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of these tests' own, on which the small BERT is trained in a moment."""
    log = tmp_path_factory.mktemp("accessibility") / "log.txt"
    with served_app(log, EXPLORER_SMALL_STEPS="120") as url:
        yield url


def led(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """One page that is led from state to state."""
    context = browser.new_context(
        base_url=address, viewport={"width": 1280, "height": 900}, **options
    )
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module", params=["light", "dark"])
def seen(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """A page in the light and one in the dark."""
    yield from led(browser, address, color_scheme=request.param)


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    yield from led(browser, address)


@pytest.fixture(scope="module", params=["reduce", "no-preference"])
def moved(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """A page of who wants nothing to move, and one of who has not said so."""
    yield from led(browser, address, reduced_motion=request.param)


def go(page: Page, path: str) -> None:
    page.goto(path)
    settle(page)


def settle(page: Page) -> None:
    """Until nothing is computed, loaded or fading any more."""
    wait_until_drawn(page)
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    page.evaluate(COMPLETE)


def open_expanders(page: Page) -> None:
    """All that is folded, but of the figures' tables one only: they are all alike."""
    closed = "details:not([open]) > summary"
    one = page.locator(f'[class*="st-key-numbers_"] {closed}').first
    others = page.locator(f':not([class*="st-key-numbers_"] *) > {closed}')
    for _ in range(others.count()):
        others.first.click()
    if one.count():
        one.click()
    settle(page)


def findings(page: Page) -> list[str]:
    """What axe-core finds in the page, in its figures and in its frames."""
    found: list[str] = []
    for frame in page.frames:
        frame.evaluate(AXE)
        found += frame.evaluate(LOOK, NOT_OURS)
    return found


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(seen: Page, state: str) -> None:
    path, act = STATES[state]
    go(seen, path)
    act(seen)
    open_expanders(seen)
    assert findings(seen) == []


def test_axe_would_find_something(page: Page) -> None:
    """Also in a figure's own tree, and what Streamlit alone draws is left out by its rule only."""
    go(page, "/attention")
    page.evaluate(f"""() => {{ {EVERYWHERE}
        const grid = every(document).find(element => element.matches('.attention [role=grid]'));
        grid.replaceChildren(document.createElement('img'));
        const list = document.querySelector('[data-testid=stSidebarNavItems]');
        list.setAttribute('role', 'button'); }}""")
    said = " ".join(findings(page))
    assert "image-alt" in said
    assert "nested-interactive" in said


def named(page: Page) -> list[str]:
    names: list[str] = page.locator(".stPlotlyChart").evaluate_all(
        "charts => charts.map(chart => chart.role === 'figure' ? chart.ariaLabel : '')"
    )
    return names


@pytest.mark.parametrize(
    ("path", "figures"),
    [("/embeddings", 7), ("/attention", 1), ("/compare", 1), ("/heads?search=10.2", 3),
     ("/inside", 9), ("/output", 3)],
)  # fmt: skip
def test_each_figure_says_what_it_shows(page: Page, path: str, figures: int) -> None:
    go(page, path)
    names = named(page)
    assert len(names) >= figures
    for name in names:
        title, _, said = name.partition(". ")
        assert title
        assert re.search(r"[−\d.]+|Nearest to each other", said), name


def test_what_is_drawn_on_canvases_stands_beside_them_as_text(page: Page) -> None:
    """A canvas is hidden from those who hear the page; Streamlit's tables tell of themselves."""
    for path in PAGES:
        go(page, path)
        mute = page.evaluate(f"""() => {{ {EVERYWHERE}
            return every(document).filter(element => element.matches('canvas')
                && !element.closest('[aria-hidden=true], [data-testid=stDataFrame]')
                && element.checkVisibility()).map(element => element.outerHTML); }}""")
        assert mute == [], path


STOP: Final = """async () => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    if (!element || element === document.body) return null;
    window.seenFocus ??= new Map();
    const id = window.seenFocus.get(element) ?? window.seenFocus.size;
    window.seenFocus.set(element, id);
    const look = () => {
        const around = [];
        for (let at = element; at && around.length < 5; at = at.parentElement) around.push(at);
        return [...around, ...element.querySelectorAll('*')].map(at => {
            const own = getComputedStyle(at);
            return [own.outlineStyle === 'none' ? '' : own.outlineWidth + own.outlineColor,
                own.boxShadow, own.borderColor, own.backgroundColor, own.color,
                own.textDecorationLine, own.opacity].join();
        }).join('|');
    };
    const style = document.createElement('style');
    const root = element.getRootNode();
    (root.head ?? root).append(style);
    style.textContent = '*, *::before, *::after { transition: none !important }';
    // Tab goes along a table's cells, of which the table itself frames one, and then on.
    if (element.closest('[data-testid=stDataFrame]')) return { table: true, seen: true };
    const frame = () => new Promise(requestAnimationFrame);
    const lit = look();
    element.blur();
    await frame();
    await frame();
    const unlit = look();
    element.focus({ preventScroll: true, focusVisible: true });
    style.remove();
    return { id, is: element.outerHTML.slice(0, 200), seen: lit !== unlit };
}"""
"""Where the focus is, and whether it looks otherwise than without; nothing on the page itself."""

MOST_STOPS: Final = 400


@pytest.mark.parametrize("path", PAGES)
def test_tab_goes_through_everything_and_out_again_and_is_seen(page: Page, path: str) -> None:
    go(page, path)
    stops: list[dict[str, Any]] = []
    while len(stops) < MOST_STOPS:
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or (stops and stop.get("id") == stops[0]["id"]):
            break
        stops.append(stop)
    assert len(stops) < MOST_STOPS, f"no way out of {stops[-1]}"
    ids = [each["id"] for each in stops if not each.get("table")]
    assert len(set(ids)) == len(ids) > 20
    assert [each["is"] for each in stops if not each["seen"]] == []


def moving(page: Page) -> list[str]:
    """Everything that a change, or time alone, would move."""
    found: list[str] = page.evaluate(f"""() => {{ {EVERYWHERE}
        const seconds = text => Math.max(...text.split(',').map(parseFloat));
        return every(document).filter(element => {{
            const style = getComputedStyle(element);
            return seconds(style.transitionDuration) > 0.001
                || (style.animationName !== 'none' && seconds(style.animationDuration) > 0.001)
                || style.scrollBehavior === 'smooth';
        }}).map(element => element.outerHTML.slice(0, 150)); }}""")
    return found


def test_nothing_moves_for_who_asked_for_that(moved: Page) -> None:
    calm = moved.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
    for path in PAGES:
        go(moved, path)
        assert (moving(moved) == []) is calm, path


def test_a_figures_numbers_come_as_a_table_by_keys_alone(page: Page) -> None:
    go(page, "/attention")
    expect(page.get_by_test_id("stDataFrame")).to_have_count(0)
    table = page.locator(".st-key-numbers_heatmap")
    table.locator("summary").focus()
    page.keyboard.press("Enter")
    settle(page)
    expect(table.locator("[role=grid]")).to_contain_text("0 [CLS] → 0 [CLS]")
    expect(table.locator("summary")).to_be_focused()
