"""Which ports a cluster listens to, all of them on this machine alone unless told otherwise."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cluster.children import CannotStart

LOOPBACK: Final = "127.0.0.1"
_OTHERS: Final = "Set PORT, SERVE_PORT, RAY_PORT, DASHBOARD_PORT or CLIENT_PORT."


@dataclass(frozen=True)
class Ports:
    """A port for each who is spoken to from outside; Ray takes free ones for all else.

    front: nginx
    webs: the web servers
    serve: Ray Serve's HTTP
    ray: the head of the Ray nodes
    dashboard, client: Ray's dashboard, which also takes what is deployed, and Ray's client server
    """

    front: int
    webs: tuple[int, ...]
    serve: int
    ray: int
    dashboard: int
    client: int

    def refuse_taken(self) -> None:
        """Look whether all of them are free, and each another.

        Ray Serve's nodes share a port with whoever listens there already, so it would not say so.

        Raises: CannotStart with the ports that are not
        """
        needed = (self.front, *self.webs, self.serve, self.ray, self.dashboard, self.client)
        if twice := sorted({str(port) for port in needed if needed.count(port) > 1}):
            raise CannotStart(
                f"Port {', '.join(twice)} would be used twice: web servers take the ports after "
                f"PORT. {_OTHERS}"
            )
        if taken := [str(port) for port in needed if _is_taken(port)]:
            raise CannotStart(
                f"Somebody listens already on port {', '.join(taken)} of this machine. End that, "
                f"or choose others. {_OTHERS}"
            )


def ports_of(environment: Mapping[str, str], webs: int) -> Ports:
    """Those that the environment sets, else the usual ones; web servers follow nginx."""

    def port(name: str, usual: int) -> int:
        told = environment.get(name) or str(usual)
        if not told.isdecimal() or not 1024 <= int(told) <= 65535 - webs:
            raise CannotStart(f"{name} is {told!r}. Give a port, such as {usual}.")
        return int(told)

    front = port("PORT", 8501)
    return Ports(
        front=front,
        webs=tuple(front + 1 + number for number in range(webs)),
        serve=port("SERVE_PORT", 8000),
        ray=port("RAY_PORT", 6379),
        dashboard=port("DASHBOARD_PORT", 8265),
        client=port("CLIENT_PORT", 10001),
    )


def free_ports(webs: int) -> Ports:
    """Ports that nobody listens to now."""
    probes = [socket.socket() for _ in range(webs + 5)]
    for probe in probes:
        probe.bind((LOOPBACK, 0))
    front, serve, ray, dashboard, client, *rest = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return Ports(front, tuple(rest), serve, ray, dashboard, client)


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False


def here(port: int, host: str = LOOPBACK) -> str:
    """The address of a port over HTTP."""
    return f"http://{host}:{port}"
