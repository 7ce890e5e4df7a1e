"""Figures side by side, with the targets they are held to, as one aligned table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_HEADINGS: Final = ("measure", "tokens", "BertViz", "this app", "BertViz / app", "target", "")
_NUMBERS: Final = (1, 2, 3, 4)  # columns that are aligned to the right


@dataclass(frozen=True)
class Target:
    """What is to be reached; `at_most` is about the app's figure, `times` about the ratio."""

    at_most: float | None = None
    below: float | None = None
    times: float | None = None


@dataclass(frozen=True)
class Row:
    """One measure of both sides in the same unit; BertViz may have none."""

    measure: str
    tokens: int
    unit: str
    bertviz: float | None
    app: float
    target: Target | None = None


def table(rows: Sequence[Row]) -> str:
    """A Markdown table that is readable as it stands; without the columns that nothing fills."""
    lines = list(map(_cells, rows))
    columns = [
        _column(heading, [line[number] for line in lines], number in _NUMBERS)
        for number, heading in enumerate(_HEADINGS)
        if any(line[number] for line in lines)
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in zip(*columns, strict=True))


def _column(heading: str, cells: Sequence[str], is_number: bool) -> list[str]:
    """Heading, rule and cells, all equally wide."""
    width = max(map(len, (heading, "--", *cells)))
    rule = "-" * (width - 1) + (":" if is_number else "-")
    padded = [c.rjust(width) if is_number else c.ljust(width) for c in cells]
    return [heading.ljust(width), rule, *padded]


def _cells(row: Row) -> tuple[str, ...]:
    ratio = row.bertviz / row.app if row.bertviz is not None and row.app else None
    return (
        row.measure,
        str(row.tokens) if row.tokens else "",
        "" if row.bertviz is None else _with_unit(row.bertviz, row.unit),
        _with_unit(row.app, row.unit),
        "" if ratio is None else f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}",
        *_verdict(row, ratio),
    )


def _with_unit(value: float, unit: str) -> str:
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2
    return f"{value:.{digits}f} {unit}".rstrip()


def _verdict(row: Row, ratio: float | None) -> tuple[str, str]:
    """The target in words, and whether it is met."""
    target = row.target
    if target is None:
        return "", ""
    if target.times is not None:
        return f"at least {target.times:g} times", _met((ratio or 0) >= target.times)
    if target.below is not None:
        return f"under {target.below:g} {row.unit}", _met(row.app < target.below)
    limit = target.at_most or 0
    return f"at most {limit:g} {row.unit}".rstrip(), _met(row.app <= limit)


def _met(met: bool) -> str:
    return "met" if met else "MISSED"
