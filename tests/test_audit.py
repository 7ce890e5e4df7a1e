"""The check for known vulnerabilities, both of its ways out, without a network."""

import json
import sys

import pytest

from tests import audit as module
from tests.audit import audit, told_by

FLAW = {"id": "PYSEC-1", "fix_versions": ["2"], "aliases": [], "description": ""}
KNOWN = {"name": "jinja2", "version": "2.4.1", "vulns": [FLAW]}
CLEAN = {"name": "numpy", "version": "1", "vulns": []}
UNKNOWN = {"name": "inner", "skip_reason": "not found"}


def answers(*packages: object) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_a_finding_fails_and_names_what_to_do() -> None:
    flawed = {"name": "torch", "version": "1", "vulns": [FLAW, FLAW | {"fix_versions": []}]}
    said = iter([answers(KNOWN), answers(CLEAN, flawed, UNKNOWN)])
    code, text = audit(lambda *_: next(said))
    assert code == 1
    assert "torch 1: PYSEC-1, mended in 2" in text
    assert "mended in no version yet" in text
    assert "2 packages were looked up; the database does not know inner." in text


def test_nothing_found_is_said() -> None:
    said = iter([answers(KNOWN), answers(CLEAN)])
    assert audit(lambda *_: next(said)) == (
        0, "No known vulnerabilities:\n1 packages were looked up.",
    )  # fmt: skip


@pytest.mark.parametrize("told", ["", "{}", "[]", "null", "<html>", answers(), answers(UNKNOWN)])
def test_a_database_that_is_not_reached_is_skipped_aloud(told: str) -> None:
    asked = []

    def ask(arguments: list[str], seconds: float) -> str:
        asked.append(seconds)
        return told

    code, text = audit(ask)
    assert code == 0
    assert "WERE NOT LOOKED FOR" in text
    assert len(asked) == 1
    assert asked[0] <= 10


def test_one_that_breaks_off_is_skipped_aloud() -> None:
    said = iter([answers(KNOWN), ""])
    assert "WERE NOT LOOKED FOR" in audit(lambda *_: next(said))[1]


def test_what_takes_too_long_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AUDIT", (sys.executable, "-c", "import time; time.sleep(60)"))
    assert told_by([], 0.2) == ""


def test_what_is_told_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        module, "_AUDIT", (sys.executable, "-c", "print('told'); raise SystemExit(1)")
    )
    assert told_by([], 60) == "told\n"
