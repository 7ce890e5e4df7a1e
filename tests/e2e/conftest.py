"""One server and one Chromium for all browser tests; a fresh browser profile for each test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.serving import opened_browser, served_app, wait_until_drawn

Open = Callable[..., Page]

expect.set_options(timeout=20_000)  # milliseconds; a machine may be slow and busy


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_app(tmp_path_factory.mktemp("server") / "log.txt") as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture
def open_page(address: str, browser: Browser) -> Iterator[Open]:
    """Opens a path of the app in a fresh profile; fails the test on any error in its console."""
    contexts = []
    errors: list[str] = []

    def open_path(path: str = "/", width: int = 1280, height: int = 900, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address + path)
        wait_until_drawn(page)
        return page

    yield open_path
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def screenshots(request: pytest.FixtureRequest) -> Path:
    """Where pictures for looking at go; not part of the repository."""
    folder = Path(request.config.rootpath) / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder
