"""The points of a Plotly figure, and what is said when one points at them."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from components import plot

Floats = NDArray[np.floating[Any]]
Places = NDArray[np.integer[Any]]

NUMBER: Final = re.compile(r"[-−+]?\d*\.?\d+(?:e[-−+]?\d+)?")
"""How numbers are written in hover texts."""

_OF_EACH: Final = ("x", "y", "z", "text", "customdata")
_PLACEHOLDER: Final = re.compile(r"%\{(\w+)(?:\[(\d+)\])?(?::([^}]*))?\}")
_BOLD: Final = re.compile(r"<b>(.*?)</b>")
_TAG: Final = re.compile(r"</?(?:b|i|sub|sup|span)[^>]*>")


@dataclass(frozen=True, eq=False)
class Points:
    """The points of one trace that say something when one points at them."""

    figure: plot.Figure
    trace: plot.Trace

    @cached_property
    def template(self) -> str:
        """The hover text with its placeholders, without the box that names the trace."""
        return str(re.sub(r"<extra>.*?</extra>", "", self.trace["hovertemplate"]))

    @cached_property
    def numbers(self) -> Floats:
        """The number of each point: (point,), not a number where there is none."""
        bold = _BOLD.search(self.template)
        found = list(_PLACEHOLDER.finditer(bold[1] if bold else ""))
        if len(found) != 1:
            return np.full(self.count, np.nan)
        name, index, _ = found[0].groups()
        raw = self._array(name)
        if index is None and raw is not None and np.asarray(raw).dtype.kind in "fiu":
            return np.asarray(raw, float).ravel()
        said = [self._filled(found[0][0], place) for place in range(self.count)]
        return np.array([_read(text) for text in said], float)

    @cached_property
    def count(self) -> int:
        """How many points there are, those that say nothing among them."""
        values = self.trace["z" if self.is_heatmap else "x"]
        return int(np.size(np.asarray(values)))

    @cached_property
    def columns(self) -> int:
        """Cells in a row of a heatmap."""
        return len(self.trace["z"][0])

    @cached_property
    def places(self) -> Places:
        """The points that are told of: (told,).

        Of a table that is the same both ways one half says everything, without its diagonal.
        """
        if not self.is_heatmap:
            return np.arange(self.count)
        cells = np.asarray(self.trace["z"], float)
        told = ~np.isnan(cells)
        if len(cells) > 1 and _is_the_same_both_ways(cells):
            told &= np.triu(np.ones_like(told), 1)
        return np.flatnonzero(told)

    @property
    def is_heatmap(self) -> bool:
        """Whether its points are the cells of a table."""
        return bool(self.trace["type"] == "heatmap")

    @property
    def is_line(self) -> bool:
        """Whether its points are told from the first to the last."""
        return self.trace["type"] == "scatter" and "lines" in self.trace.get("mode", "")

    def what(self, place: int) -> str:
        """What this point is."""
        return plain_text(self._filled(self.template.partition("<b>")[0], place)).rstrip(" :,=")

    def number(self, place: int) -> str:
        """The number that is said of this point, and what is said behind it."""
        return plain_text(self._filled("".join(self.template.partition("<b>")[1:]), place))

    def told(self, place: int) -> str:
        """Both together."""
        number = self.number(place)
        return f"{self.what(place)}: {number}" if number else self.what(place)

    def _filled(self, template: str, place: int) -> str:
        return _PLACEHOLDER.sub(lambda found: self._value(found, place), template)

    def _value(self, found: re.Match[str], place: int) -> str:
        """What stands in the stead of a placeholder; one that has nothing stays as it is."""
        name, index, form = found.groups()
        try:
            value = self._at(name, place)
            value = value[int(index)] if index else value
            return _written(value, form)
        except (KeyError, IndexError, TypeError, ValueError):
            return found[0]

    def _array(self, name: str) -> Any:
        return self.trace.get(name) if name in _OF_EACH else None

    def _at(self, name: str, place: int) -> Any:
        values = self._array(name)
        if not self.is_heatmap:
            value = values[place]
        else:
            row, column = divmod(place, self.columns)
            if name not in ("x", "y"):
                return values[row][column]
            along = column if name == "x" else row
            value = along if values is None else values[along]
        return self._names.get(name, {}).get(value, value) if name in ("x", "y") else value

    @cached_property
    def _names(self) -> Mapping[str, Mapping[Any, str]]:
        """What places along the axes are called, where they have names of their own."""
        numbers = {name: self.trace.get(f"{name}axis", name)[1:] for name in "xy"}
        axes = {name: self._axis(name, number) for name, number in numbers.items()}
        return {
            name: dict(zip(axis["tickvals"], axis["ticktext"], strict=False))
            for name, axis in axes.items()
            if "tickvals" in axis and "ticktext" in axis
        }

    def _axis(self, name: str, number: str) -> plot.Layout:
        """The axis of that number, none for the first; layouts may also call that one 1."""
        layout = self.figure.layout
        first: plot.Layout = layout.get(f"{name}axis1", {}) if number in ("", "1") else {}
        axis: plot.Layout = layout.get(f"{name}axis{number}", first)
        return axis


def points_of(figure: plot.Figure) -> Iterator[Points]:
    """The traces of a figure that say something, in their order."""
    for trace in figure.traces:
        if trace.get("hovertemplate") and trace.get("hoverinfo") != "skip":
            points = Points(figure, trace)
            if points.count and len(points.places):
                yield points


def _is_the_same_both_ways(cells: Floats) -> bool:
    square = cells.shape[0] == cells.shape[1]
    return square and np.allclose(cells, cells.T, atol=1e-5, equal_nan=True)


def _written(value: Any, form: str | None) -> str:
    """A value as D3 writes it in this form: with a proper minus sign."""
    return f"{value:{form}}".replace("-", "−") if form else str(value)


def plain_text(markup: str) -> str:
    """The text of what Plotly reads as HTML, in one line."""
    lines = html.unescape(_TAG.sub("", markup.replace("<br>", "\n"))).split("\n")
    return ", ".join(filter(None, (line.strip() for line in lines)))


def _read(text: str) -> float:
    found = NUMBER.search(text)
    return float(found[0].replace("−", "-")) if found else np.nan
