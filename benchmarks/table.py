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
    """A Markdown table that is readable as it stands."""
    lines = [_HEADINGS, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    rule = ["-" * (w - 1) + ":" if c in _NUMBERS else "-" * w for c, w in enumerate(widths)]
    rule[-1] = rule[-1] or "-"
    return "\n".join(_line(cells, widths) for cells in (lines[0], rule, *lines[1:]))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        cell.rjust(width) if column in _NUMBERS else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"| {' | '.join(padded)} |"


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
