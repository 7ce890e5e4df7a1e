"""The first visitor of a fresh server, who follows a link to any page."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import new_reader
from tests.serving import served_app, wait_until_drawn

PAGES = {"/": "Overview", "/attention": "Attention", "/transfer": "Transfer"}
"""What a cold server does is the same for all; every page is opened by itself in other tests."""


@pytest.mark.parametrize(("path", "title"), PAGES.items())
def test_a_page_opens_first_on_a_cold_server(
    browser: Browser, tmp_path: Path, path: str, title: str
) -> None:
    log = tmp_path / "log.txt"
    with served_app(log) as address:
        page = new_reader(browser)
        page.goto(f"{address}{path}?a=The+first+visitor.&b=And+a+second+sentence.&layer=2")
        wait_until_drawn(page)
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        expect(page.get_by_label("Sentence A", exact=True)).to_have_value("The first visitor.")
        expect(page.get_by_test_id("stSidebarNav")).to_contain_text("The lesson")
        assert page.get_by_test_id("stException").count() == 0
        page.close()
    assert "Traceback" not in log.read_text()
