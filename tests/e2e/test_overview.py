"""The living diagram in a real browser, used as a reader uses it."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from backend.cached import cached_tagger, cached_trace
from backend.diagram_packet import NUMBERS
from backend.examples import EXAMPLES
from backend.trace import Trace
from tests.e2e.conftest import FIND, Open, ink, thousandths
from tests.serving import wait_until_drawn

A, B = EXAMPLES[0].a, EXAMPLES[0].b
IT, CHICKEN, ROAD = 10, 2, 8
STEPS = 12

COUNT_SENDS = """() => {
    window.sent = 0;
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (...all) {
        window.sent++;
        return send.apply(this, all);
    }; }"""


@pytest.fixture(scope="module")
def trace() -> Trace:
    return cached_trace("minilm", A, B)


def drawn(page: Page, lines: str = "1") -> Locator:
    """The diagram, once it shows these lines and the tags have come."""
    diagram = page.locator(f".diagram[data-drawn][data-lines='{lines}']")
    expect(diagram).to_be_visible(timeout=60_000)
    expect(diagram.locator(".output-tag").first).to_be_attached(timeout=120_000)
    wait_until_drawn(page)
    return diagram


def piece(page: Page, token: int) -> Locator:
    tokens = page.get_by_role("listbox", name="Tokens")
    return tokens.get_by_role("option", name=re.compile(rf", token {token}$"))


def words(page: Page) -> Locator:
    return page.get_by_role("status", name="What is shown")


def test_the_figure_is_there_with_its_real_data(open_page: Open, trace: Trace) -> None:
    page = open_page("/")
    diagram = drawn(page)
    expect(piece(page, CHICKEN)).to_contain_text(f"chicken{trace.ids[CHICKEN]}")
    expect(page.get_by_role("option")).to_have_count(29)
    for shape in ("(12, 29, 29)", "(29, 384)"):
        expect(diagram.get_by_text(shape, exact=True).first).to_be_visible()
    assert ink(page, ".drawing .lines") > 1000
    tagger = cached_tagger("minilm")
    shares = tagger.probabilities(trace.hidden[-1])
    best = [tagger.tags[tag] for tag in shares[~trace.special].argmax(axis=1)]
    assert diagram.locator(".output-tag b").all_inner_texts() == best
    learned = f"{tagger.sentences:,} sentences with {tagger.tokens:,} tokens"
    expect(diagram.get_by_text(learned)).to_be_attached()
    diagram.get_by_text("The figure as a table").click()
    row = diagram.get_by_role("row").nth(IT + 1)
    expect(row).to_contain_text(f"chicken (A) {thousandths(trace.attention[3, 1, IT, CHICKEN])}")
    expect(row).to_contain_text("PRP (pronoun, personal)")


def test_pointing_and_walking_tell_the_weights_and_ask_nobody(
    open_page: Open, trace: Trace
) -> None:
    page = open_page("/", height=1900)
    drawn(page)
    page.evaluate(COUNT_SENDS)
    piece(page, ROAD).hover()
    for layer in range(trace.layers):
        row = trace.attention[layer, 1, ROAD]
        weight = thousandths(row.max())
        name = trace.tokens[int(row.argmax())]
        said = re.compile(rf"layer {layer} {re.escape(name)}( \([AB\d, ]+\))? {weight}")
        expect(words(page)).to_have_text(said)
    expect(page.locator(".output-tag.lit")).to_contain_text("NN")
    row_of_vectors = page.locator("[data-part=vectors] .track")
    box, column = row_of_vectors.bounding_box(), piece(page, ROAD).bounding_box()
    assert box is not None
    assert column is not None
    page.mouse.move(column["x"] + 5, box["y"] + 20)
    first = ", ".join(f"{n:.3f}".replace("-", "−") for n in trace.hidden[-1][ROAD, :NUMBERS])
    expect(words(page)).to_contain_text(f"road (A), T, the final vectors: {first}")
    piece(page, CHICKEN).focus()
    page.keyboard.press("ArrowRight")
    expect(piece(page, CHICKEN + 1)).to_be_focused()
    expect(words(page)).to_contain_text("didn (A), token 3")
    for _ in range(STEPS):
        page.get_by_role("button", name="Next step").click()
    expect(words(page)).to_contain_text("most likely part of speech")
    assert page.evaluate("window.sent") == 0


def test_a_kept_token_stands_in_the_address(open_page: Open) -> None:
    page = open_page("/")
    drawn(page)
    expect(piece(page, IT)).to_have_attribute("aria-selected", "true")
    piece(page, CHICKEN).click()
    expect(piece(page, CHICKEN)).to_have_attribute("aria-selected", "true")
    page.wait_for_url(re.compile("query=2&"))
    expect(piece(page, CHICKEN)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("query=3&"))
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "query" not in url)
    page.mouse.move(0, 0)
    expect(words(page)).to_contain_text("Point at a token")


def test_the_walk_plays_pauses_and_steps_by_keyboard(open_page: Open, trace: Trace) -> None:
    page = open_page("/")
    diagram = drawn(page)
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_text("2 of 12: Tokenizer")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    page.locator(".name", has_text="Layer 0").focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_text("1 of 12: Input")).to_be_visible()
    expect(words(page)).to_contain_text(f"A and B, of {len(A) + len(B)} characters")
    page.keyboard.press("ArrowUp")
    for step in ("3 of 12: Embeddings", "4 of 12: Layer 0", "5 of 12: Layer 1"):
        page.keyboard.press("ArrowUp")
        expect(page.get_by_text(step)).to_be_visible()
    expect(diagram.locator(".row.ahead")).to_have_count(7)
    page.keyboard.press("ArrowDown")
    weight = thousandths(trace.attention[0, 1, IT].max())
    expect(words(page)).to_contain_text(f"looks most at “[CLS]” ({weight})")
    piece(page, IT).focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Show all").click()
    expect(diagram.locator(".row.ahead")).to_have_count(0)


def test_keys_work_wherever_the_focus_is(open_page: Open) -> None:
    page = open_page("/")
    drawn(page)
    play = page.get_by_role("button", name="Play")
    play.focus()
    page.keyboard.press("ArrowRight")
    expect(piece(page, IT + 1)).to_be_focused()  # on from the kept token
    page.keyboard.press("Enter")
    expect(piece(page, IT + 1)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("12 steps")).to_be_visible()
    play.focus()
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "query" not in url)
    page.keyboard.press("ArrowLeft")
    expect(piece(page, 0)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(words(page)).to_contain_text("two sentences, A and B,")
    page.locator(".name", has_text="Layer 5").focus()
    page.keyboard.press("Escape")
    expect(page.get_by_text("12 steps")).to_be_visible()
    play.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pause")).to_be_focused()


def test_what_is_out_of_sight_is_named_and_one_press_away(open_page: Open) -> None:
    page = open_page("/")
    diagram = drawn(page)
    seen = page.locator(".reach .seen")
    expect(seen).to_have_text(re.compile(r"In sight: tokens 0–1\d of 29$"))
    expect(diagram.locator(".more-after")).to_be_visible()
    named = page.locator(".input .beyond.b")
    expect(named).to_contain_text(B)
    named.click()
    expect(piece(page, 15)).to_be_in_viewport()
    expect(seen).to_have_text(re.compile(r"–28 of 29$"))
    expect(named).to_be_hidden()
    expect(piece(page, 15)).to_be_focused()
    expect(piece(page, IT)).to_have_attribute("aria-selected", "true")  # what was kept still is
    page.set_viewport_size({"width": 1290, "height": 900})  # no reason to go back to it
    wait_until_drawn(page)
    expect(seen).to_have_text(re.compile(r"–28 of 29$"))
    expect(page.locator(".input .beyond.a")).to_contain_text(A)
    page.locator(".jump.a").click()
    expect(seen).to_have_text(re.compile(r"tokens 0–"))
    box = page.locator(".map").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + 5)
    page.mouse.up()
    expect(seen).to_have_text(re.compile(r"–28 of 29$"))
    page.set_viewport_size({"width": 2600, "height": 900})
    expect(page.locator(".reach")).to_be_hidden()
    expect(diagram.locator(".more-after")).to_have_count(0)


def test_on_a_phone_a_step_begins_with_what_it_speaks_of(open_page: Open) -> None:
    page = open_page("/", width=390, height=844)
    drawn(page)
    expect(page.locator(".reach .seen")).not_to_contain_text("tokens 0–")
    page.get_by_role("button", name="Next step").click()
    expect(page.locator(".reach .seen")).to_contain_text("tokens 0–")
    expect(page.locator(".sentence.a .said")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Next step").click()
    expect(piece(page, IT)).to_be_in_viewport(ratio=1)


def test_in_the_dark_weak_lines_stand_out_more(open_page: Open) -> None:
    middles = []
    for scheme in ("light", "dark"):
        page = open_page("/", color_scheme=scheme)
        expect(page.locator(f".diagram[data-theme={scheme}]")).to_be_visible()
        drawn(page)
        middles.append(
            page.evaluate(f"""() => {{ {FIND}
            const c = find(document, '.drawing .lines');
            const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
            const alphas = d.filter((value, i) => i % 4 === 3 && value).sort();
            return alphas[alphas.length >> 1]; }}""")
        )
    assert middles[1] > 1.5 * middles[0] > 0


def test_with_reduced_motion_a_step_stands_there_at_once(open_page: Open) -> None:
    page = open_page("/", reduced_motion="reduce")
    drawn(page)
    painted = page.evaluate(f"""async () => {{ {FIND}
        const canvas = find(document, '.drawing .lively');
        const picture = () => canvas.toDataURL();
        find(document, '.next').click();
        const frame = () => new Promise(requestAnimationFrame);
        await frame(); await frame();
        const first = picture();
        for (let i = 0; i < 20; i++) await frame();
        return first === picture(); }}""")
    assert painted


def test_a_card_chooses_its_head_and_the_mean_gives_way(open_page: Open, trace: Trace) -> None:
    page = open_page("/?lines=mean")
    drawn(page, "mean")
    mean = trace.attention[:, :, IT].mean(axis=1)
    expect(words(page)).to_contain_text(f"{thousandths(mean[2].max())}")
    expect(words(page)).to_contain_text("On average over the heads")
    page.get_by_role("button", name="Layer 5, head 7").click()
    drawn(page, "7")
    page.wait_for_url(re.compile("layer=5&head=7"))
    expect(page.get_by_label("Head", exact=True)).to_have_value("7")
    assert "lines" not in page.url
    page.get_by_label("Head", exact=True).fill("2")
    page.keyboard.press("Enter")
    drawn(page, "2")
    weight = thousandths(trace.attention[0, 2, IT].max())
    expect(words(page)).to_contain_text(f"layer 0 because (A) {weight}")


def test_every_part_leads_to_its_page_with_everything_kept(open_page: Open) -> None:
    page = open_page("/?a=One+cat+sat.&b=Two+sat.&layer=1&head=4")
    drawn(page, "4")
    link = page.get_by_role("link", name="Layer 5")
    href = link.get_attribute("href")
    assert href is not None
    assert re.match(r"attention\?a=One\+cat\+sat.*layer=5&head=4", href)
    link.click()
    expect(page.get_by_role("heading", name="Attention", exact=True)).to_be_visible()
    expect(page.get_by_label("Layer", exact=True)).to_have_value("5")
    expect(page.get_by_label("Sentence B", exact=True)).to_have_value("Two sat.")
    beside = open_page(f"/{href}")
    expect(beside.get_by_label("Layer", exact=True)).to_have_value("5")
    expect(beside.get_by_label("Head", exact=True)).to_have_value("4")


def test_a_new_text_is_drawn_and_hostile_tokens_are_only_text(open_page: Open) -> None:
    page = open_page("/")
    diagram = drawn(page)
    before = diagram.get_attribute("data-drawn")
    hostile = "</script><img src=x onerror=alert(1)> $x$ **a** 🐔 مرحبا"
    page.get_by_label("Sentence A", exact=True).fill(hostile)
    page.keyboard.press("Enter")
    expect(diagram).not_to_have_attribute("data-drawn", str(before))
    expect(diagram.get_by_text(hostile)).to_be_visible()
    assert diagram.locator("img").count() == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_a_long_text_scrolls_inside_the_figure(open_page: Open, width: int) -> None:
    page = open_page(f"/?a={quote('The tired cat sat. ' * 120)}&query=300", width=width)
    diagram = drawn(page)
    expect(page.get_by_role("option")).to_have_count(512)
    diagram.scroll_into_view_if_needed()
    expect(diagram.locator(".output-tag[data-token='300']")).to_be_in_viewport()
    label = page.locator("[data-part=pieces] .name")
    piece(page, 300).scroll_into_view_if_needed()
    here = label.bounding_box()
    piece(page, 300).focus()
    page.keyboard.press("End")
    expect(piece(page, 511)).to_be_focused()
    expect(piece(page, 511)).to_be_in_viewport()
    there = label.bounding_box()
    assert here is not None
    assert there is not None
    assert there["x"] == here["x"]
    expect(diagram.get_by_text("(512, 384)").first).to_be_attached()
    wide: bool = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
