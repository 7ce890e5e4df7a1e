"""What the reader has chosen: the sidebar's controls, the address, and what is kept between pages.

    address --(the reader followed a link or pressed Back)--> View <--(callback)-- widgets, figures
    View --(every run)--> widgets, pages, address

`View` in the session is the only truth. Widgets are set from it before they are drawn and change
it in their callbacks; the address is read only when it is not what was last written there.
This is the only file that touches session state and query parameters.
"""

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from backend.catalogue import CATALOGUE, any_model, title_of
from backend.examples import EXAMPLES
from backend.tokenizer import CASED, UNCASED
from backend.trace import Trace
from components.attention_view import Choice
from components.view import FIELDS, View, chosen, fitted, parameters_of, view_of


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
    return st.selectbox(
        "Tokenizer",
        names,
        key="tokenizer",
        format_func=lambda name: f"{title_of(name)}, the model's own" if name == model else name,
        on_change=lambda: use_tokenizer(st.session_state["tokenizer"]),
        persist_state="session",
        help="Each tokenizer has its own list of pieces. “Uncased” makes all letters small "
        "first, “cased” keeps capitals. Both work without a network.",
    )


def use_tokenizer(name: str) -> None:
    """Cut the sentences with this tokenizer; for the callbacks of buttons."""
    st.session_state["kept_tokenizer"] = name


def choose_head(trace: Trace) -> Choice:
    """Draw Layer and Head; the chosen head, token and filter, all within this trace."""
    view, notes_of_fit = fitted(_view(), trace)
    st.session_state["view"] = view
    notes().extend(notes_of_fit)
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
                help=f"0 to {count - 1}",
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
    """Take over the address where the reader, not this app, changed it; at the start of a run."""
    st.session_state["notes"] = []
    given = {key: value for key, value in st.query_params.items() if key in FIELDS}
    if given and given != st.session_state.get("written"):
        st.session_state["view"], st.session_state["notes"] = view_of(given)


def write_address() -> None:
    """Put the view into the address, so that it can be shared; at the end of a run."""
    wanted = parameters_of(_view())
    others = {key: value for key, value in st.query_params.items() if key not in FIELDS}
    if st.query_params.to_dict() != others | wanted:
        st.query_params.from_dict(others | wanted)
    st.session_state["written"] = wanted


def notes() -> list[str]:
    """What was amiss with the view in this run, in the reader's words."""
    found: list[str] = st.session_state["notes"]
    return found


def _view() -> View:
    view: View = st.session_state.setdefault("view", View())
    return view


def _change(**fields: Any) -> None:
    st.session_state["view"] = replace(_view(), **fields)


def _seed(key: str, value: object) -> None:
    """Set a widget from the view, but never under the reader's typing hands."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def _keep(key: str) -> None:
    value = st.session_state[key]
    if value is not None:
        _change(**{key: value})


def _use_example() -> None:
    example = next((e for e in EXAMPLES if e.name == st.session_state["example"]), None)
    if example:
        use_sentences(example.a, example.b)
