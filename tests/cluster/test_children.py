"""Processes end with all that they started, and say where to look when they end by themselves."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.children import CannotStart, Child, end_all, session_of, wait_until
from cluster.ports import free_ports, ports_of
from cluster.running import running_cluster
from tests.serving import ROOT

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if len(sys.argv) > 1:  # its own child outlives it and is nobody's
    subprocess.Popen([sys.executable, "-c", sys.argv[1]], start_new_session=False)
    print("ready", flush=True)
time.sleep(600)
"""
POLITE = "import time; print('ready', flush=True); time.sleep(600)"


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[Child]]:
    """Children that a test starts; none outlives it."""
    children: list[Child] = []
    yield children
    for child in children:
        child.kill()


def python(folder: Path, *arguments: str, **environment: str) -> Child:
    return Child("the snake", [sys.executable, "-c", *arguments], folder / "log", environment)


def start(child: Child, started: list[Child]) -> Child:
    started.append(child)
    child.start()
    wait_until(lambda: "ready" in child.log.read_text(), [child], 60)
    return child


def is_there(pid: int) -> bool:
    return pid in session_of(os.getsid(pid)) if Path(f"/proc/{pid}").exists() else False


def test_a_child_is_asked_to_end_and_may_be_started_anew(
    tmp_path: Path, started: list[Child]
) -> None:
    child = start(python(tmp_path, POLITE), started)
    first = child.pid
    assert child.is_running
    child.end()
    assert not child.is_running
    assert child.pid == 0
    child.start()
    wait_until(lambda: child.log.read_text().count("ready") == 2, [child], 60)
    assert child.pid not in (0, first)


def test_what_a_child_started_ends_with_it_even_where_it_does_not_listen(
    tmp_path: Path, started: list[Child]
) -> None:
    child = start(python(tmp_path, STUBBORN, STUBBORN), started)
    family = session_of(child.pid)
    assert len(family) == 2
    began = time.monotonic()
    child.end(seconds=0.5)
    assert 0.5 <= time.monotonic() - began < 30
    assert not any(map(is_there, family))


def test_what_a_child_left_behind_is_found(tmp_path: Path, started: list[Child]) -> None:
    child = start(python(tmp_path, STUBBORN, STUBBORN), started)
    leader, orphan = sorted(session_of(child.pid), key=lambda pid: pid != child.pid)
    os.kill(leader, signal.SIGKILL)
    wait_until(lambda: not child.is_running, [], 60)
    assert "has ended (code -9)" in child.how_it_ended
    assert is_there(orphan)
    child.end()
    assert not is_there(orphan)


def test_all_end_at_the_same_time(tmp_path: Path, started: list[Child]) -> None:
    children = [
        Child(str(n), [sys.executable, "-c", STUBBORN, POLITE], tmp_path / str(n)) for n in (1, 2)
    ]
    for child in children:
        start(child, started)
    began = time.monotonic()
    end_all(children, seconds=2)
    assert time.monotonic() - began < 4
    assert not any(child.is_running for child in children)


def test_who_ends_at_start_is_told_with_the_log(tmp_path: Path, started: list[Child]) -> None:
    child = python(tmp_path, "import sys; print('no engine'); sys.exit(3)")
    started.append(child)
    child.start()
    with pytest.raises(CannotStart) as told:
        wait_until(lambda: False, [child], 60)
    assert str(told.value) == (
        f"While it started, the snake has ended (code 3). Its log: {tmp_path / 'log'}"
    )
    assert (tmp_path / "log").read_text() == "no engine\n"


def test_who_never_answers_is_told_with_the_log(tmp_path: Path, started: list[Child]) -> None:
    child = start(python(tmp_path, POLITE), started)
    with pytest.raises(CannotStart, match=r"within 0 s.*log"):
        wait_until(lambda: False, [child], 0.2)


def test_a_child_knows_what_it_is_told_besides_our_environment(
    tmp_path: Path, started: list[Child]
) -> None:
    says = "import os; print(os.environ['HOME'], os.environ['EXTRA'], 'ready'); input()"
    child = python(tmp_path, says, EXTRA="more")
    started.append(child)
    child.start()
    wait_until(lambda: not child.is_running, [], 60)
    assert child.log.read_text().startswith(f"{os.environ['HOME']} more ready")
    assert "EOFError" in child.log.read_text()  # nobody types anything


def test_ports_are_the_usual_ones_or_as_set() -> None:
    usual = ports_of({}, webs=2)
    assert (usual.front, usual.webs, usual.serve, usual.ray) == (8501, (8502, 8503), 8000, 6379)
    assert ports_of({"PORT": "9000", "SERVE_PORT": "9001"}, webs=1).webs == (9001,)
    for wrong in ("http", "80", "65535", "-1"):
        with pytest.raises(CannotStart, match=f"PORT is '{wrong}'"):
            ports_of({"PORT": wrong}, webs=2)


def test_a_port_for_two_is_told() -> None:
    front = free_ports(0).front
    ports = ports_of({"PORT": str(front), "SERVE_PORT": str(front + 1)}, webs=2)
    with pytest.raises(CannotStart, match=rf"Port {front + 1} would be used twice"):
        ports.refuse_taken()


def test_free_ports_are_free_and_all_different() -> None:
    ports = free_ports(webs=3)
    ports.refuse_taken()
    numbers = [ports.front, *ports.webs, ports.serve, ports.ray, ports.dashboard, ports.client]
    assert len(set(numbers)) == 8


def test_taken_ports_are_told_in_one_sentence_by_the_program() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as Ray Serve does
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        tried = subprocess.run(
            [sys.executable, "-m", "cluster.run"],
            cwd=ROOT, env=os.environ | {"SERVE_PORT": taken, "PORT": str(free_ports(0).front)},
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert tried.returncode == 1
    assert "Somebody listens already on port" in tried.stderr
    assert taken in tried.stderr
    assert "Traceback" not in tried.stderr


def test_what_is_not_installed_is_told_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("cluster.nginx.shutil.which", lambda *_, **__: None)
    with (
        pytest.raises(CannotStart, match="apt-get install nginx-light"),
        running_cluster(tmp_path, nodes=0),
    ):
        raise AssertionError("it has started")
    monkeypatch.setattr("cluster.ray_nodes.find_spec", lambda _: None)
    with (
        pytest.raises(CannotStart, match=r"pip install -r requirements-ray\.txt"),
        running_cluster(tmp_path, with_nginx=False),
    ):
        raise AssertionError("it has started")
