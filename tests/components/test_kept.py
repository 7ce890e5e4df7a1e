"""What is chosen late, or on the way to another page, as the whole app keeps it."""

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from backend.cached import cached_tagger
from backend.for_all import taggers
from tests.opened import address, by_label, opened_script

opened = partial(opened_script, "app.py")


@pytest.fixture(scope="module", autouse=True)
def trained() -> None:
    cached_tagger("minilm")


def test_an_address_that_comes_late_undoes_no_choice() -> None:
    app = opened(layer="5", head="2")
    by_label(app.number_input, "Layer").set_value(1)
    app.query_params.clear()
    app.query_params.update({"layer": "5", "head": "2"})  # the browser has not heard of the new one
    app.run()
    assert by_label(app.number_input, "Layer").value == 1
    assert address(app)["layer"] == "1"


def test_text_is_not_lost_with_a_callback_that_was_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as cut_off:
        cut_off.setattr("components.kept.keep_widget", lambda _: None)
        app = opened()
    by_label(app.text_input, "Sentence A").set_value("A small bird.").run()
    assert by_label(app.text_input, "Sentence A").value == "A small bird."
    assert address(app)["a"] == "A small bird."


def test_a_run_that_is_begun_anew_leaves_its_notes_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ready = iter([False, True, True])  # not yet when asked first; then it is there, and goes on so
    monkeypatch.setattr(taggers, "is_ready", lambda _: next(ready))
    monkeypatch.setattr(taggers, "start", lambda _: None)
    app = opened(layer="99")
    assert next(ready, None) is None
    assert ["no layer 99" in note.value for note in app.warning] == [True]


def test_a_way_to_a_token_of_an_edited_sentence_leads_there() -> None:
    app = opened(query="10")
    app.switch_page("pages/lesson.py").run()
    by_label(app.text_input, "Sentence A").set_value("A small bird said that it ate.").run()
    by_label(app.button_group, "Step").set_value(3).run()
    next(b for b in app.button if b.label.startswith("Open Attention")).click().run()
    assert app.title[0].value == "Attention"
    assert address(app)["query"] == "6"  # `it`


def test_a_token_that_an_edit_changed_is_let_go_of() -> None:
    app = opened(query="10", keys="2-8")
    by_label(app.text_input, "Sentence A").set_value("The duck didn't cross the road.").run()
    assert "query" not in address(app)
    assert "keys" not in address(app)


def choosing() -> None:
    import streamlit as st

    from components.kept import keep_choice, view

    choice = {"layer": 2, "head": 5, "query": 6, "keys": [3, 4], "trace": "old", "serial": 1}
    st.session_state["figure"] = {"choice": choice}
    keep_choice("figure", st.session_state["drawn"])
    st.text(f"{view().layer} {view().head} {view().query} {view().keys}")


@pytest.mark.parametrize(("drawn", "kept"), [("old", "2 5 6 (3, 4)"), ("new", "2 5 10 ()")])
def test_tokens_chosen_in_an_older_text_are_none_of_the_new_one(drawn: str, kept: str) -> None:
    app = AppTest.from_function(choosing, default_timeout=60)
    app.session_state["drawn"] = drawn
    assert app.run().text[0].value == kept


def test_a_widget_whose_run_was_cut_short_is_set_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the browser, which has not heard of it, shows its own default."""
    with monkeypatch.context() as cut_short:
        cut_short.setattr("components.kept.run_is_over", lambda: None)
        app = opened(layer="5")
    for is_set in (True, False):
        app.run()
        layer = by_label(app.number_input, "Layer")
        assert (layer.value, layer.proto.set_value) == (5, is_set)
