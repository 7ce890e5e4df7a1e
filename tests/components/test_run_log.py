import logging
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

import pytest
from streamlit.runtime.scriptrunner import RerunException

from backend.errors import EmptySentence
from backend.turns import page_in_turn
from components.run_log import SLOW, Run, asked
from components.view import View
from tests.opened import opened_script

MARK = "zebra crossing\nlevel=ERROR"


def logged(caplog: pytest.LogCaptureFixture, view: View, error: BaseException | None = None) -> str:
    with caplog.at_level(logging.INFO, "explorer"):
        Run("Heads").over(view, error)
    (record,) = caplog.records
    return record.getMessage()


def test_a_run_is_one_line_without_what_was_typed(caplog: pytest.LogCaptureFixture) -> None:
    line = logged(caplog, View(a=MARK, b=MARK, model=MARK))
    assert line.startswith(
        "event=page page=Heads model=other characters=52 asked=- ms=0 outcome=ok"
    )
    assert "zebra" not in line
    assert "\n" not in line


def test_a_line_says_what_was_asked() -> None:
    view = View(off=((3, 1),), hidden=(2,), weights="flow", pair=True, task="own")
    assert sorted(asked(view)) == ["hidden", "off", "pair", "task:own", "weights:flow"]
    assert asked(View(a=MARK, b="", layer=0, query=None)) == []


@pytest.mark.parametrize(
    ("error", "outcome", "level"),
    [
        (EmptySentence(MARK), "EmptySentence", logging.INFO),
        (ValueError(MARK), "failed:ValueError", logging.ERROR),
        (RerunException(None), "cut", logging.INFO),  # type: ignore[arg-type]
    ],
)
def test_a_line_says_how_it_ended(
    error: BaseException, outcome: str, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert f"outcome={outcome} " in logged(caplog, View(), error)
    assert caplog.records[0].levelno == level


def test_a_slow_run_stands_out(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, SLOW])
    monkeypatch.setattr("components.run_log.perf_counter", lambda: next(times))
    assert "ms=1000" in logged(caplog, View())
    assert caplog.records[0].levelno == logging.WARNING


def test_a_visitors_wait_for_a_turn_is_part_of_the_run(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.turns._pages", BoundedSemaphore(1))
    monkeypatch.setattr("backend.turns.LONGEST_WAIT", SLOW)
    caplog.set_level(logging.INFO, "explorer")
    with page_in_turn(), ThreadPoolExecutor(1) as pool:
        pool.submit(opened_script, "pages/tokens.py").result()
    (record,) = (one for one in caplog.records if "event=page" in one.getMessage())
    assert record.levelno == logging.WARNING
