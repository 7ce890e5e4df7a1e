"""A visitor who has used up a share reads so, and goes on later with all that was typed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend import fair_share
from backend.errors import TooMuchAsked
from backend.fair_share import SECONDS, FairShare
from components.downloads import offer_download
from tests.opened import by_label, opened_script


def test_the_page_says_how_long_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened_script("pages/attention.py", weights="rollout", a="One is here.", b="")
    assert not app.error
    now = app.session_state["stored"]["share"]
    now._clock = lambda: now._told  # time stands still
    now.spend(fair_share.SECONDS + 10)
    by_label(app.text_input, "Sentence A").set_value("Another one is there.").run()
    assert not app.exception
    assert any("asked for much in a short time" in told.value for told in app.info)
    assert by_label(app.text_input, "Sentence A").value == "Another one is there."
    by_label(app.text_input, "Sentence A").set_value("One is here.").run()
    assert not any("asked for much" in told.value for told in app.info)  # what is kept is free
    now._clock = lambda: now._told + 1_000
    by_label(app.text_input, "Sentence A").set_value("Another one is there.").run()
    assert not any("asked for much" in told.value for told in app.info)
    assert not app.exception


def test_a_page_that_is_drawn_again_is_paid() -> None:
    app = opened_script("pages/tokens.py", a="One is here.", b="")
    now = app.session_state["stored"]["share"]
    now._clock = lambda: now._told  # time stands still
    left = now._left
    for _ in range(3):
        app.run()
    assert 0.005 < left - now._left < 3


def test_what_is_downloaded_is_paid_by_who_sees_the_button(monkeypatch: pytest.MonkeyPatch) -> None:
    share, offered = FairShare(), list[Callable[[], bytes]]()
    monkeypatch.setattr("streamlit.download_button", lambda _, data, **__: offered.append(data))
    monkeypatch.setattr("components.downloads.payer", lambda: share)
    offer_download("A file", "a.txt", lambda: b"made", mime="text/plain")
    with ThreadPoolExecutor(1) as server:  # no page runs in it
        left = share._left
        assert server.submit(offered[0]).result() == b"made"
        assert share._left < left
        share.spend(2 * SECONDS)
        with pytest.raises(TooMuchAsked):
            server.submit(offered[0]).result()
