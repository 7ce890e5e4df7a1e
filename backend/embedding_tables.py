"""The Embeddings page's numbers as CSV, to take home."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from backend.token_map import TokenMap
from backend.trace import FloatArray, IntArray

Fields = Iterable[object]


def one_token_csv(parts: Mapping[str, FloatArray], position: int) -> bytes:
    """One line a dimension, one column a part. Parts: (token, width)."""
    columns = [_digits(values[position]) for values in parts.values()]
    lines = zip(*columns, strict=True)
    return _table(
        ("dimension", *parts), ((dimension, *line) for dimension, line in enumerate(lines))
    )


def all_tokens_csv(parts: Mapping[str, FloatArray], tokens: Sequence[str]) -> bytes:
    """One line a part and token, one column a dimension. Parts: (token, width)."""
    width = next(iter(parts.values())).shape[1]
    return _table(
        ("part", "position", "token", *map(str, range(width))),
        (
            (name, position, token, *_digits(values[position]))
            for name, values in parts.items()
            for position, token in enumerate(tokens)
        ),
    )


def similarity_csv(before: FloatArray, after: FloatArray, tokens: Sequence[str]) -> bytes:
    """One line a pair of tokens, with its cosine before and after the position was added.

    before, after: (token, token)
    """
    rows = (
        (one, tokens[one], other, tokens[other], left, right)
        for one in range(len(tokens))
        for other, (left, right) in enumerate(
            zip(_digits(before[one]), _digits(after[one]), strict=True)
        )
    )
    names = ("position", "token", "other_position", "other_token")
    return _table((*names, "cosine_before_position", "cosine_after_position"), rows)


def nearest_csv(ids: IntArray, pieces: Sequence[str], cosines: FloatArray) -> bytes:
    """One line a piece of the vocabulary, nearest first."""
    rows = zip(ids.tolist(), pieces, _digits(cosines), strict=True)
    return _table(
        ("rank", "id", "piece", "cosine"), ((rank, *row) for rank, row in enumerate(rows, start=1))
    )


def map_csv(words: TokenMap) -> bytes:
    """One line a layer and word, with its place on the map; layer `input` comes first."""
    letters = ["AB"[segment] for segment in words.segments]
    return _table(
        ("after_layer", "sentence", "token", "x", "y"),
        (
            (layer_name(layer), letter, token, *_digits(point))
            for layer, points in enumerate(words.points)
            for letter, token, point in zip(letters, words.tokens, points, strict=True)
        ),
    )


def drift_csv(words: TokenMap) -> bytes:
    """One line a layer and shared word, with the cosine of the word in A and in B."""
    return _table(
        ("after_layer", "token", "place_in_a", "place_in_b", "cosine"),
        (
            (layer_name(layer), words.tokens[a], a, b - first_of_b, cosine)
            for first_of_b in [int((words.segments == 0).sum())]
            for layer, cosines in enumerate(words.similarity)
            for (a, b), cosine in zip(words.pairs.tolist(), _digits(cosines), strict=True)
        ),
    )


def layer_name(layer: int) -> str:
    """What row `layer` of the hidden vectors is called: the input, then the layers from 0."""
    return "input" if layer == 0 else str(layer - 1)


def _digits(values: FloatArray) -> list[str]:
    """Nine digits, enough to get the very same float32 back."""
    return [f"{value:.9g}" for value in values.tolist()]


def _table(names: Sequence[str], rows: Iterable[Fields]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue().encode()
