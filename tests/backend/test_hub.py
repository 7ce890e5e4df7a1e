"""Downloads, from a small Hub of our own on this computer, and without any."""

import json
import socket
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from huggingface_hub import constants

from backend.errors import HubUnreachable, NotAModel, UnknownModel
from backend.hub import model_folder
from backend.model import load_model
from tests.backend.small_models import write_model

COMMIT = "c0ffee" + "0" * 34


class Hub(ThreadingHTTPServer):
    """As much of the Hub as a download asks for: one model, `someone/small`."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.folder = folder
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class Answers(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self, *, body: bool) -> None:
        path = urlsplit(self.path).path
        self.server.asked.append(path)
        content = self._content(path)
        self.send_response(404 if content is None else 200)
        if content is None:
            self.send_header("X-Error-Code", "RepoNotFound")
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{abs(hash(path)):x}"')
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        if body:
            self.wfile.write(content or b"")

    def _content(self, path: str) -> bytes | None:
        files = {file.name: file for file in self.server.folder.iterdir()}
        if path.startswith("/api/models/someone/small/tree/"):
            return json.dumps(
                [
                    {"type": "file", "path": name, "size": file.stat().st_size, "oid": "0" * 40}
                    for name, file in files.items()
                ]
            ).encode()
        if path.startswith("/api/models/someone/small"):
            siblings = [
                {"rfilename": name, "size": file.stat().st_size} for name, file in files.items()
            ]
            return json.dumps(
                {"id": "someone/small", "sha": COMMIT, "siblings": siblings, "tags": []}
            ).encode()
        name = path.removeprefix(f"/someone/small/resolve/{COMMIT}/")
        return files[name].read_bytes() if name in files else None


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No model was ever downloaded."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    return folder


@pytest.fixture
def hub(empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    server = Hub(write_model("bert", tmp_path / "offered"))
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setattr(constants, "ENDPOINT", server.address)
    files = server.address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", files)
    yield server
    server.close()


def test_a_download_counts_its_bytes_and_works_offline_afterwards(hub: Hub) -> None:
    (hub.folder / "pytorch_model.bin").write_bytes(b"never asked for")
    (hub.folder / "evil.py").write_text("raise SystemExit")
    counts: list[tuple[int, int]] = []
    trace = load_model("someone/small", lambda *count: counts.append(count)).trace("the cat")
    assert trace.model == "someone/small"
    asked = {path.rsplit("/", 1)[1] for path in hub.asked if "/resolve/" in path}
    assert asked == {"config.json", "model.safetensors", "vocab.txt"}
    total = sum((hub.folder / name).stat().st_size for name in asked)
    assert counts[-1] == (total, total)
    assert all(0 <= done <= of == total for done, of in counts)
    hub.close()
    assert load_model("someone/small").trace("the cat").ids.tolist() == trace.ids.tolist()


def test_a_name_the_hub_does_not_know(hub: Hub) -> None:
    with pytest.raises(UnknownModel, match=r"has no open model called 'someone/else'.*built-in"):
        model_folder("someone/else")


def test_a_model_in_another_format(hub: Hub) -> None:
    (hub.folder / "model.safetensors").rename(hub.folder / "pytorch_model.bin")
    with pytest.raises(NotAModel, match=r"no file model\.safetensors"):
        model_folder("someone/small")
    assert not any("/resolve/" in path for path in hub.asked)


def test_half_a_download_is_no_model(hub: Hub, empty_cache: Path) -> None:
    folder = model_folder("someone/small")
    (folder / "model.safetensors").unlink()
    assert (model_folder("someone/small") / "model.safetensors").is_file()


def test_a_hub_that_refuses(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    started = time.perf_counter()
    with pytest.raises(HubUnreachable, match=r"cannot be reached.*built-in model"):
        load_model("bert-base-uncased")
    assert time.perf_counter() - started < 3


def test_a_hub_that_never_answers(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.hub.PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        started = time.perf_counter()
        with pytest.raises(HubUnreachable):
            model_folder("bert-base-uncased")
        assert time.perf_counter() - started < 3


def test_offline_by_choice(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubUnreachable):
        model_folder("distilbert-base-uncased")


def test_a_connection_that_breaks_halfway(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> str:
        raise ConnectionResetError("gone")

    monkeypatch.setattr("backend.hub._cached", lambda _: None)
    monkeypatch.setattr("huggingface_hub.snapshot_download", broken)
    with pytest.raises(HubUnreachable) as raised:
        model_folder("someone/small", lambda *_: None)
    assert isinstance(raised.value.__cause__, ConnectionResetError)
