"""The app as a reader meets it: a server process and a Chromium, for tests and benchmarks."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
START_SECONDS = 300  # a machine may be slow and busy
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served_app(log: Path, folder: Path = ROOT, **environment: str) -> Iterator[str]:
    """A fresh server's address; the server ends with the block. Its output goes to `log`.

    folder: where the app's files are
    """
    with server_process(log, folder, **environment) as (address, _):
        yield address


@contextmanager
def server_process(log: Path, folder: Path = ROOT, **environment: str) -> Iterator[tuple[str, int]]:
    """The same, with the server's process id."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=folder, env=os.environ | environment, stdout=output, stderr=output
        )
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}", server)
            yield f"http://127.0.0.1:{port}", server.pid
        finally:
            server.terminate()
            server.wait(START_SECONDS)


def wait_until_healthy(address: str, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=10):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start within {START_SECONDS} s")


def health(address: str) -> tuple[int, dict[str, Any]]:
    """What the app says of its start: the answer's number, and what it holds."""
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=START_SECONDS) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def wait_until_started(address: str) -> tuple[int, dict[str, Any]]:
    """What the app says once it is not starting any more."""
    end = time.monotonic() + START_SECONDS
    while (said := health(address))[1]["status"] == "starting" and time.monotonic() < end:
        time.sleep(0.05)
    return said


@contextmanager
def opened_browser(*flags: str) -> Iterator[Browser]:
    """Debian's Chromium where there is one, else the one that Playwright installed.

    flags: what to tell it besides BROWSER_FLAGS
    """
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*BROWSER_FLAGS, *flags])
        yield browser
        browser.close()


_STILL = """() => new Promise(resolve => {
    const boxes = () => JSON.stringify([...document.querySelectorAll(
        '[data-testid=stMainBlockContainer], [data-testid=stSidebar]'
    )].map(box => box.getBoundingClientRect()));
    let before = boxes(), frames = 0, seen = 0;
    const look = () => {
        const now = boxes();
        frames = now === before ? frames + 1 : 0;
        before = now;
        if (frames >= 3 || ++seen > 300) resolve();
        else requestAnimationFrame(look);
    };
    document.fonts.ready.then(() => requestAnimationFrame(look));
})"""
"""Until page and sidebar have had one size for three frames: fonts and animations move them."""


_RUN: Final = """() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState
    === 'notRunning' && !document.querySelector('[data-testid=stSkeleton]')"""
"""Whether Streamlit has run the page, and has the scripts of all that stands on it."""


def wait_until_drawn(page: Page, seconds: float = 90) -> None:
    """Until Streamlit has finished its run and nothing slides away from the pointer any more."""
    page.wait_for_function(_RUN, timeout=seconds * 1000)
    page.evaluate(_STILL)
