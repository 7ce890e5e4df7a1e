"""Models come and go within a limit, never under somebody who uses one."""

import gc
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event, Thread

import numpy as np
import pytest

from backend import cached
from backend.catalogue import BUILT_IN
from backend.errors import ModelTooLarge, NotAModel, ServerFull
from backend.loaded_models import LOOKING, LoadedModels
from backend.model import Model, load_model
from backend.weights import memory_needed
from tests.backend.small_models import write_model, write_task_model

NAMES = ("one", "two", "three")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Loader:
    """Loads small models from folders, and knows what it has loaded and what is still there."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self.folders = folders
        self.loaded: list[str] = []
        self.alive: list[weakref.ref[Model]] = []
        self.most_at_once = 0
        self.may_load = Event()
        self.may_load.set()

    def __call__(self, name: str) -> Model:
        self.may_load.wait(10)
        self.loaded.append(name)
        model = load_model(str(self.folders[name]))
        self.alive.append(weakref.ref(model))
        here = sum(one() is not None for one in self.alive)
        self.most_at_once = max(self.most_at_once, here)
        return model

    def needed(self, name: str) -> int:
        return memory_needed(str(self.folders[name]))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("models")
    families = ("bert", "electra", "bert")
    return {n: write_model(f, root / n) for n, f in zip(NAMES, families, strict=True)}


@pytest.fixture
def loader(folders: dict[str, Path]) -> Loader:
    return Loader(folders)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def give(count: int) -> None:
        monkeypatch.setattr("backend.loaded_models.model_room", lambda: count)
        monkeypatch.setattr("backend.memory.model_room", lambda: count)

    return give


@pytest.fixture
def models(loader: Loader, clock: Clock, room: Callable[[int], None]) -> LoadedModels[Model]:
    """Room for two of the three."""
    room(2 * max(map(loader.needed, NAMES)))
    return LoadedModels(loader, loader.needed, clock=clock, patience=0)


def test_what_a_model_takes_is_known_before_it_is_loaded(folders: dict[str, Path]) -> None:
    for folder in folders.values():
        kept = load_model(str(folder)).nbytes
        assert kept <= memory_needed(str(folder)) < 1.2 * kept


def test_weights_in_halves_take_twice_their_file(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModel

    folder = write_model("bert", tmp_path / "whole")
    whole = memory_needed(str(folder))
    AutoModel.from_pretrained(folder, dtype=torch.float16).save_pretrained(tmp_path / "halves")
    assert memory_needed(str(tmp_path / "halves")) == whole


def test_the_one_unused_longest_goes_first(models: LoadedModels[Model], loader: Loader) -> None:
    for name in ("one", "two", "one", "three"):
        models.find(name)
    assert [name in models for name in NAMES] == [True, False, True]
    assert loader.loaded == ["one", "two", "three"]
    assert loader.most_at_once == 2


def test_a_model_that_left_has_left_the_memory(models: LoadedModels[Model], loader: Loader) -> None:
    weights = weakref.ref(models.find("one").module)
    models.find("two")
    models.find("three")
    gc.collect()
    assert weights() is None


def test_a_model_in_somebodys_hands_stays_and_the_next_one_goes(
    models: LoadedModels[Model], loader: Loader
) -> None:
    held = models.find("one")
    models.find("two")
    models.find("three")
    assert [name in models for name in NAMES] == [True, False, True]
    assert models.find("one") is held


def test_a_full_server_says_what_is_loaded(models: LoadedModels[Model]) -> None:
    held = [models.find("one"), models.find("two")]
    with pytest.raises(ServerFull, match=r"full of models that are in use: one, two\. Choose"):
        models.find("three")
    del held
    assert models.find("three").name.endswith("three")


def test_a_model_too_large_is_not_even_loaded(
    models: LoadedModels[Model], loader: Loader, room: Callable[[int], None]
) -> None:
    models.find("one")
    room(loader.needed("two") - 1)
    with pytest.raises(ModelTooLarge, match="Choose a smaller one"):
        models.find("two")
    assert loader.loaded == ["one"]
    assert "one" in models


def test_a_model_that_others_look_at_stays_for_a_while(
    models: LoadedModels[Model], clock: Clock
) -> None:
    models.find("one", "anna")
    models.find("two", "ben")
    with pytest.raises(ServerFull):
        models.find("three", "cleo")
    clock.now += LOOKING - 1
    models.find("two", "ben")
    clock.now += 2  # anna has not asked for anything for long enough
    models.find("three", "cleo")
    assert [name in models for name in NAMES] == [False, True, True]


def test_who_chooses_another_model_makes_room_at_once(
    models: LoadedModels[Model], room: Callable[[int], None], loader: Loader
) -> None:
    room(max(map(loader.needed, NAMES)))
    for name in NAMES:
        models.find(name, "anna")
    assert [name in models for name in NAMES] == [False, False, True]


def test_what_takes_no_room_always_stays(
    loader: Loader, room: Callable[[int], None], clock: Clock
) -> None:
    room(max(map(loader.needed, NAMES)))
    models = LoadedModels(
        loader, lambda name: 0 if name == "one" else loader.needed(name), clock=clock, patience=0
    )
    for name in ("one", "two", "three"):
        models.find(name)
    assert [name in models for name in NAMES] == [True, False, True]


def test_a_model_that_cannot_be_loaded_takes_no_room(
    models: LoadedModels[Model], loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str) -> Model:
        raise NotAModel("damaged")

    with monkeypatch.context() as patched:
        patched.setattr(models, "_load", fail)
        for _ in range(5):
            with pytest.raises(NotAModel):
                models.find("one")
    held = [models.find("one"), models.find("two")]
    assert len(held) == 2


def test_room_is_kept_for_a_model_that_is_just_coming(
    models: LoadedModels[Model], loader: Loader
) -> None:
    loader.may_load.clear()
    with ThreadPoolExecutor(3) as pool:
        coming = [pool.submit(models.find, name) for name in ("one", "two")]
        while len(models._sizes) < 2:
            time.sleep(0.005)
        with pytest.raises(ServerFull):
            models.find("three")
        loader.may_load.set()
        assert {one.result(10).name for one in coming} == {
            str(loader.folders[name]) for name in ("one", "two")
        }


def test_a_newcomer_waits_a_moment_for_a_run_that_holds_a_model(
    loader: Loader, room: Callable[[int], None]
) -> None:
    room(max(map(loader.needed, NAMES)))
    models = LoadedModels(loader, loader.needed, patience=10)
    holding, may_end = Event(), Event()

    def run() -> None:
        model = models.find("one")
        holding.set()
        may_end.wait(10)
        model.trace("the cat")

    thread = Thread(target=run)
    thread.start()
    holding.wait(10)
    with ThreadPoolExecutor(1) as pool:
        newcomer = pool.submit(models.find, "two")
        time.sleep(0.1)
        assert not newcomer.done()
        may_end.set()
        assert newcomer.result(10).name.endswith("two")
    thread.join()
    assert "one" not in models


def test_a_crowd_on_a_small_server_gets_right_numbers_and_never_more_models_than_fit(
    loader: Loader, room: Callable[[int], None]
) -> None:
    true = {name: load_model(str(loader.folders[name])).trace("the cat sat") for name in NAMES}
    room(2 * max(map(loader.needed, NAMES)))
    models = LoadedModels(loader, loader.needed, patience=20)
    barrier = Barrier(8)

    def visit(number: int) -> None:
        barrier.wait()
        for turn in range(12):
            name = NAMES[(number + turn) % 3]
            trace = models.find(name).trace("the cat sat")
            np.testing.assert_array_equal(trace.attention, true[name].attention)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(visit, range(8)))
    assert loader.most_at_once <= 2
    assert len(loader.loaded) >= 3


def test_what_is_kept_of_a_model_does_not_keep_its_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Traces, layers on top, output layers: all of them outlive the model, none holds it."""
    name = str(write_task_model("bert", "SequenceClassification", tmp_path / "task"))
    models = LoadedModels(load_model, memory_needed)
    monkeypatch.setattr(cached, "_models", models)
    weights = weakref.ref(cached.cached_model(name).module)
    kept = [
        cached.cached_trace(name, "the cat", "it sat"),
        cached.cached_task_head(name),
        cached.cached_tokenizer(name),
        models.find(name).head_steps(cached.cached_trace(name, "the cat"), 0, 0, 1),
        models.find(name).projections(cached.cached_trace(name, "the cat")),
    ]
    cached.cached_masked_words(name)
    with models._lock:
        assert models._is_dropped(name)
    gc.collect()
    assert weights() is None
    assert all(value is not None for value in kept)


def test_the_server_drops_neither_of_its_own_models() -> None:
    assert cached._models._needed(BUILT_IN) == 0


def test_what_nobody_asks_for_is_let_go(
    models: LoadedModels[Model], loader: Loader, clock: Clock
) -> None:
    held = models.find("one")
    models.find("two")
    models.let_go(60)
    assert "two" in models
    clock.now = 61
    models.let_go(60)
    assert [name in models for name in NAMES] == [True, False, False]
    assert [one() is not None for one in loader.alive] == [True, False]
    del held
    assert models.here("one") is not None  # asked for now
    models.let_go(60)
    assert "one" in models
    clock.now = 130
    models.let_go(60)
    assert "one" not in models
    models.find("three")


def test_what_takes_no_room_stays(loader: Loader, clock: Clock) -> None:
    models = LoadedModels(loader, lambda _: 0, clock=clock)
    models.find("one")
    clock.now = 1000
    models.let_go(60)
    assert "one" in models
