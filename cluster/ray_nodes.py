"""Ray's nodes on this machine, and what is deployed on them."""

import json
import os
import secrets
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from cluster.children import CannotStart, Child, end_all, wait_until
from cluster.ports import LOOPBACK, Ports, here

ROOT: Final = Path(__file__).parent.parent
CONFIG: Final = Path(__file__).with_name("serve.yaml")
START_SECONDS: Final = 300.0  # a machine may be slow and busy
_DRAIN_SECONDS: Final = 5
"""How long a node that is asked to end lets others take over; Ray's own 30 s are for large ones."""
_OBJECT_STORE: Final = 256_000_000
"""Bytes of shared memory a node may take: what passes from process to process is a few MB."""
_LOGS: Final = "ray-logs"
_APPLICATIONS: Final = "/api/serve/applications/"


class RayNodes:
    """A head and further nodes, which know each other by a token of their own."""

    def __init__(self, folder: Path, ports: Ports, count: int, cpus: int) -> None:
        """Have them ready to be started; everything they write goes into the folder.

        count: nodes, the head among them; cpus: of each
        Raises: CannotStart where Ray is not installed
        """
        if find_spec("ray") is None:
            raise CannotStart(
                "Ray is not installed. Install it: pip install -r requirements-ray.txt"
            )
        self._folder, self._ports = folder, ports
        self.token = folder / "token"
        self.token.touch(mode=0o600)
        self.token.write_text(secrets.token_hex(32))
        # Unix sockets lie in it, whose paths may have 107 characters, of which Ray takes 70.
        self._temporary = Path(tempfile.mkdtemp(prefix="ray-"))
        self.nodes = [self._node(number, cpus) for number in range(count)]

    @property
    def environment(self) -> dict[str, str]:
        """What whoever speaks with the nodes has to know."""
        return {
            "RAY_ADDRESS": f"{LOOPBACK}:{self._ports.ray}",
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN_PATH": str(self.token),
        }

    def start(self) -> None:
        """Start all nodes, which know nothing of what was deployed on them before.

        Raises: CannotStart
        """
        head, *others = self.nodes
        head.start()
        wait_until(lambda: self._count() == 1, [head], START_SECONDS)
        for node in others:
            node.start()
        wait_until(lambda: self._count() == len(self.nodes), self.nodes, START_SECONDS)

    def deploy(self, config: Mapping[str, Any]) -> None:
        """Deploy what a Serve config says, and wait until it answers.

        Raises: CannotStart where it cannot be deployed
        """
        self._ask(_APPLICATIONS, json.dumps(config).encode())
        wait_until(self._is_deployed, self.nodes, START_SECONDS)

    def replicas(self) -> list[int]:
        """The process ids of all that run."""
        applications = self._ask(_APPLICATIONS)["applications"].values()
        deployments = [d for a in applications for d in a["deployments"].values()]
        replicas = [replica for deployment in deployments for replica in deployment["replicas"]]
        return [replica["pid"] for replica in replicas if replica["state"] == "RUNNING"]

    def end(self) -> None:
        """End all nodes; of what they wrote only the logs stay, in the folder."""
        end_all(self.nodes)
        for logs in self._temporary.glob("session_2*/logs"):
            shutil.copytree(logs, self._folder / _LOGS / logs.parent.name, symlinks=True)
        shutil.rmtree(self._temporary, ignore_errors=True)
        self.token.unlink(missing_ok=True)

    def _node(self, number: int, cpus: int) -> Child:
        ports = self._ports
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block"]
        command += [f"--num-cpus={cpus}", f"--object-store-memory={_OBJECT_STORE}"]
        # Free ports for workers and agents, so that two such clusters can stand side by side.
        command += ["--min-worker-port=0", "--max-worker-port=0", "--dashboard-agent-listen-port=0"]
        environment = self.environment | {
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": str(_DRAIN_SECONDS),
        }
        if number == 0:
            command += ["--head", f"--port={ports.ray}", f"--temp-dir={self._temporary}"]
            command += [f"--dashboard-port={ports.dashboard}", f"--dashboard-host={LOOPBACK}"]
            command += [f"--ray-client-server-port={ports.client}", f"--node-ip-address={LOOPBACK}"]
            # Without it Ray takes the machine's outer address for the loopback one, and listens on
            # all there are. The name is that of the systems where it does not.
            environment["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
        else:
            # In capitals the name stands for the loopback address and is not replaced either.
            command += [f"--address=LOCALHOST:{ports.ray}"]
        log = self._folder / f"ray-node-{number}.log"
        return Child(f"Ray's node {number}", command, log, environment)

    def _count(self) -> int:
        """How many nodes are there; none while nobody answers."""
        try:
            told = self._ask("/api/v0/nodes")
        except OSError:
            return 0
        return sum(node["state"] == "ALIVE" for node in told["data"]["result"]["result"])

    def _is_deployed(self) -> bool:
        try:
            told = self._ask(_APPLICATIONS)["applications"]
        except OSError:
            return False
        for name, application in told.items():
            if application["status"] == "DEPLOY_FAILED":
                why = application["message"].strip().splitlines()[-1:]
                logs = self._folder / _LOGS
                raise CannotStart(f"Ray Serve cannot run {name} ({''.join(why)}). Its logs: {logs}")
        return bool(told) and all(one["status"] == "RUNNING" for one in told.values())

    def _ask(self, path: str, body: bytes | None = None) -> Any:
        """What the head's dashboard answers; a body is put there."""
        request = urllib.request.Request(
            here(self._ports.dashboard) + path, body, method="PUT" if body else "GET"
        )
        request.add_header("Authorization", f"Bearer {self.token.read_text()}")
        request.add_header("Content-Type", "application/json")
        without_proxies = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with without_proxies.open(request, timeout=30) as answer:
            told = answer.read()
        return json.loads(told) if told else None


def serve_config(port: int, processors: int | None = None) -> dict[str, Any]:
    """What is deployed, with HTTP on this port of this machine.

    processors: how many all nodes have together; no more replicas are asked for
    """
    import yaml  # comes with Ray

    config: dict[str, Any] = yaml.safe_load(CONFIG.read_text())
    config["http_options"] |= {"host": LOOPBACK, "port": port}
    if processors:
        (deployment,) = config["applications"][0]["deployments"]
        bounds = deployment["autoscaling_config"]
        for name in ("min_replicas", "max_replicas"):
            bounds[name] = min(bounds[name], processors)
    return config
