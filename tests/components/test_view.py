"""Links: read, checked, and fitted to what there is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.cached import cached_trace
from backend.catalogue import CATALOGUE
from backend.sentence_filter import SHOW
from components.fitted import fitted, fitted_tokens
from components.view import (
    FIELDS,
    MOST_CHARACTERS,
    View,
    chosen,
    kept,
    parameters_of,
    view_of,
)
from components.view_options import ANSWERS, LINES, MEASURES, OVER, TASKS, VIEWS, WEIGHTS

PAIRS = st.lists(st.tuples(st.integers(0, 511), st.integers(0, 511)), unique=True, max_size=40).map(
    tuple
)
LINKED = st.builds(
    View,
    a=st.text(),
    b=st.text(),
    model=st.sampled_from(sorted(CATALOGUE)),
    layer=st.integers(0, 999),
    head=st.integers(0, 999),
    query=st.none() | st.integers(0, 999),
    show=st.sampled_from(sorted(SHOW)),
    keys=st.just(()) | st.tuples(st.integers(0, 999), st.integers(0, 999)),
    pair=st.booleans(),
    lines=st.sampled_from(sorted(LINES)),
    view=st.sampled_from(sorted(VIEWS)),
    step=st.integers(0, 99),
    done=st.text("rw-", max_size=40),
    other=st.none() | st.integers(0, 999),
    task=st.sampled_from(sorted(TASKS)),
    weights=st.sampled_from(sorted(WEIGHTS)),
    answer=st.sampled_from(sorted(ANSWERS)),
    measure=st.sampled_from(sorted(MEASURES)),
    search=PAIRS,
    over=st.sampled_from(sorted(OVER)),
    off=PAIRS,
    hidden=st.lists(st.integers(0, 511), unique=True, max_size=40).map(tuple),
    present=st.booleans(),
)


@given(LINKED)
def test_a_link_carries_a_view_whole(view: View) -> None:
    assert view_of(parameters_of(view)) == (view, [])


@given(st.dictionaries(st.sampled_from(FIELDS), st.text()))
def test_any_link_gives_a_view(parameters: dict[str, str]) -> None:
    view, _ = view_of(parameters)
    again, notes = view_of(parameters_of(view))
    assert (again, notes) == (view, [])


def test_every_bad_value_is_named() -> None:
    view, notes = view_of({"layer": "x", "head": "-1", "query": "1.5", "show": "ac", "model": "m"})
    assert view == View(head=0)
    assert len(notes) == 5
    assert view_of({"layer": "9" * 5000})[0].layer > 1000


def test_a_bad_value_of_the_rarer_parameters_is_named_too() -> None:
    bad = {"keys": "2", "pair": "maybe", "lines": "all", "done": "xyz", "other": "it"}
    bad |= {"task": "poetry", "weights": "all", "measure": "1", "off": "3", "hidden": "x"}
    bad |= {"search": "9" * 5000, "answer": "why"}
    view, notes = view_of(bad)
    assert view == View()
    assert len(notes) == 12
    assert "the other token is left as it is" in notes[4]
    assert notes[5] == (
        "There is no task “poetry” to choose; this is Sentiment: positive or negative."
    )
    assert "“3” says nothing of heads to switch off." in notes


def test_what_is_good_of_a_list_is_kept_and_the_rest_is_told() -> None:
    view, notes = view_of({"search": "1.2-x-3.4", "off": "3.1-0", "hidden": "2--8"})
    assert (view.search, view.off, view.hidden) == (((1, 2), (3, 4)), ((3, 1),), (2, 8))
    assert notes == [
        "A part of “1.2-x-3.4” says nothing of pairs of tokens to search by and is left out.",
        "A part of “3.1-0” says nothing of heads to switch off and is left out.",
        "A part of “2--8” says nothing of tokens to hide and is left out.",
    ]
    view, (note,) = view_of({"search": "-".join(f"{n}.{n}" for n in range(5_000))})
    assert view.search[:2] == ((0, 0), (1, 1))
    assert len(view.search) < 1_000
    assert "is left out" in note


def test_a_link_is_without_what_is_as_the_app_opens() -> None:
    names = ["a", "b", "model", "layer", "head", "query", "show"]
    assert list(parameters_of(View())) == names
    view = View(keys=(2, 8), pair=True, lines="mean", step=4, done="rw-", other=3, task="own")
    view = replace(view, weights="flow", answer="mask")
    view = replace(view, off=((3, 1), (0, 2)), hidden=(5, 7), search=((8, 2),))
    rarer = {"keys": "2-8", "pair": "1", "lines": "mean", "step": "4", "done": "rw-", "other": "3"}
    rarer |= {"task": "own", "weights": "flow", "answer": "mask"}
    rarer |= {"off": "3.1-0.2", "hidden": "5-7", "search": "8.2"}
    assert {k: v for k, v in parameters_of(view).items() if k not in names} == rarer


def test_a_text_too_long_for_the_server_is_cut_and_said() -> None:
    view, notes = view_of({"a": "x" * (MOST_CHARACTERS + 1)})
    assert len(view.a) == MOST_CHARACTERS
    assert len(notes) == 1


def test_a_long_bad_value_is_cut_in_the_note() -> None:
    (note,) = view_of({"model": "m" * 9000})[1]
    assert len(note) < 200


def test_a_model_that_is_not_in_the_catalogue_has_to_be_allowed() -> None:
    link = {"model": "some/model"}
    assert view_of(link, any_model=True) == (View(model="some/model"), [])
    view, (note,) = view_of(link)
    assert view == View()
    assert "There is no model “some/model” to choose" in note


@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"layer": None, "head": "x", "show": 3},
        {"head": 1.5, "query": "<b>", "show": ["ab"]},
        {"layer": True, "head": {}, "query": [], "show": None},
        {"keys": [1]},
        {"keys": "x"},
        {"keys": [1, None]},
        {"keys": [-1, 2]},
        {"keys": {}},
    ],
)
def test_nonsense_from_the_browser_changes_nothing(choice: dict[str, object]) -> None:
    assert chosen(View(), choice) == View()


def test_a_forged_choice_of_a_widget_changes_nothing() -> None:
    for name, value in (("model", "/"), ("model", 7), ("layer", 2.5), ("head", None)):
        assert kept(View(), name, value)[0] == View()


def test_a_choice_in_the_browser_is_taken_over() -> None:
    choice = {"layer": 2, "head": 11, "query": 4, "show": "ba", "keys": [2, 8], "serial": 7}
    expected = View(layer=2, head=11, query=4, show="ba", keys=(2, 8))
    assert chosen(View(), choice) == expected


def test_a_view_is_fitted_to_a_smaller_trace() -> None:
    trace = cached_trace("minilm", "One.", None)
    wide = View(layer=9, head=12, query=99, show="ab", keys=(1, 98), other=97)
    wide = replace(wide, off=((9, 1), (2, 3)), hidden=(1, 50), search=((1, 2), (1, 60)))
    view, notes = fitted(wide, trace)
    assert (view.layer, view.head, view.query, view.show) == (5, 11, len(trace.tokens) - 1, "all")
    assert view.keys == ()
    assert view.other is None
    assert (view.off, view.hidden, view.search) == (((2, 3),), (1,), ((1, 2),))
    assert len(notes) == 8
    assert fitted(view, trace) == (view, [])
    of_tokens, told = fitted_tokens(wide, trace)
    assert of_tokens == replace(view, layer=9, head=12, off=wide.off)
    assert len(told) == 6
