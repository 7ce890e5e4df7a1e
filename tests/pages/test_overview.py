"""The Overview as part of the whole app, without a browser."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from backend import cached
from backend.cached import cached_tagger, cached_trace
from backend.errors import NotAModel
from backend.examples import EXAMPLES
from backend.for_all import taggers
from backend.model import Model
from backend.shared import Shared, nbytes
from backend.tagger import Tagger
from tests.opened import opened_script

APP = str(Path(__file__).parents[2] / "app.py")
opened = partial(opened_script, "app.py")


@pytest.fixture(scope="module", autouse=True)
def trained() -> None:
    cached_tagger("minilm")


def sent(app: AppTest) -> dict[str, Any]:
    """What the diagram in the browser was sent."""
    for element in app.get("bidi_component"):
        text = element.proto.json
        if text and json.loads(text).get("kind") == "diagram":
            data: dict[str, Any] = json.loads(text)
            return data
    raise AssertionError("there is no diagram")


def test_the_app_opens_with_the_overview_and_its_real_shapes() -> None:
    app = opened()
    assert not app.exception
    assert app.title[0].value == "Overview"
    trace = cached_trace("minilm", EXAMPLES[0].a, EXAMPLES[0].b)
    data = sent(app)
    assert data["tokens"] == list(trace.tokens)
    shapes = {row["part"]: row["shapes"] for row in data["rows"]}
    assert shapes["vectors"] == [str(tuple(trace.hidden.shape[1:]))]
    assert shapes["layer-0"][0] == str(tuple(trace.attention.shape[1:]))
    assert data["tags"][10][0] == "PRP"


def test_the_overview_runs_alone() -> None:
    page = AppTest.from_file(str(Path(APP).parent / "pages" / "overview.py"), default_timeout=60)
    assert not page.run().exception


def test_the_lines_show_one_head_or_the_mean() -> None:
    app = opened(head="7")
    assert sent(app)["packet"].endswith("/7")
    app.pills(key="lines").set_value("mean").run()
    assert not app.exception
    assert sent(app)["packet"].endswith("/mean")
    assert app.query_params["lines"] == "mean"
    assert sent(opened(lines="mean"))["packet"].endswith("/mean")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("The same.", "The same."),
        ("Cats sleep.", ""),
        ("One.", "A very much longer sentence that goes on and on until nobody listens."),
        ("word " * 700, ""),
        ("</script><img src=x onerror=alert(1)> $x$ **a** 🐔", "؟ مرحبا"),
        (".", "!"),
        ("[CLS] [SEP]", ""),
    ],
)
def test_any_text_is_drawn(a: str, b: str) -> None:
    app = opened(a=a, b=b)
    assert not app.exception
    assert not app.error
    trace = cached_trace("minilm", a, b or None)
    assert len(sent(app)["tags"]) == len(trace.tokens)


def test_an_empty_sentence_a_is_said() -> None:
    app = opened(a="", b="Only the second.")
    assert not app.exception
    assert len(app.error) == 1


def test_the_tags_come_once_the_layer_is_trained_whatever_is_clicked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, go, begun, runs = cached_tagger("minilm"), Event(), Event(), list[str]()

    def train(model: Model, progress: Callable[[int, int], None]) -> Tagger:
        runs.append(model.name)
        progress(113, 452)
        begun.set()
        go.wait(60)
        return real

    monkeypatch.setattr(cached, "train_tagger", train)
    monkeypatch.setattr(cached, "_taggers", Shared(cached.TAGGER_BYTES, nbytes))
    monkeypatch.setattr(taggers, "_jobs", {})
    monkeypatch.setattr("components.accuracy_section.show_work", lambda *_, **__: None)
    try:
        app = opened()
        assert not app.exception
        assert sent(app)["tags"] is None
        assert begun.wait(60)
        app.button_group(key="lines").set_value("mean").run()
        assert sent(app)["packet"].endswith("/mean")
        assert sent(app)["tags"] is None
        said = app.get("progress")[0].proto
        assert said.text.endswith("113 of 452 pairs of sentences read")
        assert said.value == 25
        app.switch_page("pages/output.py").run()
        assert "113 of 452" in app.get("progress")[0].proto.text
        app.switch_page("pages/lesson.py").run()
        next(one for one in app.button_group if one.label == "Step").set_value(5).run()
        assert not app.exception
        assert "113 of 452" in app.get("progress")[1].proto.text
        assert any(button.label == "Next: Transfer" for button in app.button)
    finally:
        go.set()
    end = monotonic() + 60
    while not taggers.is_ready("minilm"):
        assert monotonic() < end
        sleep(0.01)
    app.switch_page("pages/overview.py").run()
    assert sent(app)["tags"][10][0] == "PRP"
    assert not app.get("progress")
    assert runs == ["minilm"]


def test_a_training_that_failed_says_why_and_can_be_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = cached_tagger("minilm")

    def fail(*_: object) -> Tagger:
        raise NotAModel("The weights are damaged.")

    monkeypatch.setattr(cached, "train_tagger", fail)
    monkeypatch.setattr(cached, "_taggers", Shared(cached.TAGGER_BYTES, nbytes))
    monkeypatch.setattr(taggers, "_jobs", {})
    app, end = opened(), monotonic() + 60
    while not app.error:
        assert monotonic() < end
        app.run()
    assert "The weights are damaged" in app.error[0].value
    assert sent(app)["tags"] is None
    monkeypatch.setattr(cached, "train_tagger", lambda *_: real)
    next(button for button in app.button if button.label == "Train it again").click().run()
    while sent(app)["tags"] is None:
        assert monotonic() < end
        app.run()
    assert not app.error
