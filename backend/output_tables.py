"""The Output page's numbers as CSV, to take home."""

from collections.abc import Mapping, Sequence

from backend.csv_table import digits, table
from backend.embedding_tables import layer_name
from backend.tagger import TagAccuracy
from backend.token_map import TokenMap
from backend.token_way import Nearest
from backend.trace import FloatArray, Trace


def answers_csv(trace: Trace, labels: Sequence[str], shares: FloatArray) -> bytes:
    """One line a token and label; special tokens have no answer. shares: (token, label)"""
    return table(
        ("position", "sentence", "token", "label", "probability"),
        (
            (position, "AB"[trace.segments[position]], token, label, share)
            for position, token in enumerate(trace.tokens)
            if not trace.special[position]
            for label, share in zip(labels, digits(shares[position]), strict=True)
        ),
    )


def sentence_answers_csv(
    readings: Sequence[tuple[str, str]], labels: Sequence[str], shares: FloatArray
) -> bytes:
    """One line a reading and label.

    readings: what each is called, and its text; shares: (reading, label)
    """
    return table(
        ("reading", "text", "label", "probability"),
        (
            (title, text, label, share)
            for (title, text), row in zip(readings, shares, strict=True)
            for label, share in zip(labels, digits(row), strict=True)
        ),
    )


def points_csv(words: TokenMap) -> bytes:
    """One line a word, with its place on the map of the last layer."""
    letters = ["AB"[segment] for segment in words.segments]
    rows = zip(letters, words.tokens, words.points[-1], strict=True)
    return table(
        ("sentence", "token", "x", "y"), ((letter, token, *digits(p)) for letter, token, p in rows)
    )


def way_csv(lines: Mapping[str, FloatArray]) -> bytes:
    """One line a layer, one column a line of the figure. Lines: (layer + 1,)."""
    columns = [digits(values) for values in lines.values()]
    rows = enumerate(zip(*columns, strict=True))
    return table(("after_layer", *lines), ((layer_name(layer), *row) for layer, row in rows))


def nearest_csv(nearest: Nearest, tokens: Sequence[str]) -> bytes:
    """One line a layer and rank."""
    return table(
        ("after_layer", "rank", "position", "token", "cosine"),
        (
            (layer_name(layer), rank, place, tokens[place], cosine)
            for layer, (places, cosines) in enumerate(
                zip(nearest.tokens.tolist(), nearest.cosines, strict=True)
            )
            for rank, (place, cosine) in enumerate(
                zip(places, digits(cosines), strict=True), start=1
            )
        ),
    )


def accuracy_csv(found: TagAccuracy) -> bytes:
    """One line a layer, and one for what each word's most frequent tag alone gets."""
    rows = [(layer_name(layer), share) for layer, share in enumerate(found.by_layer)]
    return table(
        ("after_layer", "accuracy"), [*rows, ("most frequent tag of the word", found.by_word)]
    )
