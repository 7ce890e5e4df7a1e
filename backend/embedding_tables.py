"""The Embeddings page's numbers as CSV, to take home."""

from collections.abc import Mapping, Sequence

from backend.csv_table import digits, table
from backend.token_map import TokenMap
from backend.trace import FloatArray, IntArray


def one_token_csv(parts: Mapping[str, FloatArray], position: int) -> bytes:
    """One line a dimension, one column a part. Parts: (token, width)."""
    columns = [digits(values[position]) for values in parts.values()]
    lines = zip(*columns, strict=True)
    return table(
        ("dimension", *parts), ((dimension, *line) for dimension, line in enumerate(lines))
    )


def all_tokens_csv(parts: Mapping[str, FloatArray], tokens: Sequence[str]) -> bytes:
    """One line a part and token, one column a dimension. Parts: (token, width)."""
    width = next(iter(parts.values())).shape[1]
    return table(
        ("part", "position", "token", *map(str, range(width))),
        (
            (name, position, token, *digits(values[position]))
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
            zip(digits(before[one]), digits(after[one]), strict=True)
        )
    )
    names = ("position", "token", "other_position", "other_token")
    return table((*names, "cosine_before_position", "cosine_after_position"), rows)


def nearest_csv(ids: IntArray, pieces: Sequence[str], cosines: FloatArray) -> bytes:
    """One line a piece of the vocabulary, nearest first."""
    rows = zip(ids.tolist(), pieces, digits(cosines), strict=True)
    return table(
        ("rank", "id", "piece", "cosine"), ((rank, *row) for rank, row in enumerate(rows, start=1))
    )


def map_csv(words: TokenMap) -> bytes:
    """One line a layer and word, with its place on the map; layer `input` comes first."""
    letters = ["AB"[segment] for segment in words.segments]
    return table(
        ("after_layer", "sentence", "token", "x", "y"),
        (
            (layer_name(layer), letter, token, *digits(point))
            for layer, points in enumerate(words.points)
            for letter, token, point in zip(letters, words.tokens, points, strict=True)
        ),
    )


def drift_csv(words: TokenMap) -> bytes:
    """One line a layer and shared word, with the cosine of the word in A and in B."""
    return table(
        ("after_layer", "token", "place_in_a", "place_in_b", "cosine"),
        (
            (layer_name(layer), words.tokens[a], a, b - first_of_b, cosine)
            for first_of_b in [int((words.segments == 0).sum())]
            for layer, cosines in enumerate(words.similarity)
            for (a, b), cosine in zip(words.pairs.tolist(), digits(cosines), strict=True)
        ),
    )


def layer_name(layer: int) -> str:
    """What row `layer` of the hidden vectors is called: the input, then the layers from 0."""
    return "input" if layer == 0 else str(layer - 1)
