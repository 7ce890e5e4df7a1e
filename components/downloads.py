"""Downloads that are made when they are asked for, not before."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

import streamlit as st
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse
from streamlit.runtime import app_session
from streamlit.runtime.backend_operation_handler import DeferredFileHandler

from backend import log
from backend.errors import ExplorerError, chain_of
from backend.fair_share import FairShare, charged, payer
from components.made_files import made_files

_UNFORESEEN: Final = (
    "The file could not be made for a reason that was not foreseen; the log of the server tells it."
)


class FileMaker(DeferredFileHandler):
    """Makes a file that a button was pressed for; where it cannot, the button says why.

    Streamlit's own says of everything that it failed, and logs a traceback. Nor does Streamlit see
    to the file: MadeFiles holds it.
    """

    async def handle(self, request: BackendOperationRequest, _: str) -> BackendOperationResponse:
        """Where the file is, or a sentence."""
        answer = BackendOperationResponse(request_id=request.request_id)
        try:
            answer.deferred_file.url = await self._made(request.deferred_file.file_id)
        except Exception as error:
            answer.error_msg = _said_of(error)
        return answer

    async def _made(self, button: str) -> str:
        """The address of the file that is made when this button is pressed."""
        files = self._get_media_file_mgr()
        asked = files._deferred_callables.get(button)
        if asked is None:
            raise ExplorerError("The page was drawn anew just now. Press the button once more.")
        make = cast(Asked, asked["callable"])
        async with made_files.room(make.size):
            file = await asyncio.to_thread(make)
        return await made_files.hold(files._storage, file, asked["mimetype"], asked["filename"])


def make_files() -> None:
    """Have the files of all pages made by a FileMaker; once, before the server has visitors."""
    app_session.DeferredFileHandler = FileMaker  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Asked:
    """What is made in a thread of the server's own, and paid by the visitor who sees the button."""

    make: Callable[[], bytes]
    whose: FairShare | None
    size: int

    def __call__(self) -> bytes:
        """Make it; raises ShareUsedUp where nothing is left of that visitor's share."""
        with charged(self.whose):
            return self.make()


def offer_download(
    label: str, file_name: str, make: Callable[[], bytes], *, mime: str, size: int = 0
) -> None:
    """A button that saves what `make` returns; nothing is computed until it is pressed.

    size: about how many bytes, where these are many
    """
    st.download_button(
        label,
        data=Asked(make, payer(), size),
        file_name=file_name,
        mime=mime,
        on_click="ignore",
        icon=":material/download:",
    )


def offer_csv(label: str, file_name: str, make: Callable[[], bytes], *, size: int = 0) -> None:
    """A button that saves a table as CSV."""
    offer_download(label, file_name, make, mime="text/csv", size=size)


def _said_of(error: Exception) -> str:
    """What the button says, in the server's log as an outcome; a bug with its traceback."""
    found = next((one for one in chain_of(error) if isinstance(one, ExplorerError)), None)
    level = logging.ERROR if found is None else logging.INFO
    log.tell("file", level, None if found else error, outcome=log.outcome_of(found or error))
    return found.in_vain if found else _UNFORESEEN
