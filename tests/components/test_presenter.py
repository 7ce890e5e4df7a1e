"""Presenting: figures that grow, and presses of keys that are neither lost nor done twice."""

import contextlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from backend.examples import EXAMPLES
from components import kept, plot
from components.figure_scale import enlarged
from components.figures import attention_figure
from components.presenter import take_presses
from components.stepping import allow_steps
from components.view import View
from tests.figures import checked
from tests.opened import address, by_label, opened_script


def test_a_figure_grows_with_its_letters_and_fits_the_window() -> None:
    tokens = ["[CLS]", "it", "was", "[SEP]"]
    drawn = attention_figure(np.eye(4, dtype=np.float32), tokens, tokens, theme="light")
    figure, large = checked(drawn), checked(enlarged(drawn, 1.5, 600))
    assert large.layout.font.size == 1.5 * figure.layout.font.size
    assert large.layout.xaxis.tickfont.size == 1.5 * figure.layout.xaxis.tickfont.size
    assert large.layout.margin.l == 1.5 * figure.layout.margin.l
    assert large.layout.height == 600 < 1.5 * figure.layout.height
    np.testing.assert_array_equal(large.data[0].z, figure.data[0].z)
    assert large.layout.margin.autoexpand is False


def test_a_figure_with_many_rows_keeps_room_for_their_letters() -> None:
    figure = plot.Figure(layout={"height": 1000})
    assert enlarged(figure, 1.5, 600).layout["height"] == pytest.approx(1200)


def test_signs_in_a_title_grow_too_and_what_visitors_wrote_stays() -> None:
    notes = [{"text": "<span style='font-size:26px'>+</span> font-size:26px"}]
    figure = enlarged(plot.Figure(layout={"annotations": notes}), 1.5, 600)
    assert figure.layout["annotations"][0]["text"] == (
        "<span style='font-size:39px'>+</span> font-size:26px"
    )


def test_the_switch_stands_in_the_sidebar_and_in_the_address() -> None:
    page = opened_script("pages/tokens.py")
    assert "present" not in address(page)
    by_label(page.sidebar.toggle, "Presenter").set_value(True)
    page.run()
    assert address(page)["present"] == "1"
    assert not page.exception
    by_label(page.sidebar.toggle, "Presenter").set_value(False)
    page.run()
    assert "present" not in address(page)


@pytest.mark.parametrize("name", ["attention", "compare", "heads", "overview", "cloze", "lesson"])
def test_pages_open_presenting(name: str) -> None:
    page = opened_script(f"pages/{name}.py", present="1")
    assert not page.exception
    assert by_label(page.sidebar.toggle, "Presenter").value
    said = [text.value for text in page.main.markdown]
    assert not any(text.startswith(("Who looks at whom?", "Which heads do what?")) for text in said)


def test_every_press_counts_once() -> None:
    page = opened_script("pages/attention.py", present="1")
    assert chosen(pressed(page, layer=2, head=3)) == ("5", "4")
    assert chosen(page.run()) == ("5", "4")
    assert chosen(pressed(page, layer=1, head=4)) == ("4", "5")
    assert chosen(pressed(page, layer=-90, head=90)) == ("0", "11")


def test_a_press_counts_once_wherever_the_run_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for allowed in range(100):
        session = Session(presenter_keys={"presses": {"loaded": "now", "head": 3, "next": 2}})
        monkeypatch.setattr("components.kept.st", SimpleNamespace(session_state=session))
        allow_steps("head", 12)
        session.uses_left = allowed
        with contextlib.suppress(CutOffError):
            take_presses()
        was_cut_off = session.uses_left < 0
        session.uses_left = 1000
        take_presses()
        assert (kept.view().head, kept.view().a) == (View().head + 3, EXAMPLES[2].a), allowed
        if not was_cut_off:
            break
    assert 5 < allowed < 99


def test_a_widget_that_has_not_heard_of_a_press_yet_does_not_undo_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = Session(presenter_keys={"presses": {"loaded": "now", "head": 3}})
    monkeypatch.setattr("components.kept.st", SimpleNamespace(session_state=session))
    allow_steps("head", 12)
    take_presses()  # and this run is cut off
    kept.keep("head", View().head)  # the callback of a widget that comes up late
    take_presses()
    assert kept.view().head == View().head + 3


def test_nor_where_what_was_pressed_since_cancels_itself() -> None:
    page = opened_script("pages/attention.py", present="1")
    assert chosen(pressed(page, all=3, head=3)) == ("3", "4")
    by_label(page.number_input, "Head").set_value(View().head)  # comes late, with two presses more
    assert chosen(pressed(page, all=5, head=3)) == ("3", "4")
    by_label(page.number_input, "Head").set_value(View().head)  # and this is the reader's own
    assert chosen(page.run()) == ("3", str(View().head))


def test_a_page_that_was_loaded_anew_counts_from_nothing() -> None:
    page = opened_script("pages/attention.py", present="1")
    pressed(page, layer=1)
    assert chosen(pressed(page, loaded="again", layer=1)) == ("5", "1")


def test_the_next_example_follows_the_last_and_comes_before_ones_own() -> None:
    page = opened_script("pages/tokens.py", present="1")
    first, second = (pressed_example(page, by) for by in (0, 1))
    assert first.startswith("The chicken")
    assert second.startswith("The car")
    assert pressed_example(page, -1) == EXAMPLES[-1].a
    page.text_input(key="a").set_value("Mine")
    page.run()
    assert pressed_example(page, 0).startswith("The chicken")


def test_pages_without_heads_leave_layer_and_head_alone() -> None:
    page = opened_script("pages/tokens.py", present="1", layer="3", head="1")
    assert chosen(pressed(page, layer=1, head=1)) == ("3", "1")


def test_on_the_lesson_the_next_step_follows() -> None:
    page = opened_script("pages/lesson.py", present="1")
    assert address(pressed(page, next=1))["step"] == "1"


def test_what_a_browser_sends_instead_of_counts_does_nothing() -> None:
    page = opened_script("pages/attention.py", present="1")
    assert chosen(pressed(page, layer="<b>", head=None, next=[1], end={})) == ("3", "1")


def test_a_key_ends_it() -> None:
    page = pressed(opened_script("pages/tokens.py", present="1"), end=1)
    assert "present" not in address(page)


class CutOffError(Exception):
    """Streamlit's way to end a run for the sake of a newer one."""


class Session(dict[str, Any]):
    """A session that is cut off once it was asked so often, as Streamlit's is at any time."""

    uses_left = 1000

    def _use(self) -> None:
        self.uses_left -= 1
        if self.uses_left < 0:
            raise CutOffError

    def __setitem__(self, key: str, value: Any) -> None:
        self._use()
        super().__setitem__(key, value)

    def get(self, key: str, default: Any = None) -> Any:
        self._use()
        return super().get(key, default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        self._use()
        return super().setdefault(key, default)


def pressed(page: AppTest, *, loaded: str = "now", **counts: Any) -> AppTest:
    """The page after keys were pressed so often since it was loaded."""
    page.session_state["presenter_keys"] = {"presses": {"loaded": loaded, **counts}}
    return page.run()


def pressed_example(page: AppTest, count: int) -> str:
    pressed(page, next=count)
    return address(page)["a"]


def chosen(page: AppTest) -> tuple[str, str]:
    return address(page)["layer"], address(page)["head"]
