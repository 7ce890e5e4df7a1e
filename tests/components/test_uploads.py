"""Files that are sent to the server, through its page or straight to the address behind it."""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile, UploadedFileRec

from components import uploads
from components.uploads import MOST_OF_ONE, FewUploads, content_of, held_bytes
from tests.own_loop import finished

ADDRESS = "/base/_stcore/upload_file/{}/{}"
UPLOADED = UploadedFile(UploadedFileRec("1", "a.csv", "text/csv", b"a,b"), FileURLs())


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> MemoryUploadedFileManager:
    """What a server holds that has started just now."""
    held = MemoryUploadedFileManager("/_stcore/upload_file")
    monkeypatch.setattr(uploads, "get_instance", lambda: SimpleNamespace(uploaded_file_mgr=held))
    return held


def ask(files: MemoryUploadedFileManager, path: str, method: str = "PUT", size: int = 10) -> int:
    """The number that is answered; what is sent to an upload's address is held, as Streamlit does.

    size: bytes of the file
    """
    answered: list[int] = []

    async def take(scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        if method == "PUT" and "/_stcore/upload_file/" in path:
            *_, session, name = path.split("/")
            files.add_file(session, UploadedFileRec(name, "a.csv", "text/csv", b"." * size))
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def hear(message: Any) -> None:
        if message["type"] == "http.response.start":
            answered.append(message["status"])

    scope = {"type": "http", "method": method, "path": path, "headers": []}
    finished(FewUploads(take)(scope, take, hear))  # type: ignore[arg-type]
    return answered[0]


def test_only_the_newest_files_of_a_session_are_held(files: MemoryUploadedFileManager) -> None:
    for number in range(20):
        assert ask(files, ADDRESS.format("one", number)) == 204
    assert ask(files, ADDRESS.format("other", "first")) == 204
    assert list(files.file_storage["one"]) == ["18", "19"]
    assert list(files.file_storage["other"]) == ["first"]
    assert held_bytes() == 10 * (MOST_OF_ONE + 1)


def test_no_file_is_taken_where_many_are_held(
    files: MemoryUploadedFileManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 25)
    answers = [ask(files, ADDRESS.format(session, "file")) for session in "abcd"]
    assert answers == [204, 204, 204, 503]
    assert held_bytes() == 30
    assert ask(files, "/attention", method="GET") == 204
    files.remove_session_files("a")
    assert ask(files, ADDRESS.format("d", "file")) == 204


def test_what_is_no_file_is_passed_on(files: MemoryUploadedFileManager) -> None:
    for method, path in (("PUT", "/"), ("DELETE", ADDRESS.format("one", "1")), ("GET", "/health")):
        assert ask(files, path, method) == 204
    assert not files.file_storage


@pytest.mark.parametrize(
    ("held", "content"), [(None, None), (DeletedFile("1"), None), (UPLOADED, b"a,b")]
)
def test_a_file_that_was_let_go_of_is_none(
    held: object, content: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the page would fail when its reader goes on with it, and after the server's restart."""
    monkeypatch.setattr("components.kept.widget_value", {"box": held}.get)
    assert content_of("box") == content
