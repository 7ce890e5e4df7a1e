"""Presenting at 1280 x 720: how large letters are, what fits the window, and the keys."""

import pytest
from playwright.sync_api import Locator, Page, WebSocket, expect

from tests.e2e.conftest import FIND, Open
from tests.serving import wait_until_drawn

OTHERS = {
    "light": ("output", "transfer"),
    "dark": ("lesson", "embeddings", "inside", "bertviz", "cloze"),
}
"""The pages that are longer than a window, half of them on either ground."""
SHOWN = {
    "": ".diagram .frame",
    "tokens": ".token-chips .box",
    "attention": ".panes",
    "compare": ".comparison .panes",
    "heads": ".js-plotly-plot",
}
"""What a page is about, and fits one window."""
SMALLEST = 18  # px; where a pair has more than thirty tokens, else 20

LETTERS = f"""([name, least]) => {{ {FIND}
    const figure = find(document, name), small = [];
    const look = root => {{
        for (const e of root.querySelectorAll('*')) {{
            if (!e.checkVisibility() || e.closest('.unseen')) continue;
            const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
            const drawn = e.getScreenCTM?.();
            const scale = drawn ? Math.hypot(drawn.a, drawn.b) : 1;
            const size = scale * parseFloat(getComputedStyle(e).fontSize);
            if (own && size < least - 0.1) small.push(`${{size}} ${{e.textContent.slice(0, 30)}}`);
        }}
    }};
    look(figure);
    return small;
}}"""

FITS = "words => words.scrollHeight <= words.clientHeight"

REPORT_WEIGHTS = """() => {
    window.written = [];
    const fill = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
        if (/^0[.]\\d\\d$/.test(text)) window.written.push([text, y]);
        return fill.call(this, text, x, y);
    }; }"""
"""From now on the page tells which weights it writes on a canvas, and how far down."""

CHOSEN = "() => Object.fromEntries(new URLSearchParams(location.search))"


@pytest.fixture
def presented(open_page: Open) -> Page:
    """The Attention page, once it listens to keys."""
    page = open_page("/attention?present=1", 1280, 720)
    expect(end_of(page)).to_be_visible()
    expect(page.get_by_label("Head", exact=True)).to_be_attached()  # in the sidebar, tucked away
    return page


def test_what_a_page_is_about_fits_the_window_in_large_letters(
    presented: Page, address: str
) -> None:
    for path, name in SHOWN.items():
        presented.goto(f"{address}/{path}?present=1")
        wait_until_drawn(presented)
        figure = presented.locator(name).first
        expect(figure).to_be_visible()
        box = figure.bounding_box()
        assert box is not None
        assert box["y"] >= 30, path
        assert box["y"] + box["height"] <= 725, path
        assert presented.evaluate(LETTERS, [name, SMALLEST]) == [], path


@pytest.mark.parametrize("scheme", OTHERS)
def test_the_other_pages_can_be_presented_and_left(
    open_page: Open, address: str, scheme: str
) -> None:
    page = open_page("/heads?present=1", 1280, 720, color_scheme=scheme)
    for path in OTHERS[scheme]:
        page.goto(f"{address}/{path}?present=1")
        wait_until_drawn(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 1280, path
        expect(end_of(page)).to_be_in_viewport()
        assert page.locator("[data-testid=stSidebar]").get_attribute("data-collapsed") == "true"
    end_of(page).click()
    expect(end_of(page)).to_have_count(0)
    wait_until_drawn(page)
    assert "present" not in page.evaluate(CHOSEN)


def test_the_overview_says_all_layers_and_stands_still_while_it_is_stepped_through(
    open_page: Open,
) -> None:
    page = open_page("/?present=1", 1280, 720)
    words = page.locator(".diagram .words")
    expect(words).to_contain_text("layer 3 chicken (A)")
    expect(words).to_contain_text("layer 5")
    assert words.evaluate(FITS)
    page.get_by_role("button", name="Next step").click()
    for step in range(1, 13):
        expect(page.locator(".diagram .count")).to_contain_text(f"{step} of 12")
        assert words.evaluate(FITS)
        page.get_by_role("button", name="Next step").click()
    assert page.locator("[data-testid=stMain]").evaluate("main => main.scrollTop") == 0


def test_each_weight_stands_in_the_row_of_its_layer(open_page: Open) -> None:
    for path, height in (("/?present=1", 720), ("/", 1500)):
        page = open_page(path, 1280, height)
        expect(page.locator(".diagram .words")).to_contain_text("layer 3 chicken (A)")
        page.evaluate(REPORT_WEIGHTS)
        page.get_by_role("option", name="because, token 9", exact=True).hover()
        expect(page.locator(".diagram .words")).to_contain_text("because (A), token 9")
        page.evaluate("window.written = []")
        page.get_by_role("option", name="it, token 10", exact=True).hover()
        page.wait_for_function("window.written.length > 0")
        rows = page.locator(".diagram .layer .track").evaluate_all(
            "tracks => tracks.map(t => [t.offsetTop, t.offsetTop + t.offsetHeight]).reverse()"
        )
        written = dict(page.evaluate("window.written"))
        for text, layer in (("0.37", 3), ("0.56", 2), ("0.47", 1), ("0.24", 5)):
            top, bottom = rows[layer]
            assert top + 15 < written[text] < bottom - 5, (path, text)


def test_each_of_many_fast_presses_counts(presented: Page) -> None:
    for key in ("l", "h", "h", "h", "Shift+L", "h", "Shift+H", "h", "h", "l", "Shift+L", "Shift+L"):
        presented.keyboard.press(key)
    presented.wait_for_function(f"""() => {{
        const {{ layer, head }} = ({CHOSEN})();
        return layer === '2' && head === '6'; }}""")
    wait_until_drawn(presented)
    chosen = presented.evaluate(CHOSEN)
    assert (chosen["layer"], chosen["head"]) == ("2", "6")
    expect(presented.get_by_text("Layer 2, head 6: it (A) looks at")).to_be_visible()


def test_presses_that_cancel_each_other_are_told(open_page: Open, address: str) -> None:
    """Else what the browser's boxes hold meanwhile would be taken for the reader's own choice."""
    page, sent = open_page("/tokens"), list[str]()

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(str(frame)))

    page.on("websocket", listen)
    page.goto(f"{address}/attention?present=1")
    wait_until_drawn(page)
    for number, key in enumerate(("h", "Shift+H"), 1):
        page.keyboard.press(key)
        pressed = f'"all":{number},'
        while not any(pressed in frame for frame in sent):
            page.wait_for_timeout(50)
        wait_until_drawn(page)
        told = [frame for frame in sent if pressed in frame]
        assert f'"head":{2 - number},' in told[-1]


def test_the_first_screen_says_which_head_or_token_it_is_of(open_page: Open, address: str) -> None:
    page = open_page("/inside?present=1", 1280, 720)
    chosen = page.locator(".st-key-told_chosen")
    expect(chosen).to_contain_text("Layer 3, head 1")
    page.keyboard.press("l")
    expect(chosen).to_contain_text("Layer 4, head 1")
    page.keyboard.press("h")
    expect(chosen).to_contain_text("Layer 4, head 2")
    for path, told in (
        ("inside", "Layer 3, head 1"),
        ("embeddings", "Token 10: “it”"),
        ("bertviz", "layer 3, head 1"),
        (
            "attention?weights=rollout&off=3.1&hidden=2-4",
            "Weights: Rollout · Changed run: 1 head off, 2",
        ),
        ("inside?off=3.1", "looks · Changed run: 1 head off"),
        ("compare?weights=flow", "Weights: Flow"),
    ):
        page.goto(f"{address}/{path}{'&' if '?' in path else '?'}present=1")
        expect(chosen).to_contain_text(told)
        wait_until_drawn(page)
        box, title = chosen.bounding_box(), page.locator("h1 span").first.bounding_box()
        assert box is not None
        assert title is not None
        assert 0 <= box["y"] <= 30, path
        assert title["x"] + title["width"] < box["x"]
        assert box["height"] < 50  # one line


def test_a_clicker_goes_through_the_examples(presented: Page) -> None:
    presented.keyboard.press("PageDown")
    presented.keyboard.press("PageDown")
    presented.wait_for_function(f"(({CHOSEN})()).a.startsWith('The horse')")
    presented.keyboard.press("PageUp")
    presented.wait_for_function(f"(({CHOSEN})()).a.startsWith('The car')")


def test_keys_are_heard_in_a_frame_too(open_page: Open) -> None:
    page = open_page("/bertviz?present=1", 1280, 720)
    frame = page.frame_locator("[data-testid=stIFrame]").frame_locator("iframe")
    for press, layer in (("l", "4"), ("Shift+L", "3")):
        expect(frame.locator("#bertviz[data-drawn=true]")).to_be_attached()
        page.mouse.click(640, 400)
        page.keyboard.press(press)
        page.wait_for_function(f"(({CHOSEN})()).layer === '{layer}'")
        wait_until_drawn(page)
    expect(frame.locator("#bertviz[data-drawn=true]")).to_be_attached()
    page.mouse.click(640, 400)
    page.keyboard.press("Escape")
    expect(end_of(page)).to_have_count(0)


def opened_box(presented: Page) -> Locator:
    """Sentence A, in the sidebar that was tucked away."""
    presented.locator("[data-testid=stExpandSidebarButton]").click()
    return presented.get_by_label("Sentence A")


def test_a_clicker_works_where_a_sentence_was_just_typed(presented: Page) -> None:
    box = opened_box(presented)
    box.fill("A cat slept.")
    box.press("Enter")
    presented.wait_for_function(f"(({CHOSEN})()).a === 'A cat slept.'")
    box.press("PageDown")
    presented.wait_for_function(f"(({CHOSEN})()).a.startsWith('The chicken')")
    wait_until_drawn(presented)
    layer = presented.get_by_label("Layer", exact=True)
    layer.fill("2")
    layer.press("PageDown")
    presented.wait_for_function(f"(({CHOSEN})()).a.startsWith('The car')")
    presented.wait_for_function(f"(({CHOSEN})()).layer === '2'")


def test_what_was_typed_and_not_sent_does_not_come_after_the_next_example(presented: Page) -> None:
    box = opened_box(presented)
    box.press("End")
    box.type(" zzz")
    box.press("PageDown")
    first = "The chicken didn't cross the road because it was too tired"
    expect(box).to_have_value(first)
    wait_until_drawn(presented)
    expect(box).to_have_value(first)
    presented.locator("h1").click()
    wait_until_drawn(presented)
    assert presented.evaluate(CHOSEN)["a"] == first


def test_nothing_shows_between_the_ways_out(open_page: Open) -> None:
    page = open_page("/lesson?present=1", 1280, 720)
    wait_until_drawn(page)
    strip = page.locator(".presenter .strip")
    expect(strip).to_be_hidden()
    page.locator("[data-testid=stMain]").evaluate("main => main.scrollTo(0, 300)")
    expect(strip).to_be_visible()
    page.locator("[data-testid=stMain]").evaluate("main => main.scrollTo(0, 0)")
    expect(strip).to_be_hidden()


def test_a_box_keeps_its_letters_and_other_keys_are_left_alone(presented: Page) -> None:
    box = opened_box(presented)
    box.fill("A ")
    box.press("End")
    box.press("l")
    box.press("p")
    expect(box).to_have_value("A lp")
    assert presented.evaluate(CHOSEN)["layer"] == "3"
    presented.locator("h1").click()
    presented.keyboard.press("Control+l")
    presented.keyboard.press("Alt+h")
    presented.keyboard.press("l")
    presented.wait_for_function(f"(({CHOSEN})()).layer === '4'")
    assert presented.evaluate(CHOSEN)["head"] == "1"


def test_a_question_mark_shows_the_keys_and_p_ends_it(presented: Page) -> None:
    presented.keyboard.press("?")
    keys = presented.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("the next layer")
    presented.keyboard.press("Escape")
    expect(keys).not_to_be_visible()
    assert presented.evaluate(CHOSEN)["present"] == "1"
    presented.keyboard.press("p")
    expect(end_of(presented)).to_have_count(0)
    wait_until_drawn(presented)
    before = presented.evaluate(CHOSEN)
    presented.keyboard.press("l")
    wait_until_drawn(presented)
    assert presented.evaluate(CHOSEN) == before


def test_the_keys_make_way_for_what_a_key_means(presented: Page) -> None:
    keys = presented.get_by_role("dialog", name="Keys")
    presented.keyboard.press("?")
    expect(keys).to_be_visible()
    presented.keyboard.press("?")
    expect(keys).not_to_be_visible()
    presented.get_by_role("button", name="Keys").click()
    keys.get_by_text("the next layer").click()
    expect(keys).to_be_visible()
    presented.mouse.click(20, 600)
    expect(keys).not_to_be_visible()
    presented.keyboard.press("?")
    presented.keyboard.press("PageDown")
    presented.wait_for_function(f"(({CHOSEN})()).a.startsWith('The car')")
    expect(keys).not_to_be_visible()
    presented.keyboard.press("?")
    presented.keyboard.press("p")
    expect(keys).not_to_be_visible()
    expect(end_of(presented)).to_have_count(0)


def test_a_key_that_leads_no_further_says_so(open_page: Open) -> None:
    page = open_page("/attention?present=1&layer=5", 1280, 720)
    note = page.locator(".presenter .note")
    expect(end_of(page)).to_be_visible()
    page.keyboard.press("l")
    expect(note).to_have_text("This is the last layer.")
    wait_until_drawn(page)
    expect(note).to_be_visible()
    page.keyboard.press("Shift+L")
    page.wait_for_function(f"(({CHOSEN})()).layer === '4'")
    expect(note).to_have_text("")


def test_a_comparison_beside_the_sidebar_keeps_its_columns(open_page: Open) -> None:
    page = open_page("/compare?present=1", 1280, 720)
    expect(page.locator(".comparison.wide .plot .title").first).to_be_visible()
    wait_until_drawn(page)
    page.locator("[data-testid=stExpandSidebarButton]").click()
    expect(page.locator(".comparison:not(.wide)")).to_be_visible()
    wait_until_drawn(page)
    for name in ("on", "from"):
        column = page.locator(f".comparison .head .{name}").first
        assert column.evaluate("e => e.clientWidth > 60 && e.scrollWidth <= e.clientWidth"), name
    expect(page.locator(".comparison .plot .title").first).to_have_text("weight on chicken")


def end_of(page: Page) -> Locator:
    """The button that ends presenting."""
    return page.get_by_role("button", name="End", exact=True)
