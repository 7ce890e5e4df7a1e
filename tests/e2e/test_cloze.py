"""A class trains its own small BERT and fills in gaps with it, in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import new_reader
from tests.serving import served_app, wait_until_drawn

SECONDS = 180_000  # milliseconds a short training may take where much else wants the processor
STEPS = 120  # so many that one can be there in time to stop them


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A browser at a server of its own, on which a training is short."""
    log = tmp_path / "log.txt"
    errors: list[str] = []
    with served_app(log, EXPLORER_SMALL_STEPS=str(STEPS)) as address:
        look = {"viewport": {"width": 1280, "height": 900}}
        opened = new_reader(browser, base_url=address, **look)
        opened.on("pageerror", lambda error: errors.append(str(error)))
        yield opened
        opened.close()
    assert errors == []
    assert "Traceback" not in log.read_text()


def words(page: Page, letter: str = "A") -> list[str]:
    found = page.get_by_role("toolbar", name=f"Words of Sentence {letter}").get_by_role("button")
    return [text.strip() for text in found.all_inner_texts()]


def another_visitor(page: Page) -> Page:
    """The Cloze page in a browser of its own."""
    browser = page.context.browser
    assert browser is not None
    other = new_reader(browser, base_url=page.url.split("/cloze")[0])
    other.goto("/cloze")
    return other


def fill_in_as_another_visitor(page: Page) -> None:
    """The button stands in a part of the page that runs by itself; all the rest has to follow."""
    other = another_visitor(page)
    model = other.get_by_role("combobox", name="Model")
    expect(model).to_have_value("MiniLM-L6 (built in)")
    other.get_by_role("button", name="Fill in with the small BERT").click()
    expect(model).to_have_value("Small BERT (trained here)")
    expect(other.get_by_text("Side by side:")).to_be_visible()
    expect(other).to_have_url(re.compile("model=small-bert"))
    other.get_by_role("button", name="Put my sentences back").click()
    expect(other.get_by_text("Sentence A has no mask yet")).to_be_visible()
    other.close()


def test_from_an_untrained_model_to_filled_gaps(page: Page) -> None:
    page.goto("/attention?model=small-bert&a=The+dog+was+tired.")
    wait_until_drawn(page)
    expect(page.get_by_text("has not been trained yet")).to_be_visible()
    page.get_by_role("button", name="Train it on the Cloze page").click()
    expect(page.get_by_role("heading", name="Learn")).to_be_visible()

    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Training: step")).to_be_visible(timeout=SECONDS)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped after")).to_be_visible(timeout=SECONDS)
    page.get_by_role("button", name="Start again").click()
    other = another_visitor(page)
    expect(
        other.get_by_text("Others on this server").or_(other.get_by_text("Trained:"))
    ).to_be_visible()
    other.close()
    expect(page.get_by_text(f"Trained: {STEPS} steps")).to_be_visible(timeout=SECONDS)

    expect(page.get_by_text(f"After {STEPS} steps.")).to_be_visible()
    slider = page.get_by_role("slider", name="Training step")
    slider.press("Home")
    expect(page.get_by_text("After 0 steps.")).to_be_visible()
    figures = page.locator(".st-key-steady_heads [data-stale=false] .js-plotly-plot")
    expect(figures).to_have_count(1)

    page.get_by_role("radiogroup", name="Nouns").get_by_text("goat, hill").click()
    expect(page.get_by_text("The goat could not climb the hill")).to_be_visible()

    fill_in_as_another_visitor(page)
    page.get_by_role("button", name="chicken, road").click()
    expect(page.get_by_text("Side by side:")).to_be_visible()
    expect(page.get_by_label("Sentence B", exact=True)).to_have_value(
        "The chicken did not cross the road because it was too wide. The [MASK] was wide."
    )
    # Of two equal words the one that is clicked is hidden, and only that one.
    sentence = page.get_by_label("Sentence A", exact=True)
    toolbar = page.get_by_role("toolbar", name="Words of Sentence A")
    toolbar.get_by_role("button").nth(14).click()
    expect(sentence).to_have_value(
        "The chicken did not cross the road because it was too tired. The [MASK] [MASK] tired."
    )
    assert words(page)[14].startswith("was")
    expect(page.get_by_role("radiogroup", name="Mask of Sentence A")).to_be_visible()
    expect(toolbar.get_by_role("button", name="hidden: was")).to_have_count(1)
    expect(page.get_by_text("Side by side (the 1st mask of A and the mask of B):")).to_be_visible()
    tops = [
        page.locator(f".st-key-steady_pieces_{letter}").evaluate(
            "box => box.getBoundingClientRect().top"
        )
        for letter in "ab"
    ]
    assert tops[0] == tops[1]  # however much stands above them
    toolbar.get_by_role("button").nth(14).press("Enter")
    expect(sentence).to_have_value(
        "The chicken did not cross the road because it was too tired. The [MASK] was tired."
    )

    page.get_by_role("link", name="Attention", exact=True).click()
    expect(page.get_by_role("heading", name="Attention", exact=True)).to_be_visible()
    expect(sentence).to_have_value(
        "The chicken did not cross the road because it was too tired. The [MASK] was tired."
    )
    expect(page.locator(".attention[data-drawn]").first).to_be_visible()
    assert "model=small-bert" in page.url

    # What was looked at in the training is there again.
    page.get_by_role("link", name="Cloze", exact=True).click()
    expect(page.get_by_text("After 0 steps.")).to_be_visible()
    expect(page.get_by_text("The goat could not climb the hill")).to_be_visible()

    sentence.fill("The dog [MASK][mask] the river.")
    sentence.press("Enter")
    expect(page.get_by_text("Masks that were typed otherwise")).to_be_visible()
    filled = page.get_by_text("With the likeliest pieces: The dog")
    expect(filled.locator("strong")).to_have_count(2)
    expect(filled).not_to_contain_text("*")
