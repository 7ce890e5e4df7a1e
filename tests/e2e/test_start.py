"""A server that starts: what it says of itself, and what a visitor sees meanwhile."""

import os
import shutil
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from backend.hub import WEIGHTS
from backend.model_files import built_in_folder
from tests.e2e.conftest import new_reader
from tests.serving import health, served_app, wait_until_drawn, wait_until_started

PATIENTLY = 60_000  # milliseconds


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """A package of the built-in model's name whose weights come out of a pipe, when we say so."""
    folder = tmp_path / "packages" / built_in_folder().parent.name
    shutil.copytree(built_in_folder(), folder / "model", ignore=lambda *_: [WEIGHTS])
    (folder / "__init__.py").touch()
    os.mkfifo(folder / "model" / WEIGHTS)
    return folder


def break_weights(pipe: Path) -> None:
    """Let who reads the pipe have something else than weights; whoever comes later, too."""
    broken = pipe.with_name("broken")
    broken.write_bytes(b"no weights")
    with pipe.open("wb") as writer:
        broken.replace(pipe)
        writer.write(b"no weights")


def test_a_server_says_when_it_is_ready(address: str, server_log: Path) -> None:
    status, said = wait_until_started(address)
    assert (status, said["status"]) == (200, "ready")
    request = urllib.request.Request(f"{address}/health", method="HEAD")
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.read() == b""
    assert "event=start" in server_log.read_text()


def test_who_comes_while_it_starts_is_told_and_a_start_that_fails_says_so(
    browser: Browser, tmp_path: Path, held: Path
) -> None:
    log = tmp_path / "log.txt"
    with served_app(log, PYTHONPATH=str(held.parent)) as address:
        status, said = health(address)
        assert (status, said["status"]) == (503, "starting")
        page = new_reader(browser)
        page.goto(f"{address}/attention")
        expect(page.get_by_text("Loading MiniLM")).to_be_visible(timeout=PATIENTLY)
        expect(page.get_by_label("Sentence A", exact=True)).to_be_visible()
        assert health(address)[0] == 503
        break_weights(held / "model" / WEIGHTS)
        status, said = wait_until_started(address)
        assert (status, said["status"]) == (500, "failed")
        expect(page.get_by_text("weights is damaged or another version")).to_be_visible()
        wait_until_drawn(page)
        assert page.get_by_test_id("stException").count() == 0
        page.close()
    assert "event=start seconds=" in log.read_text()
    assert "outcome=NotAModel" in log.read_text()
