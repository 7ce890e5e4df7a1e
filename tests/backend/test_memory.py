"""How much memory models may take: a setting, a container's limit, or the machine's."""

import subprocess
import sys
from pathlib import Path

import pytest

from backend import memory
from backend.errors import ModelTooLarge
from backend.memory import (
    RESERVED,
    SETTING,
    allowed_bytes,
    check_fits,
    container_limits,
    machine_bytes,
    megabytes,
    model_room,
)

GB = 1_000_000_000


@pytest.fixture
def fresh_room() -> None:
    model_room.cache_clear()


def put(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def test_every_group_above_a_process_counts(tmp_path: Path) -> None:
    put(tmp_path, "proc/self/cgroup", "0::/class/room\n")
    put(tmp_path, "sys/fs/cgroup/class/room/memory.max", "max\n")
    put(tmp_path, "sys/fs/cgroup/class/memory.max", f"{2 * GB}\n")
    put(tmp_path, "sys/fs/cgroup/memory.max", f"{4 * GB}\n")
    assert sorted(container_limits(tmp_path)) == [2 * GB, 4 * GB]


def test_groups_of_the_first_version(tmp_path: Path) -> None:
    put(tmp_path, "proc/self/cgroup", "8:cpu:/\n4:memory:/docker/1\n0::/\n")
    put(tmp_path, "sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", f"{GB}\n")
    put(tmp_path, "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")
    assert container_limits(tmp_path) == [GB, 9223372036854771712]


def test_a_system_without_groups_sets_no_limit(tmp_path: Path) -> None:
    assert container_limits(tmp_path) == []


def test_the_smallest_limit_counts_and_a_setting_counts_instead(
    fresh_room: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    monkeypatch.setattr(memory, "machine_bytes", lambda: 8 * GB)
    monkeypatch.setattr(memory, "container_limits", lambda: [3 * GB, 5 * GB])
    assert model_room() == 3 * GB - RESERVED
    monkeypatch.setenv(SETTING, "1500")
    model_room.cache_clear()
    assert model_room() == 1_500_000_000 - RESERVED
    monkeypatch.setenv(SETTING, "600")
    model_room.cache_clear()
    assert model_room() == 0
    model_room.cache_clear()


def test_a_setting_is_a_number_of_megabytes() -> None:
    assert allowed_bytes("") is None
    assert allowed_bytes("1000") == GB
    for bad in ("0", "-1", "many", "1.5", "²"):
        with pytest.raises(ValueError, match=SETTING):
            allowed_bytes(bad)


def test_a_real_machine_has_memory() -> None:
    assert machine_bytes() > 100_000_000


def test_what_does_not_fit_is_said_in_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "model_room", lambda: 173_000_000)
    check_fits("tiny", 173_000_000)
    with pytest.raises(ModelTooLarge, match=r"bert takes 438 MB of memory.* has 173 MB"):
        check_fits("bert", 438_000_000)
    assert megabytes(1_250_000) == "1.2 MB"


def test_threads_share_their_heaps() -> None:
    script = (
        "import ctypes, threading\n"
        "from backend.memory import share_heaps\n"
        "share_heaps()\n"
        "libc = ctypes.CDLL('libc.so.6')\n"
        "libc.malloc.restype = ctypes.c_void_p\n"
        "ready = threading.Barrier(12)\n"
        "threads = [threading.Thread(target=lambda: (libc.malloc(10), ready.wait()))"
        " for _ in range(12)]\n"
        "[thread.start() for thread in threads], [thread.join() for thread in threads]\n"
        "libc.malloc_stats()\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stderr.count("Arena ") == 2


def test_what_is_large_goes_back_to_the_system() -> None:
    script = (
        "import sys\n"
        "import numpy as np\n"
        "from pathlib import Path\n"
        "from backend.memory import share_heaps\n"
        "share_heaps() if sys.argv[1:] else None\n"
        "page = 4096\n"
        "def held(): return page * int(Path('/proc/self/statm').read_text().split()[1])\n"
        "np.ones(3_000_000)\n"  # once it is free, the library takes such pieces into its heap
        "before = held()\n"
        "large, small = zip(*[(np.ones(125_000), np.ones(10_000)) for _ in range(100)])\n"
        "del large\n"
        "print(held() - before)\n"
    )

    def left(*arguments: str) -> int:
        command = [sys.executable, "-c", script, *arguments]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(run.stdout)

    assert left("shared") < 20_000_000
    assert left() > 90_000_000


def test_a_loaded_model_brings_no_library_that_it_does_not_need() -> None:
    """transformers takes SciPy where it is installed, 40 MB, and whoever needs it still gets it."""
    program = (
        "import sys; from backend.model import load_model; load_model('minilm').trace('A cat.');"
        "print('scipy' in sys.modules); import scipy.optimize; print(scipy.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "scipy"]
