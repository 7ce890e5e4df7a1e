"""How long switching off takes; `python -m benchmarks.switch_off`.

The runs alone in this process, and with the page around them in a Chromium, as a reader meets them.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlencode

from playwright.sync_api import Page

from backend.catalogue import BUILT_IN
from backend.head_removal import layer_removal
from backend.model import Model, load_model
from backend.switched_off import SwitchedOff
from backend.trace import Trace
from benchmarks.browser import fresh_page
from benchmarks.table import Row, Target, table
from benchmarks.texts import LAST_WORDS, PAIR_A, PAIR_B, sentences
from benchmarks.timing import median_seconds
from tests.serving import served_app, wait_until_drawn

REPEATS: Final = 10
LONG: Final = 512
_SETTLE_MS: Final = 700
_HEAD: Final = SwitchedOff(heads=((3, 1),))

_MEASURED: Final = """() => { window.measured = timed("click", () =>
  [...document.querySelectorAll("[data-stale=false] .js-plotly-plot")]
    .some((plot) => plot.textContent.includes("effect of removal")), 1); }"""
_SWITCHED: Final = """() => { window.measured = timed("click", () =>
  [...document.querySelectorAll("[data-stale=false] .js-plotly-plot")]
    .some((plot) => plot.textContent.includes("cosine distance")), 1); }"""


def main() -> None:
    model = load_model(BUILT_IN)
    rows = list(_run_rows(model))
    with TemporaryDirectory() as name, served_app(Path(name) / "server.log") as address:
        rows += list(_page_rows(address))
    print(table(rows))
    print(
        f"\nMedians of {REPEATS}, at {LONG} tokens one run. On the page: from the click to one "
        "frame after the figure is drawn, on pairs never measured before."
    )


def _run_rows(model: Model) -> Iterator[Row]:
    print("measuring: runs with heads switched off", file=sys.stderr, flush=True)
    trace = model.trace(PAIR_A, f"{PAIR_B} {LAST_WORDS[0]}")
    tokens = len(trace.tokens)
    one = median_seconds(lambda: model.switched_off(trace, _HEAD), REPEATS)
    yield Row("one head switched off", tokens, "ms", None, 1000 * one)
    every = median_seconds(lambda: _all_heads(model, trace), REPEATS)
    yield Row(f"{model.layers * model.heads} heads, one by one", tokens, "s", None, every,
              Target(below=1))  # fmt: skip
    long = model.trace(next(sentences(LONG, seed=5)))
    every = median_seconds(lambda: _all_heads(model, long), 1)
    yield Row(f"{model.layers * model.heads} heads, one by one", LONG, "s", None, every)


def _all_heads(model: Model, trace: Trace) -> None:
    for layer in range(model.layers):
        layer_removal(model, trace, layer)


def _page_rows(address: str) -> Iterator[Row]:
    for measure, button, script, target in (
        ("one head switched off, on its page", "Switch off layer 3, head 1", _SWITCHED, None),
        ("all heads measured, on their page", "Measure all heads", _MEASURED, Target(below=1)),
    ):
        print(f"measuring: {measure}", file=sys.stderr, flush=True)
        with fresh_page() as page:
            found = [_click(page, address, word, button, script) for word in LAST_WORDS[:REPEATS]]
        yield Row(measure, 29, "s", None, median(found), target)


def _click(page: Page, address: str, word: str, button: str, script: str) -> float:
    """Seconds from a click on the button until what it asks for is drawn, in a new session."""
    page.goto(f"{address}/attention?{urlencode({'a': PAIR_A, 'b': f'{PAIR_B} {word}'})}")
    there = page.get_by_role("button", name=button)
    there.wait_for()
    page.wait_for_timeout(_SETTLE_MS)
    wait_until_drawn(page)
    there.scroll_into_view_if_needed()
    page.evaluate(script)
    there.click()
    return float(page.evaluate("measured")["ms"]) / 1000


if __name__ == "__main__":
    main()
