"""The order of all tests, and one Chromium: Playwright can be started once in a process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser

from tests.serving import opened_browser

_HERE: Final = Path(__file__).parent
_FIRST: Final = ("cluster", "e2e")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: many short ones at the end keep every processor at work.

    Those of a cluster mostly wait, so browser tests beside them have a processor more.
    """

    def turn(item: pytest.Item) -> int:
        folder = item.path.relative_to(_HERE).parts[0]
        return _FIRST.index(folder) if folder in _FIRST else len(_FIRST)

    items.sort(key=turn)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium that knows no host but this one, and has a profile's pages in one process."""
    beyond = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with opened_browser("--process-per-site", beyond) as opened:
        yield opened
