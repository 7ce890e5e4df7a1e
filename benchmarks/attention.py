"""BertViz and this app side by side: bytes, times and memory; `python -m benchmarks.attention`.

Both sides trace the same kind of text with the same model and draw it in the same Chromium. They
take turns, each in a fresh browser, so that a slow moment of the machine meets both.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from backend.catalogue import BUILT_IN
from backend.model import Model, load_model
from benchmarks.app_side import (
    AppSample,
    ColdStart,
    Step,
    TextSample,
    app_sample,
    cold_start,
    pair_samples,
)
from benchmarks.bertviz_side import BertvizSample, head_sample, model_sample
from benchmarks.browser import Memory, chromium_version
from benchmarks.redraw import PAGES, redraw_samples
from benchmarks.table import Row, Target, table
from benchmarks.texts import LAST_WORDS, sentences
from tests.serving import served_app

BERTVIZ_LIMIT: Final = 128
MODEL_VIEW_REPEATS: Final = 2  # at 128 tokens it takes 20 s and gigabytes
TEXTS_A_VISIT: Final = 3
COLD_STARTS: Final = 3
PAIRS: Final = 20


@dataclass
class Samples:
    """What was measured at one length; the BertViz lists stay empty beyond its limit."""

    tokens: int
    heads: list[BertvizSample] = field(default_factory=list)
    models: list[BertvizSample] = field(default_factory=list)
    app: list[AppSample] = field(default_factory=list)


def main() -> None:
    options = _options()
    model = load_model(BUILT_IN)
    with TemporaryDirectory() as name:
        folder = Path(name)
        _say("cold start")
        starts = [cold_start(folder / "cold.log") for _ in range(COLD_STARTS)]
        with served_app(folder / "server.log") as address:
            _say("a pair of sentences")
            pairs = pair_samples(address, options.pairs)
            redrawn = {p.page: redraw_samples(address, p, options.pairs) for p in PAGES}
            found = [_measured(n, options.repeats, model, address, folder) for n in options.tokens]
    rows = [row for samples in found for row in _rows(samples, model)]
    print(table([*rows, *_pair_rows(pairs), *_page_rows(redrawn), *_start_rows(starts)]))
    print(f"\n{_how(options.repeats, len(pairs))}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure side by side with BertViz.")
    parser.add_argument("--tokens", type=int, nargs="+", default=[32, 128, 512], metavar="N")
    parser.add_argument("--repeats", type=int, default=5, help="turns of each side (default 5)")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="new pairs of sentences")
    options = parser.parse_args()
    if not all(8 <= tokens <= 512 for tokens in options.tokens) or options.repeats < 1:
        parser.error("expected 8 to 512 tokens and one repeat or more")
    if not 1 <= options.pairs < len(LAST_WORDS):
        parser.error(f"expected 1 to {len(LAST_WORDS) - 1} pairs")
    return options


def _measured(tokens: int, repeats: int, model: Model, address: str, folder: Path) -> Samples:
    samples = Samples(tokens)
    texts = sentences(tokens, seed=0)
    model.trace(next(texts))  # the first run of a length is slower
    _warm_bertviz(model, folder)
    for turn in range(repeats):
        _say(f"{tokens} tokens, turn {turn + 1} of {repeats}")
        if tokens <= BERTVIZ_LIMIT:
            samples.heads.append(head_sample(model, next(texts), folder))
        samples.app.append(app_sample(address, texts, TEXTS_A_VISIT, model.layers))
        if tokens <= BERTVIZ_LIMIT and turn < MODEL_VIEW_REPEATS:
            samples.models.append(model_sample(model, next(texts), folder))
    return samples


def _warm_bertviz(model: Model, folder: Path) -> None:
    """Its import takes more than a second; nobody should be charged for that."""
    head_sample(model, "warm", folder)


def _rows(samples: Samples, model: Model) -> Iterator[Row]:
    n, heads, models = samples.tokens, samples.heads, samples.models
    weights = model.layers * model.heads * n * n
    texts = [text for visit in samples.app for text in visit.texts]
    received = _middle(text.nbytes for text in texts)
    drawn = _middle(text.seconds for text in texts)
    is_128, is_512 = n == 128, n == 512

    yield _row("bytes to the browser (head view)", n, "MB", [s.nbytes / 1e6 for s in heads],
               received / 1e6)  # fmt: skip
    yield _row("bytes a weight", n, "", [s.nbytes / weights for s in heads], received / weights,
               Target(at_most=2.2) if is_128 else None)  # fmt: skip
    yield _row("new text, head drawn (head view)", n, "s", [s.seconds for s in heads], drawn,
               Target(times=15) if is_128 else Target(at_most=2) if is_512 else None)  # fmt: skip
    if models:
        yield _row("new text, all heads drawn (model view)", n, "s", [s.seconds for s in models],
                   drawn, Target(times=50) if is_128 else None)  # fmt: skip
    yield _row("new text, Plotly heatmap beside it drawn", n, "s", [],
               _middle(text.heatmap_seconds for text in texts))  # fmt: skip
    yield from _layer_rows(samples)
    yield from _memory_rows(samples)


def _layer_rows(samples: Samples) -> Iterator[Row]:
    n = samples.tokens
    bertviz = [ms for sample in samples.heads for ms in sample.layers]
    one = [step for visit in samples.app for step in visit.one_head]
    every = [step for visit in samples.app for step in visit.all_heads]
    target = Target(at_most=16) if n == 128 else None
    for heads, others, steps in (("all its heads", bertviz, every), ("one head", [], one)):
        yield _row(f"next layer, {heads} on", n, "ms", others, _ms(steps), target)
        yield _row("that frame's own work", n, "ms", [], _middle(s.frame_ms for s in steps))
        yield _row("the script's part of it", n, "ms", [], _middle(s.draw_ms for s in steps))
        yield _row("until its faint lines follow", n, "ms", [], _middle(s.faint_ms for s in steps))
    asked = max(step.asked for step in (*one, *every))
    yield _row("messages to the server before it is drawn", n, "", [], asked,
               Target(at_most=0) if n == 128 else None)  # fmt: skip


def _memory_rows(samples: Samples) -> Iterator[Row]:
    n, ours = samples.tokens, [visit.memory for visit in samples.app]
    target = Target(below=300) if n == 128 else None
    heads = [sample.memory for sample in samples.heads]
    models = [sample.memory for sample in samples.models]
    yield _row("memory of the page (head view)", n, "MB", _rss(heads), _middle(_rss(ours)), target)
    if models:
        yield _row("memory of the page (model view)", n, "MB", _rss(models), _middle(_rss(ours)))
    later = [visit.memory_later for visit in samples.app]
    yield _row(
        f"memory after {TEXTS_A_VISIT} more texts", n, "MB", [], _middle(_rss(later)), target
    )
    yield _row("memory shared with no other process (head view)", n, "MB",
               [memory.uss / 1e6 for memory in heads],
               _middle(memory.uss / 1e6 for memory in ours))  # fmt: skip


def _pair_rows(pairs: Sequence[TextSample]) -> Iterator[Row]:
    yield _row("new pair of sentences, drawn", 30, "ms", [],
               _middle(pair.seconds * 1000 for pair in pairs), Target(below=300))  # fmt: skip
    yield _row("new pair of sentences, heatmap drawn", 30, "ms", [],
               _middle(pair.heatmap_seconds * 1000 for pair in pairs))  # fmt: skip


def _page_rows(redrawn: Mapping[str, Sequence[float]]) -> Iterator[Row]:
    for page, samples in redrawn.items():
        yield _row(f"new pair of sentences, {page} redrawn", 30, "ms", [],
                   _middle(samples), Target(below=300))  # fmt: skip


def _start_rows(starts: Sequence[ColdStart]) -> Iterator[Row]:
    yield _row("server start to the first view", 0, "s", [],
               _middle(start.view_seconds for start in starts))  # fmt: skip
    yield _row("server start to the first heatmap", 0, "s", [],
               _middle(start.heatmap_seconds for start in starts), Target(below=8))  # fmt: skip


def _row(
    measure: str,
    tokens: int,
    unit: str,
    bertviz: Sequence[float],
    app: float,
    target: Target | None = None,
) -> Row:
    return Row(measure, tokens, unit, _middle(bertviz) if bertviz else None, app, target)


def _ms(steps: Sequence[Step]) -> float:
    return _middle(step.ms for step in steps)


def _rss(memories: Iterable[Memory]) -> list[float]:
    return [memory.rss / 1e6 for memory in memories]


def _middle(values: Iterable[float]) -> float:
    return float(median(values))


def _how(repeats: int, pairs: int) -> str:
    return (
        f"Medians. Each side opened {repeats} times in turn (model view at most "
        f"{MODEL_VIEW_REPEATS} times), each time in a fresh browser; the app was given "
        f"{TEXTS_A_VISIT} new texts a visit, {pairs} new pairs, {COLD_STARTS} cold starts (files "
        "in the system's cache). Texts are single sentences, never seen before: a pair would "
        "double BertViz's page. BertViz: trace, build the page, open it, drawn. The app: from "
        "Enter in an open page, drawn with all thumbnails. BertViz draws a line for every weight; "
        "the app only weights of 0.005 and more, at most the 12,000 strongest (it says so), some "
        "400 of them at once and the faint ones in the frames after. Drawn means in the page and "
        "one more frame done; a next layer counts to the end of the frame that shows it. Bytes of "
        "BertViz without its libraries, of the app all that comes over the WebSocket, heatmap "
        "included. Memory is the resident size of the page's process. "
        f"{os.cpu_count()} cores, no GPU, Chromium {chromium_version()}, "
        f"model {BUILT_IN}."
    )


def _say(what: str) -> None:
    print(f"measuring: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
