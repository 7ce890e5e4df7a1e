"""One server and one Chromium for all browser tests; a fresh browser profile for each test."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.serving import opened_browser, served_app, wait_until_drawn

Open = Callable[..., Page]

FIND = """const find = (root, name) => root.querySelector(name) ?? [...root.querySelectorAll('*')]
    .map(e => e.shadowRoot && find(e.shadowRoot, name)).find(Boolean);"""
"""A function for scripts in the page: find(document, name) looks into the figures too."""

expect.set_options(timeout=20_000)  # milliseconds; a machine may be slow and busy


def downloaded(page: Page, button: str) -> bytes:
    """The file that a click on this button brings, once the page has come to rest."""
    wait_until_drawn(page)
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path()).read_bytes()


def downloaded_rows(page: Page, button: str) -> list[dict[str, str]]:
    """The lines of the CSV file that a click on this button brings."""
    return list(csv.DictReader(io.StringIO(downloaded(page, button).decode(), newline="")))


def thousandths(weight: np.float32) -> str:
    """A weight as the figures write it."""
    return f"{np.floor(np.float64(weight) * 1000 + 0.5) / 1000:.3f}"


def ink(page: Page, canvas: str) -> int:
    """How many pixels of a canvas are not blank."""
    pixels: int = page.evaluate(
        f"""name => {{ {FIND}
        const c = find(document, name);
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; }}""",
        canvas,
    )
    return pixels


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
