"""BertViz, measured: trace, build its page, open it, change its layer."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from backend.model import Model
from backend.trace import Trace
from benchmarks.bertviz_page import BertvizPage, head_page, model_page
from benchmarks.browser import TIMEOUT_MS, Memory, fresh_page, renderer_memory

_HEAD_DRAWN: Final = "#attention line"
_MODEL_DRAWN: Final = "#attn_background_{layer}_{head}"  # the last thumbnail's

_WATCH: Final = """
untilDrawn(() => document.querySelector(SELECTOR), 1)
  .then((end) => { window.drawnAt = (performance.timeOrigin + end) / 1000; });
"""
_CHANGE_LAYER: Final = """(layer) => {
  const start = performance.now();
  const select = document.querySelector("#layer");
  select.value = layer;
  select.dispatchEvent(new Event("change", {bubbles: true}));
  return untilDrawn(() => document.querySelector("#attention line"), 0)
    .then((end) => end - start);
}"""


@dataclass(frozen=True)
class BertvizSample:
    """One text from the model to the screen; layers: milliseconds to each next layer."""

    nbytes: int
    seconds: float
    memory: Memory
    layers: tuple[float, ...] = ()


def head_sample(model: Model, text: str, folder: Path) -> BertvizSample:
    """The head view: the first layer drawn, then each of the others."""
    with fresh_page() as page:
        drawn = _draw(page, folder, _HEAD_DRAWN, lambda: model.trace(text), head_page)
        memory = renderer_memory()
        steps = [page.evaluate(_CHANGE_LAYER, layer) for layer in range(1, model.layers)]
    return BertvizSample(*drawn, memory, tuple(steps))


def model_sample(model: Model, text: str, folder: Path) -> BertvizSample:
    """The model view: all heads of all layers drawn."""
    last = _MODEL_DRAWN.format(layer=model.layers - 1, head=model.heads - 1)
    with fresh_page() as page:
        drawn = _draw(page, folder, last, lambda: model.trace(text), model_page)
        return BertvizSample(*drawn, renderer_memory())


def _draw(
    page: Page,
    folder: Path,
    selector: str,
    trace: Callable[[], Trace],
    build: Callable[[Trace], BertvizPage],
) -> tuple[int, float]:
    """Bytes of the page, and seconds from the text to drawn."""
    page.add_init_script(_WATCH.replace("SELECTOR", repr(selector)))
    file = folder / "page.html"
    start = time.time()
    built = build(trace())
    file.write_text(built.html, encoding="utf-8")
    page.goto(file.as_uri(), wait_until="commit")
    drawn = page.wait_for_function("window.drawnAt", timeout=TIMEOUT_MS, polling=100)
    return built.nbytes, drawn.json_value() - start
