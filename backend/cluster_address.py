"""Where a cluster is asked, and by which token, as the environment tells.

RAY_ADDRESS=head:6379          which one, as Ray's own tools take it; without it one is started
                               on this machine (`backend.local_cluster`)
EXPLORER_SERVE_PORT=8000       where Ray Serve listens on that machine
EXPLORER_SERVE=n1:8000,n2:8000 where it listens, if on several: each is asked in its turn
RAY_AUTH_TOKEN, RAY_AUTH_TOKEN_PATH, ~/.ray/auth_token
                               the cluster's token, found as Ray finds it
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

ADDRESS: Final = "RAY_ADDRESS"
PORT: Final = "EXPLORER_SERVE_PORT"
DOORS: Final = "EXPLORER_SERVE"
DEFAULT_PORT: Final = 8000
NO_TOKEN: Final = "expected the cluster's token, in RAY_AUTH_TOKEN or where Ray keeps it"


def serve_address(ray_address: str, port: str = "") -> str:
    """Where Serve listens on the machine of a Ray address: `head:6379` to `http://head:8000`.

    port: another one than DEFAULT_PORT
    Raises ValueError if the port is none.
    """
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 2**16):
        raise ValueError(f"expected {PORT} as the number of a port, got {port!r}")
    if "://" not in ray_address:
        ray_address = f"ray://{'127.0.0.1' if ray_address == 'auto' else ray_address}"
    host = urlsplit(ray_address).hostname
    if not host:
        raise ValueError(f"expected {ADDRESS} as host:port, got {ray_address!r}")
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port or DEFAULT_PORT}"


def serve_addresses(environment: Mapping[str, str]) -> list[str]:
    """Where Serve listens as these settings say: what DOORS names, else the machine of ADDRESS.

    Raises ValueError if a setting is none.
    """
    port = environment.get(PORT, "")
    if doors := [door.strip() for door in environment.get(DOORS, "").split(",") if door.strip()]:
        return [serve_address(door, _port_of(door) or port) for door in doors]
    address = environment.get(ADDRESS, "")
    return [serve_address(address, port)] if address else []


def _port_of(door: str) -> str:
    try:
        return str(urlsplit(f"//{door}").port or "")
    except ValueError as error:
        raise ValueError(f"expected {DOORS} as host:port,host:port, got {door!r}") from error


def ray_token() -> str:
    """The token of the cluster, looked for where Ray looks for it; empty if there is none.

    Source: Ray's documentation of token authentication, "What token does Ray use?".
    """
    if token := os.environ.get("RAY_AUTH_TOKEN"):
        return token
    path = Path(os.environ.get("RAY_AUTH_TOKEN_PATH") or Path.home() / ".ray" / "auth_token")
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""
