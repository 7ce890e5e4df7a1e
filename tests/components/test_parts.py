"""Who works in a part of a page, and asks for no page meanwhile, is not without a model at once."""

import pytest
from streamlit.testing.v1 import AppTest

from backend import cached
from backend.errors import ServerFull
from backend.fair_share import SECONDS, FairShare
from backend.loaded_models import LOOKING, LoadedModels
from components.view import View


class Loaded:
    """As much of a model as is needed to hold one."""


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def working() -> None:
    from components.parts import part_of_page

    part_of_page(lambda: None)()


def counting() -> None:
    from time import thread_time

    from components.parts import part_of_page

    def count() -> None:
        began = thread_time()
        while thread_time() < began + 0.05:
            pass

    part_of_page(count)()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def models(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> LoadedModels[Loaded]:
    """Those of a server on which one has room."""
    for place in ("backend.memory.model_room", "backend.loaded_models.model_room"):
        monkeypatch.setattr(place, lambda: 1)
    models = LoadedModels(lambda _: Loaded(), lambda _: 1, clock=clock, patience=0)
    monkeypatch.setattr(cached, "_models", models)
    return models


@pytest.fixture
def part() -> AppTest:
    part = AppTest.from_function(working, default_timeout=60)
    part.session_state["kept_view"] = View(model="one")
    return part


def test_a_model_stays_with_who_works_in_a_part_of_a_page(
    models: LoadedModels[Loaded], clock: Clock, part: AppTest
) -> None:
    models.find("one")
    for _ in range(3):
        part.run()
        assert not part.exception
        clock.now += 0.9 * LOOKING
    with pytest.raises(ServerFull):
        models.find("two", "another visitor")
    clock.now += LOOKING
    assert models.find("two", "another visitor")


def test_a_model_that_is_gone_is_not_loaded_for_that(
    models: LoadedModels[Loaded], part: AppTest
) -> None:
    part.run()
    assert not part.exception
    assert "one" not in models


def test_who_works_there_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    share = FairShare(clock=Clock())
    monkeypatch.setattr("backend.fair_share._find", lambda: share)
    part = AppTest.from_function(counting, default_timeout=60).run()
    assert not part.exception
    assert share._left < SECONDS - 0.05
