"""A whole cluster on this machine, as a block: Ray nodes, web servers, and nginx in front."""

import secrets
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError

from cluster.children import Child, end_all, wait_until
from cluster.nginx import nginx
from cluster.ports import LOOPBACK, Ports, free_ports, here
from cluster.ray_nodes import ROOT, START_SECONDS, RayNodes, serve_config

_STARTING: Final = 503
_WITHOUT_PROXIES: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Cluster:
    """What runs, each of which can be ended, killed and started anew.

    address: where visitors come
    webs: the web servers, and web_addresses where each is reached without nginx
    front: nginx; None where there is none
    ray: the Ray nodes; None where each web server has the models itself
    """

    address: str
    webs: list[Child]
    web_addresses: list[str]
    front: Child | None
    ray: RayNodes | None

    @property
    def children(self) -> list[Child]:
        """All processes that were started here."""
        nodes = self.ray.nodes if self.ray else []
        return [*nodes, *self.webs, *([self.front] if self.front else [])]

    def wait_until_ready(self) -> None:
        """Until every web server has told whether it could start, and nginx answers.

        Raises: CannotStart
        """
        for web, address in zip(self.webs, self.web_addresses, strict=True):
            wait_until(partial(_answers, address), [web], START_SECONDS)
        if self.front:
            wait_until(partial(_answers, self.address), [self.front], START_SECONDS)


@contextmanager
def running_cluster(
    folder: Path,
    *,
    nodes: int = 2,
    webs: int = 2,
    with_nginx: bool = True,
    cpus: int = 1,
    ports: Ports | None = None,
    address: str = LOOPBACK,
    config: Mapping[str, Any] | None = None,
    **environment: str,
) -> Iterator[Cluster]:
    """A cluster whose parts have all answered; it ends with the block.

    folder: for logs and settings; must exist
    nodes: of Ray; without any the web servers have the models themselves
    cpus: of each node, as Ray counts them
    ports: free ones where not given
    address: where nginx listens
    config: what is deployed, cluster/serve.yaml where not given
    environment: of the web servers
    Raises: CannotStart
    """
    ports = ports or free_ports(webs)
    addresses = [here(port) for port in ports.webs]
    with ExitStack() as stack:
        ends = [f"{LOOPBACK}:{port}" for port in ports.webs]
        front = nginx(folder, address, ports.front, ends) if with_nginx else None
        ray = RayNodes(folder, ports, nodes, cpus) if nodes else None
        told = _web_environment(ray, ports) | environment
        children = [_web(folder, port, told) for port in ports.webs]
        if ray:
            stack.callback(ray.end)
            ray.start()
            ray.deploy(config or serve_config(ports.serve, nodes * cpus))
        stack.callback(end_all, [*children, *([front] if front else [])])
        for child in [*children, *([front] if front else [])]:
            child.start()
        visited = here(ports.front, address) if front else addresses[0]
        cluster = Cluster(visited, children, addresses, front, ray)
        cluster.wait_until_ready()
        yield cluster


def _web(folder: Path, port: int, environment: Mapping[str, str]) -> Child:
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
    command += ["--server.port", str(port), "--server.address", LOOPBACK]
    name = f"the web server on port {port}"
    return Child(name, command, folder / f"web-{port}.log", environment)


def _web_environment(ray: RayNodes | None, ports: Ports) -> dict[str, str]:
    """What all web servers know: one secret, so that what one has signed another one takes."""
    secret = {"STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_hex(32)}
    if ray is None:
        return secret
    ours = {"EXPLORER_BACKEND": "ray", "EXPLORER_SERVE_PORT": str(ports.serve)}
    return secret | ours | ray.environment


def _answers(address: str) -> bool:
    """Whether the app behind this address is past its start, however that went."""
    try:
        with _WITHOUT_PROXIES.open(f"{address}/health", timeout=30):
            return True
    except HTTPError as error:
        with error:
            return error.code != _STARTING
    except OSError:
        return False
