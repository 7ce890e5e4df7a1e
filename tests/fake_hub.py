"""As much of the Hugging Face Hub as a download asks for, on this computer, with its faults."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from huggingface_hub import constants

COMMIT = "c0ffee" + "0" * 34
WEIGHTS = "model.safetensors"


class FakeHub(ThreadingHTTPServer):
    """A Hub that offers one model under every name in `names`.

    asked: the path of every request, and the bytes of the weights that were asked for: (from, path)
    status: what it answers to everything, 200 if nothing is wrong
    cuts: after how many bytes of the weights each of the next connections is broken
    spoiled: whether the weights are other bytes than it offers
    withheld: the file, none of the weights, whose connections break before anything of it comes
    go_on: the second half of the weights comes only while this is set
    numbers: how many numbers it says the model has, None where it does not say
    """

    daemon_threads = True

    def __init__(self, folder: Path, *names: str) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.folder = folder
        self.names = names
        self.asked: list[str] = []
        self.ranges: list[int] = []
        self.status = 200
        self.error_code = ""
        self.cuts: list[int] = []
        self.withheld = ""
        self.spoiled = False
        self.knows_ranges = True
        self.numbers: int | None = None
        self.go_on = Event()
        self.go_on.set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def sizes(self) -> dict[str, int]:
        return {file.name: file.stat().st_size for file in self.folder.iterdir()}

    def etag(self, name: str) -> str:
        """What the Hub calls a file: weights by their SHA-256, others as Git does."""
        content = (self.folder / name).read_bytes()
        if name == WEIGHTS:
            return hashlib.sha256(content).hexdigest()
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()

    def close(self) -> None:
        self.go_on.set()
        self.shutdown()
        self.server_close()


class _Answers(BaseHTTPRequestHandler):
    server: FakeHub

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self, *, body: bool) -> None:
        path = urlsplit(self.path).path
        self.server.asked.append(path)
        name = path.rsplit("/", 1)[1]
        content = self._content(path)
        status = self.server.status if self.server.status != 200 or content is not None else 404
        if status != 200 or content is None:
            self._refuse(status)
            return
        wanted = self.headers.get("Range") if self.server.knows_ranges else None
        start = int((wanted or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        self.send_header("X-Repo-Commit", COMMIT)
        if "/resolve/" in path:
            self.send_header("ETag", f'"{self.server.etag(name)}"')
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if body and name == WEIGHTS:
            self._send_weights(content, start)
        elif name == self.server.withheld:
            self.close_connection = True
        elif body:
            self.wfile.write(content)

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        code = self.server.error_code or ("RepoNotFound" if status == 404 else "")
        if code:
            self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send_weights(self, content: bytes, start: int) -> None:
        self.server.ranges.append(start)
        if self.server.spoiled:
            content = bytes(len(content))
        half = max(start, len(content) // 2)
        if self.server.cuts:
            self.wfile.write(content[start : start + self.server.cuts.pop(0)])
            self.close_connection = True  # short of what was promised
            return
        self.wfile.write(content[start:half])
        self.wfile.flush()
        self.server.go_on.wait(30)
        self.wfile.write(content[half:])

    def _content(self, path: str) -> bytes | None:
        known = "|".join(re.escape(name) for name in self.server.names)
        if re.fullmatch(rf"/api/models/({known})/tree/{COMMIT}", path):
            return json.dumps(
                [
                    {"type": "file", "path": name, "size": size, "oid": self.server.etag(name)[:40]}
                    for name, size in self.server.sizes.items()
                ]
            ).encode()
        if found := re.fullmatch(rf"/api/models/({known})(/revision/main)?", path):
            return json.dumps(self._info(found[1])).encode()
        asked = re.fullmatch(rf"/({known})/resolve/{COMMIT}/([\w.]+)", path)
        file = self.server.folder / asked[2] if asked else None
        return file.read_bytes() if file and file.is_file() else None

    def _info(self, name: str) -> dict[str, Any]:
        files = [{"rfilename": file, "size": size} for file, size in self.server.sizes.items()]
        info: dict[str, Any] = {"id": name, "sha": COMMIT, "siblings": files, "tags": []}
        if self.server.numbers is not None:
            told = {"parameters": {"F32": self.server.numbers}, "total": self.server.numbers}
            info["safetensors"] = told
        return info


@contextmanager
def running_hub(folder: Path, *names: str) -> Iterator[FakeHub]:
    """The Hub while the block runs."""
    server = FakeHub(folder, *names)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.close()


def use_hub(address: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have downloads come from this address into an empty folder."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "ENDPOINT", address)
    files = address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", files)
