"""This app, measured as a reader meets it: type a sentence, press Enter; press an arrow key."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from playwright.sync_api import Page, WebSocket

from benchmarks.browser import Memory, blank_page, fresh_page, renderer_memory
from benchmarks.texts import LAST_WORDS, PAIR_A, PAIR_B
from tests.serving import opened_browser, served_app, wait_until_drawn

_SETTLE_MS: Final = 1000  # the server is told of a choice 200 ms after the last one

_LOOK: Final = """
window.view = () => {
  for (const host of document.querySelectorAll("[data-testid=stBidiComponentIsolated]")) {
    const root = host.shadowRoot?.querySelector("[data-drawn]");
    if (root) return root;
  }
};
window.drawn = () => view()?.dataset.drawn;
window.traceDrawn = () => drawn()?.split("/")[0];
window.heatmap = () =>
  document.querySelector(".js-plotly-plot .heatmaplayer image")?.getAttribute("href");
"""
_ARM_ENTER: Final = """() => {
  const trace = traceDrawn(), picture = heatmap();
  window.viewTimed = timed("keydown", () => traceDrawn() && traceDrawn() !== trace, 1);
  window.heatmapTimed = timed("keydown", () => heatmap() && heatmap() !== picture, 1);
}"""
_ARM_ARROW: Final = """(layer) => {
  const wanted = `${traceDrawn()}/${layer}/`;
  window.viewTimed = timed("keydown", () => drawn()?.startsWith(wanted), 0);
  window.faintTimed = timed("keydown", () => view()?.dataset.complete?.startsWith(wanted), 0);
}"""
_STEP: Final = """async () => {
  const {start, ms, frame} = await viewTimed;
  const asked = sends.filter((at) => at >= start && at <= start + ms).length;
  return [ms, frame, Number(view().dataset.drawMs), (await faintTimed).ms, asked];
}"""


@dataclass(frozen=True)
class TextSample:
    """A new text: bytes received, and seconds from Enter to the view and to the heatmap drawn."""

    nbytes: int
    seconds: float
    heatmap_seconds: float


@dataclass(frozen=True)
class Step:
    """The next layer: milliseconds from the key to the end of the frame that shows it.

    frame_ms: how much of it the frame itself took: script, layout and painting
    draw_ms: how much of that was the view's script
    faint_ms: until the faint lines, which follow in further frames, are drawn too
    asked: messages to the server before it was drawn
    """

    ms: float
    frame_ms: float
    draw_ms: float
    faint_ms: float
    asked: int


@dataclass(frozen=True)
class AppSample:
    """One visit: some new texts, then through the layers with one head and with all heads.

    memory: with one text drawn, as BertViz has
    memory_later: after all the new texts
    """

    texts: tuple[TextSample, ...]
    memory: Memory
    memory_later: Memory
    one_head: tuple[Step, ...]
    all_heads: tuple[Step, ...]


@dataclass(frozen=True)
class ColdStart:
    """Seconds from launching the server to the view and to the heatmap drawn."""

    view_seconds: float
    heatmap_seconds: float


class Traffic:
    """Counts the bytes that reach a page over its WebSockets."""

    def __init__(self, page: Page) -> None:
        self.received = 0
        page.on("websocket", lambda socket: self._follow(socket))

    def _follow(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._count)

    def _count(self, payload: str | bytes) -> None:
        self.received += len(payload.encode() if isinstance(payload, str) else payload)


def app_sample(address: str, texts: Iterator[str], count: int, layers: int) -> AppSample:
    """Open the page in a fresh browser and use it; `count` new texts are typed."""
    with fresh_page() as page:
        traffic = Traffic(page)
        _open(page, f"{address}/attention?{urlencode({'a': next(texts), 'layer': 0, 'head': 1})}")
        memory = renderer_memory()
        samples = [_type(page, traffic, "Sentence A", next(texts)) for _ in range(count)]
        memory_later = renderer_memory()
        one_head = [_arrow(page, "ArrowDown", layer) for layer in range(1, layers)]
        page.get_by_role("button", name="All heads of the layer").click()
        _settle(page)
        all_heads = [_arrow(page, "ArrowUp", layer) for layer in reversed(range(layers - 1))]
    return AppSample(tuple(samples), memory, memory_later, tuple(one_head), tuple(all_heads))


def pair_samples(address: str, count: int) -> list[TextSample]:
    """The last word of Sentence B changed, again and again, each time to a new one."""
    with fresh_page() as page:
        traffic = Traffic(page)
        texts = [f"{PAIR_B} {word}" for word in LAST_WORDS[: count + 1]]
        _open(page, f"{address}/attention?{urlencode({'a': PAIR_A, 'b': texts[0]})}")
        return [_type(page, traffic, "Sentence B", text) for text in texts[1:]]


def cold_start(log: Path) -> ColdStart:
    """Launch a server and open the page with the default sentences in a waiting browser."""
    with opened_browser() as browser:
        page = blank_page(browser)
        page.add_init_script(_LOOK + _watch("viewAt", "drawn()") + _watch("heatmapAt", "heatmap()"))
        start = time.time()
        with served_app(log) as address:
            page.goto(f"{address}/attention", wait_until="commit")
            at = [_number(page, name) - start for name in ("viewAt", "heatmapAt")]
            page.close()
    return ColdStart(*at)


def _watch(name: str, done: str) -> str:
    return (
        f"untilDrawn(() => {done}, 1)"
        f".then((end) => {{ window.{name} = (performance.timeOrigin + end) / 1000; }});"
    )


def _number(page: Page, name: str) -> float:
    number: float = page.wait_for_function(f"window.{name}", polling=100).json_value()
    return number


def _open(page: Page, address: str) -> None:
    page.add_init_script(_LOOK)
    page.goto(address)
    page.wait_for_function("drawn() && heatmap()", polling=100)
    _settle(page)


def _settle(page: Page) -> None:
    page.wait_for_timeout(_SETTLE_MS)
    wait_until_drawn(page)


def _type(page: Page, traffic: Traffic, label: str, text: str) -> TextSample:
    box = page.get_by_label(label, exact=True)
    box.fill(text)
    page.evaluate(_ARM_ENTER)
    before = traffic.received
    box.press("Enter")
    seconds = [_seconds(page.evaluate(name)) for name in ("viewTimed", "heatmapTimed")]
    _settle(page)
    return TextSample(traffic.received - before, *seconds)


def _seconds(timed: dict[str, Any]) -> float:
    return float(timed["ms"]) / 1000


def _arrow(page: Page, key: str, layer: int) -> Step:
    page.evaluate(_ARM_ARROW, layer)
    page.locator(".grid .cell.chosen").press(key)
    step = Step(*page.evaluate(_STEP))
    _settle(page)
    return step
