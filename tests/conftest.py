"""One Chromium for all tests that need one: Playwright can be started once in a process."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.serving import opened_browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium that knows no host but this one, and has a profile's pages in one process."""
    beyond = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with opened_browser("--process-per-site", beyond) as opened:
        yield opened
