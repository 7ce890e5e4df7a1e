"""The Cloze page as Streamlit runs it, without a browser."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from backend import cached
from backend import classroom as classroom_module
from backend.classroom import classroom
from backend.errors import QueueFull
from backend.loaded_models import LoadedModels
from backend.shared import Shared
from backend.training_states import Running, Waiting
from components.plain import JOINER
from tests.backend.test_masked_words import write_masked_model
from tests.opened import allow_any_model
from tests.pages import test_held_memory

PAGES = Path(__file__).parents[2] / "pages"
MASKED = {"a": "the cat [MASK] .", "b": "the dog [MASK] ."}


@pytest.fixture(autouse=True)
def fresh_room(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EXPLORER_SMALL_STEPS", "4")
    classroom.cache_clear()
    monkeypatch.setattr(cached, "_models", LoadedModels(cached._models._load, lambda _: 0))
    monkeypatch.setattr(cached, "_traces", Shared(16_000_000, lambda trace: trace.nbytes))
    yield
    classroom.cache_clear()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_masked_model("bert", tmp_path_factory.mktemp("masked")))


@pytest.fixture
def own_models(monkeypatch: pytest.MonkeyPatch) -> None:
    allow_any_model(monkeypatch)


def opened(name: str = "cloze", **parameters: str) -> AppTest:
    page = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=120)
    for key, value in parameters.items():
        page.query_params[key] = value
    return page.run()


def by_label(widgets: Any, label: str) -> Any:
    return next(widget for widget in widgets if widget.label == label)


def labels(widgets: Any) -> list[str]:
    return [widget.label for widget in widgets]


def spoken(page: AppTest) -> str:
    kinds = (*page.warning, *page.error, *page.info, *page.success, *page.markdown, *page.caption)
    return " ".join(element.value for element in kinds).replace(JOINER, "").replace("\\", "")


def trained() -> None:
    classroom().start("test")
    until(lambda: classroom().is_ready)


def until_steps(least: int) -> None:
    def begun() -> bool:
        course = classroom().course()
        return course is not None and len(course.losses) >= least

    until(begun)


def until_over() -> None:
    until(lambda: not isinstance(classroom().state(), Waiting | Running))


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_built_in_model_fills_no_masks_and_the_page_offers_what_follows() -> None:
    page = opened()
    assert not page.exception
    assert not page.error
    assert "has no output layer for masks" in spoken(page)
    assert "Start" in labels(page.button)
    assert "Use the small BERT" not in labels(page.button)


def test_start_trains_and_the_small_bert_can_be_chosen() -> None:
    page = opened()
    by_label(page.button, "Start").click().run()
    until_over()
    page.run()
    assert not page.exception
    assert "Trained: 4 steps" in spoken(page)
    assert {"Start again", "Use the small BERT"} <= set(labels(page.button))
    by_label(page.button, "Fill in with the small BERT").click().run()
    assert by_label(page.selectbox, "Model").value == "small-bert"
    assert "[MASK]" in by_label(page.text_input, "Sentence A").value
    assert "Side by side" in spoken(page)


def test_sentences_that_the_small_bert_can_fill_stay_and_others_can_come_back() -> None:
    trained()
    page = opened(a="The dog [mask] the river.", b="")
    by_label(page.button, "Use the small BERT").click().run()
    assert by_label(page.selectbox, "Model").value == "small-bert"
    assert by_label(page.text_input, "Sentence A").value == "The dog [mask] the river."
    assert "Put my sentences back" not in labels(page.button)

    page = opened(a="Time flies like an arrow.", b="Fruit flies like a banana.")
    by_label(page.button, "Fill in with the small BERT").click().run()
    assert "The [MASK] was tired." in by_label(page.text_input, "Sentence A").value
    by_label(page.button, "goat, hill").click().run()
    by_label(page.button_group, "Words of Sentence A").set_value([1]).run()
    by_label(page.button, "Put my sentences back").click().run()
    assert by_label(page.text_input, "Sentence A").value == "Time flies like an arrow."
    assert by_label(page.text_input, "Sentence B").value == "Fruit flies like a banana."
    assert "Put my sentences back" not in labels(page.button)


def test_who_joins_a_training_keeps_it_going(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_SMALL_STEPS", "10000")
    first, second = opened(), opened()
    by_label(first.button, "Start").click().run()
    second.run()
    assert "Others on this server" in spoken(second)
    by_label(second.button, "Join").click().run()
    assert "Stop" in labels(second.button)
    by_label(first.button, "Stop").click().run()
    until_steps(1)
    assert "Join" in labels(first.run().button)
    assert isinstance(classroom().state(), Running)
    by_label(second.button, "Stop").click().run()
    until_over()
    assert "Stopped after" in spoken(second.run())
    assert not first.exception
    assert not second.exception


def test_a_stopped_training_and_one_that_failed_make_no_trained_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EXPLORER_SMALL_STEPS", "10000")
    page = opened()
    by_label(page.button, "Start").click().run()
    until_steps(1)
    by_label(page.run().button, "Stop").click().run()
    until_over()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(classroom_module, "train_small_bert", fail)
    by_label(page.run().button, "Start again").click().run()
    until_over()
    page.run()
    assert not page.exception
    assert "The training broke off: RuntimeError" in spoken(page)
    assert "Trained:" not in spoken(page)
    assert "Watch it learn" in [heading.value for heading in page.subheader]
    assert "Fill in with the small BERT" not in labels(page.button)


def test_a_full_line_of_trainings_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise QueueFull("Too many trainings wait.")

    page = opened()
    monkeypatch.setattr(classroom(), "start", refuse)
    by_label(page.button, "Start").click().run()
    assert "Too many trainings wait." in [
        warning.value.replace(JOINER, "").replace("\\", "") for warning in page.warning
    ]
    assert not page.run().warning


def test_stop_keeps_what_was_learned_and_makes_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_SMALL_STEPS", "10000")
    page = opened()
    by_label(page.button, "Start").click().run()
    assert "Stop" in labels(page.button)
    until_steps(1)
    other = opened()
    assert "Others on this server" in spoken(other)
    assert not {"Start", "Stop"} & set(labels(other.button))
    by_label(page.button, "Stop").click().run()
    until_over()
    page.run()
    assert "Stopped after" in spoken(page)
    assert "Only a whole training makes a model" in spoken(page)


@pytest.mark.parametrize("name", ["cloze", "attention", "overview", "lesson", "output"])
def test_the_small_bert_before_it_is_trained(name: str) -> None:
    page = opened(name, model="small-bert", a="the dog was tired")
    assert not page.exception
    assert "not trained yet" in spoken(page) or "not been trained yet" in spoken(page)
    assert by_label(page.text_input, "Sentence A").value == "the dog was tired"
    assert ("Train it on the Cloze page" in labels(page.button)) == (name != "cloze")


@pytest.mark.parametrize(
    "name",
    ["overview", "lesson", "tokens", "embeddings", "attention", "compare", "bertviz", "output"],
)
def test_the_small_bert_on_every_other_page(name: str) -> None:
    trained()
    page = opened(name, model="small-bert", a="the dog was tired", b="an unknown 🦜 was tired")
    assert not page.exception
    assert not page.error


def test_snapshots_can_be_walked_through() -> None:
    trained()
    page = opened()
    slider = by_label(page.select_slider, "Training step")
    assert list(slider.options) == ["0", "1", "2", "3", "4"]
    assert "After 4 steps." in spoken(page)
    slider.set_value(0).run()
    assert not page.exception
    assert "After 0 steps." in spoken(page)
    by_label(page.button_group, "Nouns").set_value(2).run()
    assert "After 0 steps." in spoken(page)
    assert "The donkey refused to jump the fence" in spoken(page)


def test_a_model_with_its_output_layer(own_models: None, folder: str) -> None:
    page = opened(model=folder, **MASKED)
    assert not page.exception
    assert not page.error
    assert "Side by side" in spoken(page)
    assert "The answers (CSV)" in labels(page.get("download_button"))


def test_the_answers_are_a_file_that_waits_without_them(
    own_models: None, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: dict[str, Callable[[], bytes]] = {}
    monkeypatch.setattr(
        "streamlit.download_button", lambda label, data, **_: offered.update({label: data})
    )
    monkeypatch.setattr(test_held_memory, "LARGE", 64)  # the model is small, too
    opened(model=folder, **MASKED)
    make = offered["The answers (CSV)"]
    assert not list(test_held_memory.held(make))
    lines = make().decode().splitlines()
    assert lines[0] == "sentence,position,after_layer,rank,piece,probability"
    assert {line.split(",")[0] for line in lines[1:]} == {"A", "B"}


def test_a_click_masks_a_word_and_another_one_shows_it_again(own_models: None, folder: str) -> None:
    page = opened(model=folder, a="the cat sat on the cat.")
    assert "Sentence A has no mask yet" in spoken(page)
    by_label(page.button_group, "Words of Sentence A").set_value([5]).run()
    assert by_label(page.text_input, "Sentence A").value == "the cat sat on the [MASK]."
    assert page.query_params["a"] in ("the cat sat on the [MASK].", ["the cat sat on the [MASK]."])
    assert "The likeliest pieces" in spoken(page)
    by_label(page.button_group, "Words of Sentence A").set_value([5, 0]).run()
    assert by_label(page.text_input, "Sentence A").value == "[MASK] cat sat on the [MASK]."
    masks = by_label(page.button_group, "Mask of Sentence A")
    assert masks.value == 0
    assert [option.split(": ")[0] for option in masks.options] == ["1st mask", "2nd mask"]
    by_label(page.button_group, "Words of Sentence A").set_value([0]).run()
    by_label(page.button_group, "Words of Sentence A").set_value([]).run()
    assert by_label(page.text_input, "Sentence A").value == "the cat sat on the cat."
    assert not page.exception


def test_masks_without_a_space_and_in_small_letters_are_masks(
    own_models: None, folder: str
) -> None:
    page = opened(model=folder, a="the [mask][MASK] sat.", b="the [MASK].")
    assert not page.exception
    assert by_label(page.text_input, "Sentence A").value == "the [mask][MASK] sat."
    assert "Masks that were typed otherwise are read as [MASK] here." in spoken(page)
    assert "not in the vocabulary" not in spoken(page)
    said = spoken(page)
    assert re.search(r"With the likeliest pieces: the \*\*\S+\*\* \*\*\S+\*\* sat\.", said)
    assert "**Side by side** (the 1st mask of A and the mask of B):" in said
    by_label(page.button_group, "Mask of Sentence A").set_value(1).run()
    assert "**Side by side** (the 2nd mask of A and the mask of B):" in spoken(page)
    by_label(page.button_group, "Words of Sentence A").set_value([1, 2, 3]).run()
    assert by_label(page.text_input, "Sentence A").value == "the [MASK][MASK] [MASK]."
    assert "typed otherwise" not in spoken(page)


def test_a_mask_that_was_typed_cannot_be_shown(own_models: None, folder: str) -> None:
    page = opened(model=folder, a="the [MASK] sat")
    by_label(page.button_group, "Words of Sentence A").set_value([]).run()
    assert by_label(page.text_input, "Sentence A").value == "the [MASK] sat"
    assert "not known here" in spoken(page)


def test_one_pair_reads_both_in_one_input(own_models: None, folder: str) -> None:
    apart = opened(model=folder, **MASKED)
    together = opened(model=folder, pair="1", **MASKED)
    assert not together.exception
    assert "Side by side" in spoken(together)
    assert spoken(apart) != spoken(together)


@pytest.mark.parametrize(
    "text",
    [
        "[MASK] " * 30,
        "[MASK]",
        "a " * 600,
        "a " * 600 + "[MASK]",
        "[MASK] " * 600,
        "</script><img src=x onerror=alert(1)> [MASK]",
        "$x$ **a** :red[b] [MASK] [l](javascript:0)",
        "🦜 שלום [MASK] \x00 \u202e . , ...",
        "[mask] [UNK] [SEP] [CLS] [MASK]",
        "...",
        "x" * 3000 + " [MASK]",
    ],
)
def test_whatever_is_typed(own_models: None, folder: str, text: str) -> None:
    for b in (text, ""):
        page = opened(model=folder, a=text, b=b)
        assert not page.exception
        assert not page.error
        assert by_label(page.text_input, "Sentence A").value == text


def test_masks_beyond_the_limit_are_said(own_models: None, folder: str) -> None:
    page = opened(model=folder, a="a " * 600 + "[MASK]")
    assert "1 masks of Sentence A are not filled" in spoken(page)
    page = opened(model=folder, a="[MASK] " * 30)
    assert "22 masks of Sentence A are not filled" in spoken(page)


@pytest.mark.parametrize("a", ["", "   "])
def test_an_empty_sentence_asks_for_one_and_leaves_the_rest(
    own_models: None, folder: str, a: str
) -> None:
    page = opened(model=folder, a=a, b="the [MASK]")
    assert not page.exception
    assert "Sentence A" in page.error[0].value
    assert "Start" in labels(page.button)


def test_an_unreachable_model_leaves_the_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    from backend.errors import HubUnreachable
    from components import loading

    def refuse(name: str, *_: object, **__: object) -> None:
        raise HubUnreachable(f"The Hub cannot be reached, so {name} cannot be fetched.")

    monkeypatch.setattr(loading, "model_folder", refuse)
    page = opened(model="bert-base-uncased", **MASKED)
    assert not page.exception
    assert "cannot be reached" in spoken(page)
    assert by_label(page.text_input, "Sentence A").value == MASKED["a"]
    assert {"Use the built-in model", "Start"} <= set(labels(page.button))


def test_unknown_words_are_said() -> None:
    trained()
    page = opened(model="small-bert", a="The professor did not cross the [MASK].")
    assert "“professor”" in spoken(page)
    assert "[UNK]" in spoken(page)
