"""The models on a Ray cluster of this machine beside those in this process, and what is computed
for larger ones: `python -m benchmarks.cluster`, some two minutes.

Replicas, Ray's own processes and whoever asks share this machine's processors, so two replicas
cannot do twice the work of one here; what several machines do is computed, and says so.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from psutil import Process

from backend.cached import cached_model
from backend.catalogue import BUILT_IN
from backend.cluster import Cluster
from backend.cluster_address import serve_address
from backend.cluster_encoder import ClusterEncoder
from backend.model import Model
from benchmarks.hall import NEW_SENTENCES, THINKING_S
from benchmarks.queueing import most_arrivals
from benchmarks.table import Row, Target, table
from benchmarks.texts import PAIR_A, PAIR_B, sentences
from cluster.ports import free_ports
from cluster.ray_nodes import RayNodes, serve_config

REPEATS: Final = 200
BLOCK: Final = 10
TEXTS: Final = 400
"""Distinct texts for each throughput."""
TOKENS: Final = 30
HANDS: Final = 32
"""Who ask at once."""
WAIT: Final = 0.1
"""Seconds that at most one in twenty may wait for a replica, where larger clusters are computed."""
NODES: Final = (1, 10, 100)
_TOKENS_TOGETHER: Final = {False: 1, True: 1024}


def main() -> None:
    here = cached_model(BUILT_IN)
    with TemporaryDirectory() as name:
        rows, service = _measured(Path(name), here)
    print(table(rows))
    print(
        f"\nOne trace: medians of {REPEATS}, asked for one after the other. Throughput: {TEXTS} "
        f"distinct texts of {TOKENS} tokens, {HANDS} asked for at once. All on this machine.\n"
    )
    print(table(list(_computed(service))))
    print(
        f"\nComputed, not measured (Erlang C): one replica a node, {1000 * service:.1f} ms a trace "
        f"as one replica here takes, one in twenty waits over {1000 * WAIT:.0f} ms. A "
        f"visitor asks for a new trace every {THINKING_S / NEW_SENTENCES:.0f} s."
    )


def _measured(folder: Path, here: Model) -> tuple[list[Row], float]:
    """The rows, and the seconds that a replica takes for a trace when it is never without work."""
    ports = free_ports(0)
    nodes = RayNodes(folder, ports, 2, 1)
    try:
        nodes.start()
        rows: list[Row] = []
        rates = {}
        for replicas, together in ((1, False), (1, True), (2, True)):
            nodes.deploy(_config(ports.serve, replicas, together))
            cluster = Cluster([serve_address(nodes.environment["RAY_ADDRESS"], str(ports.serve))],
                              nodes.token.read_text())  # fmt: skip
            there = Model(ClusterEncoder(BUILT_IN, cluster), here.tokenizer)
            if not rows:
                rows += list(_one_trace(here, there))
            _throughput(there, seed=100 + replicas)  # every replica has the model now
            before = _door_seconds(nodes)
            rates[replicas, together] = _throughput(there, seed=replicas + 10 * together)
            door = (_door_seconds(nodes) - before) / (TEXTS + HANDS)
            cluster.close()
        rows += [
            Row("traces a second, 1 replica, each alone", TOKENS, "/s", None, rates[1, False]),
            Row("  read together", TOKENS, "/s", None, rates[1, True]),
            Row("  2 replicas, read together", TOKENS, "/s", None, rates[2, True]),
            Row("processor's time at the front doors, a trace", TOKENS, "ms", None, 1000 * door),
        ]
        return rows, 1 / rates[1, True]
    finally:
        nodes.end()


def _door_seconds(nodes: RayNodes) -> float:
    """Seconds of a processor that Serve's front doors have taken."""
    family = [child for node in nodes.nodes for child in Process(node.pid).children(recursive=True)]
    doors = [one for one in family if any("ProxyActor" in part for part in one.cmdline())]
    return sum(sum(door.cpu_times()[:2]) for door in doors)


def _config(port: int, replicas: int, together: bool) -> dict[str, Any]:
    """What is deployed: so many replicas, inputs read together or each alone."""
    config = serve_config(port)
    (deployment,) = config["applications"][0]["deployments"]
    del deployment["autoscaling_config"]
    deployment["num_replicas"] = replicas
    config["applications"][0]["args"] = {"together": _TOKENS_TOGETHER[together]}
    return config


def _one_trace(here: Model, there: Model) -> Iterator[Row]:
    """A trace in this process and through Serve, ten of each in turn on the same machine."""
    count = len(here.trace(PAIR_A, f"{PAIR_B} wide").tokens)
    taken: dict[Model, list[float]] = {here: [], there: []}
    for block in range(REPEATS // BLOCK):
        for model, samples in taken.items():
            for number in range(BLOCK):
                samples.append(_seconds_of_a_trace(model, f"{PAIR_B} {block} {number}"))
    own, served = (1000 * median(samples) for samples in taken.values())
    yield Row("one trace in this process", count, "ms", None, own)
    yield Row("  through Serve", count, "ms", None, served)
    yield Row("  more than in this process", count, "ms", None, served - own, Target(below=25))


def _seconds_of_a_trace(model: Model, b: str) -> float:
    began = perf_counter()
    model.trace(PAIR_A, b)
    return perf_counter() - began


def _throughput(model: Model, seed: int) -> float:
    """Traces a second."""
    texts = list(islice(sentences(TOKENS, seed), TEXTS))
    with ThreadPoolExecutor(HANDS) as hands:
        list(hands.map(model.trace, texts[:HANDS]))
        began = perf_counter()
        list(hands.map(model.trace, texts))
        return len(texts) / (perf_counter() - began)


def _computed(service: float) -> Iterator[Row]:
    a_visitor = NEW_SENTENCES / THINKING_S  # traces a second
    for nodes in NODES:
        most = most_arrivals(nodes, service, share=0.95, wait=WAIT)
        yield Row(f"computed: traces a second, {nodes} nodes", 0, "/s", None, most)
        yield Row("  visitors", 0, "", None, round(most / a_visitor))


if __name__ == "__main__":
    main()
