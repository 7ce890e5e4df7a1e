"""What a Plotly figure shows, in words and as a table, for those who do not see or point at it.

Both are made of what the figure says of a point that one points at, so that nothing is to be had
with a mouse alone.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from components import plot
from components.figure_points import NUMBER, Floats, Points, plain_text, points_of

MOST_ROWS: Final = 1000
"""Of a table; of more points those with the largest numbers, whatever their sign."""

_FEW: Final = 6  # numbers that are all told
_MOST_TRACES: Final = 5  # that are told of one by one
_MOST_COMPARED: Final = 1000  # points of a map


def figure_words(figure: plot.Figure) -> str:
    """The strongest, the weakest, the first and the last of what a figure shows, in sentences."""
    ranked: list[Points] = []
    unranked: list[Points] = []
    for points in points_of(figure):
        has_numbers = np.isfinite(points.numbers[points.places]).any()
        (ranked if has_numbers else unranked).append(points)
    if len(ranked) > _MOST_TRACES:
        said = [f"{len(ranked)} lines.", _extremes(ranked, 3)]
    else:
        most = 3 if len(ranked) == 1 else 1
        said = [_course(one) if one.is_line else _extremes([one], most) for one in ranked]
    return " ".join(filter(None, [*said, _nearness(unranked)]))


def figure_table(figure: plot.Figure) -> dict[str, list[Any]]:
    """Every point of a figure with its number, at most MOST_ROWS, in the figure's order.

    Lines over the same places stand side by side, a column each.
    """
    traces = list(points_of(figure))
    if not traces:
        return {}
    if _are_side_by_side(traces):
        return _columns(traces, _axis_title(figure) or "at")
    numbers = _numbers(traces)
    kept = np.arange(len(numbers))
    if len(kept) > MOST_ROWS:
        sizes = np.nan_to_num(np.abs(numbers))
        kept = np.sort(np.argsort(-sizes, kind="stable")[:MOST_ROWS])
    told = [_told(traces, int(place)) for place in kept]
    return {
        "what": [points.what(place) for points, place in told],
        "number": _as_numbers([points.number(place) for points, place in told]),
    }


def count_of_points(figure: plot.Figure) -> int:
    """How many points a figure tells of."""
    return sum(len(points.places) for points in points_of(figure))


def _axis_title(figure: plot.Figure) -> str:
    title: str | None = figure.layout.get("xaxis", {}).get("title", {}).get("text")
    return title or ""


def _are_side_by_side(traces: Sequence[Points]) -> bool:
    names = {points.trace.get("name") for points in traces}
    at = {tuple(points.trace["x"]) for points in traces if points.is_line}
    lines = all(points.is_line and np.isfinite(points.numbers).all() for points in traces)
    return lines and len(names) == len(traces) and None not in names and len(at) == 1


def _columns(traces: Sequence[Points], title: str) -> dict[str, list[Any]]:
    lines = {
        plain_text(points.trace["name"]): _as_numbers([points.number(n) for n in points.places])
        for points in traces
    }
    return {title: list(traces[0].trace["x"])} | lines


def _numbers(traces: Sequence[Points]) -> Floats:
    """The numbers of all points that are told of, one trace after the other."""
    return np.concatenate([points.numbers[points.places] for points in traces])


def _told(traces: Sequence[Points], place: int) -> tuple[Points, int]:
    """The trace and the point in it that stand at this place among all that are told of."""
    for points in traces:
        if place < len(points.places):
            return points, int(points.places[place])
        place -= len(points.places)
    raise ValueError("expected a place among the points")


def _extremes(traces: Sequence[Points], most: int) -> str:
    """The largest numbers of these and the smallest; all of them where they are few."""
    numbers = _numbers(traces)
    order = np.argsort(-numbers, kind="stable")[: np.isfinite(numbers).sum()]  # nan comes last
    few = len(order) <= _FEW
    shown = [_told(traces, n) for n in (order if few else [*order[:most], order[-1]])]
    said = [points.told(place) for points, place in shown]
    if few:
        return f"{'; '.join(said)}."
    return f"Largest: {'; '.join(said[:-1])}. Smallest: {said[-1]}."


def _course(points: Points) -> str:
    """Where a line begins and ends, and its extremes where they lie between."""
    places = points.places[np.isfinite(points.numbers[points.places])]
    numbers = points.numbers[places]
    first, last = int(places[0]), int(places[-1])
    said = dict.fromkeys((first, last))
    parts = [" to ".join(points.told(place) for place in said)]
    extremes = {"highest": int(places[numbers.argmax()]), "lowest": int(places[numbers.argmin()])}
    ends = points.numbers[[first, last]]
    parts += [
        f"{name} {points.told(place)}"
        for name, place in extremes.items()
        if points.numbers[place] not in ends
    ]
    name = points.trace.get("name")
    own = f"{plain_text(name)}, " if name else ""
    return (
        (f"{own.removesuffix(', ')}: " if own else "")
        + "; ".join(part.replace(own, "") if own else part for part in parts)
        + "."
    )


def _nearness(traces: Sequence[Points]) -> str:
    """Which points of a map are nearest to each other, and which furthest apart."""
    told = [(points, int(place)) for points in traces for place in points.places]
    told = told[:_MOST_COMPARED]
    if len(told) < 2:
        return ""
    at = np.array(
        [[points.trace["x"][place], points.trace["y"][place]] for points, place in told], float
    )
    apart = np.linalg.norm(at[:, None] - at, axis=-1)  # (point, point)
    furthest = np.unravel_index(int(apart.argmax()), apart.shape)
    np.fill_diagonal(apart, np.inf)
    nearest = np.unravel_index(int(apart.argmin()), apart.shape)
    names = [[told[n][0].what(told[n][1]) for n in pair] for pair in (nearest, furthest)]
    return (
        f"{len(told)} points. Nearest to each other: {' and '.join(names[0])}. "
        f"Furthest apart: {' and '.join(names[1])}."
    )


def _as_numbers(texts: list[str]) -> list[Any]:
    """The same as numbers where each of them is one."""
    if all(NUMBER.fullmatch(text) for text in texts):
        return [float(text.replace("−", "-")) for text in texts]
    return texts
