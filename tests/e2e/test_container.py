"""The container's recipe: what it copies is all that the app needs, and it says how it is."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import new_reader
from tests.serving import ROOT, served_app, wait_until_drawn, wait_until_started

RECIPE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
STEPS = [line.split(maxsplit=1) for line in RECIPE.splitlines() if line and line[0] not in "# "]
LET_IN = {
    line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
}


def said(instruction: str) -> list[str]:
    return [words for name, words in STEPS if name == instruction]


def copied() -> list[str]:
    """The files and folders that the recipe copies, each to the same place under /app."""
    pairs = [words.split() for words in said("COPY")]
    assert all(target in (f"./{source}", "./") for source, target in pairs)
    return [source for source, _ in pairs]


def health_check() -> list[str]:
    command: list[str] = json.loads(said("HEALTHCHECK")[0].split("CMD ", 1)[1])
    return [sys.executable, *command[1:]]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """The folder /app of the image: what is copied, and nothing else."""
    for source in copied():
        target = tmp_path / "app" / source
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / source, target)
    return tmp_path / "app"


def test_what_is_copied_is_what_is_let_in() -> None:
    assert sorted(copied()) == sorted(LET_IN)


def test_it_runs_as_a_user_that_owns_the_models_folder_only() -> None:
    (user,) = said("USER")
    assert int(user) > 0
    assert f"useradd --uid {user} " in RECIPE
    (volume,) = said("VOLUME")
    assert f"HF_HOME={volume}" in said("ENV")[0]
    assert f"install --directory --owner explorer --group explorer {volume}" in RECIPE
    assert STEPS.index(["USER", user]) > STEPS.index(["COPY", "app.py ./"])


def test_nothing_is_allowed_that_a_hosted_app_must_not_do() -> None:
    assert "EXPLORER_ANY_MODEL" not in RECIPE
    assert "0.0.0.0" in said("ENV")[0]


def test_torch_for_the_cpu_is_asked_for_by_its_pinned_version() -> None:
    script = said("RUN")[0].split(">", 1)[0]
    asked = subprocess.run(script, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    (pinned,) = re.findall(r"^torch==\S+", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert asked.stdout == f"{pinned}+cpu\n"


def test_the_app_starts_from_what_is_copied(browser: Browser, image: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    with served_app(log, image, PYTHONDONTWRITEBYTECODE="1", HF_HOME="/nowhere") as address:
        port = address.rsplit(":", 1)[1]
        assert wait_until_started(address)[1]["status"] == "ready"
        asked = subprocess.run(health_check(), env=os.environ | {"STREAMLIT_SERVER_PORT": port})
        assert asked.returncode == 0
        page = new_reader(browser)
        for path in ("attention", "compare", "bertviz", "cloze"):
            page.goto(f"{address}/{path}")
            wait_until_drawn(page)
            title = "BertViz" if path == "bertviz" else path.title()
            expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
            assert page.get_by_test_id("stException").count() == 0
            assert page.get_by_test_id("stAlertContentError").count() == 0
        page.close()
    assert "Traceback" not in log.read_text()


def test_the_health_check_fails_where_no_app_answers() -> None:
    quiet = os.environ | {"STREAMLIT_SERVER_PORT": "1"}
    assert subprocess.run(health_check(), env=quiet, stderr=subprocess.DEVNULL).returncode != 0
