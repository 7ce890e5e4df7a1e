"""One head's steps as they are drawn: what the parts of the page Inside a head share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.head_steps import HeadSteps
from backend.trace import Trace
from components import plot
from components.drawn_figure import show_figure
from components.inside_words import Places, drawn_keys
from components.page import page_theme
from components.palette import Theme
from components.plain import names, told_apart
from components.token_chips import visible


@dataclass(frozen=True, eq=False)
class Inside:
    """One head's steps as they are drawn.

    names: (token,), as they are told in words; labels: (row,), as Plotly draws them
    places: (row,), the tokens that have a row; key: the one that is looked at closely
    """

    steps: HeadSteps
    tokens: tuple[str, ...]
    names: Sequence[str]
    labels: Sequence[str]
    places: Places
    key: int
    theme: Theme

    @property
    def row(self) -> int:
        """The row of the key that is looked at closely."""
        return int(np.flatnonzero(self.places == self.key)[0])


def inside_of(trace: Trace, steps: HeadSteps, key: int) -> Inside:
    """What is drawn of these steps, with this key looked at closely."""
    tokens = [visible(token) for token in trace.tokens]
    places = drawn_keys(steps.weights, key)
    drawn = names(tokens)
    return Inside(
        steps=steps,
        tokens=trace.tokens,
        names=told_apart(tokens),
        labels=[drawn[place] for place in places],
        places=places,
        key=key,
        theme=page_theme(),
    )


def draw(figure: plot.Figure, title: str, name: str) -> None:
    """Draw a figure; `name` is its own on this page."""
    show_figure(figure, title, key=f"inside_{name}")
