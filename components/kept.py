"""What the reader has chosen, kept in the session and carried by the address.

    address --(the reader followed a link or pressed Back)--> View <--(callback)-- widgets, figures
    View --(every run)--> widgets, pages, address

`View` in the session is the only truth. Widgets are set from it before they are drawn and change
it in their callbacks. A run brings the address that the browser had when it asked for the run: on
a slow network that is often an older one of this app's own, which must not undo a later choice.
So an address is read only once, unless the reader goes Back to it; what this app wrote is not.
This file and inputs.py, its controls, are the only ones that touch the session and the address.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from backend.trace import Reading
from components.fitted import NO_TOKENS, SILENT, TOKENS, fitted, places_of
from components.own_machine import any_model
from components.view import FIELDS, View, chosen, kept, link_of, mark_of, view_of

Within = Callable[[View, Reading], tuple[View, list[str]]]


def view() -> View:
    """What is chosen now."""
    now: View = st.session_state.setdefault("kept_view", View())
    return now


def change(also: Mapping[str, object] | None = None, /, **fields: Any) -> None:
    """Choose this, for values that the app itself made, for the sentences of now; put `also` away.

    All of it or, where Streamlit cuts this run off, nothing. It does so wherever the session is
    read or set: after the view was set, nothing here asks it.
    """
    outdated, put_away = _outdated(), _stored()
    st.session_state["kept_view"] = replace(view(), **fields)
    outdated.update(SILENT if "model" in fields else ())
    outdated.difference_update(fields)
    put_away.update(also or {})


def keep(name: str, value: object) -> None:
    """Choose a value that came from outside, or the nearest good one, and say which."""
    st.session_state["kept_view"], said = kept(view(), name, value, any_model=any_model())
    note(said)
    _outdated().update({"a": TOKENS, "b": TOKENS, "model": SILENT}.get(name, ()))


def keep_widget(key: str) -> None:
    """Take over the widget that is named as the field it sets; for its callback."""
    if (value := st.session_state[key]) is not None:
        keep(key, value)
    elif key == "other":  # the one box that may be empty
        change(**{key: None})


def keep_choice(key: str, drawn: str) -> None:
    """Take over what the reader chose in the figure under `key`; for its callback.

    drawn: the name of the text that the figure was drawn from last. Tokens that were chosen in
    another one, a moment before this one could be seen, are no tokens of this one.
    """
    choice = dict(st.session_state.get(key, {}).get("choice") or {})
    if choice.get("trace") != drawn:
        for field in TOKENS:
            choice.pop(field, None)
    st.session_state["kept_view"] = chosen(view(), choice)
    store("newest_choice", [(key, drawn)])
    if isinstance(serial := choice.get("serial"), int):
        store("serial", serial)  # the number that the browser gave to its last choice in a figure


def visitor() -> object:
    """What stands for this visitor wherever something is shared, as long as the page is open."""
    return _stored().setdefault("visitor", object())


def store(name: str, value: object) -> None:
    """Put something away for this visitor, over runs and pages; no link carries it."""
    _stored()[name] = value


def stored(name: str, default: Any = None) -> Any:
    """What was put away under this name."""
    return _stored().get(name, default)


def store_widget(key: str) -> None:
    """Put away what the widget of this name holds; for its callback."""
    store(key, st.session_state[key])


def widget_value(key: str) -> Any:
    """What the widget holds, None if it was not on the page in the last run; for callbacks."""
    return st.session_state.get(key)


def page_name() -> str:
    """A name for the page that runs."""
    context = get_script_run_ctx()
    return context.page_script_hash if context else ""


def seed(key: str, value: object) -> None:
    """Set a widget from the view, but never under the reader's typing hands.

    On another page the browser draws the widget anew and empty, whatever the session holds: it
    must hear the value again.
    """
    here = _seeds().get(key, ("",))[0] == page_name()
    held = list(value) if isinstance(value, tuple) else value  # as widgets hold several values
    told = here and key not in _unheard() and key in st.session_state
    if not told or st.session_state[key] != held:
        st.session_state[key] = held
        _unheard().add(key)
    _seeds()[key] = page_name(), value


def run_is_over() -> None:
    """Tell that the browser has got all of this run; one that was cut short it has not."""
    _unheard().clear()


def fit(trace: Reading, within: Within = fitted) -> View:
    """The view within this trace; what was chosen beyond it is brought back, and a note says so.

    within: `fitted_tokens` for pages that show no one head, which stays as it was chosen
    """
    _let_go_of_changed_tokens(trace)
    st.session_state["kept_view"], notes = within(view(), trace)
    note(*notes)
    st.session_state["kept_tokens"] = _chosen_tokens(trace)
    return view()


def read_address() -> None:
    """Take over the address where the reader, not this app, set it; at the start of a run."""
    _catch_up()
    given = {key: value for key, value in st.query_params.items() if key in FIELDS}
    new = (mark := mark_of(given)) not in _known()
    if given and (new or _went_back()):
        st.session_state["kept_view"], notes = view_of(given, any_model=any_model())
        if new:
            st.session_state["arrived"] = view() if "a" in given else None
        _outdated().clear()
        _known().append(mark)
        note(*notes)


def arrived() -> View | None:
    """What the newest address told that came from outside; None where it named no sentences."""
    brought: View | None = st.session_state.get("arrived")
    return brought


def write_address() -> None:
    """Put the view into the address, so that it can be shared; at the end of a run or fragment."""
    _stored().pop("newest_choice", None)
    wanted, _ = link_of(view())
    others = {key: value for key, value in st.query_params.items() if key not in FIELDS}
    if (mark := mark_of(wanted)) not in _known():  # before the browser has it: this run may be cut
        _known().append(mark)
    if st.query_params.to_dict() != others | wanted:
        st.query_params.from_dict(others | wanted)


def is_too_long_for_a_link() -> bool:
    """Whether the sentences have to be left out of the address."""
    return not link_of(view())[1]


def address_of(page: str, **fields: Any) -> str:
    """The link, relative to the app, to a page with the view so changed; "overview" is the first.

    It is without the sentences where they are too long for a link.
    """
    wanted, _ = link_of(replace(view(), **fields))
    return f"{'./' if page == 'overview' else page}?{urlencode(wanted)}"


def note(*sentences: str) -> None:
    """Say this at the head of the page."""
    st.session_state.setdefault("notes", []).extend(filter(None, sentences))


def take_notes() -> list[str]:
    """What was amiss with links and inputs since the last page, in the reader's words."""
    notes: list[str] = st.session_state.pop("notes", [])
    return notes


def _catch_up() -> None:
    """Take over widgets whose callback was cut off, as Streamlit does when more is asked for."""
    for key, (page, value) in _seeds().items():
        told = key not in FIELDS or page != page_name() or getattr(view(), key) != value
        if not told and widget_value(key) not in (None, value):
            keep_widget(key)
    for key, drawn in _stored().get("newest_choice", ()):  # widgets may hold what was before it
        keep_choice(key, drawn)
    _stored().pop("newest_choice", None)


def _seeds() -> dict[str, tuple[str, object]]:
    """The page on which each widget was set from the view, and to what."""
    seeds: dict[str, tuple[str, object]] = _stored().setdefault("seeds", {})
    return seeds


def _unheard() -> set[str]:
    """Widgets that were set in this run, or in one that was cut short before it."""
    keys: set[str] = st.session_state.setdefault("unheard", set())
    return keys


def _let_go_of_changed_tokens(trace: Reading) -> None:
    """After the text was edited the tokens at the kept places may be other ones."""
    before: Mapping[int, str] = st.session_state.get("kept_tokens", {})
    tokens = _chosen_tokens(trace)
    changed = {place for place, token in tokens.items() if before.get(place) != token}
    for field in _outdated().intersection(TOKENS):
        if changed.intersection(places_of(view(), field)):
            change(**{field: NO_TOKENS[field]})
    _outdated().clear()


def _outdated() -> set[str]:
    """The fields whose tokens were chosen before the text was edited, until they are checked."""
    fields: set[str] = st.session_state.setdefault("outdated", set())
    return fields


def _chosen_tokens(trace: Reading) -> dict[int, str | None]:
    """The tokens at the places that the reader chose; None where the trace has no such place."""
    places = {place for field in TOKENS for place in places_of(view(), field)}
    return {p: trace.tokens[p] if p < len(trace.tokens) else None for p in places}


def _stored() -> dict[str, Any]:
    """What was put away, by name."""
    values: dict[str, Any] = st.session_state.setdefault("stored", {})
    return values


def _known() -> deque[bytes]:
    """What stands for each address that this app wrote or took over last."""
    marks: deque[bytes] = st.session_state.setdefault("known", deque(maxlen=100))
    return marks


def _went_back() -> bool:
    """Whether this run was asked for by the browser's Back or Forward."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation
