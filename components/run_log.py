"""One line in the server's log for each run of a page: what was asked, how long, what came of it.

Fragments that run alone (a figure redrawn by its own control, a training that is looked at every
second) are not counted; if one fails, Streamlit logs its traceback.
"""

import logging
import secrets
from hashlib import blake2s
from time import perf_counter
from typing import Final

from streamlit.runtime.scriptrunner import RerunException, StopException, get_script_run_ctx

from backend import log
from backend.catalogue import CATALOGUE
from components.view import FIELDS, View
from components.view_options import TITLES

SLOW: Final = 1.0  # seconds from which a run is logged as a warning
_SALT: Final = secrets.token_bytes(16)  # dies with the server, so that no line leads to a visitor
_OPENING: Final = View()
_EVERYWHERE: Final = ("a", "b", "model", "layer", "head", "query", "show")  # of every link


class Run:
    """One run of a page, from its making to `over`."""

    def __init__(self, page: str) -> None:
        """Begin now."""
        self._page = page
        self._began = perf_counter()

    def over(self, view: View, error: BaseException | None) -> None:
        """Log it; `error` is what ended it before its end."""
        seconds = perf_counter() - self._began
        cut = isinstance(error, RerunException | StopException)  # the next run has taken over
        outcome = "cut" if cut else log.outcome_of(error)
        log.tell(
            "page",
            _level(outcome, seconds),
            page=self._page,
            model=view.model if view.model in CATALOGUE else "other",
            characters=len(view.a) + len(view.b),
            asked=",".join(asked(view)),
            ms=round(1000 * seconds),
            outcome=outcome,
            session=_session(),
        )


def asked(view: View) -> list[str]:
    """What the view asks for that the app does not open with, in words of the app's own."""
    chosen = [
        f for f in FIELDS if f not in _EVERYWHERE and getattr(view, f) != getattr(_OPENING, f)
    ]
    return [f"{field}:{getattr(view, field)}" if field in TITLES else field for field in chosen]


def _level(outcome: str, seconds: float) -> int:
    if outcome.startswith("failed:"):
        return logging.ERROR
    return logging.WARNING if seconds >= SLOW else logging.INFO


def _session() -> str:
    """A name for the visitor's session that cannot be traced back to it."""
    context = get_script_run_ctx(suppress_warning=True)
    session = context.session_id if context else ""
    return blake2s(session.encode(), key=_SALT, digest_size=4).hexdigest()
