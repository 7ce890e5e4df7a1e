"""The table of contents: the server's start, the page table, run. Draws nothing itself.

`streamlit run app.py` imports this file as the module `app` and serves the `st.App` in it; that
App then runs this same file as `__main__` for every visitor.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from backend import log
from backend.cached import warm_up
from backend.catalogue import BUILT_IN
from backend.for_all import taggers
from backend.memory import share_heaps
from backend.readiness import HTTP, Readiness
from backend.training_queue import server_queue
from components.downloads import make_files
from components.made_files import InPieces
from components.page import show_failure
from components.uploads import FewUploads


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Get ready while the server starts, so that no visitor waits for torch; end what it trains."""
    share_heaps()
    log.begin()
    make_files()
    # A folder called `pages` makes Streamlit run the first visitor's page without this file and
    # hence without the page table below. This is the switch that st.navigation itself sets.
    PagesManager.uses_pages_directory = False
    Thread(target=_prepare, daemon=True).start()
    yield
    server_queue().close()


def _prepare() -> None:
    """Load the built-in model, then train its layer for parts of speech behind the first pages."""
    readiness.prepare(warm_up)
    if readiness.status == "ready":
        taggers.start(BUILT_IN)


async def health(_: Request) -> JSONResponse:
    """Whether the server is starting, ready, or has failed to start; never out of a cache."""
    status = readiness.status
    return JSONResponse(
        {"status": status, "seconds": round(readiness.seconds, 1)},
        HTTP[status],
        {"Cache-Control": "no-store"},
    )


def run_page() -> None:
    """Run the page that the address names."""
    pages = {
        "The lesson": [
            st.Page("pages/overview.py", title="Overview", default=True),
            st.Page("pages/lesson.py", title="Lesson"),
        ],
        "Input": [
            st.Page("pages/tokens.py", title="Tokens"),
            st.Page("pages/embeddings.py", title="Embeddings"),
        ],
        "Attention": [
            st.Page("pages/attention.py", title="Attention"),
            st.Page("pages/compare.py", title="Compare"),
            st.Page("pages/heads.py", title="Heads"),
            st.Page("pages/inside.py", title="Inside a head"),
            st.Page("pages/bertviz.py", title="BertViz"),
        ],
        "Output": [
            st.Page("pages/output.py", title="Output"),
            st.Page("pages/cloze.py", title="Cloze"),
            st.Page("pages/transfer.py", title="Transfer"),
        ],
    }
    st.navigation(pages).run()


if __name__ == "__main__":
    run_page()
else:
    readiness = Readiness()
    app = st.App(
        __file__,
        lifespan=lifespan,
        on_script_error=show_failure,
        routes=[Route("/health", health)],
        middleware=[Middleware(FewUploads), Middleware(InPieces)],
    )
