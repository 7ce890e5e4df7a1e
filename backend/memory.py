"""How much memory the server may take, and how it gives back what it no longer needs.

The server with its built-in model and a hundred visitors stays under RESERVED bytes
(`make load` measures it). What it may take beyond is room for other models.
"""

import ctypes
import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from backend.errors import ModelTooLarge

SETTING: Final = "EXPLORER_MEMORY"
"""The environment variable with the MB that the server may take, models included."""
RESERVED: Final = 1_000_000_000
_UNKNOWN: Final = 4_000_000_000  # bytes, where a system does not say how much memory it has
_MB: Final = 1_000_000
_ARENA_MAX: Final = -8  # so malloc.h of the GNU C library numbers what can be set
_MMAP_THRESHOLD: Final = -3
_TRIM_THRESHOLD: Final = -1
_LARGE: Final = (
    256 * 1024
)  # bytes: what a trace of thirty tokens holds, not what its layers pass on
_SPARE: Final = 16 * 1024 * 1024  # bytes that a heap may keep at its end


@cache
def model_room() -> int:
    """Bytes that all loaded models but the built-in one may take together.

    Raises ValueError if SETTING is no number of MB.
    """
    allowed = allowed_bytes(os.environ.get(SETTING, ""))
    limit = min(machine_bytes(), *container_limits()) if allowed is None else allowed
    return max(limit - RESERVED, 0)


def check_fits(name: str, needed: int) -> None:
    """Raise ModelTooLarge if a model of so many bytes has no room here, even alone."""
    if needed > model_room():
        raise ModelTooLarge(
            f"{name} takes {megabytes(needed)} of memory, and this server has "
            f"{megabytes(model_room())} for models. Choose a smaller one, for example the "
            "built-in model."
        )


def allowed_bytes(setting: str) -> int | None:
    """What a setting allows, None where it is empty.

    Raises ValueError if it is no whole number of MB above 0.
    """
    if not setting:
        return None
    if not (setting.isascii() and setting.isdigit() and int(setting)):
        raise ValueError(f"expected {SETTING} as a whole number of MB, got {setting!r}")
    return int(setting) * _MB


def machine_bytes() -> int:
    """The memory of the machine, whoever uses it: weights are mapped from files, not copied."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # on Windows
        return _UNKNOWN


def container_limits(root: Path = Path("/")) -> list[int]:
    """The limits, in bytes, of the control groups that this process is in; none where none is set.

    root: where the system's files are
    Source: the Linux kernel's documentation of control groups, versions 1 and 2.
    """
    found: list[int] = []
    for path in _limit_files(root):
        with suppress(OSError, ValueError):  # no such file, or "max"
            found.append(int(path.read_text()))
    return found


def _limit_files(root: Path) -> Iterator[Path]:
    """The files that may hold a limit: those of the process's own group and of all above it."""
    groups = ""
    with suppress(OSError):
        groups = (root / "proc/self/cgroup").read_text()
    for line in groups.splitlines():
        _, kinds, group = line.split(":", 2)
        if kinds in ("", "memory"):
            place = "sys/fs/cgroup/memory" if kinds else "sys/fs/cgroup"
            name = "memory.limit_in_bytes" if kinds else "memory.max"
            own = Path(group.lstrip("/"))
            yield from (root / place / above / name for above in (own, *own.parents))


def megabytes(count: int) -> str:
    """A number of bytes as it is said; what is less than 10 MB with one decimal."""
    return f"{count / 1e6:.{1 if count < 1e7 else 0}f} MB"


def share_heaps() -> None:
    """Let all threads take their memory from the same two heaps; once, before threads begin.

    Every page runs in a thread of its own. The GNU C library would give each a heap of its own,
    and what is free in one serves no other: with a hundred visitors that is 100 MB. What is large
    stays out of them, and goes back to the system once nobody needs it. The library would take
    ever larger pieces into the heaps, where what lies between two that are in use is lost: after
    a few texts of 512 tokens, 300 MB.
    """
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(_ARENA_MAX, 2)
        libc.mallopt(_MMAP_THRESHOLD, _LARGE)
        libc.mallopt(_TRIM_THRESHOLD, _SPARE)


def give_memory_back() -> None:
    """Let the system have what is free; the C library would keep it for later."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
