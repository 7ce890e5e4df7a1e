"""A reader far from the server: what comes late must not undo what was chosen since."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open
from tests.e2e.test_attention import drawn
from tests.serving import wait_until_drawn

LATE = """(() => {
    const Near = WebSocket;
    window.WebSocket = class extends Near {
        addEventListener(kind, listen, ...more) {
            const late = kind !== 'message' ? listen
                : event => setTimeout(() => listen.call(this, event), 400);
            super.addEventListener(kind, late, ...more);
        }
    }; })()"""
"""Every message of the server arrives 0.4 s late."""


@pytest.fixture
def far_page(open_page: Open) -> Page:
    page = open_page("/attention", script=LATE)
    drawn(page, 3, 1)
    return page


@pytest.mark.parametrize("gap", [50, 300, 600])
def test_two_quick_choices_both_hold(far_page: Page, gap: int) -> None:
    for name, value in (("Layer", "5"), ("Head", "7")):
        far_page.get_by_label(name, exact=True).fill(value)
        far_page.keyboard.press("Enter")
        far_page.wait_for_timeout(gap)
    drawn(far_page, 5, 7)
    far_page.wait_for_url(re.compile("layer=5&head=7"))
    wait_until_drawn(far_page)
    expect(far_page.get_by_label("Layer", exact=True)).to_have_value("5")
    expect(far_page.get_by_label("Head", exact=True)).to_have_value("7")


def test_keys_pressed_faster_than_the_server_answers(far_page: Page) -> None:
    far_page.get_by_role("gridcell", name="layer 3, head 1", exact=True).click()
    for head in range(2, 9):
        far_page.keyboard.press("ArrowRight")
        far_page.wait_for_timeout(150)
        drawn(far_page, 3, head)
    far_page.wait_for_url(re.compile("layer=3&head=8"))
    wait_until_drawn(far_page)
    drawn(far_page, 3, 8)
    expect(far_page.get_by_label("Head", exact=True)).to_have_value("8")


def test_back_still_goes_back(far_page: Page) -> None:
    far_page.get_by_label("Layer", exact=True).fill("5")
    far_page.keyboard.press("Enter")
    far_page.wait_for_url(re.compile("layer=5"))
    wait_until_drawn(far_page)
    far_page.go_back()
    drawn(far_page, 3, 1)
    far_page.go_forward()
    drawn(far_page, 5, 1)
