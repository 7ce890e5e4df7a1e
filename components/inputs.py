"""What the reader has chosen: the sidebar's controls, the address, and what is kept between pages.

    address --(the reader followed a link or pressed Back)--> View <--(callback)-- widgets, figures
    View --(every run)--> widgets, pages, address

`View` in the session is the only truth. Widgets are set from it before they are drawn and change
it in their callbacks. A run brings the address that the browser had when it asked for the run: on
a slow network that is often an older one of this app's own, which must not undo a later choice.
So an address is read only if this app did not write it, or if the reader went Back to it.
This is the only file that touches session state and query parameters.
"""

from collections import deque
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from backend.catalogue import CATALOGUE, any_model, title_of
from backend.examples import EXAMPLES
from backend.tokenizer import CASED, UNCASED
from backend.trace import Trace
from components.attention_view import Choice
from components.view import FIELDS, View, chosen, fitted, kept, parameters_of, view_of

_HELP: Final = {
    "layer": "The encoder has {count} layers, 0 to {last}. Each reads what the one below wrote.",
    "head": "Each layer has {count} heads, 0 to {last}. Each head looks at the tokens in a way of "
    "its own, at the same time as the others.",
}

LONGEST_LINK: Final = 8_000
"""Characters of an address that every server and browser between two readers lets through."""


@dataclass(frozen=True)
class Sentences:
    """The two texts as typed; `b` is None where there is no second sentence."""

    a: str
    b: str | None


def choose_sentences() -> Sentences:
    """Draw Examples, Sentence A and Sentence B."""
    view = _view()
    example = next((e.name for e in EXAMPLES if (e.a, e.b) == (view.a, view.b)), None)
    with st.sidebar:
        _seed("example", example)
        st.selectbox(
            "Examples",
            [e.name for e in EXAMPLES],
            key="example",
            on_change=_use_example,
            persist_state="session",
            placeholder="Your own sentences",
        )
        for key, title in (("a", "Sentence A"), ("b", "Sentence B")):
            _seed(key, getattr(view, key))
            st.text_input(
                title,
                key=key,
                on_change=_keep,
                args=(key,),
                persist_state="session",
                placeholder="Type a sentence" if key == "a" else "May stay empty",
            )
    return Sentences(view.a, view.b if view.b.strip() else None)


def use_sentences(a: str, b: str = "") -> None:
    """Put these sentences into the sidebar; for the callbacks of buttons."""
    _change(a=a, b=b, query=None)


def choose_model() -> str:
    """Draw Model; the name of the chosen one."""
    name = _view().model
    _seed("model", name)
    with st.sidebar:
        st.selectbox(
            "Model",
            [*CATALOGUE, *([] if name in CATALOGUE else [name])],
            key="model",
            format_func=title_of,
            accept_new_options=any_model(),
            on_change=_keep,
            args=("model",),
            persist_state="session",
            help="MiniLM comes with the app. The others are fetched once from the Hugging Face "
            "Hub (up to 440 MB), which needs a network.",
        )
    return name


def use_model(name: str) -> None:
    """Choose this model; for the callbacks of buttons."""
    _change(model=name)


def choose_tokenizer(model: str) -> str:
    """Draw Tokenizer; the name of the chosen one, the model's own until another is chosen."""
    names = list(dict.fromkeys([model, UNCASED, CASED]))
    kept = st.session_state.get("kept_tokenizer")
    _seed("tokenizer", kept if kept in names else model)
    name = st.selectbox(
        "Tokenizer",
        names,
        key="tokenizer",
        format_func=lambda name: f"{title_of(name)}, the model's own" if name == model else name,
        on_change=lambda: use_tokenizer(st.session_state["tokenizer"]),
        persist_state="session",
        help="Each tokenizer has its own list of pieces. “Uncased” makes all letters small "
        "first, “cased” keeps capitals. Both work without a network.",
    )
    return name if name in names else model  # a browser can send any name


def use_tokenizer(name: str) -> None:
    """Cut the sentences with this tokenizer; for the callbacks of buttons."""
    st.session_state["kept_tokenizer"] = name


def choose_head(trace: Trace) -> Choice:
    """Draw Layer and Head; the chosen head, token and filter, all within this trace."""
    _let_go_of_a_changed_token(trace)
    view, notes = fitted(_view(), trace)
    st.session_state["view"] = view
    _note(*notes)
    st.session_state["kept_token"] = None if view.query is None else trace.tokens[view.query]
    with st.sidebar:
        for column, key, count in zip(
            st.columns(2), ("layer", "head"), (trace.layers, trace.heads), strict=True
        ):
            _seed(key, getattr(view, key))
            column.number_input(
                key.title(),
                min_value=0,
                max_value=count - 1,
                step=1,
                key=key,
                on_change=_keep,
                args=(key,),
                help=_HELP[key].format(count=count, last=count - 1),
            )
    serial = st.session_state.get("serial", 0)
    return Choice(view.layer, view.head, view.query, view.show, serial)


def keep_choice(key: str) -> None:
    """Take over what the reader chose in the attention view under `key`; for its callback."""
    choice = st.session_state[key].get("choice") or {}
    st.session_state["view"] = chosen(_view(), choice)
    if isinstance(serial := choice.get("serial"), int):
        st.session_state["serial"] = serial


def read_address() -> None:
    """Take over the address where the reader, not this app, set it; at the start of a run."""
    given = {key: value for key, value in st.query_params.items() if key in FIELDS}
    if given and (given not in _written() or _went_back()):
        st.session_state["view"], notes = view_of(given)
        _note(*notes)


def write_address() -> None:
    """Put the view into the address, so that it can be shared; at the end of a run."""
    wanted = parameters_of(_view())
    if len(urlencode(wanted)) > LONGEST_LINK:
        wanted = {key: value for key, value in wanted.items() if key not in ("a", "b")}
        st.sidebar.caption("These sentences are too long for a link: the address is without them.")
    others = {key: value for key, value in st.query_params.items() if key not in FIELDS}
    if st.query_params.to_dict() != others | wanted:
        st.query_params.from_dict(others | wanted)
    if wanted not in _written():
        _written().append(wanted)


def take_notes() -> list[str]:
    """What was amiss with links and inputs since the last page, in the reader's words."""
    notes: list[str] = st.session_state.pop("notes", [])
    return notes


def _note(*sentences: str) -> None:
    st.session_state.setdefault("notes", []).extend(filter(None, sentences))


def _let_go_of_a_changed_token(trace: Trace) -> None:
    """After the text was edited the token at the kept place may be another one."""
    query = _view().query
    if st.session_state.pop("edited", False) and query is not None:
        still = trace.tokens[query : query + 1]
        if still != (st.session_state.get("kept_token"),):
            _change(query=None)


def _view() -> View:
    view: View = st.session_state.setdefault("view", View())
    return view


def _written() -> deque[dict[str, str]]:
    """The addresses this app wrote last."""
    addresses: deque[dict[str, str]] = st.session_state.setdefault("written", deque(maxlen=100))
    return addresses


def _went_back() -> bool:
    """Whether this run was asked for by the browser's Back or Forward."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _change(**fields: Any) -> None:
    st.session_state["view"] = replace(_view(), **fields)


def _seed(key: str, value: object) -> None:
    """Set a widget from the view, but never under the reader's typing hands."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def _keep(key: str) -> None:
    if (value := st.session_state[key]) is None:
        return
    st.session_state["view"], note = kept(_view(), key, value)
    _note(note)
    if key in ("a", "b"):
        st.session_state["edited"] = True


def _use_example() -> None:
    example = next((e for e in EXAMPLES if e.name == st.session_state["example"]), None)
    if example:
        use_sentences(example.a, example.b)
