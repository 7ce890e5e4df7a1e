"""Every page for those who cannot see it well, use no mouse, or want nothing to move."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import product
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import SMALL_STEPS, new_reader
from tests.serving import wait_until_drawn

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
    const pause = () => new Promise(done => setTimeout(done, 50));
    const fades = ({{ playState, effect }}) =>
        playState === 'running' && Number.isFinite(effect.getTiming().iterations);
    let before = 0, still = 0;
    while (still < 4) {{
        const now = every(document).length;
        const comes = document.querySelector('[data-stale=true], [data-testid=stSkeleton]');
        still = now === before && !comes && !document.getAnimations().some(fades) ? still + 1 : 0;
        before = now;
        await pause();
    }}
}}"""
"""Until nothing comes any more, the figures' own parts included, and nothing fades."""

LONG: Final = 90_000  # milliseconds; a training may have to share the machine
MOTION: Final = {
    "light": "reduce", "dark": "no-preference",
}  # fmt: skip
"""The two schemes, and what each one's visitor has said of motion."""
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
    trained = page.get_by_text(f"Trained: {SMALL_STEPS} steps")
    expect(start.or_(trained).first).to_be_visible()
    if start.is_visible():
        start.click()
    expect(trained).to_be_visible(timeout=LONG)


def fill_in(page: Page) -> None:
    train_small_bert(page)
    page.get_by_role("button", name="Fill in with the small BERT").click()
    expect(page.get_by_text("Side by side:")).to_be_visible(timeout=LONG)


SEARCHED: Final = "heads: searched"
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
    SEARCHED: ("/heads?search=10.2", as_it_is),
    "bertviz: all heads": ("/bertviz?view=model&a=A+cat+sleeps", as_it_is),
    "bertviz: one head": ("/bertviz?view=neuron", as_it_is),
    "cloze: learned and filled in": ("/cloze", fill_in),
    "transfer: trained": ("/transfer", train_last_layer),
    "nothing typed": ("/attention?a=", as_it_is),
}
FIGURES: Final = {"/embeddings": 7, "/attention": 1, "/compare": 1, SEARCHED: 3, "/inside": 9,
                  "/output": 3}  # fmt: skip
"""How many figures Plotly draws at least, by state."""


@dataclass(frozen=True)
class Seen:
    """A page as it stands there for the tests of one state, one after the other.

    state: which of STATES
    """

    page: Page
    state: str


@pytest.fixture(scope="module")
def pages(browser: Browser, address: str) -> Iterator[dict[str, Page]]:
    """One page in the light that asks for no motion, and one in the dark; led from state to state.

    What is looked at is computed style, in which a wish for no motion counts from the moment it is
    told; scripts hear of it when a page is opened.
    """
    look = {"base_url": address, "viewport": {"width": 1280, "height": 900}}
    opened = {
        scheme: new_reader(browser, color_scheme=scheme, reduced_motion=motion, **look)
        for scheme, motion in MOTION.items()
    }
    yield opened
    for each in opened.values():
        each.close()


@pytest.fixture(scope="module")
def seen(request: pytest.FixtureRequest, pages: dict[str, Page]) -> Seen:
    """The page in a scheme, once it has come to a state."""
    scheme, state = request.param
    path, act = STATES[state]
    page = pages[scheme]
    page.goto(path)
    wait_until_drawn(page)
    act(page)
    settle(page)
    return Seen(page, state)


def in_states(schemes: Iterable[str], states: Iterable[str]) -> pytest.MarkDecorator:
    """For a test of these states; tests of the same state have it one after the other."""
    both = list(product(schemes, states))
    names = [f"{state}-{scheme}" for scheme, state in both]
    return pytest.mark.parametrize("seen", both, indirect=True, ids=names)


def go(page: Page, path: str) -> None:
    page.goto(path)
    settle(page)


def settle(page: Page) -> None:
    """Until nothing is computed, loaded or fading any more."""
    wait_until_drawn(page)
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


STOP: Final = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const focused = () => {
        let element = document.activeElement;
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        return element === document.body ? null : element;
    };
    // On its way into a frame and out of it the focus is nowhere for a moment.
    for (let waited = 0; waited < 30 && !focused(); waited++) await frame();
    const element = focused();
    if (!element) return null;
    if (element.matches('iframe')) return { frame: true, seen: true };
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
    const root = element.getRootNode();
    window.stilled ??= new Set();
    if (!window.stilled.has(root)) {
        window.stilled.add(root);
        const style = document.createElement('style');
        (root.head ?? root).append(style);
        style.textContent = '*, *::before, *::after { transition: none !important }';
    }
    // Tab goes along a table's cells, of which the table itself frames one, and then on.
    if (element.closest('[data-testid=stDataFrame]')) return { table: true, seen: true };
    const lit = look();
    element.blur();
    await frame();
    await frame();
    const unlit = look();
    element.focus({ preventScroll: true, focusVisible: true });
    return { id, is: element.outerHTML.slice(0, 200), seen: lit !== unlit };
}"""
"""Where the focus is in a frame, and whether it looks otherwise than without; null if nowhere."""

MOST_STOPS: Final = 400


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


@in_states(["light"], PAGES)
def test_nothing_moves_for_who_asked_for_that(seen: Seen) -> None:
    assert moving(seen.page) == []
    seen.page.emulate_media(reduced_motion="no-preference")
    assert moving(seen.page) != []
    seen.page.emulate_media(reduced_motion="reduce")


@in_states(["light"], PAGES)
def test_what_is_drawn_on_canvases_stands_beside_them_as_text(seen: Seen) -> None:
    """A canvas is hidden from those who hear the page; Streamlit's tables tell of themselves."""
    mute = seen.page.evaluate(f"""() => {{ {EVERYWHERE}
        return every(document).filter(element => element.matches('canvas')
            && !element.closest('[aria-hidden=true], [data-testid=stDataFrame]')
            && element.checkVisibility()).map(element => element.outerHTML); }}""")
    assert mute == []


def named(page: Page) -> list[str]:
    names: list[str] = page.locator(".stPlotlyChart").evaluate_all(
        "charts => charts.map(chart => chart.role === 'figure' ? chart.ariaLabel : '')"
    )
    return names


@in_states(["light"], FIGURES)
def test_each_figure_says_what_it_shows(seen: Seen) -> None:
    names = named(seen.page)
    assert len(names) >= FIGURES[seen.state]
    for name in names:
        title, _, said = name.partition(". ")
        assert title
        assert re.search(r"[−\d.]+|Nearest to each other", said), name


def stop_of(page: Page) -> dict[str, Any] | None:
    """What STOP says, of the innermost frame that has the focus."""
    stop: dict[str, Any] | None = page.evaluate(STOP)
    if not (stop and stop.get("frame")):
        return stop
    for number, frame in enumerate(page.frames[1:]):
        inside: dict[str, Any] | None = None
        if frame.evaluate("document.hasFocus()"):
            inside = frame.evaluate(STOP)
        if inside and "id" in inside:
            return inside | {"id": f"{number}.{inside['id']}"}
    return stop


@in_states(["light"], PAGES)
def test_tab_goes_through_everything_and_out_again_and_is_seen(seen: Seen) -> None:
    stops: list[dict[str, Any]] = []
    while len(stops) < MOST_STOPS:
        seen.page.keyboard.press("Tab")
        stop = stop_of(seen.page)
        if stop is None or (stops and stop.get("id") == stops[0]["id"]):
            break
        stops.append(stop)
    assert len(stops) < MOST_STOPS, f"no way out of {stops[-1]}"
    ids = [each["id"] for each in stops if "id" in each]
    assert len(set(ids)) == len(ids) > 20
    assert [each["is"] for each in stops if not each["seen"]] == []


@in_states(MOTION, STATES)
def test_axe_finds_nothing(seen: Seen) -> None:
    open_expanders(seen.page)
    assert findings(seen.page) == []


def test_axe_would_find_something(pages: dict[str, Page]) -> None:
    """Also in a figure's own tree, and what Streamlit alone draws is left out by its rule only."""
    page = pages["light"]
    go(page, "/attention")
    page.evaluate(f"""() => {{ {EVERYWHERE}
        const grid = every(document).find(element => element.matches('.attention [role=grid]'));
        grid.replaceChildren(document.createElement('img'));
        const list = document.querySelector('[data-testid=stSidebarNavItems]');
        list.setAttribute('role', 'button'); }}""")
    said = " ".join(findings(page))
    assert "image-alt" in said
    assert "nested-interactive" in said


def test_a_figures_numbers_come_as_a_table_by_keys_alone(pages: dict[str, Page]) -> None:
    page = pages["light"]
    go(page, "/attention")
    expect(page.get_by_test_id("stDataFrame")).to_have_count(0)
    table = page.locator(".st-key-numbers_heatmap")
    table.locator("summary").focus()
    page.keyboard.press("Enter")
    settle(page)
    expect(table.locator("[role=grid]")).to_contain_text("0 [CLS] → 0 [CLS]")
    expect(table.locator("summary")).to_be_focused()
