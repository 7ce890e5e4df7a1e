"""How long it takes to measure all heads; `python -m benchmarks.heads`.

All measures with the likeness of all heads and their map: over a pair of sentences, and over a
long text, in this process after the model is loaded; and on the page, from Enter.
"""

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from backend.cached import cached_model
from backend.catalogue import BUILT_IN
from backend.examples import EXAMPLES
from backend.head_search import examples_of, found_in, preset_cases
from backend.head_survey import HeadMeasures, measured_pair, measured_text
from backend.model import Model
from backend.trace import Trace
from benchmarks.redraw import Redrawn, redraw_samples
from benchmarks.table import Row, Target, table
from benchmarks.texts import PAIR_A, PAIR_B, sentences
from benchmarks.timing import median_seconds
from tests.serving import served_app

REPEATS: Final = 9
TEXT_REPEATS: Final = 3
TEXT_TOKENS: Final = 5_000
PAIRS: Final = 20
_PAGE: Final = Redrawn("heads", "word-pairs", 2)
_SENTENCE: Final = 102  # tokens, two of which are special


def main() -> None:
    model = cached_model(BUILT_IN)
    trace = model.trace(PAIR_A, f"{PAIR_B} wide .")
    rows = [_pair_row(trace), _text_row(model), _search_row(model)]
    with TemporaryDirectory() as name, served_app(Path(name) / "server.log") as address:
        samples = redraw_samples(address, _PAGE, PAIRS)
    rows.append(Row("a new pair of sentences, its page drawn", 30, "ms", None, median(samples)))
    print(table(rows))
    print(
        f"\nMedians of {REPEATS} ({TEXT_REPEATS} for the text), in one process after the model is "
        "loaded: every measure, how alike all heads are, and their map. The page: from Enter to "
        f"one frame after the drawing, the median of {PAIRS} new pairs."
    )


def _pair_row(trace: Trace) -> Row:
    _with_map(measured_pair(trace))  # the first time is slower
    seconds = median_seconds(lambda: _with_map(measured_pair(trace)), REPEATS)
    return Row("all measures of all heads over a pair", len(trace.tokens), "ms", None,
               seconds * 1000, Target(below=200))  # fmt: skip


def _search_row(model: Model) -> Row:
    """The presets are read anew each time; on the page they are read once for all."""
    example = EXAMPLES[0]
    trace = model.trace(example.a, example.b)
    pair = (trace.tokens.index("it"), trace.tokens.index("chicken"))

    def search() -> None:
        found_in(preset_cases(examples_of(trace, [pair], ()), model.trace))

    return Row("a search over the presets, read anew", 0, "ms", None,
               median_seconds(search, REPEATS) * 1000)  # fmt: skip


def _text_row(model: Model) -> Row:
    own = sentences(_SENTENCE, seed=0)
    text = "\n".join(next(own) for _ in range(TEXT_TOKENS // (_SENTENCE - 2)))
    seconds = median_seconds(lambda: _with_map(measured_text(model, text)), TEXT_REPEATS)
    return Row("all measures of all heads over a text", TEXT_TOKENS, "s", None, seconds,
               Target(below=15))  # fmt: skip


def _with_map(measured: HeadMeasures) -> None:
    assert measured.map[1] > 0


if __name__ == "__main__":
    main()
