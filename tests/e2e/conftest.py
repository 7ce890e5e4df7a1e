"""One server for all browser tests; an empty browser profile for each test."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.serving import served_app, wait_until_drawn

Open = Callable[..., Page]

FIND = """const find = (root, name) => root.querySelector(name) ?? [...root.querySelectorAll('*')]
    .map(e => e.shadowRoot && find(e.shadowRoot, name)).find(Boolean);"""
"""A function for scripts in the page: find(document, name) looks into the figures too."""

PATIENCE = 90_000
"""Milliseconds that a page has to do what it was asked to; a machine may be slow and busy."""
SMALL_STEPS = 40
"""Steps of the small BERT's trainings."""
expect.set_options(timeout=PATIENCE)


def downloaded(page: Page, button: str) -> bytes:
    """The file that a click on this button brings, once the page has come to rest."""
    wait_until_drawn(page)
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path()).read_bytes()


def downloaded_rows(page: Page, button: str) -> list[dict[str, str]]:
    """The lines of the CSV file that a click on this button brings."""
    return list(csv.DictReader(io.StringIO(downloaded(page, button).decode(), newline="")))


def choose_option(page: Page, label: str, option: str | re.Pattern[str]) -> None:
    """Choose the first option so called in the box of this label."""
    wait_until_drawn(page)
    page.get_by_role("combobox", name=label, exact=True).click()
    offered = page.get_by_role("option", name=option).first
    offered.click()
    try:
        expect(offered).to_be_hidden(timeout=2000)
    except AssertionError:  # the list was still on its way down, and has not heard it
        offered.click()


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
def server_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server writes to that all tests share."""
    return tmp_path_factory.mktemp("server") / "log.txt"


@pytest.fixture(scope="session")
def address(server_log: Path) -> Iterator[str]:
    """A server on which the small BERT is trained in a moment."""
    with served_app(server_log, EXPLORER_SMALL_STEPS=str(SMALL_STEPS)) as url:
        yield url


def new_reader(browser: Browser, **options: Any) -> Page:
    """A page in a profile of its own, which ends with the page."""
    page = browser.new_page(**options)
    page.context.set_default_timeout(PATIENCE)
    return page


class Profiles:
    """Browser profiles that tests have one after the other, each empty for the next test.

    Kept is only what the browser has loaded and compiled of Streamlit's scripts, which takes it
    longer than most tests; a page that stays open in each profile keeps the process that has it.
    """

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self._address = browser, address
        self._kept: dict[tuple[str, int], Page] = {}
        self._lent: set[tuple[str, int]] = set()

    def new_page(self, **options: Any) -> Page:
        """A page of a profile with these options in which this test has no other page open."""
        look = repr(sorted(options.items()))
        name = next((look, number) for number in count() if not self._is_in_use((look, number)))
        self._lent.add(name)
        if name not in self._kept:
            context = self._browser.new_context(**options)
            context.set_default_timeout(PATIENCE)
            self._kept[name] = context.new_page()
            self._kept[name].goto(f"{self._address}/_stcore/health")
        return self._kept[name].context.new_page()

    def _is_in_use(self, name: tuple[str, int]) -> bool:
        return name in self._kept and len(self._kept[name].context.pages) > 1

    def take_back(self) -> None:
        """Close what is open and empty what was lent; the profiles are there for the next test."""
        for stays in (self._kept[name] for name in self._lent):
            context = stays.context
            for page in context.pages:
                if page is not stays:
                    page.close()
            context.unroute_all()
            context.clear_cookies()
            stays.evaluate("localStorage.clear()")
        self._lent.clear()


@pytest.fixture(scope="session")
def all_profiles(address: str, browser: Browser) -> Profiles:
    return Profiles(browser, address)


@pytest.fixture
def profiles(all_profiles: Profiles) -> Iterator[Profiles]:
    """Profiles that are as good as new."""
    yield all_profiles
    all_profiles.take_back()


@pytest.fixture
def open_page(address: str, profiles: Profiles) -> Iterator[Open]:
    """Opens a path of the app as a new visitor; fails the test on any error in its console.

    script: what runs in the page before the app's own
    """
    errors: list[str] = []

    def open_path(
        path: str = "/", width: int = 1280, height: int = 900, script: str = "", **options: Any
    ) -> Page:
        page = profiles.new_page(**options)
        page.set_viewport_size({"width": width, "height": height})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.add_init_script(script)
        page.goto(address + path)
        wait_until_drawn(page)
        return page

    yield open_path
    assert errors == []


@pytest.fixture
def screenshots(request: pytest.FixtureRequest) -> Path:
    """Where pictures for looking at go; not part of the repository."""
    folder = Path(request.config.rootpath) / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder
