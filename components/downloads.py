"""Downloads that are made when they are asked for, not before."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Final

import streamlit as st
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse
from streamlit.runtime import app_session
from streamlit.runtime.backend_operation_handler import DeferredFileHandler

from backend import log
from backend.errors import ExplorerError, chain_of
from backend.fair_share import FairShare, charged, payer

_UNFORESEEN: Final = (
    "The file could not be made for a reason that was not foreseen; the log of the server tells it."
)


class FileMaker(DeferredFileHandler):
    """Makes a file that a button was pressed for; where it cannot, the button says why.

    Streamlit's own says of everything that it failed, and logs a traceback.
    """

    async def handle(self, request: BackendOperationRequest, _: str) -> BackendOperationResponse:
        """Where the file is, or a sentence."""
        answer = BackendOperationResponse(request_id=request.request_id)
        make = self._get_media_file_mgr().execute_deferred
        try:
            answer.deferred_file.url = await asyncio.to_thread(make, request.deferred_file.file_id)
        except Exception as error:
            answer.error_msg = _said_of(error)
        return answer


def make_files() -> None:
    """Have the files of all pages made by a FileMaker; once, before the server has visitors."""
    app_session.DeferredFileHandler = FileMaker  # type: ignore[attr-defined]


def offer_download(label: str, file_name: str, make: Callable[[], bytes], *, mime: str) -> None:
    """A button that saves what `make` returns; nothing is computed until it is pressed.

    It is paid by the visitor who sees the button: the server makes it in a thread of its own.
    """
    st.download_button(
        label,
        data=partial(_paid, make, payer()),
        file_name=file_name,
        mime=mime,
        on_click="ignore",
        icon=":material/download:",
    )


def offer_csv(label: str, file_name: str, make: Callable[[], bytes]) -> None:
    """A button that saves a table as CSV."""
    offer_download(label, file_name, make, mime="text/csv")


def _paid(make: Callable[[], bytes], whose: FairShare | None) -> bytes:
    with charged(whose):
        return make()


def _said_of(error: Exception) -> str:
    """What the button says, in the server's log as an outcome; a bug with its traceback."""
    found = next((one for one in chain_of(error) if isinstance(one, ExplorerError)), None)
    level = logging.ERROR if found is None else logging.INFO
    outcome = log.outcome_of(found or error.__cause__ or error)
    log.tell("file", level, None if found else error, outcome=outcome)
    return found.in_vain if found else _UNFORESEEN
