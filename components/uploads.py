"""What visitors upload, and how much of it is held: Streamlit bounds the size of each file alone.

A file is needed until its page has read it, which it does at once. But Streamlit keeps every one
until its session ends, and takes more of them from whoever sends them straight to its address.
"""

from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components import kept

MOST_OF_ONE: Final = 2
"""Files of one session: two pages take one each."""
MOST_BYTES: Final = 100_000_000
"""Of all sessions' files together; no further one is taken then."""
_ADDRESS: Final = "/_stcore/upload_file/"


class FewUploads:
    """What the server is asked goes through here; with each file that comes, older ones leave."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is asked, and see to the files if it is one."""
        session = _sender_of(scope)
        if session and held_bytes() >= MOST_BYTES:
            said = "This server holds as many files as it can. Try again in some minutes."
            await PlainTextResponse(said, 503)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            if session:
                let_go_of_older(session)


def content_of(uploader: str) -> bytes | None:
    """What the file uploader of this key holds; None where nothing, or the server let go of it."""
    file = kept.widget_value(uploader)
    return file.getvalue() if isinstance(file, UploadedFile) else None


def held_bytes() -> int:
    """Bytes of all files that are held now."""
    sessions = list(_files().file_storage.values())
    return sum(len(file.data) for files in sessions for file in list(files.values()))


def let_go_of_older(session: str) -> None:
    """Keep only the newest files of a session."""
    files = _files()
    for name in list(files.file_storage.get(session, ()))[:-MOST_OF_ONE]:
        files.remove_file(session, name)


def _sender_of(scope: Scope) -> str:
    """The session that sends a file; nothing where something else is asked."""
    if scope["type"] != "http" or scope["method"] != "PUT":
        return ""
    _, _, rest = scope["path"].partition(_ADDRESS)
    return str(rest.partition("/")[0])


def _files() -> MemoryUploadedFileManager:
    files = get_instance().uploaded_file_mgr
    if not isinstance(files, MemoryUploadedFileManager):
        raise TypeError(f"expected files held in memory, got {type(files).__name__}")
    return files
