"""How long the app's BertViz views take and what they hold; `python -m benchmarks.bertviz_limits`.

The limits in components/bertviz_views.py come from this table.
"""

import argparse
import time
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.sync_api import Page

from backend.catalogue import BUILT_IN
from backend.model import Model, load_model
from backend.trace import Trace
from benchmarks.browser import fresh_page, renderer_memory
from benchmarks.texts import sentences
from components.bertviz_page import bertviz_page, framed, page_height
from components.view import Choice
from components.view_options import VIEWS

_WIDTH: Final = 786  # what the app leaves it in a window of 1280
_DRAWN: Final = """() => untilDrawn(() => document.querySelector("[data-drawn]"), 1)
  .then((end) => (performance.timeOrigin + end) / 1000)"""
_CHANGE_LAYER: Final = """(layer) => {
  const start = performance.now();
  const select = document.querySelector("#layer");
  select.value = layer;
  select.dispatchEvent(new Event("change", {bubbles: true}));
  return untilDrawn(() => true, 1).then((end) => end - start);
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the app's own BertViz views.")
    parser.add_argument("--tokens", type=int, nargs="+", default=[32, 64, 128], metavar="N")
    parser.add_argument("--views", nargs="+", default=list(VIEWS), choices=list(VIEWS))
    options = parser.parse_args()
    model = load_model(BUILT_IN)
    print("| view | tokens | page, MB | drawn, s | next layer, s | memory, GB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with TemporaryDirectory() as folder:
        for view in options.views:
            for tokens in options.tokens:
                print(_row(view, tokens, model, Path(folder) / "page.html"), flush=True)


def _row(view: str, tokens: int, model: Model, file: Path) -> str:
    texts = sentences(tokens // 2, seed=0)
    trace = model.trace(next(texts), next(texts))
    with fresh_page() as page:
        nbytes, drawn = _draw(page, view, trace, model, file)
        layer = _next_layer(page) if view != "model" else None
        memory = renderer_memory().rss / 1e9
    step = "" if layer is None else f"{layer:.1f}"
    count = len(trace.tokens)
    return f"| {view} | {count} | {nbytes / 1e6:.2f} | {drawn:.1f} | {step} | {memory:.1f} |"


def _draw(page: Page, view: str, trace: Trace, model: Model, file: Path) -> tuple[int, float]:
    """Bytes of the page, and seconds from the trace to drawn."""
    start = time.time()
    found = model.projections(trace) if view == "neuron" else None
    html = framed(bertviz_page(view, trace, Choice(3, 1, None, "all", (), 0), "light", found),
                  view, "light")  # fmt: skip
    size = f"width: {_WIDTH}px; height: {page_height(view, trace)}px"
    file.write_text(f'<!DOCTYPE html><iframe style="{size}" srcdoc="{escape(html)}"></iframe>')
    page.goto(file.as_uri(), wait_until="commit")
    page.frame_locator("iframe").frame_locator("iframe").locator("#bertviz").wait_for()
    drawn: float = page.frames[-1].evaluate(_DRAWN)
    return len(html.encode()), drawn - start


def _next_layer(page: Page) -> float:
    """Seconds."""
    milliseconds: float = page.frames[-1].evaluate(_CHANGE_LAYER, 4)
    return milliseconds / 1000


if __name__ == "__main__":
    main()
