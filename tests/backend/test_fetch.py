"""Models fetched ahead, from a small Hub on this computer."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.catalogue import CATALOGUE
from backend.fetch import LESSON, fetch
from backend.model_files import fetched_folder
from tests.backend.small_models import write_model
from tests.fake_hub import FakeHub, running_hub, use_hub
from tests.serving import ROOT, free_port


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with running_hub(write_model("bert", tmp_path / "offered"), *LESSON) as server:
        use_hub(server.address, tmp_path / "cache", monkeypatch)
        yield server


def test_the_lessons_models_are_fetched_once(hub: FakeHub) -> None:
    out = io.StringIO()
    assert fetch(out=out) == 0
    assert all(fetched_folder(name) for name in LESSON)
    assert "bert-base-cased: 0.1 MB of 0.1 MB" in out.getvalue()
    hub.close()
    again = io.StringIO()
    assert fetch(out=again) == 0
    assert again.getvalue().count("is on this computer already.") == len(LESSON)


def test_what_is_fetched_is_what_the_app_offers() -> None:
    assert set(LESSON) <= set(CATALOGUE)


def test_without_a_network_it_says_so_and_ends_with_1(tmp_path: Path) -> None:
    """As `make models` calls it."""
    own = {"HF_ENDPOINT": f"http://127.0.0.1:{free_port()}", "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "backend.fetch"],
        cwd=ROOT, env=os.environ | own, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "the Hugging Face Hub cannot be reached" in done.stdout
    assert done.stderr == ""
