"""`make cluster`: all of it starts, answers on this machine alone, and ends when it is told to."""

import os
import shutil
import signal
import stat
import sys
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
import pytest

from cluster.children import CannotStart, Child, wait_until
from cluster.ports import Ports, free_ports
from tests.cluster.test_nginx import asked, is_installed
from tests.serving import ROOT

START_SECONDS = 300
HERE = ("127.0.0.1", "::ffff:127.0.0.1")
ZOMBIE = psutil.STATUS_ZOMBIE  # has ended, and its parent, which is not ours, has not asked how

pytestmark = pytest.mark.skipif(
    not is_installed(), reason="nginx is not installed (Debian: apt-get install nginx-light)"
)


@pytest.fixture(scope="module")
def ports() -> Ports:
    """A front, whose web servers follow it, and others."""
    while True:
        ports = free_ports(webs=0)
        follow = Ports(ports.front, (ports.front + 1, ports.front + 2), *astuple(ports)[2:])
        try:
            follow.refuse_taken()
        except CannotStart:
            continue
        return follow


@pytest.fixture(scope="module")
def temporary() -> Iterator[Path]:
    """A folder with a short name, as paths of sockets must be."""
    with TemporaryDirectory(prefix="t-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def program(temporary: Path, ports: Ports) -> Iterator[Child]:
    log = temporary / "log"
    settings = {"PORT": ports.front, "SERVE_PORT": ports.serve, "RAY_PORT": ports.ray}
    settings |= {"DASHBOARD_PORT": ports.dashboard, "CLIENT_PORT": ports.client}
    environment = {name: str(port) for name, port in settings.items()}
    program = Child(
        "make cluster",
        [sys.executable, "-m", "cluster.run"],
        log,
        environment | {"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
    )
    program.start()
    wait_until(lambda: "Open http://" in log.read_text(), [program], START_SECONDS)
    yield program
    program.end()
    shutil.rmtree(ROOT / ".cluster" / str(ports.front))


def family(program: Child) -> list[psutil.Process]:
    """The processes that it started, and those that they started."""
    return psutil.Process(program.pid).children(recursive=True)  # type: ignore[no-any-return]


def test_it_answers_and_its_parts_know_each_other_by_a_token(program: Child, ports: Ports) -> None:
    status, _, _ = asked(f"http://127.0.0.1:{ports.front}/health")
    assert status == 200
    token = ROOT / ".cluster" / str(ports.front) / "token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert stat.S_IMODE(token.parent.stat().st_mode) == 0o700
    assert token.read_text() not in program.log.read_text()
    for address in (f"{ports.dashboard}/api/v0/nodes", f"{ports.serve}/read"):
        with pytest.raises(HTTPError) as refused:
            urlopen(f"http://127.0.0.1:{address}", timeout=60)
        with refused.value as answer:
            assert answer.code == 401


def test_it_listens_on_this_machine_alone_but_for_what_serve_opens(
    program: Child, ports: Ports
) -> None:
    sockets = [at for process in family(program) for at in process.net_connections("tcp")]
    heard = {at.laddr for at in sockets if at.status == psutil.CONN_LISTEN}
    told = {ports.front, *ports.webs, ports.serve, ports.ray, ports.dashboard, ports.client}
    assert told <= {port for _, port in heard}
    beyond = [port for address, port in heard if address not in HERE]
    assert len(beyond) <= 2  # Serve opens one for each replica everywhere; it asks for the token


def test_it_ends_with_all_that_it_started(program: Child, ports: Ports, temporary: Path) -> None:
    before = family(program)
    assert len(before) > 10
    os.kill(program.pid, signal.SIGTERM)
    wait_until(lambda: not program.is_running, [], 60)
    assert "has ended (code 0)" in program.how_it_ended
    assert not [one for one in before if one.is_running() and one.status() != ZOMBIE]
    ports.refuse_taken()
    folder = ROOT / ".cluster" / str(ports.front)
    assert not (folder / "token").exists()
    assert list(folder.glob("ray-logs/session_*/raylet.out"))
    assert not list(temporary.glob("ray-*"))
