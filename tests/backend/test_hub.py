"""Downloads, from a small Hub of our own on this computer, with all that can go wrong."""

import errno
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import BoundedSemaphore, Thread
from typing import NamedTuple

import pytest
from huggingface_hub import constants

from backend import hub as module
from backend import resumed_file, turns
from backend.errors import (
    ClosedModel,
    DiskFull,
    DownloadCut,
    DownloadDamaged,
    HubSlow,
    HubTrouble,
    HubUnreachable,
    ModelTooLarge,
    NotAModel,
    UnknownModel,
)
from backend.fair_share import drawing
from backend.hub_errors import reader_error
from backend.memory import model_room
from backend.model import load_model
from backend.model_files import model_folder
from backend.tokenizer import load_tokenizer
from backend.weights import load_encoder
from tests.backend.small_models import write_model
from tests.fake_hub import COMMIT, WEIGHTS, FakeHub, running_hub, use_hub

NAME = "someone/small"
SOME = 1000  # bytes


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resumed_file, "PAUSE", 0)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def hub(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with running_hub(write_model("bert", tmp_path / "offered"), NAME) as server:
        use_hub(server.address, cache, monkeypatch)
        yield server


def blob(hub: FakeHub, cache: Path, name: str = WEIGHTS) -> Path:
    return cache / "models--someone--small" / "blobs" / hub.etag(name)


def asked_files(hub: FakeHub) -> set[str]:
    return {path.rsplit("/", 1)[1] for path in hub.asked if "/resolve/" in path}


def test_a_download_counts_its_bytes_and_works_offline_afterwards(hub: FakeHub) -> None:
    (hub.folder / "pytorch_model.bin").write_bytes(b"never asked for")
    (hub.folder / "evil.py").write_text("raise SystemExit")
    counts: list[tuple[int, int]] = []
    model_folder(NAME, lambda *count: counts.append(count))
    trace = load_model(NAME).trace("the cat")
    assert trace.model == NAME
    assert asked_files(hub) == {"config.json", WEIGHTS, "vocab.txt"}
    total = sum(hub.sizes[name] for name in asked_files(hub))
    assert counts[-1] == (total, total)
    assert all(0 <= done <= of and of in (0, total) for done, of in counts)
    hub.close()
    assert load_model(NAME).trace("the cat").ids.tolist() == trace.ids.tolist()


def test_a_server_that_runs_no_model_fetches_no_weights(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.memory.model_room", lambda: 0)
    counts: list[tuple[int, int]] = []
    folder = model_folder(NAME, lambda *count: counts.append(count), weights=False)
    assert asked_files(hub) == {"config.json", "vocab.txt"}
    assert not (folder / WEIGHTS).exists()
    assert counts[-1] == (total := hub.sizes["config.json"] + hub.sizes["vocab.txt"], total)
    hub.close()
    assert load_tokenizer(NAME).split("the cat").tokens == ("[CLS]", "the", "cat", "[SEP]")


def test_weights_are_fetched_once_they_are_wanted(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_tokenizer(NAME)
    assert WEIGHTS not in asked_files(hub)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("backend.memory.model_room", lambda: 100)
        with pytest.raises(ModelTooLarge):
            load_encoder(NAME)
    assert WEIGHTS not in asked_files(hub)
    assert load_model(NAME).trace("the cat").model == NAME
    assert WEIGHTS in asked_files(hub)


def test_a_damaged_tokenizer_without_weights_is_fetched_anew(hub: FakeHub) -> None:
    path = (model_folder(NAME, weights=False) / "vocab.txt").resolve()
    path.write_bytes(b"\xff")
    with pytest.raises(DownloadDamaged):
        load_tokenizer(NAME)
    assert load_tokenizer(NAME).split("the cat").tokens == ("[CLS]", "the", "cat", "[SEP]")


def test_a_model_in_another_format(hub: FakeHub) -> None:
    (hub.folder / WEIGHTS).rename(hub.folder / "pytorch_model.bin")
    with pytest.raises(NotAModel, match=r"no file model\.safetensors"):
        model_folder(NAME)
    assert not asked_files(hub)


def test_half_a_download_is_no_model(hub: FakeHub) -> None:
    folder = model_folder(NAME)
    (folder / WEIGHTS).unlink()
    assert (model_folder(NAME) / WEIGHTS).is_file()


class Fault(NamedTuple):
    status: int
    code: str
    kind: type[Exception]
    says: str


FAULTS = (
    Fault(404, "", UnknownModel, r"no model called 'someone/small'.*Check the name.*built-in"),
    Fault(401, "", ClosedModel, r"not give .* to everybody.*built-in"),
    Fault(403, "GatedRepo", ClosedModel, r"terms to be accepted.*built-in"),
    Fault(500, "", HubTrouble, r"trouble of its own just now \(it answers 500\).*Try again"),
    Fault(503, "", HubTrouble, r"answers 503"),
    Fault(429, "", HubTrouble, r"answers 429"),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.status}{fault.code}")
def test_what_the_hub_answers_is_told_apart_and_can_be_tried_again(
    hub: FakeHub, fault: Fault
) -> None:
    hub.status, hub.error_code = fault.status, fault.code
    with pytest.raises(fault.kind, match=fault.says):
        model_folder(NAME)
    hub.status = 200
    assert model_folder(NAME).name == COMMIT


def test_a_name_that_the_hub_does_not_know(hub: FakeHub) -> None:
    with pytest.raises(UnknownModel, match=r"no model called 'someone/else'"):
        model_folder("someone/else")


def test_a_hub_that_refuses(hub: FakeHub) -> None:
    hub.close()
    started = time.perf_counter()
    with pytest.raises(HubUnreachable, match=r"cannot be reached.*built-in model"):
        load_model("bert-base-uncased")
    assert time.perf_counter() - started < 3


def test_a_hub_that_never_answers(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use_hub(f"http://127.0.0.1:{silent.getsockname()[1]}", cache, monkeypatch)
        started = time.perf_counter()
        with pytest.raises(HubSlow, match=r"does not answer in time.*Try again in a minute"):
            model_folder("bert-base-uncased")
        assert time.perf_counter() - started < 3


def test_offline_by_choice(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubUnreachable):
        model_folder("distilbert-base-uncased")


def test_a_connection_that_breaks_is_taken_up_where_it_broke(hub: FakeHub) -> None:
    hub.cuts = [SOME, SOME]
    folder = model_folder(NAME)
    assert hub.ranges == [0, SOME, 2 * SOME]
    assert (folder / WEIGHTS).read_bytes() == (hub.folder / WEIGHTS).read_bytes()


def test_a_download_that_was_cut_goes_on_at_the_next_try(hub: FakeHub, cache: Path) -> None:
    hub.cuts = [SOME, 0]
    with pytest.raises(DownloadCut, match=r"broke off after 0\.0 MB of .* goes on from there"):
        model_folder(NAME)
    assert not blob(hub, cache).exists()
    folder = model_folder(NAME)
    assert hub.ranges == [0, SOME, SOME]
    assert (folder / WEIGHTS).read_bytes() == (hub.folder / WEIGHTS).read_bytes()
    assert [path.name for path in blob(hub, cache).parent.glob("*.incomplete")] == []


def test_a_hub_that_stops_sending_midway(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.3)
    hub.go_on.clear()
    with pytest.raises(DownloadCut):
        model_folder(NAME)
    hub.go_on.set()
    folder = model_folder(NAME)
    assert hub.ranges[-1] == hub.sizes[WEIGHTS] // 2
    assert (folder / WEIGHTS).read_bytes() == (hub.folder / WEIGHTS).read_bytes()


def test_small_files_that_break_off_leave_the_weights_where_they_are(
    hub: FakeHub, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda _: None)
    hub.withheld = "vocab.txt"
    with pytest.raises(DownloadCut, match=r"broke off after .* goes on from there"):
        model_folder(NAME)
    assert blob(hub, cache).exists()
    hub.withheld = ""
    assert load_model(NAME).trace("the cat").model == NAME
    assert hub.ranges == [0]


def test_bytes_that_were_damaged_on_the_way_are_not_kept(hub: FakeHub, cache: Path) -> None:
    hub.spoiled = True
    with pytest.raises(DownloadDamaged, match=r"was damaged.*removed.*Try again"):
        model_folder(NAME)
    assert list(blob(hub, cache).parent.iterdir()) == []
    hub.spoiled = False
    assert load_model(NAME).trace("the cat").model == NAME


@pytest.mark.parametrize("name", [WEIGHTS, "config.json", "vocab.txt"])
def test_a_file_that_was_damaged_on_the_disk_is_mended_by_the_next_try(
    hub: FakeHub, name: str
) -> None:
    whole = load_model(NAME).trace("the cat")
    path = (model_folder(NAME) / name).resolve()
    path.write_bytes(b"\xff" * 40)
    with pytest.raises(DownloadDamaged, match="Try again"):
        load_model(NAME)
    assert load_model(NAME).trace("the cat").attention.tolist() == whole.attention.tolist()


def test_weights_that_are_broken_on_the_hub_itself_are_not_fetched_for_ever(hub: FakeHub) -> None:
    (hub.folder / WEIGHTS).write_bytes(b"\x08" + bytes(200))
    for _ in range(2):
        with pytest.raises(NotAModel, match="so they are where they come from"):
            load_model(NAME)
    assert len(hub.ranges) == 1


def test_a_disk_without_room_is_seen_before_anything_is_fetched(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def free(count: int) -> None:
        usage = type("Usage", (), {"free": count})
        monkeypatch.setattr("backend.hub.shutil.disk_usage", lambda _: usage)

    needed = sum(hub.sizes.values()) + module._SPARE
    free(needed - 1)
    with pytest.raises(DiskFull, match=r"needs 64 MB on the disk .* which has 64 MB left"):
        model_folder(NAME)
    assert hub.ranges == []
    free(needed)
    assert model_folder(NAME).name == COMMIT


def test_a_disk_that_becomes_full_gets_its_room_back(hub: FakeHub, cache: Path) -> None:
    """What the kernel itself says of a full disk: /dev/full stands where the weights go."""
    part = blob(hub, cache).with_name(f"{hub.etag(WEIGHTS)}.incomplete")
    part.parent.mkdir(parents=True)
    part.symlink_to("/dev/full")
    with pytest.raises(DiskFull, match=r"became full.*removed.*Try again"):
        model_folder(NAME)
    assert not part.is_symlink()
    assert model_folder(NAME).name == COMMIT


def test_a_disk_that_becomes_full_with_the_small_files_keeps_the_weights(
    hub: FakeHub, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("huggingface_hub.file_download.http_get", full)
        with pytest.raises(DiskFull, match=r"became full.*the file that did not fit was removed"):
            model_folder(NAME)
    assert [path.name for path in blob(hub, cache).parent.iterdir()] == [hub.etag(WEIGHTS)]
    assert model_folder(NAME).name == COMMIT
    assert hub.ranges == [0]


def test_a_folder_that_may_not_be_written_to() -> None:
    """As root tests may write everywhere, so the error is made here."""
    found = reader_error(NAME, PermissionError(13, "Permission denied"))
    assert isinstance(found, DiskFull)
    assert "may not write" in str(found)


@pytest.mark.parametrize("told", [True, False], ids=["in numbers", "in bytes"])
def test_a_model_too_large_is_refused_before_it_is_fetched(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    needed = hub.sizes[WEIGHTS]
    if told:
        hub.numbers, needed = 500_000_000, 2_000_000_000
    monkeypatch.setattr("backend.memory.model_room", lambda: needed - 1)
    with pytest.raises(ModelTooLarge, match=r"takes .* MB of memory, and this server has .* MB"):
        model_folder(NAME)
    assert not asked_files(hub)
    assert model_room() > 0
    monkeypatch.setattr("backend.memory.model_room", lambda: needed)
    assert model_folder(NAME).name == COMMIT


def test_a_mirror_that_names_files_in_its_own_way_is_held_to_their_size(
    hub: FakeHub, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeHub, "etag", lambda _, name: f"made-{name}")
    part = blob(hub, cache).with_name(f"{hub.etag(WEIGHTS)}.incomplete")
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(hub.sizes[WEIGHTS] + 1))
    with pytest.raises(DownloadDamaged):
        model_folder(NAME)
    assert (model_folder(NAME) / WEIGHTS).read_bytes() == (hub.folder / WEIGHTS).read_bytes()


def test_a_file_that_is_moved_while_it_is_looked_at_has_no_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "exists", lambda _: True)
    assert resumed_file.size_of(tmp_path / "moved") == 0


def test_nobody_waits_for_a_download_that_could_not_begin(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Thread, "start", fails)
        with pytest.raises(RuntimeError):
            model_folder(NAME)
    assert not module._running
    assert model_folder(NAME).name == COMMIT


def test_two_who_ask_at_once_watch_one_download(hub: FakeHub) -> None:
    counts: list[list[tuple[int, int]]] = [[], []]
    half = hub.sizes[WEIGHTS] // 2

    def seen_by_both() -> bool:
        return all(any(done == half for done, _ in seen) for seen in counts)

    hub.go_on.clear()
    with ThreadPoolExecutor(2) as pool:
        asked = [
            pool.submit(model_folder, NAME, lambda *count, seen=seen: seen.append(count))
            for seen in counts
        ]
        while not seen_by_both():
            time.sleep(0.01)
        hub.go_on.set()
        folders = {one.result(30) for one in asked}
    assert len(folders) == 1
    assert hub.ranges == [0]


def test_other_pages_are_drawn_while_one_waits_for_a_download(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = BoundedSemaphore(1)
    monkeypatch.setattr(turns, "_pages", place)

    def page() -> Path:
        with drawing():
            return model_folder(NAME)

    hub.go_on.clear()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(page)
        while not hub.ranges:
            time.sleep(0.01)
        assert place.acquire(timeout=30)
        place.release()
        hub.go_on.set()
        assert asked.result(30).name == COMMIT


def test_two_who_ask_at_once_hear_the_same_of_a_failure(hub: FakeHub) -> None:
    hub.go_on.clear()
    hub.spoiled = True
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(model_folder, NAME) for _ in range(2)]
        while not hub.ranges:
            time.sleep(0.01)
        hub.go_on.set()
        assert all(isinstance(one.exception(30), DownloadDamaged) for one in asked)


def test_a_download_goes_on_when_who_began_it_leaves(hub: FakeHub) -> None:
    class Left(BaseException):
        pass

    def leave(done: int, total: int) -> None:
        if done:
            raise Left

    hub.go_on.clear()
    with pytest.raises(Left):
        model_folder(NAME, leave)
    hub.go_on.set()
    assert model_folder(NAME).name == COMMIT
    assert hub.ranges == [0]


def test_a_hub_that_knows_no_ranges_sends_all_of_it_again(hub: FakeHub) -> None:
    hub.cuts = [SOME, 0]
    with pytest.raises(DownloadCut):
        model_folder(NAME)
    hub.knows_ranges = False
    folder = model_folder(NAME)
    assert (folder / WEIGHTS).read_bytes() == (hub.folder / WEIGHTS).read_bytes()
