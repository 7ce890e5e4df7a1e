"""What is measured of heads as CSV, to take home."""

from collections.abc import Iterator, Sequence

from backend.csv_table import digits, table
from backend.head_search import Found
from backend.head_survey import HeadMeasures


def measures_csv(measured: HeadMeasures) -> bytes:
    """One line a head and measure, with the tokens that the mean goes over.

    A mean is empty where the text has no case. Weights are 0 to 1, distance is in tokens, entropy
    in bits.
    """
    rows = (
        (layer, head, name, *_number(mean), measured.queries[name])
        for layer, head in measured.places
        for name, means in measured.means.items()
        for mean in [means[layer, head]]
    )
    return table(("layer", "head", "measure", "mean", "tokens"), rows)


def likeness_csv(measured: HeadMeasures) -> bytes:
    """One line a pair of heads with the mean Jensen-Shannon divergence of their rows, in bits."""
    heads = measured.places
    rows = (
        (*one, *other, *digits(measured.divergence[row, column : column + 1]), measured.compared)
        for row, one in enumerate(heads)
        for column, other in enumerate(heads)
        if row < column
    )
    names = ("layer", "head", "other_layer", "other_head", "divergence_bits", "tokens")
    return table(names, rows)


def map_csv(measured: HeadMeasures) -> bytes:
    """One line a head with its place on the map of all heads."""
    points, _ = measured.map
    rows = ((*head, *digits(point)) for head, point in zip(measured.places, points, strict=True))
    return table(("layer", "head", "x", "y"), rows)


def search_csv(found: Found, pairs: Sequence[str]) -> bytes:
    """One line a head, the one first that looks so most, with what was searched for.

    share: of the cases in which there was another noun, those in which the key got most
    """
    heads = found.weight.shape[1]
    rows = (
        (rank, *divmod(place, heads), weight, *_number(share), found.cases, found.judged, *pairs)
        for rank, place in enumerate(found.order.tolist(), start=1)
        for weight, share in [
            (digits(found.weight.reshape(-1)[[place]])[0], found.share.reshape(-1)[place])
        ]
    )
    names = ("rank", "layer", "head", "weight", "share_among_nouns", "cases", "cases_with_nouns")
    return table((*names, *(f"pair_{number}" for number in range(1, len(pairs) + 1))), rows)


def _number(value: float) -> Iterator[str]:
    yield "" if value != value else f"{value:.9g}"
