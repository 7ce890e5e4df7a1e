"""What both sides are measured with: a clock inside the page, and its process's memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import psutil
from playwright.sync_api import Browser, Page

from tests.serving import opened_browser

TIMEOUT_MS: Final = 180_000

CLOCK: Final = """
// After every frame, once its layout and painting are done, `done` is asked whether the page
// shows what is waited for; `more` further frames are waited for after that.
window.untilDrawn = (done, more) => new Promise((resolve) => {
  const afterFrame = (next) => requestAnimationFrame(() => {
    window.frameBegan = performance.now();
    const {port1, port2} = new MessageChannel();
    port1.onmessage = next;
    port2.postMessage(null);
  });
  const check = () => {
    if (!done()) return afterFrame(check);
    if (more-- > 0) return afterFrame(check);
    resolve(performance.now());
  };
  afterFrame(check);
});
// Milliseconds from the next event of this kind, as the page gets it, until drawn; `frame` of them
// are the last frame's own: scripts, layout and painting, without waiting for it to begin.
window.timed = (event, done, more) => new Promise((resolve) => {
  addEventListener(event, () => {
    const start = performance.now();
    untilDrawn(done, more).then(
      (end) => resolve({start, ms: end - start, frame: end - frameBegan}));
  }, {capture: true, once: true});
});
// When this page asked the server for something.
window.sends = [];
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  sends.push(performance.now());
  return send.call(this, data);
};
"""


@dataclass(frozen=True)
class Memory:
    """Bytes of the page's process: all of it (rss), and what it shares with no other (uss)."""

    rss: int
    uss: int


@contextmanager
def fresh_page() -> Iterator[Page]:
    """A blank page with the clock in it, in a browser of its own."""
    with opened_browser() as browser:
        yield blank_page(browser)


def blank_page(browser: Browser) -> Page:
    """A blank page with the clock in it."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(TIMEOUT_MS)
    page.add_init_script(CLOCK)
    page.goto("about:blank")
    return page


def renderer_memory() -> Memory:
    """The largest page process among the browsers that this process started."""
    found = [Memory(0, 0)]
    for process in psutil.Process().children(recursive=True):
        try:
            if "--type=renderer" in process.cmdline():
                full = process.memory_full_info()
                found.append(Memory(full.rss, full.uss))
        except psutil.NoSuchProcess:
            continue
    return max(found, key=lambda memory: memory.rss)


def chromium_version() -> str:
    with opened_browser() as browser:
        return browser.version
