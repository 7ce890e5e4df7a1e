"""How long a cluster gives no answer when something befalls it.

`python -m benchmarks.cluster_faults`, some six minutes.

Somebody asks for traces all the time, one after the other, as a page does: each question is tried
again until it is answered. The figure is the longest time between two answers; what the answers
are is held by tests/cluster/test_faults.py.
"""

import os
import signal
from collections.abc import Callable, Iterator
from itertools import count, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import monotonic, sleep
from typing import Final

from backend.cached import cached_model
from backend.catalogue import BUILT_IN
from backend.cluster import Cluster
from backend.cluster_address import serve_address
from backend.cluster_encoder import ClusterEncoder
from backend.errors import TooMuchAsked
from backend.model import Model
from benchmarks.table import Row, table
from benchmarks.texts import PAIR_A
from cluster.ports import free_ports
from cluster.ray_nodes import RayNodes, serve_config

BEFORE_S: Final = 5.0
AFTER_S: Final = 30.0
"""So long it is asked before and after what befalls it."""


def main() -> None:
    with TemporaryDirectory() as name:
        print(table(list(_rows(Path(name)))))
    print(
        "\nTwo nodes with one replica each, all on this machine. The longest time between two "
        f"answers, from {BEFORE_S:.0f} s before until {AFTER_S:.0f} s after."
    )


def _rows(folder: Path) -> Iterator[Row]:
    ports = free_ports(0)
    nodes = RayNodes(folder, ports, 2, 1)
    config = serve_config(ports.serve)

    def start() -> None:
        nodes.start()
        nodes.deploy(config)

    def everything() -> None:
        for node in nodes.nodes:
            node.kill()
        start()

    def other_version() -> None:
        config["applications"][0]["args"] = {"together": 512}
        nodes.deploy(config)

    try:
        start()
        address = serve_address(nodes.environment["RAY_ADDRESS"], str(ports.serve))
        cluster = Cluster([address], nodes.token.read_text())
        cluster.ask(BUILT_IN, "facts", waits=True)
        there = Model(ClusterEncoder(BUILT_IN, cluster), cached_model(BUILT_IN).tokenizer)
        for what, fault in (
            ("nothing", lambda: None),
            ("a replica is killed", lambda: os.kill(nodes.replicas()[0], signal.SIGKILL)),
            ("a node is stopped", nodes.nodes[1].end),
            ("a node comes", nodes.nodes[1].start),
            ("a node is killed", nodes.nodes[1].kill),
            ("it comes back", nodes.nodes[1].start),
            ("a new version is deployed", other_version),
            ("the whole cluster is killed and started", everything),
        ):
            yield Row(what, 0, "s", None, _longest_pause(there, fault))
    finally:
        nodes.end()


def _longest_pause(model: Model, fault: Callable[[], object]) -> float:
    """Seconds between two answers, while this befalls the cluster."""
    answered, is_over = [monotonic()], Event()

    def ask() -> None:
        for number in count():
            while not is_over.is_set():
                try:
                    model.trace(PAIR_A, str(number))
                except TooMuchAsked:
                    continue
                answered.append(monotonic())
                break
            if is_over.is_set():
                return

    hand = Thread(target=ask)
    hand.start()
    sleep(BEFORE_S)
    fault()
    sleep(AFTER_S)
    is_over.set()
    hand.join()
    return max(later - sooner for sooner, later in pairwise(answered))


if __name__ == "__main__":
    main()
