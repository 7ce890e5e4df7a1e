"""Whether this visitor may name any model: on one's own machine, where its owner has set so."""

import logging
from functools import cache

import streamlit as st

from backend import log
from backend.catalogue import SETTING, any_model_is_wanted
from backend.own_machine import reached_from_outside


def any_model() -> bool:
    """Whether any Hub id or folder may be named here; the log tells where that is refused."""
    return any_model_is_wanted() and not _refused()


def refusal() -> str:
    """What to tell who has set that any model may be named, where that does not count."""
    why = _refused() if any_model_is_wanted() else ""
    return why and (
        f"{SETTING} is set but does not count here, because {why}. To name any model, start the "
        "app on your own machine with --server.address 127.0.0.1 and open it at localhost."
    )


def _refused() -> str:
    """Why not, nothing where it is allowed."""
    context = st.context
    address = st.get_option("server.address")
    why = reached_from_outside(address, context.headers.to_dict(), context.ip_address)
    if why:
        _log(why)
    return why


@cache
def _log(why: str) -> None:
    """Tell the server's owner, of each reason once."""
    log.tell("setting", logging.WARNING, name=SETTING, outcome="refused", why=why)
