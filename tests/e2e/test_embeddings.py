"""The Embeddings page in a real browser, its numbers checked against NumPy."""

import re
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from backend.cached import cached_model, cached_trace
from backend.examples import EXAMPLES
from backend.trace import Trace
from tests.backend.small_models import word_vectors
from tests.e2e.conftest import Open, choose_option, downloaded_rows
from tests.serving import wait_until_drawn

A, B = EXAMPLES[0].a, EXAMPLES[0].b
CHICKEN = 2
IT = 10
LAYERS = ["input", "0", "1", "2", "3", "4", "5"]


@pytest.fixture(scope="module")
def trace() -> Trace:
    return cached_trace("minilm", A, B)


def address_of(a: str, b: str = "") -> str:
    return f"/embeddings?a={quote(a)}&b={quote(b)}"


def figures(page: Page) -> Locator:
    """The figures of this run; a changed one stands for a moment beside the one it replaces."""
    return page.locator("[data-stale=false] .js-plotly-plot")


def figure(page: Page, title: str) -> Locator:
    """The figure with this text on one of its axes."""
    return figures(page).filter(has_text=title)


def all_drawn(page: Page, count: int) -> None:
    expect(figures(page)).to_have_count(count, timeout=30_000)
    for place in range(count):
        expect(figures(page).nth(place).locator(".main-svg").first).to_be_attached()
    wait_until_drawn(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def numbers(page: Page, title: str, trace: int, field: str) -> list[float]:
    """What a figure draws, as Plotly holds it in the browser."""
    script = """(plot, [trace, field]) => {
        const values = plot._fullData[trace][field];
        return Array.from(values, v => v?.length === undefined ? v : Array.from(v)).flat(); }"""
    found: list[float] = figure(page, title).evaluate(script, [trace, field])
    return found


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="After layer")


def floats(rows: list[dict[str, str]], *columns: str) -> NDArray[np.float32]:
    return np.array([[row[column] for column in columns] for row in rows], dtype=np.float32)


def cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(one @ other / np.sqrt((one @ one) * (other @ other)))


def test_every_figure_is_drawn_and_another_token_changes_them(
    open_page: Open, trace: Trace
) -> None:
    page = open_page("/embeddings?query=2")
    all_drawn(page, 8)
    z = numbers(page, "384 dimensions", 0, "z")
    np.testing.assert_allclose(z, trace.embeddings.token[CHICKEN], atol=1e-6)
    choose_option(page, "Token", "8 road")
    expect(page.get_by_role("combobox", name="Token", exact=True)).to_have_value(re.compile("road"))
    expect(figure(page, "rank and piece")).to_contain_text("1 road")
    z = numbers(page, "384 dimensions", 4, "z")
    np.testing.assert_allclose(z, trace.embeddings.input[8], atol=1e-6)


def test_the_nearest_pieces_of_chicken(open_page: Open, trace: Trace) -> None:
    model = cached_model("minilm")
    vectors = word_vectors(model)
    rows = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = rows @ rows[trace.ids[CHICKEN]]
    nearest = np.argsort(-cosines)[:12]
    page = open_page("/embeddings?query=2")
    all_drawn(page, 8)
    expect(figure(page, "rank and piece")).to_contain_text("2 chickens")
    expect(figure(page, "rank and piece")).to_contain_text("3 poultry")
    table = downloaded_rows(page, "Nearest pieces (CSV)")
    assert [row["piece"] for row in table] == [model.pieces[number] for number in nearest]
    np.testing.assert_allclose(floats(table, "cosine")[:, 0], cosines[nearest], atol=1e-5)
    page.get_by_text("Encoder's input", exact=True).click()
    expect(figure(page, "rank and piece")).not_to_contain_text("0.685")


def test_a_step_of_the_slider_moves_the_map_and_says_the_cosine(
    open_page: Open, trace: Trace
) -> None:
    alone = [cached_trace("minilm", text).hidden[:, IT] for text in (A, B)]
    expected = [cosine(*pair) for pair in zip(*alone, strict=True)]
    page = open_page("/embeddings")
    all_drawn(page, 8)
    before = numbers(page, "of the spread", 4, "x")
    slider(page).focus()
    for layer, value in enumerate(expected):
        place = "in the encoder's input" if layer == 0 else f"after layer {layer - 1}"
        said = f"“it” in A and “it” in B: cosine similarity {value:.3f} {place}"
        expect(page.get_by_text(said)).to_be_visible()
        page.keyboard.press("ArrowRight")
    expect(slider(page)).to_have_attribute("aria-valuetext", "5")
    assert not np.allclose(before, numbers(page, "of the spread", 4, "x"), atol=0.1)
    page.get_by_text("Together, as one pair").click()
    in_b = trace.tokens.index("it", IT + 1)
    value = cosine(trace.hidden[-1, IT], trace.hidden[-1, in_b])
    expect(page.get_by_text(f"cosine similarity {value:.3f} after layer 5")).to_be_visible()


def test_a_step_of_the_slider_redraws_the_map_alone(open_page: Open) -> None:
    page = open_page("/embeddings")
    all_drawn(page, 8)
    page.evaluate("""() => {
        const data = () => [...document.querySelectorAll('.js-plotly-plot')].map(p => p._fullData);
        const before = data();
        window.redrawn = () => data().flatMap((own, place) => own === before[place] ? [] : place);
    }""")
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text(re.compile("cosine similarity [0-9.]+ after layer 0"))).to_be_visible()
    page.wait_for_function("window.redrawn().length > 0")
    wait_until_drawn(page)
    assert page.evaluate("window.redrawn()") == [5]


def test_downloads_hold_the_traces_numbers(open_page: Open, trace: Trace) -> None:
    page = open_page("/embeddings?query=2")
    all_drawn(page, 8)
    vectors = trace.embeddings
    assert vectors.segment is not None
    rows = downloaded_rows(page, "This token's vectors")
    one = floats(rows, "token", "position", "layer-normalised")
    wanted = [vectors.token, vectors.position, vectors.input]
    np.testing.assert_array_equal(one, np.stack([each[CHICKEN] for each in wanted], axis=1))

    rows = downloaded_rows(page, "All tokens' vectors")
    for part, values in zip(("token", "segment", "position", "layer-normalised"),
                            (vectors.token, vectors.segment, vectors.position, vectors.input),
                            strict=True):  # fmt: skip
        own = [row for row in rows if row["part"] == part]
        np.testing.assert_array_equal(floats(own, *map(str, range(384))), values)

    rows = downloaded_rows(page, "Similarities")
    total = vectors.token + vectors.segment + vectors.position
    row = rows[IT * len(trace.tokens) + CHICKEN]
    assert (row["token"], row["other_token"]) == ("it", "chicken")
    expected = cosine(total[IT], total[CHICKEN])
    assert float(row["cosine_after_position"]) == pytest.approx(expected, abs=1e-5)

    told = downloaded_rows(page, "How alike the words stay")
    rows = [row for row in told if row["token"] == "it"]
    assert [row["after_layer"] for row in rows] == LAYERS
    alone = [cached_trace("minilm", text).hidden[:, IT] for text in (A, B)]
    expected_way = [cosine(*pair) for pair in zip(*alone, strict=True)]
    np.testing.assert_allclose(floats(rows, "cosine")[:, 0], expected_way, atol=1e-5)

    rows = [row for row in downloaded_rows(page, "The map") if row["after_layer"] == "input"]
    drawn = numbers(page, "of the spread", 4, "x")
    own = [row for row in rows if row["sentence"] == "A"]
    np.testing.assert_allclose(floats(own, "x")[:, 0], drawn, atol=1e-5)


@pytest.mark.parametrize("a", ["a", "🙂", "<b>$x$</b> &lt; :red[x]"])
def test_one_sentence_has_a_map_without_a_word_to_follow(open_page: Open, a: str) -> None:
    page = open_page(address_of(a))
    all_drawn(page, 6)
    expect(page.get_by_text("Type something into Sentence B")).to_be_visible()
    slider(page).focus()
    page.keyboard.press("End")
    expect(slider(page)).to_have_attribute("aria-valuetext", "5")
    wait_until_drawn(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_two_sentences_that_share_no_word(open_page: Open) -> None:
    page = open_page(address_of("cats sleep", "dogs bark"))
    all_drawn(page, 6)
    expect(page.get_by_text("No word stands in both sentences")).to_be_visible()


def test_a_text_at_the_models_limit(open_page: Open, screenshots: Path) -> None:
    page = open_page("/embeddings?a=short")
    page.get_by_label("Sentence A", exact=True).fill("the cat and the dog " * 110)
    page.keyboard.press("Enter")
    expect(page.get_by_text("at most 512 tokens")).to_be_visible()
    all_drawn(page, 6)
    assert len(numbers(page, "of the spread", 2, "x")) == 510
    grow_to_content(page, 1280)
    page.screenshot(path=screenshots / "embeddings-512.png")


def grow_to_content(page: Page, width: int) -> None:
    main = page.locator("[data-testid=stMain]")
    page.set_viewport_size({"width": width, "height": main.evaluate("main => main.scrollHeight")})
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 900), (390, 844)])
def test_nothing_sticks_out_at_any_width(
    open_page: Open, screenshots: Path, scheme: str, width: int, height: int
) -> None:
    page = open_page("/embeddings", width, height, color_scheme=scheme)
    all_drawn(page, 8)
    slider(page).focus()
    page.keyboard.press("End")
    expect(page.get_by_text(re.compile("cosine similarity [0-9.]+ after layer 5"))).to_be_visible()
    wait_until_drawn(page)
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("main => main.scrollWidth") <= width
    grow_to_content(page, width)
    page.screenshot(path=screenshots / f"embeddings-{scheme}-{width}.png")
