"""The words and names at the foot of a page."""

from dataclasses import replace

import pytest

from components.take_away import file_name, what_is_seen
from components.view import View, kept
from components.view_options import MEASURES, TASKS, VIEWS, WEIGHTS

NAMED = (
    [("Heads", "measure", name) for name in MEASURES]
    + [("Transfer", "task", name) for name in TASKS]
    + [("BertViz", "view", name) for name in VIEWS]
    + [("Attention", "weights", name) for name in WEIGHTS]
)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Attention", "attention-layer3-head1"),
        ("Inside a head", "inside-a-head-layer3-head1"),
        ("Tokens", "tokens"),
        ("Heads", "heads-previous"),
        ("BertViz", "bertviz-head-layer3-head1"),
    ],
)
def test_a_file_is_named_after_page_and_view(title: str, name: str) -> None:
    assert file_name(title, View()) == name


@pytest.mark.parametrize(("title", "field", "value"), NAMED)
def test_names_are_names_of_files_everywhere(title: str, field: str, value: str) -> None:
    name = file_name(title, kept(View(), field, value)[0])
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_other_weights_are_named_and_whole_layers_have_no_head() -> None:
    values, rollout = (replace(View(), weights=kind) for kind in ("values", "rollout"))
    assert file_name("Attention", values) == "attention-layer3-head1-values"
    assert file_name("Compare", rollout) == "compare-layer3-rollout"
    assert what_is_seen("Attention", values) == "Attention, layer 3, head 1, × length of values"
    assert what_is_seen("Attention", rollout) == "Attention, layer 3, Rollout"


def test_what_is_seen_is_said_in_words() -> None:
    assert what_is_seen("Attention", View()) == "Attention, layer 3, head 1"
    assert what_is_seen("Heads", View()) == "Heads, Previous token"
    assert what_is_seen("Tokens", View()) == "Tokens"
