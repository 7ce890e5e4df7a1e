"""The Overview as part of the whole app, without a browser."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from backend import cached
from backend.cached import cached_tagger, cached_trace
from backend.examples import EXAMPLES

APP = str(Path(__file__).parents[2] / "app.py")


@pytest.fixture(scope="module", autouse=True)
def trained() -> None:
    cached_tagger("minilm")


def opened(**parameters: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params.update(parameters)
    return app.run()


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
    app.segmented_control(key="lines").set_value("mean").run()
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


def test_the_tags_come_once_the_layer_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = iter([False, True])
    seen: list[bool] = []

    def is_ready(_: str) -> bool:
        seen.append(next(ready))
        return seen[-1]

    monkeypatch.setattr(cached, "tagger_is_ready", is_ready)
    app = opened()
    assert not app.exception
    assert seen == [False, True]  # drawn without tags, trained, drawn again
    assert sent(app)["tags"] is not None
