"""The Overview as part of the whole app, without a browser."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from backend.cached import cached_trace
from backend.examples import EXAMPLES

APP = str(Path(__file__).parents[2] / "app.py")


def test_the_app_opens_with_the_overview_and_its_real_shapes() -> None:
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert not app.exception
    assert app.title[0].value == "Overview"
    trace = cached_trace("minilm", EXAMPLES[0].a, EXAMPLES[0].b)
    text = " ".join(element.value for element in app.markdown)
    assert f"{len(trace.tokens)} pieces" in text
    assert str(tuple(trace.attention.shape)) in text
    assert str(tuple(trace.hidden.shape[1:])) in text


def test_the_overview_runs_alone() -> None:
    page = AppTest.from_file(str(Path(APP).parent / "pages" / "overview.py"), default_timeout=60)
    assert not page.run().exception
