"""`make cluster`: Ray's nodes, web servers and nginx, all on this machine, until Ctrl-C.

    PORT=8501              where visitors come, to nginx; web servers take the ports after it
    ADDRESS=127.0.0.1      where nginx listens; all else is reached from this machine alone
    NODES=2  CPUS=1        how many Ray nodes, and the processors of each, as Ray counts them
    WEBS=2                 how many web servers
    SERVE_PORT=8000        Ray Serve's HTTP
    RAY_PORT=6379          the head of the Ray nodes
    DASHBOARD_PORT=8265    Ray's dashboard
    CLIENT_PORT=10001      Ray's client server

Logs are in .cluster/PORT, and while it runs the token by which its parts know each other.
"""

import os
import shutil
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from cluster.children import CannotStart
from cluster.ports import LOOPBACK, here, ports_of
from cluster.ray_nodes import ROOT
from cluster.running import Cluster, running_cluster

_STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run it until it is told to end; what the process ends with."""
    for stop in _STOPS:
        if signal.getsignal(stop) is not signal.SIG_IGN:
            signal.signal(stop, _stop)
    try:
        _run()
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run() -> None:
    nodes, webs, cpus = _number("NODES"), _number("WEBS"), _number("CPUS", 1)
    ports = ports_of(os.environ, webs)
    ports.refuse_taken()
    folder = _folder(ports.front)
    print(f"Starting {nodes} Ray nodes, {webs} web servers and nginx; logs in {folder}", flush=True)
    address = os.environ.get("ADDRESS") or LOOPBACK
    with running_cluster(
        folder, nodes=nodes, webs=webs, cpus=cpus, ports=ports, address=address
    ) as cluster:
        print(f"Open {cluster.address} (Ray's dashboard: {here(ports.dashboard)})", flush=True)
        _watch(cluster)


def _watch(cluster: Cluster) -> NoReturn:
    """Tell of each process that ends by itself; the others go on."""
    told = set[str]()
    while True:
        for child in cluster.children:
            if not child.is_running and child.name not in told:
                told.add(child.name)
                print(child.how_it_ended, file=sys.stderr, flush=True)
        time.sleep(1)


def _stop(_: int, __: FrameType | None) -> NoReturn:
    """End what runs; being told again changes nothing."""
    for stop in _STOPS:
        signal.signal(stop, signal.SIG_IGN)
    print("Ending all of it", flush=True)
    raise SystemExit(0)


def _folder(port: int) -> Path:
    """An empty folder that nobody else can look into."""
    folder = ROOT / ".cluster" / str(port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


def _number(name: str, usual: int = 2) -> int:
    told = os.environ.get(name) or str(usual)
    if not told.isdecimal() or int(told) < 1:
        raise CannotStart(f"{name} is {told!r}. Give a whole number, such as {usual}.")
    return int(told)


if __name__ == "__main__":
    sys.exit(main())
