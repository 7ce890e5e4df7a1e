"""The machines that run the models, where this one does not: a Ray cluster, asked over HTTP.

    EXPLORER_BACKEND=ray    models run on a cluster, not in this process

This process asks Serve's front door and is no part of the cluster: Ray ends its own processes when
the cluster goes away, and a web server must outlive that.
"""

import logging
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from threading import Lock
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from backend import errors, log
from backend.catalogue import BUILT_IN
from backend.cluster_address import NO_TOKEN, ray_token, serve_addresses
from backend.errors import ClusterAway, ExplorerError, ServerBusy, TooMuchAsked
from backend.fair_share import payer
from backend.turns import aside
from backend.wire import packed, unpacked

if TYPE_CHECKING:
    from httpx2 import Response

BACKEND: Final = "EXPLORER_BACKEND"
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
_OK: Final = 200
_BUSY: Final = 429
_TIMED_OUT: Final = 408
_ENDED: Final = 500  # so Serve answers where the replica that was asked has ended
_PASSING: Final = (404, 502, 503, 504)  # a machine ends, or models are being put on others
_CONNECT_S: Final = 2.0
_ANSWER_S: Final = 65.0  # more than Serve lets a request take
_SILENCE_MS: Final = 5000  # after which a machine that does not even acknowledge is gone
_REST: Final = 5.0  # seconds for which a front door that failed is passed by
_MOST_BROKEN: Final = 3  # answers that may break off before what was asked counts as the cause
_PAUSE: Final = 0.1
_CONNECTIONS: Final = 200
_patient: Final = ContextVar("_patient", default=False)
_starting: Final = Lock()


def is_used() -> bool:
    """Whether models run on a cluster. Raises ValueError if BACKEND is set to what is unknown."""
    setting = os.environ.get(BACKEND, "")
    if setting not in ("", "ray"):
        raise ValueError(f"expected {BACKEND} as ray or empty, got {setting!r}")
    return setting == "ray"


@contextmanager
def patiently() -> Iterator[None]:
    """Whatever this thread asks meanwhile is work that no page waits for; see `Cluster.ask`."""
    before = _patient.set(True)
    try:
        yield
    finally:
        _patient.reset(before)


class _Broken(Exception):  # noqa: N818
    """No answer, where what was asked may itself be what ended the machine."""


class Doors:
    """The addresses at which Serve answers: each in its turn, but for those that failed lately."""

    def __init__(self, addresses: Sequence[str], clock: Callable[[], float] = monotonic) -> None:
        """Have them ready. addresses: as http://host:port"""
        self._waiting = list(addresses)
        self._rests_until = dict.fromkeys(addresses, float("-inf"))
        self._clock = clock
        self._lock = Lock()

    def choose(self) -> str:
        """The one to ask next; where all have failed, the one whose turn it is."""
        with self._lock:
            now = self._clock()
            fit = (door for door in self._waiting if self._rests_until[door] <= now)
            chosen = next(fit, self._waiting[0])
            self._waiting.remove(chosen)
            self._waiting.append(chosen)
            return chosen

    def pass_by(self, door: str) -> None:
        """Ask others for a while: this one has failed."""
        with self._lock:
            self._rests_until[door] = self._clock() + _REST


class Cluster:
    """A running cluster; several threads may ask at once."""

    def __init__(
        self,
        addresses: Sequence[str],
        token: str,
        *,
        clock: Callable[[], float] = monotonic,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        """Ask at these addresses in turn, each as http://host:port, with the cluster's token."""
        import httpx2

        self.addresses = tuple(addresses)
        self._doors = Doors(addresses, clock)
        self._clock = clock
        self._pause = pause
        self._client = httpx2.Client(
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx2.Timeout(_ANSWER_S, connect=_CONNECT_S, pool=_CONNECT_S),
            transport=httpx2.HTTPTransport(
                limits=httpx2.Limits(max_connections=_CONNECTIONS),
                socket_options=_socket_options(),
                trust_env=False,  # no proxy stands between a web server and its cluster
            ),
            trust_env=False,
        )

    def ask(self, model: str, operation: str, *arguments: Any, waits: bool = False) -> Any:
        """What an operation of `backend.operations` gives for one model.

        waits: for work that no page waits for, as for all within `patiently`: it is tried for
            LONG_PATIENCE, also while the cluster is busy
        Raises ServerBusy, ClusterAway, ModelComing, and what the operation raises for the reader.
        """
        with aside():
            return self._answer(model, operation, packed(arguments), waits or _patient.get())

    def _answer(self, model: str, operation: str, body: bytes, waits: bool) -> Any:
        """What comes back in the end, however often it takes."""
        end = self._clock() + (LONG_PATIENCE if waits else PATIENCE)
        pause, broken = _PAUSE, 0
        while True:
            try:
                return self._once(model, operation, body)
            except _Broken:
                broken += 1
                error: TooMuchAsked = ClusterAway(AGAIN)
                is_over = broken == _MOST_BROKEN
            except TooMuchAsked as told:
                error = told
                is_over = isinstance(told, ServerBusy) and not waits
            if is_over or self._clock() + pause > end:
                log.tell("cluster", logging.WARNING, outcome=log.outcome_of(error))
                raise error
            self._pause(pause)
            pause = min(2 * pause, 1.0)

    def _once(self, model: str, operation: str, body: bytes) -> Any:
        from httpx2 import ConnectError, ConnectTimeout, PoolTimeout, TransportError

        door = self._doors.choose()
        try:
            answer = self._client.post(f"{door}/{operation}", content=body, headers=_headers(model))
        except PoolTimeout as error:
            raise ServerBusy(AGAIN) from error
        except (ConnectError, ConnectTimeout) as error:
            self._doors.pass_by(door)
            raise ClusterAway(AGAIN) from error
        except TransportError as error:
            self._doors.pass_by(door)
            raise _Broken from error
        return _value_of(answer)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()


def _socket_options() -> list[tuple[int, int, int]]:
    """A machine that is gone says nothing: the system is told how long to wait for it."""
    alive = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux: for all that is sent, those probes included
        alive += [
            (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _SILENCE_MS),
            (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 2),
            (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1),
        ]
    return alive


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
    if answer.status_code == _ENDED:
        raise _Broken
    if answer.status_code in _PASSING:
        raise ClusterAway(AGAIN)
    raise RuntimeError(f"the cluster answers with {answer.status_code}")


def _error_of(kind: str, says: str) -> Exception:
    """An error for the reader, as the machine that raised it had it; any other as what it is."""
    found = getattr(errors, kind, None)
    if not (isinstance(found, type) and issubclass(found, ExplorerError)):
        return RuntimeError(f"the cluster failed with {kind}")
    return found(AGAIN) if issubclass(found, TooMuchAsked) else found(says)


def cluster() -> Cluster:
    """The cluster that this process asks, started on this machine where none is named.

    Raises ValueError if a setting is wrong, or no token is found.
    """
    with _starting:  # who comes second waits: two would start two
        return _cluster()


@cache
def _cluster() -> Cluster:
    addresses = serve_addresses(os.environ)
    if not addresses:
        from backend.local_cluster import start_local_cluster

        local = start_local_cluster()
        return Cluster([local.address], local.token)
    token = ray_token()
    if not token:
        raise ValueError(NO_TOKEN)
    return Cluster(addresses, token)
