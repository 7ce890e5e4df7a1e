"""The guided tour in a real browser, from the first step to the last."""

import re

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from backend.cached import cached_model, cached_tagger, cached_trace
from backend.examples import EXAMPLES
from backend.part_of_speech import TAG_NAMES
from components.plain import JOINER
from tests.e2e.conftest import Open, downloaded_rows, new_reader
from tests.serving import wait_until_drawn

A, B = EXAMPLES[0].a, EXAMPLES[0].b
IT, CHICKEN, ROAD, TIRED = 10, 2, 8, 13
STEPS = (2, 1, 2, 2, 3, 1, 1)
"""How many exercises each step has."""

Answer = int | str


def right_answers() -> list[Answer]:
    """Every exercise's right answer, reckoned here from what the model computed."""
    model = cached_model("minilm")
    a, b, pair = (cached_trace("minilm", *texts) for texts in ((A,), (B,), (A, B)))
    inside = (a.spans[:, 0] >= A.index("didn't")) & (a.spans[:, 1] <= A.index("didn't") + 6)
    pieces = model.trace("unhappiness").tokens[1:-1]
    balance = [t.attention[0, :, IT, CHICKEN] / t.attention[0, :, IT, ROAD] for t in (a, b)]
    same_in = np.array_equal(a.embeddings.token[IT], b.embeddings.token[IT])
    same_out = np.allclose(a.hidden[-1, IT], b.hidden[-1, IT], atol=1e-4)
    backward = np.diagonal(a.attention, -1, 2, 3).mean(axis=2)
    layer, head = np.unravel_index(backward.argmax(), backward.shape)
    looked_at = int(a.attention[layer, head, IT].argmax())
    rows = [t.attention[3, 1, IT].copy() for t in (a, b)]
    rows[0][[0, IT, -1]] = 0
    best = int(rows[0].argmax())
    tagger = cached_tagger("minilm")
    tag = tagger.tags[int(tagger.probabilities(a.hidden[-1])[TIRED].argmax())]
    assert np.allclose(balance[0], balance[1], rtol=1e-4)
    assert (same_in, same_out) == (True, False)
    assert rows[1][best] < rows[0][best] - 0.05
    return [
        int((inside & ~a.special).sum()),
        " + ".join(piece.removeprefix("##") for piece in pieces),
        int(pair.segments.sum()),
        "No, in none of its heads",
        "Only the last vector, T",
        f"{looked_at} {a.tokens[looked_at]}",
        round(100 * float(a.attention[..., [0, -1]].sum(axis=3).mean())),
        a.tokens[best],
        "It goes down",
        "In this head, “it” gives more weight to “chicken” than to any word but itself",
        f"{tag}: {TAG_NAMES[tag]}",
        f"{a.hidden.shape[2] * len(tagger.tags) + len(tagger.tags):,}",
    ]


@pytest.fixture(scope="module")
def truths() -> list[Answer]:
    return right_answers()


def card(page: Page, number: int) -> Locator:
    heading = re.compile(rf"Exercise {number} of 12:")
    return page.get_by_test_id("stVerticalBlock").filter(has_text=heading).last


def answer(page: Page, number: int, value: Answer, *, right: bool) -> None:
    """Give an exercise this answer, or, if it is to be wrong, another one; then check it."""
    here = card(page, number)
    wait_until_drawn(page)
    expect(here.get_by_role("button", name="Check")).to_be_visible()
    if here.get_by_role("radio").count():
        options = here.locator("label:has(input[type=radio])")
        texts = [text.replace(JOINER, "").strip() for text in options.all_inner_texts()]
        place = texts.index(str(value))
        options.nth(place if right else (place + 1) % len(texts)).click()
    elif here.get_by_role("slider").count():
        slider = here.get_by_role("slider")
        slider.focus()
        for _ in range(int(value) if right else 1):
            slider.press("ArrowRight")
    else:
        here.get_by_role("spinbutton").fill(str(int(value) + (0 if right else 1)))
    here.get_by_role("button", name="Check").click()


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", name=name, exact=True)


def test_the_tour_from_first_to_last_each_exercise_once_wrong_and_once_right(
    open_page: Open, truths: list[Answer]
) -> None:
    page = open_page("/lesson")
    expect(heading(page, "Tokenizer")).to_be_visible()
    number = 0
    for step, count in enumerate(STEPS):
        for _ in range(count):
            number += 1
            here = card(page, number)
            expect(here).to_contain_text("open")
            answer(page, number, truths[number - 1], right=False)
            expect(here.get_by_test_id("stAlert")).to_contain_text("Not quite.")
            here.get_by_role("button", name="Try again").click()
            expect(here.get_by_role("button", name="Check")).to_be_visible()
            answer(page, number, truths[number - 1], right=True)
            expect(here.get_by_test_id("stAlert")).to_contain_text("Right")
            expect(page.get_by_text(f"{number} of 12 right")).to_be_visible()
        if step < len(STEPS) - 1:
            page.get_by_role("button", name="Next:").click()
            expect(page.get_by_role("button", name="Check").first).to_be_visible()
    expect(page.get_by_text("All 12 right. That was BERT.")).to_be_visible()
    expect(page).to_have_url(re.compile("done=r{12}"))
    page.get_by_text("Take your progress with you").click()
    rows = downloaded_rows(page, "Progress (CSV)")
    assert [row["newest answer"] for row in rows] == ["right"] * 12
    assert {(row["sentence A"], row["sentence B"]) for row in rows} == {(A, B)}
    assert "/lesson?a=The+chicken" in rows[0]["link"]


def test_a_teachers_link_opens_cold_at_its_step_with_its_sentences(
    open_page: Open, browser: Browser
) -> None:
    page = open_page("/lesson?a=The+cat+could+see+the+dog.&b=It+ran.&step=1&done=rr")
    page.get_by_text("For teachers").click()
    steps = page.get_by_role("radiogroup", name="Start at")
    steps.get_by_text("4 Heads", exact=True).click()
    code = page.get_by_test_id("stCode")
    expect(code).to_contain_text("step=3")
    link = code.locator("code").inner_text().replace("\n", "")
    assert link.startswith(page.url.split("?")[0] + "?a=The+cat")
    pupil = new_reader(browser)
    pupil.goto(link)
    wait_until_drawn(pupil)
    expect(heading(pupil, "Heads")).to_be_visible()
    expect(pupil.get_by_label("Sentence A", exact=True)).to_have_value("The cat could see the dog.")
    expect(pupil.get_by_label("Sentence B", exact=True)).to_have_value("It ran.")
    expect(pupil.get_by_text("0 of 12 right")).to_be_visible()
    pupil.close()


def test_steps_marks_and_ways_work_by_keyboard_and_survive_a_reload(open_page: Open) -> None:
    page = open_page("/lesson?step=4")
    expect(card(page, 9)).to_contain_text("Answer exercise 8 first")
    card(page, 8).get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    card(page, 8).get_by_role("button", name="Check").focus()
    page.keyboard.press("Enter")
    expect(card(page, 8).get_by_test_id("stAlert")).to_contain_text("Not quite.")
    expect(card(page, 9).get_by_role("button", name="Check")).to_be_visible()
    expect(page).to_have_url(re.compile("done=-{7}w"))
    page.reload()
    wait_until_drawn(page)
    expect(card(page, 8)).to_contain_text("wrong")
    expect(card(page, 8).get_by_test_id("stAlert")).to_contain_text("Answered before.")
    expect(card(page, 9).get_by_role("button", name="Check")).to_be_visible()
    card(page, 8).get_by_role("button", name="Try again").click()
    expect(card(page, 8).get_by_role("button", name="Check")).to_be_visible()
    page.get_by_test_id("stButtonGroup").get_by_role("radio", name="4 Heads").focus()
    page.keyboard.press("Enter")
    expect(heading(page, "Heads")).to_be_visible()
    page.get_by_role("button", name="Open Attention at layer 1, head 8").click()
    expect(heading(page, "Attention")).to_be_visible()
    expect(page.get_by_label("Layer", exact=True)).to_have_value("1")
    expect(page.get_by_label("Head", exact=True)).to_have_value("8")
    expect(page).to_have_url(re.compile("step=3.*done=-{7}w"))
    page.get_by_role("link", name="Lesson", exact=True).click()
    expect(heading(page, "Heads")).to_be_visible()


def test_a_step_and_a_page_begin_at_their_heading(open_page: Open) -> None:
    page = open_page("/lesson?step=3")
    page.get_by_role("button", name="Next:").click()
    chicken = heading(page, "The chicken and the road")
    expect(chicken).to_be_in_viewport()
    expect(chicken).to_be_focused()
    page.get_by_role("button", name="Previous:").click()
    expect(heading(page, "Heads")).to_be_in_viewport()
    page.get_by_role("button", name="Open Attention").click()
    expect(heading(page, "Attention")).to_be_in_viewport()


def test_hostile_text_is_only_text(open_page: Open) -> None:
    dialogs: list[str] = []
    text = "%3C%2Fscript%3E%3Cimg+src%3Dx+onerror%3Dalert%281%29%3E+**a**+%24x%24+it"
    page = open_page(f"/lesson?a={text}&b={text}&step=4")
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    options = card(page, 8).locator("label:has(input[type=radio])")
    expect(options.first).to_be_visible()
    for step in ("3 Self-attention", "6 Output", "1 Tokenizer"):
        page.get_by_test_id("stButtonGroup").get_by_text(step, exact=True).click()
        expect(heading(page, step[2:])).to_be_visible()
        expect(page.get_by_role("button", name="Check").first).to_be_visible()
    assert page.locator("main img[src=x]").count() == 0
    assert dialogs == []
