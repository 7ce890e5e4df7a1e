"""The machines that run the models, where this one does not: a Ray cluster, asked over HTTP.

    EXPLORER_BACKEND=ray           models run on a cluster, not in this process
    RAY_ADDRESS=head:6379          which one, as Ray's own tools take it; without it one is started
                                   on this machine (`backend.local_cluster`)
    EXPLORER_SERVE_PORT=8000       where Ray Serve listens on that machine
    RAY_AUTH_TOKEN, RAY_AUTH_TOKEN_PATH, ~/.ray/auth_token
                                   the cluster's token, found as Ray finds it

This process asks Serve's front door and is no part of the cluster: Ray ends its own processes when
the cluster goes away, and a web server must outlive that.
"""

import logging
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from backend import errors, log
from backend.catalogue import BUILT_IN
from backend.errors import ClusterAway, ExplorerError, ServerBusy, TooMuchAsked
from backend.fair_share import payer
from backend.wire import packed, unpacked

if TYPE_CHECKING:
    from httpx2 import Response

BACKEND: Final = "EXPLORER_BACKEND"
ADDRESS: Final = "RAY_ADDRESS"
PORT: Final = "EXPLORER_SERVE_PORT"
DEFAULT_PORT: Final = 8000
MODEL: Final = "serve_multiplexed_model_id"
"""The header in which Serve reads which model a request is for."""
SECONDS: Final = "explorer-seconds"
"""The header with the processor's seconds that an answer took."""
REFUSED: Final = 422
"""Answers that hold an error for the reader: its kind and what it says."""
PATIENCE: Final = 8.0
"""Seconds that a page waits for a cluster that does not answer, before it says so."""
LONG_PATIENCE: Final = 120.0
"""The same for work in the background, which waits for a busy cluster too."""
AGAIN: Final = 3.0
"""Seconds after which a page tries again."""
NO_TOKEN: Final = "expected the cluster's token, in RAY_AUTH_TOKEN or where Ray keeps it"
_OK: Final = 200
_BUSY: Final = 429
_TIMED_OUT: Final = 408
_PASSING: Final = (404, 500, 502, 503, 504)  # a machine ends, or models are being put on others
_CONNECT_S: Final = 2.0
_ANSWER_S: Final = 90.0  # more than Serve lets a request take
_PAUSE: Final = 0.1
_CONNECTIONS: Final = 200


def is_used() -> bool:
    """Whether models run on a cluster. Raises ValueError if BACKEND is set to what is unknown."""
    setting = os.environ.get(BACKEND, "")
    if setting not in ("", "ray"):
        raise ValueError(f"expected {BACKEND} as ray or empty, got {setting!r}")
    return setting == "ray"


class Cluster:
    """A running cluster; several threads may ask at once."""

    def __init__(
        self,
        address: str,
        token: str,
        *,
        clock: Callable[[], float] = monotonic,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        """Ask at `address`, as http://host:port, with the cluster's token."""
        import httpx2

        self.address = address
        self._clock = clock
        self._pause = pause
        self._client = httpx2.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx2.Timeout(_ANSWER_S, connect=_CONNECT_S),
            limits=httpx2.Limits(max_connections=_CONNECTIONS),
            trust_env=False,  # no proxy stands between a web server and its cluster
        )

    def ask(self, model: str, operation: str, *arguments: Any, waits: bool = False) -> Any:
        """What an operation of `backend.operations` gives for one model.

        waits: for work that no page waits for: it is tried for LONG_PATIENCE also while the cluster
            is busy
        Raises ServerBusy, ClusterAway, and what the operation raises for the reader.
        """
        body = packed(arguments)
        end = self._clock() + (LONG_PATIENCE if waits else PATIENCE)
        pause = _PAUSE
        while True:
            try:
                return self._once(model, operation, body)
            except TooMuchAsked as error:
                is_over = isinstance(error, ServerBusy) and not waits
                if is_over or self._clock() + pause > end:
                    log.tell("cluster", logging.WARNING, outcome=log.outcome_of(error))
                    raise
            self._pause(pause)
            pause = min(2 * pause, 1.0)

    def _once(self, model: str, operation: str, body: bytes) -> Any:
        from httpx2 import ReadTimeout, TransportError

        try:
            answer = self._client.post(f"/{operation}", content=body, headers=_headers(model))
        except ReadTimeout as error:
            raise ServerBusy(AGAIN) from error
        except TransportError as error:
            raise ClusterAway(AGAIN) from error
        return _value_of(answer)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()


def _headers(model: str) -> dict[str, str]:
    """What tells Serve which replicas have the model: all of them have the built-in one."""
    return {} if model == BUILT_IN else {MODEL: quote(model, safe="")}


def _value_of(answer: "Response") -> Any:
    """What the cluster answers, or its error raised."""
    if answer.status_code == _OK:
        share = payer()
        if share is not None:
            share.spend(float(answer.headers.get(SECONDS, 0)))
        return unpacked(answer.content)
    if answer.status_code == REFUSED:
        kind, says = unpacked(answer.content)
        raise _error_of(kind, says)
    if answer.status_code in (_BUSY, _TIMED_OUT):
        raise ServerBusy(AGAIN)
    if answer.status_code in _PASSING:
        raise ClusterAway(AGAIN)
    raise RuntimeError(f"the cluster answers with {answer.status_code}")


def _error_of(kind: str, says: str) -> Exception:
    """An error for the reader, as the machine that raised it had it; any other as what it is."""
    found = getattr(errors, kind, None)
    if not (isinstance(found, type) and issubclass(found, ExplorerError)):
        return RuntimeError(f"the cluster failed with {kind}")
    return found(says)


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


def ray_token() -> str:
    """The token of the cluster, looked for where Ray looks for it; empty if there is none.

    Source: Ray's documentation of token authentication, "What token does Ray use?".
    """
    if token := os.environ.get("RAY_AUTH_TOKEN"):
        return token
    path = Path(os.environ.get("RAY_AUTH_TOKEN_PATH") or Path.home() / ".ray" / "auth_token")
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


@cache
def cluster() -> Cluster:
    """The cluster that this process asks, started on this machine where none is named.

    Raises ValueError if a setting is wrong, or no token is found.
    """
    address = os.environ.get(ADDRESS, "")
    if not address:
        from backend.local_cluster import start_local_cluster

        local = start_local_cluster()
        return Cluster(local.address, local.token)
    token = ray_token()
    if not token:
        raise ValueError(NO_TOKEN)
    return Cluster(serve_address(address, os.environ.get(PORT, "")), token)
