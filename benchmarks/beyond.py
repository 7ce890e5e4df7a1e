"""How long each kind of weights takes; `python -m benchmarks.beyond`."""

from typing import Final

from backend.answers import answer_layer, answer_of
from backend.attention_flow import most_tokens
from backend.cached import cached_model, cached_tagger
from backend.catalogue import BUILT_IN
from backend.model import Model
from backend.switched_off import ALL_ON
from backend.trace import Trace
from backend.weight_kinds import influence_weights, weights_of
from benchmarks.table import Row, Target, table
from benchmarks.texts import PAIR_A, PAIR_B, sentences
from benchmarks.timing import median_seconds

REPEATS: Final = 9


def main() -> None:
    model = cached_model(BUILT_IN)
    cached_tagger(BUILT_IN)
    pair = model.trace(PAIR_A, f"{PAIR_B} wide .")
    longest = model.trace(next(sentences(most_tokens(model.layers), seed=0)))
    rows = [
        _row(model, pair, "values", Target(below=20)),
        _row(model, pair, "rollout", Target(below=20)),
        _gradient_row(model, pair),
        _row(model, pair, "flow"),
        _row(model, longest, "flow", repeats=1),
    ]
    print(table(rows))
    print(
        f"\nMedians of {REPEATS} (the longest flow: once), in one process after the model is "
        "loaded and the layer for parts of speech is trained."
    )


def _row(
    model: Model, trace: Trace, kind: str, target: Target | None = None, repeats: int = REPEATS
) -> Row:
    taken = median_seconds(lambda: weights_of(model, trace, kind), repeats)
    return Row(f"weights drawn as {kind}", len(trace.tokens), "ms", None, taken * 1000, target)


def _gradient_row(model: Model, trace: Trace) -> Row:
    answer = answer_of(trace, "tag", trace.tokens.index("it"))
    layer = answer_layer(trace, answer)
    taken = median_seconds(
        lambda: influence_weights(model, trace, answer, layer, off=ALL_ON), REPEATS
    )
    return Row("weights drawn as gradient", len(trace.tokens), "ms", None, taken * 1000,
               Target(below=100))  # fmt: skip


if __name__ == "__main__":
    main()
