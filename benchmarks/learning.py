"""How long the app's own trainings take, and what others notice; `python -m benchmarks.learning`.

Trainings that a page waits for are timed in this process; typing, and the small BERT with another
visitor at work meanwhile, in a Chromium, as a reader meets them.
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from backend.catalogue import BUILT_IN
from backend.labelled_texts import PRESETS, preset_task
from backend.last_layer import train_task
from backend.model import Model, load_model
from backend.part_of_speech import tagged_sentences
from backend.tagger import train_tagger
from benchmarks.app_side import pair_samples
from benchmarks.browser import fresh_page
from benchmarks.redraw import Redrawn, redraw_samples
from benchmarks.table import Row, Target, table
from benchmarks.timing import median_seconds
from tests.serving import served_app

REPEATS: Final = 5
PAIRS: Final = 20
_TAGS: Final = Redrawn("output", "tag-chips", None)
_LONGEST_MS: Final = 600_000


def main() -> None:
    model = load_model(BUILT_IN)
    rows = list(_training_rows(model))
    with TemporaryDirectory() as name, served_app(Path(name) / "server.log") as address:
        rows += [*_typing_rows(address), *_small_bert_rows(address)]
    print(table(rows))
    print(
        f"\nTrainings: medians of {REPEATS}, in one process after the model is loaded, with all "
        "that the page shows of them. Tags: from Enter to the end of the frame that shows them. A "
        f"new pair elsewhere: to one frame after the drawing. Medians of {PAIRS} new pairs."
    )


def _training_rows(model: Model) -> Iterator[Row]:
    model.trace("The first run is slower.")
    count = len(tagged_sentences())
    yield _seconds(f"parts of speech: {count} sentences read, layer trained",
                   partial(train_tagger, model))  # fmt: skip
    for name in PRESETS:
        yield _seconds(f"last layer, {name}", partial(train_task, model, preset_task(name)))


def _seconds(measure: str, work: Callable[[], object]) -> Row:
    print(f"measuring: {measure}", file=sys.stderr, flush=True)
    return Row(measure, 0, "s", None, median_seconds(work, REPEATS), Target(below=2))


def _typing_rows(address: str) -> Iterator[Row]:
    print("measuring: a sentence to its tags", file=sys.stderr, flush=True)
    with fresh_page() as page:
        page.goto(f"{address}/output")  # what is measured there once is over before typing begins
        page.get_by_role("button", name="Accuracy by layer (CSV)").wait_for()
    samples = redraw_samples(address, _TAGS, PAIRS)
    yield Row("a new pair of sentences to its tags", 30, "ms", None, median(samples),
              Target(below=300))  # fmt: skip


def _small_bert_rows(address: str) -> Iterator[Row]:
    print("measuring: the small BERT", file=sys.stderr, flush=True)
    with ThreadPoolExecutor(1) as other:
        training = other.submit(_train_small_bert, address)
        samples = [pair.seconds * 1000 for pair in pair_samples(address, PAIRS)]
        at_work = not training.done()
        seconds = training.result()
    if not at_work:
        raise RuntimeError("the training was over before the other visitor was done")
    yield Row("the small BERT, trained on its page", 0, "s", None, seconds, Target(below=120))
    yield Row("meanwhile, elsewhere: a new pair, drawn", 30, "ms", None, median(samples))
    yield Row("the slowest of them", 30, "ms", None, max(samples), Target(below=1000))


def _train_small_bert(address: str) -> float:
    """Seconds from pressing Start until the page says that it is trained."""
    with fresh_page() as page:
        page.goto(f"{address}/cloze")
        start = page.get_by_role("button", name="Start", exact=True)
        start.wait_for()
        began = perf_counter()
        start.click()
        page.get_by_text("It can be chosen under Model").wait_for(timeout=_LONGEST_MS)
        return perf_counter() - began


if __name__ == "__main__":
    main()
