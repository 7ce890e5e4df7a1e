"""How long a page takes from Enter until everything on it shows the new pair of sentences."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from playwright.sync_api import Page

from benchmarks.browser import fresh_page
from benchmarks.texts import LAST_WORDS, PAIR_A, PAIR_B
from tests.serving import wait_until_drawn

_SETTLE_MS: Final = 700

_LOOK: Final = """
window.figure = (name) => {
  for (const host of document.querySelectorAll("[data-testid=stBidiComponentIsolated]")) {
    const root = host.shadowRoot?.querySelector(`.${name}`);
    if (root) return root.dataset.drawn;
  }
};
// What the Plotly figures of the last run draw.
window.plotted = () =>
  [...document.querySelectorAll("[data-stale=false] .js-plotly-plot")]
    .map((plot) => (plot._fullData ?? []).map((data) => String(data.y))).join();
"""
_ARM: Final = """([name, plots]) => {
  const drawn = figure(name), before = plotted();
  window.redrawn = timed("keydown", () => figure(name) && figure(name) !== drawn
    && (plots === null
      || document.querySelectorAll("[data-stale=false] .js-plotly-plot").length === plots
      && (!plots || plotted() !== before)), plots === null ? 0 : 1);
}"""


@dataclass(frozen=True)
class Redrawn:
    """What is waited for: a page's linked figure, by its class, and the Plotly figures beside it.

    plots: how many there are; None where they are not waited for
    """

    page: str
    figure: str
    plots: int | None


PAGES: Final = (Redrawn("overview", "diagram", 0), Redrawn("compare", "comparison", 1))


def redraw_samples(address: str, what: Redrawn, count: int) -> list[float]:
    """Milliseconds from Enter, for `count` pairs never seen before, of some 30 tokens."""
    texts = [f"{PAIR_B} {word}" for word in LAST_WORDS[: count + 1]]
    path = "" if what.page == "overview" else what.page
    with fresh_page() as page:
        page.add_init_script(_LOOK)
        page.goto(f"{address}/{path}?{urlencode({'a': PAIR_A, 'b': texts[0]})}")
        page.wait_for_function(f"figure('{what.figure}')", polling=100)
        _settle(page)
        return [_redraw(page, what, text) for text in texts[1:]]


def _redraw(page: Page, what: Redrawn, text: str) -> float:
    box = page.get_by_label("Sentence B", exact=True)
    box.fill(text)
    page.evaluate(_ARM, [what.figure, what.plots])
    box.press("Enter")
    ms = float(page.evaluate("redrawn")["ms"])
    _settle(page)
    return ms


def _settle(page: Page) -> None:
    page.wait_for_timeout(_SETTLE_MS)
    wait_until_drawn(page)
