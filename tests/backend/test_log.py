import io
import logging
import threading
from collections.abc import Iterator

import pytest

from backend import log
from backend.errors import EmptySentence

MARK = "zebra-crossing"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a server's log gets to hold; everything is as before afterwards."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    factory, handlers, level = (
        logging.getLogRecordFactory(),
        [*log.LOGGER.handlers],
        log.LOGGER.level,
    )
    log.begin()
    yield stream
    logging.setLogRecordFactory(factory)
    log.LOGGER.handlers, log.LOGGER.level = handlers, level


def failing(sentence: str) -> None:
    try:
        raise KeyError(sentence)
    except KeyError as error:
        raise ValueError(f"expected a word, got {sentence!r}") from error


def test_a_line_is_key_and_value() -> None:
    assert log.line(page="Inside a head", ms=34, seconds=0.123456, kind=None) == (
        "page=Inside_a_head ms=34 seconds=0.12"
    )


@pytest.mark.parametrize(
    "hostile",
    ["a\nlevel=ERROR x", "a\r\nb", "\x1b[31mred", "a b=c", '"a"', "a\u2028b", "\x00", "é" * 9],
)
def test_a_line_stays_one_line_whatever_a_value_holds(hostile: str) -> None:
    written = log.line(name=hostile, outcome="ok")
    assert len(written.splitlines()) == 1
    assert written.count("=") == 2
    assert written.isascii()
    assert written.isprintable()


def test_a_long_value_is_cut_and_an_empty_one_is_seen() -> None:
    assert len(log.line(name="a" * 10_000)) < 100
    assert log.line(name="") == "name=-"


def test_outcomes_tell_readers_errors_from_bugs() -> None:
    assert log.outcome_of(None) == "ok"
    assert log.outcome_of(EmptySentence(MARK)) == "EmptySentence"
    assert log.outcome_of(ValueError(MARK)) == "failed:ValueError"


def test_a_traceback_has_kinds_and_places_and_no_words() -> None:
    with pytest.raises(ValueError, match=MARK) as caught:
        failing(MARK)
    told = log.traceback_of(caught.value)
    assert MARK not in told
    assert "in failing" in told
    assert told.index("KeyError\n") < told.index("\nValueError")


def test_an_error_that_came_of_itself_is_told_once() -> None:
    error = ValueError(MARK)
    error.__context__ = KeyError(MARK)
    error.__context__.__context__ = error
    assert log.traceback_of(error).splitlines() == ["KeyError", "ValueError"]


def test_the_log_has_its_lines(written: io.StringIO) -> None:
    log.tell("page", page="Heads", ms=3, outcome="ok")
    log.tell("unseen", logging.DEBUG)
    line = written.getvalue()
    assert line.startswith("time=")
    assert line.endswith("Z level=INFO event=page page=Heads ms=3 outcome=ok\n")


def test_no_logger_says_what_an_error_says(written: io.StringIO) -> None:
    other = logging.getLogger("streamlit.error_util")  # it writes to a stream of its own
    handler = logging.StreamHandler(written)
    other.addHandler(handler)
    try:
        failing(MARK)
    except ValueError as error:
        log.tell("start", logging.ERROR, error, outcome=log.outcome_of(error))
        other.error("Uncaught app execution", exc_info=error)
        other.warning(error)
        other.warning("The page broke off: %s (%r)", error, error)
    finally:
        other.removeHandler(handler)
    assert written.getvalue().count("in failing") == 4  # two loggers, two errors each
    assert "The page broke off: ValueError" in written.getvalue()
    assert "failed:ValueError" in written.getvalue()
    assert MARK not in written.getvalue()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_dies_says_where_and_no_more(written: io.StringIO) -> None:
    thread = threading.Thread(target=failing, args=(MARK,))
    thread.start()
    thread.join()
    assert "event=thread outcome=failed" in written.getvalue()
    assert "in failing" in written.getvalue()
    assert MARK not in written.getvalue()


def test_the_level_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert log.level_of("") == logging.INFO
    assert log.level_of("Warning") == logging.WARNING
    monkeypatch.setenv("EXPLORER_LOG_LEVEL", "loud")
    with pytest.raises(ValueError, match="EXPLORER_LOG_LEVEL"):
        log.begin()
