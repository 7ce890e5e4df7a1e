"""The server's log: a line for each thing that was asked, and not a word of what visitors wrote.

    tell("page", page="Attention", ms=34, outcome="ok")
    time=2026-03-02T09:15:01Z level=INFO event=page page=Attention ms=34 outcome=ok

Tracebacks, whoever logs them, keep the kinds of the errors and the places in the code. What an
error says is left out, for it may quote a sentence.
"""

import logging
import os
import re
import threading
import time
import traceback
from typing import Any, Final

from backend.errors import ExplorerError, chain_of

SETTING: Final = "EXPLORER_LOG_LEVEL"
"""The environment variable with the least that is logged: a key of LEVELS, else info."""
LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
LOGGER: Final = logging.getLogger("explorer")
_LONGEST: Final = 80  # characters of a value
_ODD: Final = re.compile(r"[^A-Za-z0-9_.,:()/+-]+")


def begin() -> None:
    """Write to stderr from now on; called once, when the server starts.

    Raises ValueError if SETTING is none of LEVELS.
    """
    level = level_of(os.environ.get(SETTING, ""))
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter())
    LOGGER.addHandler(handler)
    LOGGER.setLevel(level)
    hide_words()


def hide_words() -> None:
    """Keep what errors say out of every log of this process, Streamlit's among them."""
    logging.setLogRecordFactory(_record)
    threading.excepthook = _log_thread


def level_of(setting: str) -> int:
    """The level that a setting asks for, info where it is empty.

    Raises ValueError if it is none of LEVELS.
    """
    if setting.lower() not in {"", *LEVELS}:
        raise ValueError(f"expected {SETTING} as one of {', '.join(LEVELS)}, got {setting!r}")
    return LEVELS.get(setting.lower(), logging.INFO)


def tell(
    event: str, level: int = logging.INFO, error: BaseException | None = None, **values: object
) -> None:
    """Log one line; with an error also its traceback, without what the error says."""
    LOGGER.log(level, "%s", line(event=event, **values), exc_info=error)


def outcome_of(error: BaseException | None) -> str:
    """How it ended: `ok`, the kind of an error that the reader can mend, or `failed:` and which."""
    if error is None:
        return "ok"
    kind = type(error).__name__
    return kind if isinstance(error, ExplorerError) else f"failed:{kind}"


def line(**values: object) -> str:
    """The values as `key=value`, in one line whatever they hold; None is left out."""
    return " ".join(f"{key}={_word(value)}" for key, value in values.items() if value is not None)


def traceback_of(error: BaseException) -> str:
    """The kinds of an error and of those it came from, the first one first, and where they were."""
    return "\n".join(
        f"{''.join(traceback.format_tb(one.__traceback__))}{type(one).__name__}"
        for one in reversed([*chain_of(error, suppressed=False)])
    )


def _word(value: object) -> str:
    """A value as one word of harmless characters; fractions are rounded."""
    text = f"{value:.2f}" if isinstance(value, float) else str(value)
    return _ODD.sub("_", text)[:_LONGEST] or "-"


def _formatter() -> logging.Formatter:
    formatter = logging.Formatter(
        "time=%(asctime)s level=%(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%SZ"
    )
    formatter.converter = time.gmtime
    return formatter


def _record(*args: Any, **keywords: Any) -> logging.LogRecord:
    """A record of Python's logging in which errors are without their words."""
    record = logging.LogRecord(*args, **keywords)
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        record.exc_text, record.exc_info = traceback_of(error), None
    record.msg = _without_words(record.msg)
    if isinstance(record.args, tuple):
        record.args = tuple(map(_without_words, record.args))
    return record


def _without_words(part: Any) -> Any:
    """What is logged; of an error its kind alone."""
    return type(part).__name__ if isinstance(part, BaseException) else part


def _log_thread(thread: threading.ExceptHookArgs) -> None:
    """What ended a thread, in the log instead of on stderr with all that it says."""
    tell("thread", logging.ERROR, thread.exc_value, outcome="failed")
