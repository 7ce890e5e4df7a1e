"""The Cloze page's numbers as CSV, to take home."""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np

from backend.csv_table import digits, table
from backend.embedding_tables import layer_name
from backend.masked_words import likeliest
from backend.small_bert import Snapshot
from backend.small_watching import watched
from backend.trace import FloatArray

_PIECES = 20
"""The most likely ones that a table holds, of each layer."""


def fillings_csv(fillings: Iterable[tuple[str, int, FloatArray]], pieces: Sequence[str]) -> bytes:
    """One line a mask, layer and piece: the likeliest of each layer with their probabilities.

    fillings: the sentence, the mask's place among the tokens, and its probabilities
        (layer + 1, vocabulary)
    """
    return table(
        ("sentence", "position", "after_layer", "rank", "piece", "probability"),
        chain.from_iterable(_lines(*filling, pieces) for filling in fillings),
    )


def course_csv(losses: Sequence[float] | FloatArray, snapshots: Sequence[Snapshot]) -> bytes:
    """One line a step: the loss of that step, and the shares right where a snapshot was taken.

    The line of step 0 is the untrained model's; a step's loss is that before its change.
    """
    scores = {snapshot.step: snapshot.scores for snapshot in snapshots}
    values = ["", *digits(np.asarray(losses, np.float32))]
    return table(
        ("step", "loss", "new_pairs", "new_nouns", "pronouns"),
        (
            (step, loss, *((s.new_pairs, s.new_nouns, s.pronouns) if s else ("", "", "")))
            for step, loss in enumerate(values)
            for s in [scores.get(step)]
        ),
    )


def watched_csv(snapshots: Sequence[Snapshot]) -> bytes:
    """One line a snapshot and question: how likely the right and the other noun were."""
    return table(
        ("step", "question", "answer", "probability", "other", "probability_of_other", "first"),
        (
            (
                snapshot.step,
                seen.question.text,
                seen.question.answer,
                f"{seen.probability(seen.question.answer):.9g}",
                seen.question.other,
                f"{seen.probability(seen.question.other):.9g}",
                seen.best(1)[0][0],
            )
            for snapshot in snapshots
            for seen in watched(snapshot)
        ),
    )


def _lines(
    sentence: str, position: int, probabilities: FloatArray, pieces: Sequence[str]
) -> Iterable[tuple[object, ...]]:
    for layer, ids in enumerate(likeliest(probabilities, _PIECES)):
        shares = digits(probabilities[layer, ids])
        for rank, (number, share) in enumerate(zip(ids, shares, strict=True), start=1):
            yield sentence, position, layer_name(layer), rank, pieces[number], share
