"""Whether an app can be reached from its owner's machine alone, as far as a request shows."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

_FORWARDED: Final = ("forwarded", "via", "x-real-ip", "cf-connecting-ip", "true-client-ip")


def reached_from_outside(
    address: str | None, headers: Mapping[str, str], client: str | None
) -> str:
    """Why others may be able to reach the app; nothing where only its owner's machine can.

    address: what the server listens on, None for all there is
    headers: of the request
    client: where the connection comes from, None for this machine
    A page elsewhere can have its own name lead to this machine (DNS rebinding), and a proxy on this
    machine can let in anybody: so the server's address alone does not tell, nor does the client's.
    """
    given = {name.lower(): value for name, value in headers.items()}
    if not _is_loopback(address or ""):
        return "the server listens to other machines too"
    if client is not None and not _is_loopback(client):
        return "another machine has opened it"
    if any(name in _FORWARDED or name.startswith("x-forwarded") for name in given):
        return "it was opened through a proxy"
    if not _is_loopback(_host_of(f"//{given.get('host', '')}")):
        return "it was opened by another name than localhost"
    if "origin" in given and not _is_loopback(_host_of(given["origin"])):
        return "a page elsewhere has opened it"
    return ""


def _host_of(url: str) -> str:
    """The host that a URL names; nothing where it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
