"""The visitors of `make load` speak with the server as a browser does."""

from random import Random

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.visitors import Tally, Visitor


@pytest.fixture
def visitor() -> Visitor:
    return Visitor("http://127.0.0.1:1", Tally(), Random(0))


def begin(visitor: Visitor, *fragments: str) -> None:
    message = ForwardMsg()
    message.new_session.name = "app"
    message.metadata.run.fragment_ids.extend(fragments)
    assert not visitor._read(message)


def offer(visitor: Visitor, identity: str, fragment: str = "") -> None:
    message = ForwardMsg()
    message.delta.fragment_id = fragment
    message.delta.new_element.checkbox.id = identity
    assert not visitor._read(message)


def asked(visitor: Visitor, fragment: str = "") -> BackMsg:
    message = BackMsg()
    message.ParseFromString(visitor._request(fragment))
    return message


def test_a_widget_is_known_with_the_fragment_that_it_stands_in(visitor: Visitor) -> None:
    begin(visitor)
    offer(visitor, "outside")
    offer(visitor, "inside", "fragment")
    assert {name: one.fragment for name, one in visitor._widgets.items()} == {
        "outside": "",
        "inside": "fragment",
    }
    assert asked(visitor, "fragment").rerun_script.fragment_id == "fragment"
    assert asked(visitor).rerun_script.fragment_id == ""


def test_a_run_forgets_what_it_may_draw_anew(visitor: Visitor) -> None:
    begin(visitor)
    for name, fragment in (("outside", ""), ("one", "a"), ("other", "b")):
        offer(visitor, name, fragment)
    begin(visitor, "a")
    assert set(visitor._widgets) == {"outside", "other"}
    begin(visitor)
    assert not visitor._widgets


def test_a_visitor_sends_the_address_that_the_server_has_given_the_page(visitor: Visitor) -> None:
    message = ForwardMsg()
    message.page_info_changed.query_string = "layer=3"
    visitor._read(message)
    assert asked(visitor).rerun_script.query_string == "layer=3"


@pytest.mark.parametrize(
    ("status", "over"),
    [
        (ForwardMsg.FINISHED_SUCCESSFULLY, True),
        (ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY, True),
        (ForwardMsg.FINISHED_EARLY_FOR_RERUN, False),
    ],
)
def test_a_run_that_makes_way_for_another_one_is_not_the_end(
    visitor: Visitor, status: ForwardMsg.ScriptFinishedStatus.ValueType, over: bool
) -> None:
    message = ForwardMsg()
    message.script_finished = status
    assert visitor._read(message) is over
