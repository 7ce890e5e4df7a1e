"""What a real server leaves in its log: every page, and not a word of what a visitor wrote."""

import os
import re
import signal
import time
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import new_reader
from tests.serving import served_app, server_process, wait_until_drawn, wait_until_started

MARK = "zqxjkv"
FORGED = f"{MARK}\nlevel=ERROR event=page\r\x1b[31m{MARK}"
PATHS = (
    "/",
    "/lesson",
    "/tokens",
    "/embeddings",
    "/attention",
    "/compare",
    "/heads",
    "/inside",
    "/bertviz",
    "/output",
    "/cloze",
    "/transfer",
)
LINE = re.compile(
    r"time=\S+Z level=[A-Z]+ event=page page=\w+ model=\S+ characters=\d+ asked=\S+ "
    r"ms=\d+ outcome=\S+ session=[0-9a-f]{8}"
)


def visit(page: Page, address: str) -> None:
    page.goto(address)
    wait_until_drawn(page)


def write_sentences(page: Page) -> None:
    page.get_by_label("Sentence A", exact=True).fill(f"The {MARK} sat on a {MARK}.")
    page.keyboard.press("Enter")
    wait_until_drawn(page)
    page.get_by_label("Sentence A", exact=True).fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stAlertContentError")).to_be_visible()


def upload(page: Page, content: bytes) -> None:
    name = f"{MARK}\u2028level=ERROR.csv"
    picker = page.get_by_test_id("stFileUploader").locator("input[type=file]")
    picker.set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    wait_until_drawn(page)


def test_the_log_tells_of_every_page_and_of_no_sentence(browser: Browser, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    with served_app(log) as address:
        wait_until_started(address)
        page = new_reader(browser)
        for path in PATHS:
            visit(page, f"{address}{path}?a={MARK}&b={quote(FORGED)}&model={quote(FORGED)}")
        odd = "&".join(
            f"{name}={quote(FORGED)}" for name in ("layer", "keys", "off", "weights", MARK)
        )
        visit(page, f"{address}/attention?a={MARK * 2_000}&{odd}")
        write_sentences(page)
        visit(page, f"{address}/transfer?task=own")
        page.get_by_text("My own", exact=True).first.wait_for()
        upload(page, f"sentence,label\n{MARK},{MARK}\n".encode())
        upload(page, b"\xff\xfe" + MARK.encode())
        expect(page.get_by_test_id("stFileUploader")).to_be_visible()
        visit(page, f"{address}/{MARK}?a={MARK}")
        page.close()
    written = log.read_text()
    assert MARK not in written
    lines = [line for line in written.splitlines() if "event=page" in line]
    assert all(map(LINE.fullmatch, lines))
    assert len({line.split(" page=")[1].split()[0] for line in lines}) == len(PATHS)
    assert any("outcome=EmptySentence" in line for line in lines)
    assert "level=ERROR" not in written


def test_a_server_that_is_stopped_stops_its_training(tmp_path: Path) -> None:
    """The layer for parts of speech is trained from the start on, for nobody in particular."""
    log = tmp_path / "log.txt"
    with server_process(log) as (address, server):
        wait_until_started(address)
        os.kill(server, signal.SIGINT)
        end = time.monotonic() + 60
        while "event=training" not in log.read_text() and time.monotonic() < end:
            time.sleep(0.1)
    written = log.read_text()
    assert re.search("event=training .* outcome=stopped", written)
    assert "level=ERROR" not in written
