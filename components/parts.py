"""Parts of a page that are drawn anew by themselves: after a click in them, or a while."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from backend.cached import cached_model, model_is_ready
from backend.fair_share import drawing
from components import kept

Given = ParamSpec("Given")


def part_of_page(
    draw: Callable[Given, None], *, run_every: float | None = None
) -> Callable[Given, None]:
    """What `draw` draws, as such a part; who works there keeps the chosen model, and pays.

    run_every: seconds after which it is drawn anew; None where only a click does that
    """

    @wraps(draw)
    def drawn(*args: Given.args, **keywords: Given.kwargs) -> None:
        with drawing():
            _look_on()
            draw(*args, **keywords)

    return st.fragment(drawn, run_every=run_every)


def _look_on() -> None:
    """Ask for the model as a whole page does; not for one that had to be loaded for that."""
    name = kept.view().model
    if model_is_ready(name):
        cached_model(name, kept.visitor())
