"""Files that were made because a reader asked for them, until the browser has fetched them.

Streamlit lets go of such a file once two runs have ended, whoever's they were: in a full hall that
is before the browser asks for it. It holds as many as are made, until two more runs have ended,
and hands each connection the whole file at once, however slowly it is read.

    press --> FileMaker --> MadeFiles --> address --> browser --> InPieces --> MadeFiles

All of it happens in the server's event loop, one step after the other.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from time import monotonic
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.media_file_storage import MediaFileKind, MediaFileStorage

from backend.errors import InputError, ServerBusy
from backend.memory import megabytes

LIFE: Final = 15.0
"""Seconds that a file waits to be fetched."""
STILL: Final = 60.0
"""Seconds for which one who fetches it may let it stand still; a browser does so for 20."""
MOST_BYTES: Final = 100_000_000
"""Of all files that are made, wait or are being fetched, and so of each."""
PATIENCE: Final = 90.0
"""Seconds that one who asks for a file waits for room; Streamlit's page waits three minutes."""
_AGAIN: Final = 15.0
_PAUSE: Final = 0.1
_PIECE: Final = 65_536


@dataclass
class _Made:
    storage: MediaFileStorage
    size: int
    due: float
    readers: int = 0
    was_read: bool = False


class MadeFiles:
    """The files that are held now, the oldest first."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Hold nothing yet."""
        self._clock = clock
        self._held: dict[str, _Made] = {}
        self._promised = 0

    def __contains__(self, name: str) -> bool:
        """Whether a file of this name is held."""
        return name in self._held

    @property
    def nbytes(self) -> int:
        """Bytes of all files that are held or being made."""
        return self._promised + sum(made.size for made in self._held.values())

    @asynccontextmanager
    async def room(self, size: int) -> AsyncIterator[None]:
        """While a file of so many bytes is made: room for it, once there is some.

        Raises InputError if it is larger than all the room, ServerBusy if none becomes free.
        """
        await self._wait_for_room(size)
        self._promised += size
        try:
            yield
        finally:
            self._promised -= size

    async def hold(
        self, storage: MediaFileStorage, file: bytes, kind: str | None, file_name: str | None
    ) -> str:
        """Hold a file for LIFE, and as long as it is being fetched; the address that it has then.

        Raises as `room` does.
        """
        await self._wait_for_room(len(file))
        name = storage.load_and_get_id(
            file, kind or "application/octet-stream", MediaFileKind.DOWNLOADABLE, file_name
        )
        before = self._held.pop(name, None)
        made = before or _Made(storage, len(file), 0)
        made.due, made.was_read = self._clock() + LIFE, False
        self._held[name] = made
        asyncio.get_running_loop().call_later(LIFE + _PAUSE, self.let_go)
        return storage.get_url(name)

    @contextmanager
    def being_read(self, name: str) -> Iterator[None]:
        """Held while somebody fetches this file."""
        made = self._held[name]
        made.readers += 1
        try:
            yield
        finally:
            made.readers -= 1
            made.was_read = True
            self.let_go()

    def let_go(self) -> None:
        """Drop the files whose time is over."""
        now = self._clock()
        for name in [name for name, made in self._held.items() if made.due <= now]:
            self._drop(name)

    async def _wait_for_room(self, size: int) -> None:
        if size > MOST_BYTES:
            raise InputError(
                f"This file would be {megabytes(size)}, and this server makes them up to "
                f"{megabytes(MOST_BYTES)}. Choose a shorter text, or a part of it."
            )
        end = self._clock() + PATIENCE
        while not self._has_room(size):
            if self._clock() >= end:
                raise ServerBusy(_AGAIN)
            await asyncio.sleep(_PAUSE)

    def _has_room(self, size: int) -> bool:
        """Whether so many bytes fit, once those have gone that were fetched already."""
        self.let_go()
        for name in [name for name, made in self._held.items() if made.was_read]:
            if self.nbytes + size > MOST_BYTES:
                self._drop(name)
        return self.nbytes + size <= MOST_BYTES

    def _drop(self, name: str) -> None:
        """Let go of one, unless somebody is fetching it."""
        if not self._held[name].readers:
            self._held.pop(name).storage.delete_file(name)


made_files: Final = MadeFiles()
"""Of this server."""


class InPieces:
    """What the server is asked goes through here; a made file leaves as fast as it is read.

    Else all of it would lie in the connection's memory, which nobody counts.
    """

    def __init__(self, app: ASGIApp, files: MadeFiles = made_files) -> None:
        """Stand before `app`."""
        self._app = app
        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is asked, and see to it if it is a made file."""
        name = _file_of(scope)
        if name not in self._files:
            await self._app(scope, receive, send)
        elif _only_looks(scope):
            await Response(status_code=204)(scope, receive, send)
        else:
            await self._send(name, scope, receive, send)

    async def _send(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_pieces(message: Message) -> None:
            for piece in _pieces(message):
                async with asyncio.timeout(STILL):
                    await send(piece)

        with self._files.being_read(name):
            try:
                await self._app(scope, receive, send_pieces)
            except TimeoutError:  # it stands still; the server closes what is not ended
                return


def _file_of(scope: Scope) -> str:
    """The name of the file that is fetched; nothing where something else is asked."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return ""
    path = PurePosixPath(scope["path"])
    return path.stem if path.parent.name == "media" else ""


def _only_looks(scope: Scope) -> bool:
    """Whether Streamlit's page looks if the file is there: it asks for all, and reads nothing."""
    return Headers(scope=scope).get("sec-fetch-mode") == "cors"


def _pieces(message: Message) -> Iterator[Message]:
    """A part of an answer as several."""
    if message["type"] != "http.response.body":
        yield message
        return
    body, more = message.get("body", b""), message.get("more_body", False)
    for start in range(0, max(len(body), 1), _PIECE):
        end = start + _PIECE
        yield {**message, "body": body[start:end], "more_body": more or end < len(body)}
