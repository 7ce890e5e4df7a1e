"""What switching off does, as CSV, to take home."""

from collections.abc import Mapping, Sequence

from backend.csv_table import digits, table
from backend.embedding_tables import layer_name
from backend.head_ranking import HeadRanking
from backend.trace import FloatArray


def ranking_csv(ranking: HeadRanking, tokens: Sequence[str]) -> bytes:
    """One line a head: its largest weight on one other word, what its removal does, both places."""
    heads = ranking.weights.shape[1]
    columns = zip(
        digits(ranking.weights.ravel()),
        ranking.keys.ravel().tolist(),
        digits(ranking.turned.ravel()),
        digits(ranking.moved.ravel()),
        ranking.by_weight.ravel().tolist(),
        ranking.by_effect.ravel().tolist(),
        strict=True,
    )
    names = ("cosine_distance", "share_of_length", "place_by_weight", "place_by_effect")
    return table(
        ("layer", "head", "weight", "key", "key_token", *names),
        (
            (*divmod(number, heads), weight, key, tokens[key], *rest)
            for number, (weight, key, *rest) in enumerate(columns)
        ),
    )


def distances_csv(lines: Mapping[str, FloatArray]) -> bytes:
    """One line a layer, the encoder's input first, one column a line. lines: (layer + 1,) each"""
    columns = [digits(values) for values in lines.values()]
    return table(
        ("after_layer", *lines),
        ((layer_name(number), *row) for number, row in enumerate(zip(*columns, strict=True))),
    )
