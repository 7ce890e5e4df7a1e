"""The Attention page in a real browser, used as a reader uses it."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from backend.cached import cached_trace
from backend.examples import EXAMPLES
from backend.trace import Trace
from tests.e2e.conftest import Open, downloaded, downloaded_rows, ink, thousandths
from tests.serving import wait_until_drawn

A, B = EXAMPLES[0].a, EXAMPLES[0].b
IT = 10
CHICKEN = 2


@pytest.fixture(scope="module")
def trace() -> Trace:
    return cached_trace("minilm", A, B)


def view(page: Page) -> Locator:
    return page.locator(".attention[data-drawn]").first


def drawn(page: Page, layer: int, head: int) -> None:
    expect(view(page)).to_have_attribute("data-drawn", re.compile(rf"/{layer}/{head}$"))


def readout(page: Page) -> Locator:
    return page.locator(".readout")


def query(page: Page, token: int) -> Locator:
    name = re.compile(rf", token {token}$")
    return page.get_by_role("listbox", name="Tokens that look").get_by_role("option", name=name)


def key(page: Page, token: int) -> Locator:
    name = re.compile(rf", token {token}$")
    return page.get_by_role("listbox", name="Tokens looked at").get_by_role("option", name=name)


def test_it_opens_with_the_pair_and_every_head_on_screen(open_page: Open) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    expect(page.get_by_label("Sentence A", exact=True)).to_have_value(A)
    expect(page.get_by_role("gridcell")).to_have_count(72)
    assert ink(page, "canvas.lines") > 1000
    expect(page.locator("[data-stale=false] .js-plotly-plot .heatmaplayer image")).to_be_visible()


def test_pointing_at_a_token_tells_whom_it_looks_at(open_page: Open, trace: Trace) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    query(page, IT).hover()
    weight = thousandths(trace.attention[3, 1, IT, CHICKEN])
    expect(readout(page)).to_contain_text(f"it (A) looks at chicken (A) {weight}")
    key(page, CHICKEN).hover()
    expect(readout(page)).to_contain_text("is looked at by")
    strongest = int(trace.attention[3, 1, :, CHICKEN].argmax())
    weight = thousandths(trace.attention[3, 1, strongest, CHICKEN])
    expect(readout(page)).to_contain_text(weight)


def test_a_small_picture_tells_the_weight_under_the_pointer(open_page: Open, trace: Trace) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    cell = page.get_by_role("gridcell", name="layer 0, head 2", exact=True)
    box = cell.bounding_box()
    assert box is not None
    cell.hover(position={"x": box["width"] / 2, "y": box["height"] / 2})
    expect(readout(page)).to_have_text(re.compile(r"Layer 0, head 2: .* → .* [01]\.\d{3}$"))
    said = re.search(r": (.*) → (.*) ([\d.]+)$", readout(page).inner_text())
    assert said is not None
    weights = {thousandths(weight) for weight in trace.attention[0, 2].ravel()}
    assert said[3] in weights
    expect(page.locator(".token.same")).not_to_have_count(0)


def test_the_view_says_what_is_too_faint_for_lines(open_page: Open) -> None:
    text = " ".join(["the cat and the dog"] * 30)
    page = open_page(f"/attention?a={text}&layer=0&head=1")
    drawn(page, 0, 1)
    faint = cached_trace("minilm", text, None).attention[0, 1]
    share = faint[np.floor(faint.astype(np.float64) * 1000 + 0.5) < 5].sum() / len(faint)
    expect(page.locator(".share")).to_contain_text(f"{100 * share:.0f} % is in weights below 0.005")


def test_arrow_keys_move_through_the_heads_at_once(open_page: Open) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    page.get_by_role("gridcell", name="layer 3, head 1", exact=True).click()
    for press, layer, head in (
        ("ArrowRight", 3, 2), ("ArrowDown", 4, 2), ("ArrowLeft", 4, 1), ("ArrowUp", 3, 1),
        ("ArrowUp", 2, 1),
    ):  # fmt: skip
        page.keyboard.press(press)
        drawn(page, layer, head)
    focused = page.get_by_role("gridcell", name="layer 2, head 1", exact=True)
    expect(focused).to_be_focused()
    expect(page.get_by_label("Layer", exact=True)).to_have_value("2")
    expect(page.get_by_text("Layer 2, head 1: the exact weights")).to_be_visible()
    page.wait_for_url(re.compile("layer=2"))


def test_a_change_of_head_is_drawn_before_anything_is_sent(open_page: Open) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    sent_before_drawn = page.evaluate("""async () => {
        const find = (root, name) => root.querySelector(name) ?? [...root.querySelectorAll('*')]
            .map(e => e.shadowRoot && find(e.shadowRoot, name)).find(Boolean);
        let sent = 0;
        const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (...all) { sent++; return send.apply(this, all); };
        const root = find(document, '.attention'), before = root.dataset.drawn;
        const cell = find(document, '.cell.chosen');
        cell.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowDown', bubbles: true}));
        while (root.dataset.drawn === before) await new Promise(requestAnimationFrame);
        WebSocket.prototype.send = send;
        return sent; }""")
    assert sent_before_drawn == 0


def test_the_sidebar_leads_the_view(open_page: Open) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    page.get_by_label("Layer", exact=True).fill("5")
    page.keyboard.press("Enter")
    drawn(page, 5, 1)
    page.get_by_role("gridcell", name="layer 1, head 8", exact=True).click()
    drawn(page, 1, 8)
    expect(page.get_by_label("Head", exact=True)).to_have_value("8")
    page.get_by_label("Head", exact=True).fill("0")
    page.keyboard.press("Enter")
    drawn(page, 1, 0)


def test_heads_are_switched_on_and_off(open_page: Open) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    pressed = page.locator(".chips [aria-pressed=true]")
    expect(pressed).to_have_count(1)
    page.get_by_role("button", name="All heads of the layer").click()
    expect(pressed).to_have_count(12)
    page.get_by_role("button", name="head 4", exact=True).click()
    expect(pressed).to_have_count(11)
    page.get_by_role("button", name="head 7", exact=True).dblclick()
    drawn(page, 3, 7)
    expect(pressed).to_have_count(1)
    query(page, IT).hover()
    expect(readout(page)).to_contain_text("Layer 3, head 7: it (A) looks at")


def test_the_filter_shows_true_weights_and_says_their_share(open_page: Open, trace: Trace) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    page.get_by_role("radio", name="A → B").check()
    a, b = trace.segments == 0, trace.segments == 1
    share = trace.attention[3, 1][a][:, b].sum() / a.sum()
    expect(page.locator(".share")).to_contain_text(f"A → B, {100 * share:.0f} %")
    expect(page.get_by_role("option", name=re.compile("chicken"))).to_have_count(2)
    query(page, IT).hover()
    weight = thousandths(trace.attention[3, 1, IT, 16])
    expect(readout(page)).to_contain_text(f"chicken (B) {weight}")
    expect(page.get_by_text("Layer 3, head 1, A → B: the exact weights")).to_be_visible()
    page.wait_for_url(re.compile("show=ab"))


def test_special_tokens_can_be_hidden(open_page: Open, trace: Trace) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    expect(page.get_by_role("option", name="[SEP]")).to_have_count(4)
    page.get_by_label("Hide special tokens").check()
    expect(page.get_by_role("option", name="[SEP]")).to_have_count(0)
    plain = ~trace.special
    share = trace.attention[3, 1][plain][:, trace.special].sum() / plain.sum()
    expect(page.locator(".share")).to_contain_text(f"{100 * share:.0f} % goes to hidden special")


def test_a_click_keeps_a_token_and_escape_lets_it_go(open_page: Open) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    expect(query(page, IT)).to_have_attribute("aria-selected", "true")
    query(page, CHICKEN).click()
    expect(query(page, CHICKEN)).to_have_attribute("aria-selected", "true")
    page.wait_for_url(re.compile(r"query=2"))
    query(page, CHICKEN).focus()
    page.keyboard.press("Escape")
    expect(query(page, CHICKEN)).to_have_attribute("aria-selected", "false")
    page.wait_for_url(lambda url: "query" not in url)


def test_tab_leads_to_the_kept_token(open_page: Open) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    for token in (IT, CHICKEN):
        page.get_by_role("gridcell", name="layer 3, head 1", exact=True).focus()
        expect(query(page, token)).to_have_attribute("tabindex", "0")
        page.keyboard.press("Tab")
        expect(query(page, token)).to_be_focused()
        query(page, CHICKEN).click()
        page.keyboard.press("Home")


def test_pointing_moves_nothing_under_the_pointer(open_page: Open) -> None:
    page = open_page("/attention?a=One+two.&b=Three+four+five.", 1280, 1400)
    drawn(page, 3, 1)
    expect(page.get_by_role("button", name="Measure all heads")).to_be_visible()  # the page's last
    before = query(page, 2).bounding_box()
    query(page, 2).hover()
    expect(readout(page)).to_contain_text("looks at")
    assert query(page, 2).bounding_box() == before


def test_a_kept_token_stays_while_it_is_the_same(open_page: Open) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    page.get_by_label("Sentence A", exact=True).fill(A.replace("tired", "wet"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("option", name=re.compile("^wet, "))).to_have_count(2)
    expect(query(page, IT)).to_have_attribute("aria-selected", "true")
    page.get_by_label("Sentence A", exact=True).fill("Now " + A)
    page.keyboard.press("Enter")
    expect(page.get_by_role("option", name=re.compile("^now, "))).to_have_count(2)
    expect(page.locator(".token.pinned")).to_have_count(0)
    wait_until_drawn(page)
    assert "query" not in page.url


def test_a_link_shows_the_same_view_in_another_browser(open_page: Open) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    page.get_by_label("Sentence A", exact=True).fill("A cat sat on the mat.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option", name=re.compile("^mat, "))).to_have_count(2)
    page.get_by_role("radio", name="B → A").check()
    page.get_by_role("gridcell", name="layer 2, head 4", exact=True).click()
    page.wait_for_url(re.compile("layer=2.*head=4.*show=ba"))
    other = open_page(page.url.removeprefix(re.match(r"https?://[^/]+", page.url)[0]))  # type: ignore[index]
    drawn(other, 2, 4)
    expect(other.get_by_label("Sentence A", exact=True)).to_have_value("A cat sat on the mat.")
    expect(other.get_by_role("radio", name="B → A")).to_be_checked()


def test_back_undoes_the_last_change(open_page: Open) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    page.get_by_role("gridcell", name="layer 0, head 2", exact=True).click()
    page.wait_for_url(re.compile("layer=0"))
    wait_until_drawn(page)
    page.go_back()
    drawn(page, 3, 1)
    expect(page.get_by_label("Layer", exact=True)).to_have_value("3")


def test_back_leads_from_page_to_page(open_page: Open) -> None:
    page = open_page("/attention")
    before: int = page.evaluate("history.length")
    page.get_by_role("gridcell", name="layer 0, head 2", exact=True).click()
    page.wait_for_url(re.compile("layer=0"))
    wait_until_drawn(page)
    page.get_by_role("link", name="Compare", exact=True).first.click()
    page.wait_for_url(re.compile(r"/compare\?.*layer=0"))
    wait_until_drawn(page)
    assert page.evaluate("history.length") == before + 2
    page.go_back()
    page.wait_for_url(re.compile(r"/attention\?.*layer=0"))
    drawn(page, 0, 2)
    page.go_back()
    drawn(page, 3, 1)


def test_the_choice_survives_other_pages(open_page: Open) -> None:
    page = open_page("/attention")
    page.get_by_label("Sentence B", exact=True).fill("Something else entirely.")
    page.keyboard.press("Enter")
    page.get_by_role("gridcell", name="layer 4, head 5", exact=True).click()
    page.wait_for_url(re.compile("layer=4"))
    for name in ("Tokens", "Embeddings", "Attention"):
        page.get_by_role("link", name=name, exact=True).first.click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(page.get_by_label("Sentence B", exact=True)).to_have_value(
            "Something else entirely."
        )
    drawn(page, 4, 5)


def test_a_choice_is_kept_when_the_page_is_left_quickly(open_page: Open) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    page.get_by_role("gridcell", name="layer 5, head 4", exact=True).click()
    drawn(page, 5, 4)
    page.wait_for_timeout(200)  # as fast as a hand can be
    for name in ("Tokens", "Attention"):
        page.get_by_role("link", name=name, exact=True).first.click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    drawn(page, 5, 4)


def test_sentences_that_nobody_typed_survive_a_change_of_page_and_then_of_a_control(
    open_page: Open,
) -> None:
    page = open_page("/tokens")
    page.get_by_role("link", name="Attention", exact=True).first.click()
    expect(page.get_by_role("heading", name="Attention", exact=True)).to_be_visible()
    for label, text in (("Sentence A", A), ("Sentence B", B)):
        expect(page.get_by_label(label, exact=True)).to_have_value(text)
    page.get_by_label("Layer", exact=True).fill("4")
    page.keyboard.press("Enter")
    drawn(page, 4, 1)
    for label, text in (("Sentence A", A), ("Sentence B", B)):
        expect(page.get_by_label(label, exact=True)).to_have_value(text)


def test_half_typed_text_is_not_lost_when_a_head_is_chosen(open_page: Open) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    page.evaluate("""() => {
        const find = (root, name) => root.querySelector(name) ?? [...root.querySelectorAll('*')]
            .map(e => e.shadowRoot && find(e.shadowRoot, name)).find(Boolean);
        window.chosen = () => find(document, '.cell.chosen').dispatchEvent(
            new KeyboardEvent('keydown', {key: 'ArrowDown', bubbles: true})); }""")
    page.get_by_label("Sentence A", exact=True).press("End")
    page.get_by_label("Sentence A", exact=True).press_sequentially(" and s")
    page.evaluate("window.chosen()")
    drawn(page, 4, 1)
    page.wait_for_url(re.compile("layer=4"))
    wait_until_drawn(page)
    expect(page.get_by_label("Sentence A", exact=True)).to_have_value(A + " and s")


def test_downloads_hold_the_numbers_on_screen(open_page: Open, trace: Trace) -> None:
    page = open_page("/attention")
    drawn(page, 3, 1)
    rows = downloaded_rows(page, "This head (CSV)")
    assert list(rows[0]) == ["layer", "head", "query", "query_token", "key", "key_token", "weight"]
    read = np.zeros_like(trace.attention[3, 1])
    for row in rows:
        read[int(row["query"]), int(row["key"])] = float(row["weight"])
    np.testing.assert_array_equal(read, trace.attention[3, 1])
    with np.load(io.BytesIO(downloaded(page, "Everything (.npz)"))) as arrays:
        np.testing.assert_array_equal(arrays["attention"], trace.attention)
        assert tuple(arrays["tokens"]) == trace.tokens


def test_the_code_button_shows_code_for_this_head(open_page: Open) -> None:
    page = open_page("/attention?layer=2&head=6&a=One+sentence.")
    page.get_by_role("button", name="Code").click()
    code = page.get_by_test_id("stCode")
    expect(code).to_contain_text("attentions[2][0, 6]")
    expect(code).to_contain_text("One sentence.")


HOSTILE = "<img src=x onerror=hit()> </script><script>hit()</script> &lt; $x$ :red[x] **b** [SEP]"


def missing_image(page: Page) -> None:
    """Until the page has been told that an image is missing, as those before it have, too."""
    page.evaluate("""() => new Promise(done => {
        const image = new Image();
        image.onerror = done;
        image.src = 'x'; })""")


@pytest.mark.parametrize("path", ["/attention", "/tokens", "/embeddings", "/"])
def test_typed_markup_stays_text(open_page: Open, path: str) -> None:
    page = open_page(path)
    page.evaluate("() => { window.hit = () => { window.hurt = true } }")
    for box in ("Sentence A", "Sentence B"):
        page.get_by_label(box, exact=True).fill(HOSTILE)
        page.keyboard.press("Enter")
        wait_until_drawn(page)
    missing_image(page)
    assert page.evaluate("window.hurt") is None
    assert page.get_by_test_id("stException").count() == 0
    assert page.locator("img[src=x]").count() == 0


def test_a_linked_model_name_makes_no_link_and_no_icon(open_page: Open) -> None:
    for name in ("www.example.org", "https://example.org/x", "a@example.org", ":streamlit:"):
        page = open_page(f"/attention?a=One.&model={name}")
        warning = page.get_by_test_id("stAlert")
        expect(warning).to_contain_text("to choose")
        assert warning.locator("a, img").count() == 0
        page.close()


def test_a_long_text_is_cut_said_and_drawn(open_page: Open) -> None:
    page = open_page("/attention?a=short")
    page.get_by_label("Sentence A", exact=True).fill("the cat and the dog " * 1000)
    page.keyboard.press("Enter")
    expect(page.get_by_text("at most 512 tokens")).to_be_visible()
    wait_until_drawn(page)
    drawn(page, 3, 1)
    page.get_by_role("gridcell", name="layer 3, head 1", exact=True).click()
    page.keyboard.press("ArrowDown")
    drawn(page, 4, 1)
    wait_until_drawn(page)
    query(page, 3).hover()
    expect(readout(page)).to_contain_text("looks at")


def test_an_unreachable_model_is_said_and_the_app_goes_on(open_page: Open) -> None:
    page = open_page("/attention?a=Keep+this.&model=bert-base-uncased")
    expect(page.get_by_text("cannot be reached")).to_be_visible()
    expect(page.get_by_label("Sentence A", exact=True)).to_have_value("Keep this.")
    page.get_by_role("link", name="Tokens", exact=True).first.click()
    expect(page.get_by_text("Keep", exact=False).first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 900), (390, 844)])
def test_nothing_sticks_out_at_any_width(
    open_page: Open, screenshots: Path, scheme: str, width: int, height: int
) -> None:
    page = open_page("/attention", width, height, color_scheme=scheme)
    drawn(page, 3, 1)
    wait_until_drawn(page)
    page.screenshot(path=screenshots / f"attention-{scheme}-{width}.png", full_page=True)
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= width


def test_picture_for_the_readme(open_page: Open, screenshots: Path) -> None:
    """With PICTURE=docs/attention.png it becomes the README's."""
    import os

    page = open_page(f"/attention?layer=3&head=1&query={IT}", 1440, 1240)
    drawn(page, 3, 1)
    page.get_by_role("button", name="head 8", exact=True).click()
    expect(page.locator(".chips [aria-pressed=true]")).to_have_count(2)
    page.mouse.move(0, 0)
    wait_until_drawn(page)
    target = Path(os.environ.get("PICTURE", screenshots / "picture.png"))
    page.screenshot(path=target)
    assert target.stat().st_size > 50_000


@pytest.mark.parametrize(("width", "shown"), [(390, False), (1280, True)])
def test_on_a_phone_no_icons_lie_on_the_heatmap(open_page: Open, width: int, shown: bool) -> None:
    page = open_page("/attention", width=width)
    heatmap = page.locator("[data-stale=false] .js-plotly-plot")
    heatmap.hover()
    expect(heatmap.locator(".modebar")).to_be_visible(visible=shown)
    names = heatmap.locator(".modebar-btn").evaluate_all("all => all.map(e => e.dataset.title)")
    assert "Zoom in" in names
    assert not [name for name in names if "Download" in name]  # Pictures below are better ones
