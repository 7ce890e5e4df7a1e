"""Any model is for one's own machine: elsewhere the setting is refused, aloud."""

import logging

import pytest

from backend.catalogue import SETTING
from components import own_machine
from tests.opened import address, allow_any_model, by_label, opened_script


@pytest.fixture(autouse=True)
def nothing_logged() -> None:
    own_machine._log.cache_clear()


def test_without_the_setting_nothing_is_said() -> None:
    app = opened_script("app.py", model="some/model")
    assert address(app)["model"] == "minilm"
    assert not any(SETTING in caption.value for caption in app.caption)


def test_a_server_that_others_can_reach_refuses_the_setting_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(SETTING, "1")
    with caplog.at_level(logging.WARNING):
        app = opened_script("app.py", model="/tmp")
        app.run()
    assert not app.exception
    assert address(app)["model"] == "minilm"
    assert not by_label(app.selectbox, "Model").proto.accept_new_options
    assert any("does not count here" in caption.value for caption in app.caption)
    assert caplog.text.count(f"name={SETTING} outcome=refused why=the_server_listens") == 1


def test_a_message_from_the_browser_brings_no_other_model(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened_script("app.py")
    box = by_label(app.selectbox, "Model")
    box.options.append("/etc")  # else the test itself refuses to send it
    box.set_value("/etc").run()
    assert not app.exception
    assert address(app)["model"] == "minilm"
    allow_any_model(monkeypatch)
    app = opened_script("app.py", model="/etc")
    assert by_label(app.selectbox, "Model").proto.accept_new_options
    assert address(app)["model"] == "/etc"
    assert "is no model" in app.error[0].value.replace("\u2060", "")
