"""The numbers of a comparison as CSV, to take home.

Tokens are told by what stands in A and what stands in B; a field is empty where one of them has
no such token.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from backend.comparison import Ranking, weight_differences
from backend.csv_table import digits, table
from backend.embedding_tables import layer_name
from backend.trace import IntArray
from backend.two_sentences import Comparison

_PLACE = ("{}_in_a", "{}_in_b", "{}_token_in_a", "{}_token_in_b")
"""The columns that tell of a place, for a query or a key."""


def differences_csv(compared: Comparison, layer: int, head: int) -> bytes:
    """One line a pair of places of one head: its weight in A, its weight in B, and B minus A."""
    return table(
        ("layer", "head", *_columns("query"), *_columns("key"), "a", "b", "difference"),
        _differences(compared, layer, head),
    )


def ranking_csv(compared: Comparison, query: int, keys: IntArray, ranking: Ranking) -> bytes:
    """One line a head, the one first that moves most, with the key on which it does."""
    places = (ranking.layer.tolist(), ranking.head.tolist(), keys[ranking.key].tolist())
    weights = map(digits, np.stack([ranking.a, ranking.b, ranking.change], axis=1))
    return table(
        ("rank", "layer", "head", *_columns("query"), *_columns("key"), "a", "b", "difference"),
        (
            (rank, layer, head, *_place(compared, query), *_place(compared, key), *numbers)
            for rank, (layer, head, key, numbers) in enumerate(
                zip(*places, weights, strict=True), start=1
            )
        ),
    )


def arrows_csv(compared: Comparison, query: int, keys: Sequence[int]) -> bytes:
    """One line a head and key: the query's weight on it in A and in B."""
    weights = np.stack(compared.rows(query, np.array(keys, np.int64)), axis=-1)
    return table(
        ("layer", "head", *_columns("query"), *_columns("key"), "a", "b"),
        (
            (layer, head, *_place(compared, query), *_place(compared, key), *digits(pair))
            for layer, heads in enumerate(weights)
            for head, pairs in enumerate(heads)
            for key, pair in zip(keys, pairs, strict=True)
        ),
    )


def cosines_csv(compared: Comparison, query: int, keys: Sequence[int]) -> bytes:
    """One line a layer, sentence and key: the cosine of the query's vector and the key's."""
    rows = (
        (layer_name(layer), letter, *_place(compared, query), *_place(compared, key), value)
        for letter, cosines in zip("AB", compared.cosines(query, keys), strict=True)
        for layer, values in enumerate(cosines)
        for key, value in zip(keys, digits(values), strict=True)
    )
    return table(("after_layer", "sentence", *_columns("query"), *_columns("key"), "cosine"), rows)


def _differences(compared: Comparison, layer: int, head: int) -> Iterator[Sequence[object]]:
    a, b = (side.attention[layer, head] for side in (compared.a, compared.b))
    difference = weight_differences(a, b, compared.places)
    places = compared.places.tolist()
    for query, (i, j) in enumerate(places):
        start = (layer, head, *_place(compared, query))
        for key, (k, m) in enumerate(places):
            weights = (
                "" if i < 0 or k < 0 else f"{a[i, k]:.9g}",
                "" if j < 0 or m < 0 else f"{b[j, m]:.9g}",
                "" if np.isnan(difference[query, key]) else f"{difference[query, key]:.9g}",
            )
            yield (*start, *_place(compared, key), *weights)


def _place(compared: Comparison, place: int) -> tuple[object, ...]:
    i, j = compared.places[place].tolist()
    return ("" if i < 0 else i, "" if j < 0 else j, *compared.written[place])


def _columns(what: str) -> tuple[str, ...]:
    return tuple(column.format(what) for column in _PLACE)
