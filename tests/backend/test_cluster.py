"""How a cluster is asked, and what its answers mean: against a front door that says anything."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest

from backend import cluster as cluster_module
from backend.cluster import (
    LONG_PATIENCE,
    MODEL,
    PATIENCE,
    SECONDS,
    Cluster,
    Doors,
    is_used,
    patiently,
)
from backend.cluster_address import ray_token, serve_address, serve_addresses
from backend.errors import ClusterAway, ModelComing, NotAModel, ServerBusy
from backend.fair_share import FairShare, pays
from backend.wire import packed, unpacked

Answer = tuple[int, bytes]


class FrontDoor(ThreadingHTTPServer):
    """Gives these answers one after the other, the last one for ever; keeps what it was asked."""

    daemon_threads = True

    def __init__(self, *answers: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.answers = list(answers)
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.seconds = "0.0"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Visit(BaseHTTPRequestHandler):
    server: FrontDoor
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), unpacked(body)))
        answers = self.server.answers
        status, content = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header(SECONDS, self.server.seconds)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *values: Any) -> None:
        pass


class Time:
    """A clock that goes on only while somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def wait(self, seconds: float) -> None:
        self.now += seconds


@contextmanager
def opened(*answers: Answer) -> Iterator[tuple[FrontDoor, Cluster, Time]]:
    door, time = FrontDoor(*answers), Time()
    Thread(target=door.serve_forever, daemon=True).start()
    cluster = Cluster([door.address], "secret", clock=lambda: time.now, pause=time.wait)
    yield door, cluster, time
    cluster.close()
    door.shutdown()
    door.server_close()


def test_a_question_and_its_answer() -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    with opened((200, packed(array))) as (door, cluster, _):
        found = cluster.ask("a/model ü", "projections", array, 3)
    np.testing.assert_array_equal(found, array)
    path, headers, (sent, number) = door.asked[0]
    assert path == "/projections"
    assert headers["Authorization"] == "Bearer secret"
    assert unquote(headers[MODEL]) == "a/model ü"
    np.testing.assert_array_equal(sent, array)
    assert number == 3


@pytest.mark.parametrize("status", [404, 500, 502, 503, 504])
def test_a_machine_that_ends_is_asked_again(status: int) -> None:
    with opened((status, b""), (status, b""), (200, packed(7))) as (door, cluster, time):
        assert cluster.ask("minilm", "facts") == 7
        assert len(door.asked) == 3
        assert 0 < time.now < 1


def test_what_ends_every_machine_is_not_asked_for_ever() -> None:
    with opened((500, b"")) as (door, cluster, _):
        with pytest.raises(ClusterAway):
            cluster.ask("minilm", "read")
        assert len(door.asked) == 3
        with patiently(), pytest.raises(ClusterAway):
            cluster.ask("minilm", "read")
        assert len(door.asked) == 6


def test_a_model_that_is_being_loaded_is_waited_for_and_told_of() -> None:
    coming = (422, packed(("ModelComing", "It comes.")))
    with opened(coming, coming, (200, packed(7))) as (_, cluster, time):
        assert cluster.ask("distilbert-base-uncased", "facts") == 7
    with opened(coming) as (_, cluster, time):
        with pytest.raises(ModelComing, match=r"ready\. It goes on by itself in 3 s"):
            cluster.ask("distilbert-base-uncased", "facts")
        assert PATIENCE / 2 < time.now <= PATIENCE


def test_who_waits_patiently_waits_in_all_that_is_asked() -> None:
    with opened(*[(429, b"")] * 9, (200, packed("at last"))) as (_, cluster, time):
        with patiently():
            assert cluster.ask("minilm", "read") == "at last"
        assert PATIENCE / 2 < time.now < LONG_PATIENCE
    with opened((429, b"")) as (_, cluster, time), pytest.raises(ServerBusy):
        cluster.ask("minilm", "read")
    assert time.now == 0


def test_front_doors_are_asked_in_turn_and_one_that_failed_later() -> None:
    time = Time()
    doors = Doors(["a", "b", "c"], lambda: time.now)
    assert [doors.choose() for _ in range(4)] == ["a", "b", "c", "a"]
    doors.pass_by("b")
    assert [doors.choose() for _ in range(4)] == ["c", "a", "c", "a"]
    doors.pass_by("a")
    doors.pass_by("c")
    assert sorted(doors.choose() for _ in range(3)) == ["a", "b", "c"]
    time.wait(10)
    assert sorted(doors.choose() for _ in range(3)) == ["a", "b", "c"]


def test_one_of_two_front_doors_is_gone() -> None:
    with opened((200, packed(7))) as (gone, _, _):
        pass
    with opened((200, packed(7))) as (door, _, time):
        cluster = Cluster(
            [gone.address, door.address], "secret", clock=lambda: time.now, pause=time.wait
        )
        assert [cluster.ask("minilm", "facts") for _ in range(4)] == [7] * 4
        assert len(door.asked) == 4
        assert time.now < 0.2
        cluster.close()


def test_a_cluster_that_stays_away_is_told_of_in_time() -> None:
    with opened((503, b"")) as (door, cluster, time):
        with pytest.raises(ClusterAway, match="goes on by itself in 3 s; what you typed stays"):
            cluster.ask("minilm", "facts")
        assert PATIENCE - 1.1 < time.now <= PATIENCE
        assert len(door.asked) < 15


def test_nobody_listens() -> None:
    with opened((200, packed(7))) as (door, _, _):
        address = door.address
    time = Time()
    with pytest.raises(ClusterAway):
        Cluster([address], "secret", clock=lambda: time.now, pause=time.wait).ask("minilm", "facts")
    assert time.now > 5


@pytest.mark.parametrize("status", [408, 429])
def test_a_busy_cluster_is_not_asked_again_for_a_page(status: int) -> None:
    with opened((status, b"")) as (door, cluster, time):
        with pytest.raises(ServerBusy, match="busy"):
            cluster.ask("minilm", "facts")
        assert len(door.asked) == 1
        assert time.now == 0


def test_work_in_the_background_waits_for_a_busy_cluster() -> None:
    with opened(*[(429, b"")] * 9, (200, packed("at last"))) as (_, cluster, time):
        assert cluster.ask("minilm", "hidden_states", waits=True) == "at last"
        assert PATIENCE / 2 < time.now < LONG_PATIENCE
    with opened((429, b"")) as (_, cluster, time):
        with pytest.raises(ServerBusy):
            cluster.ask("minilm", "hidden_states", waits=True)
        assert LONG_PATIENCE - 1.1 < time.now <= LONG_PATIENCE


def test_an_error_for_the_reader_arrives_as_it_was() -> None:
    with (
        opened((422, packed(("NotAModel", "The weights are damaged.")))) as (door, cluster, _),
        pytest.raises(NotAModel, match=r"^The weights are damaged\.$"),
    ):
        cluster.ask("minilm", "facts")
    assert len(door.asked) == 1


@pytest.mark.parametrize(
    ("status", "content"),
    [(422, packed(("KeyError", ""))), (422, packed(("os", ""))), (400, b""), (401, b"")],
)
def test_a_programmers_mistake_is_none_of_the_readers(status: int, content: bytes) -> None:
    with (
        opened((status, content)) as (door, cluster, _),
        pytest.raises(RuntimeError, match="the cluster"),
    ):
        cluster.ask("minilm", "facts")
    assert len(door.asked) == 1


def test_a_visitor_pays_for_what_the_cluster_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    share = FairShare(seconds=10, per_second=0.001)
    monkeypatch.setattr("backend.fair_share._find", None)  # put back when the test is over
    pays(lambda: share)
    with opened((200, packed(1))) as (door, cluster, _):
        door.seconds = "4.0"
        cluster.ask("minilm", "facts")
        assert share.wait() == 0
        cluster.ask("minilm", "facts")
        cluster.ask("minilm", "facts")
        assert share.wait() > 0


def test_many_threads_ask_at_once() -> None:
    with opened((200, packed(7))) as (door, cluster, _), ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda number: cluster.ask("minilm", "facts", number), range(64)))
    assert found == [7] * 64
    assert sorted(number for _, _, (number,) in door.asked) == list(range(64))


@pytest.mark.parametrize(
    ("address", "port", "expected"),
    [
        ("head:6379", "", "http://head:8000"),
        ("10.0.0.3:6379", "8001", "http://10.0.0.3:8001"),
        ("ray://head:10001", "", "http://head:8000"),
        ("[::1]:6379", "", "http://[::1]:8000"),
        ("auto", "", "http://127.0.0.1:8000"),
    ],
)
def test_where_the_front_door_is(address: str, port: str, expected: str) -> None:
    assert serve_address(address, port) == expected


@pytest.mark.parametrize(("address", "port"), [("head:6379", "x"), ("head:6379", "0"), (":1", "")])
def test_addresses_that_are_none(address: str, port: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        serve_address(address, port)


def test_several_front_doors() -> None:
    assert serve_addresses({}) == []
    assert serve_addresses({"RAY_ADDRESS": "head:6379"}) == ["http://head:8000"]
    several = {"RAY_ADDRESS": "head:6379", "EXPLORER_SERVE": "n1:9000, n2 ,[::1]:9001,"}
    assert serve_addresses(several | {"EXPLORER_SERVE_PORT": "8001"}) == [
        "http://n1:9000", "http://n2:8001", "http://[::1]:9001",
    ]  # fmt: skip
    for wrong in ("n1:port", ":8000", "n1:99999"):
        with pytest.raises(ValueError, match="expected"):
            serve_addresses({"EXPLORER_SERVE": wrong})


def test_two_who_ask_at_once_start_one_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    started = list[int]()

    def start() -> Any:
        started.append(1)
        sleep(0.05)
        return SimpleNamespace(address="http://127.0.0.1:1", token="secret")

    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr("backend.local_cluster.start_local_cluster", start)
    cluster_module._cluster.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: cluster_module.cluster(), range(4)))
    cluster_module._cluster.cache_clear()
    assert found == [found[0]] * 4
    assert started == [1]


def test_where_the_token_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert ray_token() == ""
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray/auth_token").write_text("kept\n")
    assert ray_token() == "kept"
    (tmp_path / "other").write_text("named")
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "other"))
    assert ray_token() == "named"
    monkeypatch.setenv("RAY_AUTH_TOKEN", "told")
    assert ray_token() == "told"


def test_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXPLORER_BACKEND", raising=False)
    assert not is_used()
    monkeypatch.setenv("EXPLORER_BACKEND", "ray")
    assert is_used()
    monkeypatch.setenv("EXPLORER_BACKEND", "kubernetes")
    with pytest.raises(ValueError, match="EXPLORER_BACKEND"):
        is_used()
    monkeypatch.setenv("RAY_ADDRESS", "head:6379")
    monkeypatch.delenv("RAY_AUTH_TOKEN", raising=False)
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "none"))
    with pytest.raises(ValueError, match="token"):
        cluster_module.cluster()
