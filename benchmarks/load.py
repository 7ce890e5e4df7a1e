"""What a lecture hall asks of one small server: `python -m benchmarks.load`, some ten minutes.

Visitors come over Streamlit's own protocol, on loopback, so the two cores are shared by the server
and all who visit it. Times run from the request until the server has finished its run; what a
browser draws then is measured by `make bench`.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Final

from benchmarks.big_model import save_big_model
from benchmarks.hall import come_and_go, hall, new_sentence, same_second, stay_open, typed
from benchmarks.table import Row, Target, table
from benchmarks.texts import sentences
from benchmarks.visitors import PAGES, Tally
from tests.serving import ROOT, server_process, wait_until_started

SECONDS: Final = 60.0
CLASS: Final = 30
HALL: Final = 100
TEXTS: Final = 3000
LONG_TEXTS: Final = 30
"""Among these, texts of 512 tokens."""
IDLE_S: Final = 20.0
SETTLE_S: Final = 20.0
COMING: Final = 50

_FLAT: Final = 5.0  # per cent


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        rows = [*_hall_rows(folder), *_memory_rows(folder), *_big_rows(folder)]
        rows += _fault_rows(folder)
    print(table(rows))
    print(
        f"\n{HALL} visitors: each changes something every 5 s on average, a third of it new "
        f"sentences, spread over all {len(PAGES)} pages, for {SECONDS:.0f} s. Server and visitors "
        "share the machine's processors. Memory: resident size of the server."
    )


@dataclass(frozen=True)
class Server:
    """A running server, looked at from outside."""

    address: str
    process: int

    @property
    def megabytes(self) -> float:
        """What it holds now."""
        return self._memory("VmRSS")

    @property
    def most_megabytes(self) -> float:
        """The most it has held."""
        return self._memory("VmHWM")

    @property
    def seconds(self) -> float:
        """Of the processors, since it started."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _memory(self, name: str) -> float:
        """Megabytes that the system tells under this name, in units of 1024 bytes."""
        for line in Path(f"/proc/{self.process}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024 / 1e6
        raise ValueError(f"expected {name} in the status of a process")


@contextmanager
def ready_server(folder: Path, **environment: str) -> Iterator[Server]:
    """A server that has loaded its model and trained what it trains by itself."""
    with server_process(folder / "server.log", ROOT, **environment) as (address, process):
        server = Server(address, process)
        if wait_until_started(address)[1]["status"] != "ready":
            raise RuntimeError("the server did not get ready")
        _until_idle(server)
        yield server


def _until_idle(server: Server) -> None:
    end = monotonic() + 120
    while monotonic() < end:
        before = server.seconds
        sleep(2)
        if server.seconds - before < 0.2:
            return


def _hall_rows(folder: Path) -> Iterator[Row]:
    with ready_server(folder) as server:
        _say(f"{CLASS} open the app in the same second")
        met = same_second(server.address, CLASS, PAGES)
        yield _ms(f"{CLASS} open the app in one second: median", met.opened, 0.5)
        yield _ms("  slowest", met.opened, 1, Target(at_most=2000))
        _say(f"{HALL} visitors on all pages")
        before = server.seconds
        met = hall(server.address, HALL, SECONDS, PAGES)
        yield from _met_rows(f"{HALL} visitors on all pages", met, Target(below=500))
        yield Row(
            "  the server's work", 0, "% of a core", None, 100 * (server.seconds - before) / SECONDS
        )
        yield _peak("  most memory", server, 1000)
        _say(f"{HALL} visitors on Attention")
        met = hall(server.address, HALL, SECONDS, ["attention"])
        yield from _met_rows(f"{HALL} visitors on Attention", met, Target(below=500))
        yield _peak("  most memory until then", server, 1000)
        _say("visitors who leave in the middle of a run")
        met = hall(server.address, CLASS, SECONDS / 2, PAGES, leaving=True)
        yield from _met_rows(f"{CLASS} visitors, half their changes cut off", met, None)
        yield _idle_row(server)


def _idle_row(server: Server) -> Row:
    _say(f"{HALL} open pages that nobody touches")
    with ThreadPoolExecutor(1) as other:
        met = other.submit(stay_open, server.address, HALL, PAGES, IDLE_S + 2 * SETTLE_S)
        sleep(SETTLE_S)
        before = server.seconds
        sleep(IDLE_S)
        spent = server.seconds - before
        met.result()
    return _work(f"{HALL} open pages that nobody touches", spent, IDLE_S)


def _memory_rows(folder: Path) -> Iterator[Row]:
    with ready_server(folder) as server:
        _say(f"{TEXTS} different texts")
        texts = _texts()
        third = len(texts) // 3
        sizes, errors = [], 0
        for start in range(0, len(texts), third):
            met = typed(server.address, texts[start : start + third], 4, "attention")
            errors += len(met.errors)
            sizes.append(server.megabytes)
        yield Row(f"memory after {third} texts", 0, "MB", None, sizes[0], Target(below=1000))
        yield Row(f"  after {3 * third}", 0, "MB", None, sizes[2], Target(below=1000))
        yield _change("  change", sizes[0], sizes[2])
        _say(f"{COMING} visitors who come and go")
        met = come_and_go(server.address, texts[::60], COMING, "attention")
        yield _change(f"  after {COMING} visitors who came and went", sizes[2], server.megabytes)
        yield Row("  errors", 0, "", None, errors + len(met.errors), Target(at_most=0))


def _big_rows(folder: Path) -> Iterator[Row]:
    hub = save_big_model(folder / "hub")
    with ready_server(folder, HF_HUB_CACHE=str(hub), EXPLORER_MEMORY="1500") as server:
        _say("a model of BERT's size beside the built-in one")
        models = ["minilm"] * 9 + ["bert-base-uncased"]
        met = hall(server.address, HALL, SECONDS, PAGES, models=models)
        yield from _met_rows(f"{HALL} visitors, a tenth with BERT base", met, None)
        yield _peak("  most memory", server, 1500)


def _fault_rows(folder: Path) -> Iterator[Row]:
    away = "http://127.0.0.1:9"  # nothing listens there
    empty = str(folder / "empty")
    with ready_server(folder, HF_ENDPOINT=away, HF_HUB_CACHE=empty) as server:
        _say("a Hub that cannot be reached")
        met = hall(server.address, 1, 1, ["attention"], models=["bert-base-cased"])
        yield _ms("Hub out of reach, until the page says so", met.opened, 1)


def _texts() -> list[str]:
    random = Random("texts")
    short = [new_sentence(random) for _ in range(TEXTS - LONG_TEXTS)]
    texts = short + list(islice(sentences(512, 1), LONG_TEXTS))
    random.shuffle(texts)
    return texts


def _met_rows(what: str, met: Tally, target: Target | None) -> Iterator[Row]:
    yield _ms(f"{what}: median", met.changed, 0.5)
    yield _ms("  p95", met.changed, 0.95, target)
    yield _ms("  slowest", met.changed, 1)
    yield Row("  changes", 0, "", None, len(met.changed))
    yield Row("  errors", 0, "", None, len(met.errors), Target(at_most=0))
    for error in sorted(set(met.errors)):
        print(f"error: {error}", file=sys.stderr)


def _ms(measure: str, samples: Sequence[float], share: float, target: Target | None = None) -> Row:
    return Row(measure, 0, "ms", None, 1000 * quantile(samples, share), target)


def quantile(samples: Sequence[float], share: float) -> float:
    """The sample that this share of them do not exceed."""
    return sorted(samples)[min(len(samples) - 1, int(share * len(samples)))]


def _work(measure: str, spent: float, seconds: float) -> Row:
    return Row(measure, 0, "% of a core", None, 100 * spent / seconds)


def _peak(measure: str, server: Server, most: float) -> Row:
    return Row(measure, 0, "MB", None, server.most_megabytes, Target(below=most))


def _change(measure: str, before: float, after: float) -> Row:
    return Row(measure, 0, "%", None, 100 * (after / before - 1), Target(at_most=_FLAT))


def _say(what: str) -> None:
    print(f"measuring: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
