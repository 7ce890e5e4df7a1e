"""The Compare page in a real browser, used as a reader uses it."""

import re
from itertools import combinations
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from backend.cached import cached_trace
from backend.examples import EXAMPLES
from backend.trace import FloatArray
from tests.e2e.conftest import Open, downloaded_rows
from tests.serving import wait_until_drawn

A, B = EXAMPLES[0].a, EXAMPLES[0].b
IT, CHICKEN, ROAD = 10, 2, 8
SHARED = list(range(1, 13))


def weights(query: int) -> tuple[FloatArray, FloatArray]:
    """The query's weights (layer, head, key) in A and in B."""
    a, b = (cached_trace("minilm", text).attention[:, :, query] for text in (A, B))
    return a, b


def drawn(page: Page, layer: int, head: int, query: int) -> None:
    figure = page.locator(".comparison[data-drawn]").first
    expect(figure).to_have_attribute("data-drawn", re.compile(rf"/{layer}/{head}/{query}$"))


def heads(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Heads, the one first").get_by_role("option")


def arrow(page: Page, layer: int, head: int) -> Locator:
    arrows = page.get_by_role("listbox", name="Heads as arrows")
    return arrows.get_by_role("option", name=re.compile(rf"^layer {layer}, head {head}:"))


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def row_of(text: str) -> tuple[int, int, float, str, float, float]:
    """Layer, head, change, word, and the two weights of a row of the list, from its label."""
    pattern = r"layer (\d+), head (\d+): ([+−]?[\d.]+) on (.+), from ([\d.]+) to ([\d.]+)"
    found = re.fullmatch(pattern, text)
    assert found, text
    layer, head, change, word, a, b = found.groups()
    return int(layer), int(head), number(change), word, float(a), float(b)


def shown_rows(page: Page) -> list[tuple[int, int, float, str, float, float]]:
    labels = heads(page).evaluate_all("rows => rows.map(row => row.ariaLabel)")
    return [row_of(label) for label in labels]


def check_ranking(page: Page, query: int) -> None:
    """Every row of the list against the traces themselves."""
    a, b = weights(query)
    moved = np.abs(b - a)[:, :, SHARED].max(axis=2)
    rows = shown_rows(page)
    assert len(rows) == moved.size
    changes = [abs(row[2]) for row in rows]
    assert changes == sorted(changes, reverse=True)
    tokens = cached_trace("minilm", A).tokens
    for layer, head, change, word, before, after in rows:
        key = next(k for k in SHARED if re.fullmatch(rf"{re.escape(tokens[k])}( {k})?", word))
        assert before == pytest.approx(a[layer, head, key], abs=0.00051)
        assert after == pytest.approx(b[layer, head, key], abs=0.00051)
        assert change == pytest.approx(after - before, abs=1e-9)  # of the numbers shown
        assert abs(change) == pytest.approx(moved[layer, head], abs=0.00105)


def test_the_list_leads_to_the_head_of_the_lesson(open_page: Open) -> None:
    page = open_page("/compare")
    drawn(page, 3, 1, IT)
    check_ranking(page, IT)
    expect(heads(page).first).to_have_attribute("aria-selected", "true")
    layer, head, _, word, a, b = shown_rows(page)[0]
    assert (layer, head, word) == (3, 1, "chicken")
    assert [a, b] == pytest.approx([0.68, 0.35], abs=0.005)
    expect(page.locator("[data-stale=false] .js-plotly-plot .scatterlayer .trace")).to_have_count(4)
    expect(page.locator(".said")).to_contain_text("it → chicken 0.677 in A")


def test_a_choice_is_drawn_before_the_server_is_told(open_page: Open) -> None:
    page = open_page("/compare")
    drawn(page, 3, 1, IT)
    page.evaluate("""() => {
        window.sent = 0;
        const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (...all) { sent++; return send.apply(this, all); };
    }""")
    asked = page.locator(".word[data-place='2']").evaluate("""async (word) => {
        const root = word.getRootNode().querySelector('.comparison');
        const before = root.dataset.drawn;
        word.click();
        while (root.dataset.drawn === before) await new Promise(requestAnimationFrame);
        return window.sent; }""")
    assert asked == 0
    drawn(page, 3, 1, CHICKEN)
    check_ranking(page, CHICKEN)
    page.wait_for_url(re.compile("query=2&"))
    expect(page.get_by_text("“chicken → ").first).to_be_visible()


def test_arrows_name_their_heads_and_choose_them(open_page: Open) -> None:
    page = open_page("/compare")
    drawn(page, 3, 1, IT)
    a, b = weights(IT)
    said = re.findall(r"\d\.\d{3}", arrow(page, 5, 11).get_attribute("aria-label") or "")
    expected = [w[5, 11, key] for key in (CHICKEN, ROAD) for w in (a, b)]
    assert [float(text) for text in said] == pytest.approx(expected, abs=0.00051)
    arrow(page, 5, 11).locator(".start").hover(force=True)
    expect(page.locator(".said")).to_contain_text("Layer 5, head 11")
    arrow(page, 5, 11).locator(".start").click(force=True)
    drawn(page, 5, 11, IT)
    expect(page.get_by_label("Layer", exact=True)).to_have_value("5")
    page.get_by_label("Key 2", exact=True).select_option("cross")
    expect(
        page.get_by_role("listbox", name="weight on chicken across, on cross up")
    ).to_be_visible()
    page.wait_for_url(re.compile("keys=2-6"))
    expect(page.get_by_text("it → cross").first).to_be_visible()
    page.get_by_label("Key 1", exact=True).select_option("cross")  # the other's word: they swap
    page.wait_for_url(re.compile("keys=6-2"))
    expect(page.get_by_label("Key 2", exact=True).locator("option:checked")).to_have_text("chicken")
    expect(page.locator(".word[data-key='1']")).to_have_text("cross")


def test_the_heads_that_move_most_have_their_names(open_page: Open) -> None:
    page = open_page("/compare?layer=0&head=0")
    drawn(page, 0, 0, IT)
    a, b = weights(IT)
    moved = np.abs(b - a)[:, :, [CHICKEN, ROAD]].max(axis=2)
    order = np.dstack(np.unravel_index(np.argsort(-moved, axis=None)[:3], moved.shape))[0]
    wanted = {"0 · 0"} | {f"{layer} · {head}" for layer, head in order}
    names = page.locator(".plot .name")
    expect(names).to_have_count(4)
    assert set(names.all_text_contents()) == wanted
    boxes = names.evaluate_all(
        "all => all.map(one => one.getBBox()).map(b => [b.x, b.y, b.x + b.width, b.y + b.height])"
    )
    for (left, top, right, bottom), other in combinations(boxes, 2):
        beside = right <= other[0] or other[2] <= left
        assert beside or bottom <= other[1] or other[3] <= top


def test_everything_can_be_done_with_the_keyboard(open_page: Open) -> None:
    page = open_page("/compare")
    drawn(page, 3, 1, IT)
    second, third = ((row[0], row[1]) for row in shown_rows(page)[1:3])
    heads(page).first.focus()
    page.keyboard.press("ArrowDown")
    drawn(page, *second, IT)
    expect(heads(page).nth(1)).to_be_focused()
    arrow(page, *second).focus()
    page.keyboard.press("ArrowRight")
    drawn(page, *third, IT)
    expect(arrow(page, *third)).to_be_focused()
    page.locator(".word[data-place='10']").focus()
    page.keyboard.press("ArrowLeft")
    drawn(page, *third, IT - 1)
    page.get_by_role("group", name="Pictures of the head").focus()
    page.keyboard.press("ArrowRight")
    readout = page.locator(".weight.readout")
    layer, head = third
    values = [w[layer, head, CHICKEN] for w in weights(IT - 1)]
    expect(readout).to_contain_text("because → chicken: A ")
    shown = [number(t) for t in re.findall(r"[+−]?\d\.\d{3}", readout.inner_text())]
    assert shown[:2] == pytest.approx(values, abs=0.00055)
    assert shown[2] == pytest.approx(shown[1] - shown[0], abs=1e-9)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    drawn(page, layer, head, IT - 2)


def test_pictures_tell_the_weight_under_the_pointer(open_page: Open) -> None:
    parameters = {"a": "The cat sat.", "b": "The old cat sat.", "layer": 3, "head": 1, "query": 2}
    page = open_page(f"/compare?{urlencode(parameters)}")
    drawn(page, 3, 1, 3)
    canvas = page.locator(".pictures canvas")
    box = canvas.bounding_box()
    assert box is not None
    said = set()
    for part in np.linspace(0.02, 0.98, 40):
        canvas.hover(position={"x": float(box["width"] * part), "y": float(box["height"] * 0.6)})
        said.add(page.locator(".weight.readout").inner_text())
    words = " ".join(said)
    assert "A has no such pair of words" in words
    assert "difference" in words
    expect(page.get_by_role("option", name="– / old, in B only")).to_be_disabled()


def test_a_new_sentence_and_a_pair_are_drawn(open_page: Open) -> None:
    page = open_page("/compare")
    drawn(page, 3, 1, IT)
    first = page.locator(".comparison").get_attribute("data-drawn")
    box = page.get_by_label("Sentence B", exact=True)
    box.fill("The chicken didn't cross the very wide road because it was too muddy")
    box.press("Enter")
    expect(page.locator(".comparison")).not_to_have_attribute("data-drawn", first or "")
    expect(page.get_by_role("option", name="– / very, in B only")).to_be_visible()
    wait_until_drawn(page)
    rows = downloaded_rows(page, "Ranking (CSV)")
    assert [(int(r["layer"]), int(r["head"])) for r in rows[:3]] == [
        (row[0], row[1]) for row in shown_rows(page)[:3]
    ]
    page.locator("label").filter(has_text="As one pair").click()
    expect(page.get_by_role("heading", name="What the order does by itself")).to_be_visible()
    expect(page.get_by_role("table")).to_contain_text("A twice")
    expect(page.get_by_role("option", name="[CLS] / –, in A only")).to_be_visible()


def test_of_long_texts_the_browser_asks_for_what_it_needs(open_page: Open) -> None:
    a = "the dog sat on the mat . " + "the cat sat on the mat . " * 74
    b = "the cow sat on the mat . " + "the cat sat on the mat . " * 74
    page = open_page(f"/compare?{urlencode({'a': a, 'b': b, 'layer': 3, 'head': 1})}")
    expect(page.get_by_text("reads at most 512 tokens")).to_be_visible()
    drawn(page, 3, 1, 1)
    layer, head = shown_rows(page)[5][:2]
    heads(page).nth(5).click()
    drawn(page, layer, head, 1)
    page.locator(".word[data-place='3']").click()
    drawn(page, layer, head, 3)
    one, other = (cached_trace("minilm", text).attention[:, :, 3] for text in (a, b))
    moved = np.abs(other - one)[:, :, [1, *range(3, 511)]].max(axis=2)  # without dog / cow
    for layer, head, change, *_ in shown_rows(page):
        assert abs(change) == pytest.approx(moved[layer, head], abs=0.00105)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_stands_over_the_edge(open_page: Open, scheme: str, width: int) -> None:
    page = open_page("/compare", width=width, color_scheme=scheme)
    drawn(page, 3, 1, IT)
    expect(page.locator(".comparison")).to_have_attribute("data-theme", scheme)
    over = page.locator(".comparison").evaluate(
        "root => [...root.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right"
        " > root.getBoundingClientRect().right + 1 && !e.closest('svg')).length"
    )
    assert over == 0
