"""Whatever goes wrong with a model ends in a sentence, and the page works afterwards."""

import gc
import socket
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from backend import cached, resumed_file, tagger
from backend import hub as hub_module
from backend.cached import cached_model, model_is_ready
from backend.catalogue import BUILT_IN
from backend.errors import ServerFull, TooMuchAsked
from backend.loaded_models import LoadedModels
from backend.model import Model
from backend.part_of_speech import tagged_sentences
from backend.trace import Trace
from components.page import show_failure
from tests.backend.small_models import write_model
from tests.fake_hub import WEIGHTS, FakeHub, running_hub, use_hub
from tests.opened import by_label, opened_script

NAME = "dslim/bert-base-NER"
TYPED = "the cat sat"
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def own_models(monkeypatch: pytest.MonkeyPatch) -> LoadedModels[Model]:
    """What these tests load is neither kept for others nor found by them."""
    cached_model(BUILT_IN)
    models = LoadedModels(cached._models._load, cached._models._needed, patience=0)
    monkeypatch.setattr(models, "_models", {BUILT_IN: cached_model(BUILT_IN)})
    monkeypatch.setattr(models, "_sizes", {BUILT_IN: 0})
    monkeypatch.setattr(cached, "_models", models)
    for store in ("_traces", "_tokenizers"):
        monkeypatch.setattr(cached, store, type(cached._traces)(10**8, lambda _: 1))
    return models


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    monkeypatch.setattr(resumed_file, "PAUSE", 0)
    with running_hub(write_model("bert", tmp_path / "offered"), NAME) as server:
        use_hub(server.address, tmp_path / "cache", monkeypatch)
        yield server


@pytest.fixture
def as_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages as the server runs them: it has `show_failure` for what nobody foresaw."""
    make = LocalScriptRunner.__init__

    def made(runner: Any, *args: Any, **keywords: Any) -> None:
        make(runner, *args, **keywords)
        runner._on_script_error = show_failure

    monkeypatch.setattr(LocalScriptRunner, "__init__", made)


def opened(page: str = "tokens", **parameters: str) -> AppTest:
    return opened_script(f"pages/{page}.py", **({"a": TYPED, "model": NAME} | parameters))


def press(page: AppTest, label: str) -> None:
    by_label(page.button, label).click().run()
    assert not page.exception


def said(page: AppTest) -> str:
    return " ".join(error.value for error in page.error).translate({0x2060: None, 0x5C: None})


def is_broken(hub: FakeHub, what: str) -> None:
    if what == "cut":
        hub.cuts = [1000, 0]
    elif what == "damaged":
        hub.spoiled = True
    elif what == "full":  # as the kernel itself says it
        blob = hub_module._places(NAME, hub.etag(WEIGHTS))[0]
        blob.with_name(f"{blob.name}.incomplete").symlink_to("/dev/full")
    else:
        hub.status = int(what)


def is_mended(hub: FakeHub) -> None:
    hub.cuts, hub.spoiled, hub.status = [], False, 200


@pytest.mark.parametrize(
    ("fault", "sentence", "again"),
    [
        ("404", "no model called", False),
        ("401", "not give", False),
        ("500", "trouble of its own", True),
        ("cut", "goes on from there", True),
        ("damaged", "was damaged", True),
        ("full", "became full", True),
    ],
)
def test_each_fault_of_a_download_is_said_and_the_page_works_afterwards(
    hub: FakeHub, fault: str, sentence: str, again: bool
) -> None:
    is_broken(hub, fault)
    page = opened("attention")
    assert not page.exception
    assert sentence in said(page)
    assert by_label(page.text_input, "Sentence A").value == TYPED
    labels = [button.label for button in page.button]
    assert ("Try again" in labels) == again
    is_mended(hub)
    press(page, "Try again" if again else "Use the built-in model")
    assert not page.error
    assert by_label(page.text_input, "Sentence A").value == TYPED
    assert by_label(page.selectbox, "Model").value == (NAME if again else BUILT_IN)


def test_a_hub_that_is_gone(hub: FakeHub) -> None:
    hub.close()
    page = opened("attention")
    assert "cannot be reached" in said(page)
    press(page, "Use the built-in model")
    assert not page.error


def test_a_hub_that_does_not_answer(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use_hub(f"http://127.0.0.1:{silent.getsockname()[1]}", tmp_path / "cache", monkeypatch)
        page = opened("attention")
    assert "does not answer in time" in said(page)
    assert by_label(page.text_input, "Sentence A").value == TYPED
    use_hub(hub.address, tmp_path / "cache", monkeypatch)
    press(page, "Try again")
    assert not page.error


def test_a_model_too_large_is_said(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.memory.model_room", lambda: 100)
    page = opened("attention")
    assert "Choose a smaller one" in said(page)
    assert WEIGHTS not in {path.rsplit("/", 1)[1] for path in hub.asked}
    press(page, "Use the built-in model")
    assert not page.error


def test_broken_weights_in_a_download_are_mended_by_trying_again(hub: FakeHub) -> None:
    assert not opened("attention").error
    cached._models._is_dropped(NAME)
    blob = hub_module._places(NAME, hub.etag(WEIGHTS))[0]
    blob.unlink()
    blob.write_bytes(b"nothing")
    page = opened("attention", a="the dog sat")
    assert "was damaged" in said(page)
    press(page, "Try again")
    assert not page.error


def test_a_server_full_of_models_says_which_ones(
    tmp_path: Path, hub: FakeHub, own_models: LoadedModels[Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = hub.sizes[WEIGHTS]
    monkeypatch.setattr("backend.loaded_models.model_room", lambda: needed)
    other = "distilbert-base-uncased-finetuned-sst-2-english"
    hub.names = (NAME, other)
    first = opened("attention")
    assert not first.error
    second = opened("attention", model=other)
    assert "BERT base, fine-tuned for names" in said(second)
    assert "in use" in said(second)
    first = by_label(first.selectbox, "Model").set_value(BUILT_IN).run()
    assert not first.error
    press(second, "Try again")
    assert not second.error
    assert model_is_ready(other)
    assert not model_is_ready(NAME)


def fails(*_: Any, **__: Any) -> None:
    raise RuntimeError("expected: the cat sat")


def test_a_trace_that_fails_as_nobody_foresaw(
    as_served: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Model, "trace", fails)
        page = opened("attention", model=BUILT_IN)
        assert not page.exception
        assert "not foreseen" in said(page)
        assert TYPED not in said(page)
        assert by_label(page.text_input, "Sentence A").value == TYPED
    assert "in fails" in caplog.text  # the server's log knows where it was, and nothing else does
    assert capsys.readouterr().out == ""
    press(page, "Try again")
    assert not page.error
    assert by_label(page.text_input, "Sentence A").value == TYPED


def test_a_callback_that_fails_as_nobody_foresaw(
    as_served: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened("attention", model=BUILT_IN)
    with monkeypatch.context() as patched:
        patched.setattr("components.kept.kept", fails)
        by_label(page.text_input, "Sentence A").set_value("the dog sat").run()
        assert not page.exception
        assert "not foreseen" in said(page)
    press(page, "Try again")
    assert not page.error
    assert by_label(page.text_input, "Sentence A").value == "the dog sat"


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "pages").glob("*.py")))
def test_a_page_that_is_open_keeps_no_model_in_memory(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a model would stay as long as a browser is open anywhere."""
    some = tagged_sentences()[:60]
    monkeypatch.setattr(tagger, "tagged_sentences", lambda: some)
    monkeypatch.setattr("components.kept.any_model", lambda: True)
    monkeypatch.setattr("components.loading.any_model", lambda: True)
    folder = str(write_model("bert", tmp_path / "model"))
    page = opened(name, model=folder)
    assert not page.exception
    opened("tokens", model=BUILT_IN)  # the page that ran last is still Python's main module
    end = monotonic() + 60  # a training that the page has begun may hold it for a while
    while model_is_ready(folder) and not cached._models._is_dropped(folder):
        assert monotonic() < end
        gc.collect()
        sleep(0.05)


@pytest.mark.parametrize("error", [ServerFull("All models are in use."), TooMuchAsked(3)])
def test_a_part_that_runs_by_itself_says_what_can_be_mended(
    as_served: None, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it was drawn from may have left the memory, and be too much to compute now."""

    def gone(*_: object) -> Trace:
        raise error

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("components.embedding_sections.cached_trace", gone)
        page = opened("embeddings", model=BUILT_IN)
    told = said(page) + " ".join(one.value for one in page.info)
    assert str(error).split(".")[0].split(",")[0] in told
    assert "not foreseen" not in told
    page.run()
    assert not page.error
