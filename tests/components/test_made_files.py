"""A made file waits for its browser whatever others do, and all of them together stay small."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from backend.errors import InputError, ServerBusy
from components import made_files
from components.downloads import Asked, FileMaker
from components.made_files import LIFE, PATIENCE, InPieces, MadeFiles
from tests.own_loop import finished


class Clock:
    """Time that passes when the test says so, and a little whenever it is asked for."""

    now = 0.0
    step = 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def files(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> MadeFiles:
    """With room for 100 bytes."""
    monkeypatch.setattr(made_files, "MOST_BYTES", 100)
    return MadeFiles(clock)


@pytest.fixture
def storage() -> MemoryMediaFileStorage:
    return MemoryMediaFileStorage("/media")


def held(files: MadeFiles, storage: MemoryMediaFileStorage, file: bytes) -> str:
    """The file's name, once it is held."""
    address = finished(files.hold(storage, file, "text/csv", "a.csv"))
    return str(address).removeprefix("/media/").removesuffix(".csv")


def test_a_file_outlives_the_runs_of_others_and_then_leaves(
    clock: Clock,
    files: MadeFiles,
    storage: MemoryMediaFileStorage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("components.downloads.made_files", files)
    streamlits = MediaFileManager(storage)
    request = BackendOperationRequest(request_id="7")
    request.deferred_file.file_id = streamlits.add_deferred(
        Asked(lambda: b"made", None, 0), "text/csv", "0", file_name="a.csv"
    )
    answer = finished(FileMaker(lambda: streamlits).handle(request, "session"))
    name = answer.deferred_file.url.removeprefix("/media/")
    for _ in range(5):
        streamlits.remove_orphaned_files()  # as at the end of every run
    clock.now += LIFE - 1
    files.let_go()
    file = storage.get_file(name)
    assert (file.content, file.filename, file.mimetype) == (b"made", "a.csv", "text/csv")
    clock.now += 1
    files.let_go()
    with pytest.raises(MediaFileStorageError):
        storage.get_file(name)
    assert files.nbytes == 0


def test_a_button_of_an_older_page_asks_to_be_pressed_again() -> None:
    streamlits = MediaFileManager(MemoryMediaFileStorage("/media"))
    request = BackendOperationRequest(request_id="7")
    request.deferred_file.file_id = "unknown"
    answer = finished(FileMaker(lambda: streamlits).handle(request, "session"))
    assert "Press the button once more" in answer.error_msg


def test_a_file_leaves_though_nobody_asks_for_anything(
    storage: MemoryMediaFileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_files, "LIFE", 0.0)
    files = MadeFiles()

    async def wait() -> None:
        await files.hold(storage, b"made", "text/csv", "a.csv")
        assert files.nbytes == 4
        while files.nbytes:
            await asyncio.sleep(0.01)

    finished(asyncio.wait_for(wait(), 60))
    assert not storage.get_stats()


def test_a_file_larger_than_the_room_is_not_held(
    files: MadeFiles, storage: MemoryMediaFileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_files, "MOST_BYTES", 1_000_000)
    with pytest.raises(InputError, match=r"would be 2.0 MB, .* up to 1.0 MB. Choose a shorter"):
        held(files, storage, b"." * 2_000_000)
    assert not storage.get_stats()


def test_room_is_made_by_what_has_been_fetched_at_once(
    files: MadeFiles, storage: MemoryMediaFileStorage
) -> None:
    first, second = held(files, storage, b"1" * 40), held(files, storage, b"2" * 40)
    with files.being_read(second):
        pass
    third = held(files, storage, b"3" * 40)
    assert [name in files for name in (first, second, third)] == [True, False, True]
    assert files.nbytes == 80


def test_who_comes_to_a_full_room_waits_until_others_have_had_their_time(
    clock: Clock, files: MadeFiles, storage: MemoryMediaFileStorage
) -> None:
    first = held(files, storage, b"1" * 90)
    clock.step = LIFE / 7
    second = held(files, storage, b"2" * 90)
    assert clock.now >= LIFE
    assert [name in files for name in (first, second)] == [False, True]


def test_what_is_being_fetched_stays_and_who_finds_no_room_is_told(
    clock: Clock, files: MadeFiles, storage: MemoryMediaFileStorage
) -> None:
    first = held(files, storage, b"1" * 90)
    with files.being_read(first):
        clock.step = PATIENCE / 7
        with pytest.raises(ServerBusy):
            held(files, storage, b"2" * 90)
        assert storage.get_file(first).content == b"1" * 90
    assert first not in files  # its time was over


def test_there_is_room_for_a_file_before_it_is_made(files: MadeFiles) -> None:
    made, most = list[int](), [0]

    async def make(number: int) -> None:
        async with files.room(60):
            most[0] = max(most[0], files.nbytes)
            await asyncio.sleep(0.01)
            made.append(number)

    async def all_at_once() -> None:
        await asyncio.gather(*map(make, range(4)))

    finished(all_at_once())
    assert (made, most, files.nbytes) == ([0, 1, 2, 3], [60], 0)


def test_a_file_that_would_be_too_large_is_not_begun(
    monkeypatch: pytest.MonkeyPatch, files: MadeFiles
) -> None:
    monkeypatch.setattr("components.downloads.made_files", files)
    streamlits = MediaFileManager(MemoryMediaFileStorage("/media"))
    request = BackendOperationRequest(request_id="7")
    request.deferred_file.file_id = streamlits.add_deferred(
        Asked(lambda: pytest.fail("began"), None, 101), "text/csv", "0", file_name="a.csv"
    )
    answer = finished(FileMaker(lambda: streamlits).handle(request, "session"))
    assert "Choose a shorter text" in answer.error_msg


def test_the_same_file_counts_once_and_anew(
    clock: Clock, files: MadeFiles, storage: MemoryMediaFileStorage
) -> None:
    name = held(files, storage, b"1" * 40)
    clock.now += LIFE - 1
    assert held(files, storage, b"1" * 40) == name
    assert files.nbytes == 40
    clock.now += LIFE - 1
    files.let_go()
    assert name in files


Send = Callable[[Any], Awaitable[None]]


def ask(files: MadeFiles, name: str, sent: Send, content: bytes = b"", **headers: str) -> None:
    """Fetch a file; whoever stands behind `InPieces` answers all of it at once."""

    async def answer(scope: Any, receive: Any, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": content})

    async def receive() -> Any:
        return {"type": "http.request"}

    told = [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": f"/base/media/{name}.csv", "headers": told}
    finished(InPieces(answer, files)(scope, receive, sent))


def test_a_file_leaves_in_pieces_one_after_the_other(
    files: MadeFiles, storage: MemoryMediaFileStorage
) -> None:
    content, got, name = bytes(range(256)) * 1000, list[Any](), held(files, storage, b"1" * 40)

    async def sent(message: Any) -> None:
        got.append(message)
        assert files._held[name].readers == 1

    ask(files, name, sent, content)
    assert got[0]["status"] == 200
    assert b"".join(message["body"] for message in got[1:]) == content
    assert max(len(message["body"]) for message in got[1:]) < 70_000
    assert [message["more_body"] for message in got[1:]] == [True] * (len(got) - 2) + [False]
    assert files._held[name].readers == 0


def test_who_only_looks_if_it_is_there_is_sent_nothing(
    files: MadeFiles, storage: MemoryMediaFileStorage
) -> None:
    got, name = list[Any](), held(files, storage, b"1" * 40)

    async def sent(message: Any) -> None:
        got.append(message)

    ask(files, name, sent, b"1" * 40, sec_fetch_mode="cors")
    assert (got[0]["status"], got[1]["body"]) == (204, b"")
    assert not files._held[name].was_read
    ask(files, "of-another-kind", sent, b"1" * 99_000, sec_fetch_mode="cors")
    assert len(got[3]["body"]) == 99_000


def test_who_lets_a_file_stand_still_is_left(
    files: MadeFiles, storage: MemoryMediaFileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = held(files, storage, b"1" * 40)
    monkeypatch.setattr(made_files, "STILL", 0.01)

    async def sent(message: Any) -> None:
        await asyncio.Event().wait()

    ask(files, name, sent, b"1" * 40)
    assert files._held[name].readers == 0
