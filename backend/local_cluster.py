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
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from backend import log

_ROOT: Final = Path(__file__).parent.parent
_LAST_WAIT: Final = 20.0  # seconds that it gets to end


def start_local_cluster() -> tuple[str, str]:
    """Start one and give its address and its token; it answers after some ten seconds.

    Raises ValueError if Ray is not installed.
    """
    if find_spec("ray") is None:
        raise ValueError("expected Ray to be installed: pip install -r requirements-ray.txt")
    port, token = _free_port(), secrets.token_hex(32)
    ended_with_us = subprocess.Popen(
        [sys.executable, "-m", "backend.serving", str(port)],
        cwd=_ROOT,
        env=os.environ | {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    atexit.register(_end, ended_with_us)
    log.tell("cluster", outcome="started", port=port)
    return f"http://127.0.0.1:{port}", token


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(_LAST_WAIT)
    except subprocess.TimeoutExpired:
        process.kill()
