"""What a button says whose file cannot be made, and what the log has of it."""

import logging
from collections.abc import Callable

import pytest
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from backend.errors import ClusterAway, NotAModel
from components.downloads import Asked, FileMaker
from tests.own_loop import finished

MARK = "zebra crossing"


def answered(make: Callable[[], bytes], caplog: pytest.LogCaptureFixture) -> tuple[str, str]:
    """The file's address and what is said instead."""
    files = MediaFileManager(MemoryMediaFileStorage("/media"))
    request = BackendOperationRequest(request_id="7")
    request.deferred_file.file_id = files.add_deferred(
        Asked(make, None, 0), "text/csv", "0", file_name="a.csv"
    )
    with caplog.at_level(logging.INFO):
        answer = finished(FileMaker(lambda: files).handle(request, "session"))
    assert answer.request_id == "7"
    return answer.deferred_file.url, answer.error_msg


def logged(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "explorer"]


def failing(error: Exception) -> Callable[[], bytes]:
    def make() -> bytes:
        raise error

    return make


def test_a_file_that_is_made_is_fetched(caplog: pytest.LogCaptureFixture) -> None:
    address, told = answered(lambda: b"made", caplog)
    assert address.startswith("/media/")
    assert not told
    assert not logged(caplog)


@pytest.mark.parametrize("error", [ClusterAway(3), NotAModel("The weights are damaged.")])
def test_what_the_reader_can_mend_is_said_and_logged_as_an_outcome(
    error: ClusterAway | NotAModel, caplog: pytest.LogCaptureFixture
) -> None:
    assert answered(failing(error), caplog) == ("", error.in_vain)
    (record,) = logged(caplog)
    assert record.getMessage() == f"event=file outcome={type(error).__name__}"
    assert record.exc_info is None
    assert record.levelno == logging.INFO


def test_a_bug_is_logged_with_its_place(caplog: pytest.LogCaptureFixture) -> None:
    address, told = answered(failing(RuntimeError(MARK)), caplog)
    assert not address
    assert "not foreseen" in told
    assert MARK not in told
    (record,) = logged(caplog)
    assert record.getMessage() == "event=file outcome=failed:RuntimeError"
    assert record.levelno == logging.ERROR
    assert record.exc_info or "in make" in str(record.exc_text)
