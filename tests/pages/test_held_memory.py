"""What a page leaves behind in a session: no weights, or visitors' long texts would pile up."""

import gc
from collections.abc import Callable, Iterator
from functools import partial
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pytest
from streamlit.runtime.fragment import Fragment, MemoryFragmentStorage

from backend import cached
from backend.lesson_questions import Row
from backend.shared import COMMON
from backend.tables import attention_csv
from backend.trace import Trace
from components.lesson_evidence import offer_evidence
from components.view import FIELDS
from tests.opened import opened_script

LARGE = 4_000  # bytes; a long text's vectors and weights are a hundred times those of A and B
A, B = "A text that no other test reads.", "A text that no other page reads."


@pytest.fixture(scope="module", autouse=True)
def trained() -> None:
    """What some pages ask for before they offer all that they have."""
    cached.cached_tagger("minilm")


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """What each button for a file makes, by its label."""
    found: dict[str, Callable[[], bytes]] = {}

    def button(label: str, data: Callable[[], bytes], **_: object) -> None:
        found[label] = data

    monkeypatch.setattr("streamlit.download_button", button)
    return found


def held(holder: object) -> Iterator[object]:
    """The traces and large arrays that something keeps in memory, a function by its closure."""
    return found_in(
        holder,
        lambda one: isinstance(one, Trace) or (isinstance(one, np.ndarray) and one.nbytes > LARGE),
    )


def found_in(holder: object, is_wanted: Callable[[object], bool]) -> Iterator[object]:
    """All that is so, of what something keeps in memory."""
    seen, left = set[int](), [holder]
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, type | ModuleType):
            continue
        seen.add(id(one))
        if is_wanted(one):
            yield one
        elif isinstance(one, FunctionType):
            left += [cell.cell_contents for cell in one.__closure__ or ()]
        else:
            left += gc.get_referents(one)


@pytest.mark.parametrize(
    ("page", "chosen", "files"),
    [
        ("attention", {}, {"This head (CSV)", "This layer (CSV)", "Whole view (HTML)"}),
        ("attention", {"weights": "values", "off": "3.1"}, {"Lengths (CSV)", "Everything (CSV)"}),
        ("overview", {}, {"The lines' weights (CSV)"}),
        ("compare", {}, {"This head (CSV)", "Ranking (CSV)", "Arrows (CSV)", "Whole view (HTML)"}),
        ("compare", {"weights": "rollout"}, {"This layer (CSV)"}),
        ("embeddings", {}, {"This token's vectors (CSV)", "Similarities (CSV)", "The map (CSV)"}),
        ("output", {}, {"T (CSV)", "The map of T (CSV)", "All probabilities (CSV)"}),
        ("bertviz", {}, {"This view (HTML)"}),
        ("bertviz", {"view": "neuron"}, {"This view (HTML)"}),
    ],
)
def test_downloads_hold_no_weights_and_read_them_again(
    page: str,
    chosen: dict[str, str],
    files: set[str],
    offered: dict[str, Callable[[], bytes]],
) -> None:
    opened_script(f"pages/{page}.py", a=A, b=B, **chosen)
    assert files <= set(offered)
    made = {label: make() for label, make in offered.items()}
    assert not [label for label, make in offered.items() if any(held(make))]
    COMMON.kept.clear()
    assert {label: make() for label, make in offered.items()} == made


@pytest.mark.parametrize(
    ("page", "chosen"),
    [
        ("overview", {}),
        ("lesson", {}),
        ("tokens", {}),
        ("embeddings", {}),
        ("attention", {}),
        ("attention", {"weights": "values", "off": "3.1"}),
        ("compare", {}),
        ("heads", {}),
        ("inside", {}),
        ("bertviz", {}),
        ("output", {}),
        ("cloze", {}),
        ("transfer", {}),
    ],
)
def test_a_session_holds_no_weights_between_two_runs(
    page: str, chosen: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fragments = list[object]()
    register = MemoryFragmentStorage.register

    def registered(store: MemoryFragmentStorage, key: str, fragment: Fragment, **more: Any) -> None:
        fragments.append(fragment)
        register(store, key, fragment, **more)

    monkeypatch.setattr(MemoryFragmentStorage, "register", registered)
    opened = opened_script(f"pages/{page}.py", a=A, b=B, **chosen)
    assert not [type(one) for one in held([opened.session_state, fragments])]


def test_a_session_holds_of_an_address_only_what_is_chosen() -> None:
    """A visitor may open a hundred of them, with half a million characters each."""
    long = {field: "\U0001f642" * 1_000 for field in FIELDS if field not in ("a", "b")}
    opened = opened_script("pages/tokens.py", a=A, b=B, **long)
    kept = opened.session_state._state.filtered_state  # without the address of now
    assert kept["known"]
    assert not list(found_in(kept, lambda one: isinstance(one, str) and one in long.values()))


def test_an_answer_of_the_lesson_holds_no_weights(
    offered: dict[str, Callable[[], bytes]],
) -> None:
    trace = cached.cached_trace("minilm", A, B)
    offer_evidence(Row("A title", trace, 3, 1, 2), key="row")
    (make,) = offered.values()
    assert not any(held(make))
    assert make() == attention_csv(trace, 3, 1)


def test_what_is_held_is_found() -> None:
    trace = cached.cached_trace("minilm", A)
    assert list(held(lambda: str([trace]).encode())) == [trace]
    assert list(held(lambda: partial(str, {"one": trace})().encode())) == [trace]
    assert list(held(partial(np.zeros(LARGE).tobytes)))
    assert not list(held(lambda: A.encode()))
