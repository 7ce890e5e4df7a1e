import logging

import pytest

from backend.readiness import HTTP, Readiness


def test_a_start_is_starting_until_its_work_is_done() -> None:
    readiness = Readiness()
    seen = []
    readiness.prepare(lambda: seen.append(readiness.status))
    assert seen == ["starting"]
    assert readiness.status == "ready"
    assert (HTTP["starting"], HTTP["ready"], HTTP["failed"]) == (503, 200, 500)


def test_a_start_that_fails_says_why_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise OSError("a broken disk")

    readiness = Readiness()
    readiness.prepare(fail)
    assert readiness.status == "failed"
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "outcome=failed:OSError" in record.getMessage()


def test_seconds_count_from_the_start() -> None:
    times = iter([100.0, 103.5])
    assert Readiness(clock=lambda: next(times)).seconds == 3.5
