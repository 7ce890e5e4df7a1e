"""A cluster of this machine alone, for a server that is told to use one and given none.

It runs in a process of its own, which ends when this one does, however that comes about: its
standard input is then closed.
"""

import atexit
import os
import secrets
import socket
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from backend import log

_ROOT: Final = Path(__file__).parent.parent
_LAST_WAIT: Final = 20.0  # seconds that it gets to end
_ENVIRONMENT: Final = {
    "RAY_AUTH_MODE": "token",
    "RAY_USAGE_STATS_ENABLED": "0",
    # Without it Ray takes the machine's outer address for the loopback one, and listens on all
    # there are. The name is that of the systems where it does not.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
}


@dataclass(frozen=True)
class LocalCluster:
    """Where it is asked, and with which token."""

    address: str
    token: str
    process: "subprocess.Popen[bytes]"

    def end(self) -> None:
        """End it; all that it has started ends with it."""
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(_LAST_WAIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_local_cluster() -> LocalCluster:
    """Start one, which answers after some ten seconds and ends with this process at the latest.

    Raises ValueError if Ray is not installed.
    """
    if find_spec("ray") is None:
        raise ValueError("expected Ray to be installed: pip install -r requirements-ray.txt")
    port, token = _free_port(), secrets.token_hex(32)
    process = subprocess.Popen(
        [sys.executable, "-m", "backend.serving", str(port)],
        cwd=_ROOT,
        env=os.environ | _ENVIRONMENT | {"RAY_AUTH_TOKEN": token},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    started = LocalCluster(f"http://127.0.0.1:{port}", token, process)
    atexit.register(started.end)
    log.tell("cluster", outcome="started", port=port)
    return started


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
