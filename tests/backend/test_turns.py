"""Costly pieces take turns; others wait for nobody."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

import pytest

from backend import cached, cached_heads, turns
from backend.answers import Answer
from backend.cached import cached_trace
from backend.cached_heads import cached_weights
from backend.loaded_models import LoadedModels
from backend.shared import Shared
from backend.turns import LONG_TOKENS, in_turn
from tests.backend.small_models import write_task_model
from tests.fake_cluster import FakeCluster, use_cluster


def test_costly_pieces_take_turns_and_others_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_places", threading.BoundedSemaphore(1))
    begun = threading.Event()

    def costly() -> None:
        with in_turn():
            begun.set()

    with in_turn(), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(costly)
        with in_turn(costly=False):
            assert not begun.wait(0.2)
        turns._places.release()
        waiting.result(10)
        turns._places.acquire()
    assert begun.is_set()


@pytest.mark.parametrize("on_cluster", [True, False])
def test_only_what_is_computed_here_takes_turns(
    on_cluster: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if on_cluster:
        use_cluster(FakeCluster(), monkeypatch)
    monkeypatch.setattr(cached, "_models", LoadedModels(cached._models._load, lambda _: 0))
    monkeypatch.setattr(cached_heads, "_weights", Shared(10**9, lambda _: 1))
    monkeypatch.setattr(turns, "_places", threading.BoundedSemaphore(1))
    name = str(write_task_model("bert", "MaskedLM", tmp_path, max_position_embeddings=200))
    short = cached_trace(name, "[MASK] sat")
    long = cached_trace(name, "[MASK] " + "cat " * LONG_TOKENS)
    asked = {
        "values": partial(cached_weights, long, "values"),
        "gradient": partial(cached_weights, long, "gradient", Answer("mask", 1)),
        "rollout": partial(cached_weights, long, "rollout"),
        "flow": partial(cached_weights, short, "flow"),
        "short": partial(cached_weights, short, "values"),
    }
    with ThreadPoolExecutor(len(asked)) as pool:
        with in_turn():
            found = {what: pool.submit(one) for what, one in asked.items()}
            free = {"values", "gradient", "short"} if on_cluster else {"short"}
            wait([found[what] for what in free], 60)
            assert {what for what, one in found.items() if one.done()} == free
        assert all(one.result(60) for one in found.values())
