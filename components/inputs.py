"""What the reader has chosen: the sidebar's controls, the address, and what is kept between pages.

    address --(the reader followed a link or pressed Back)--> View <--(callback)-- widgets, figures
    View --(every run)--> widgets, pages, address

`View` in the session is the only truth. Widgets are set from it before they are drawn and change
it in their callbacks; the address is read only when it is not what was last written there.
This is the only file that touches session state and query parameters.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import streamlit as st

from backend.catalogue import BUILT_IN, CATALOGUE, any_model, title_of
from backend.examples import EXAMPLES
from backend.sentence_filter import SHOW
from backend.tokenizer import CASED, UNCASED
from backend.trace import Trace
from components.attention_view import Choice


@dataclass(frozen=True)
class View:
    """Everything that a link carries."""

    a: str = EXAMPLES[0].a
    b: str = EXAMPLES[0].b
    model: str = BUILT_IN
    layer: int = 3
    head: int = 1
    query: int | None = None
    show: str = "all"


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


def choose_tokenizer(model: str) -> str:
    """Draw Tokenizer; the name of the chosen one, the model's own until another is chosen."""
    names = list(dict.fromkeys((model, UNCASED, CASED)))
    kept = st.session_state.get("kept_tokenizer")
    _seed("tokenizer", kept if kept in names else model)
    chosen: str = st.selectbox(
        "Tokenizer",
        names,
        key="tokenizer",
        format_func=lambda name: f"{title_of(name)}, the model's own" if name == model else name,
        on_change=lambda: use_tokenizer(st.session_state["tokenizer"]),
        width=340,
        help="Each tokenizer has its own list of pieces. “Uncased” makes all letters small "
        "first and drops accents; “cased” keeps them.",
    )
    return chosen


def use_tokenizer(name: str) -> None:
    """Cut the sentences with this tokenizer; for the callbacks of buttons."""
    st.session_state["kept_tokenizer"] = name


def choose_head(trace: Trace) -> Choice:
    """Draw Layer and Head; the chosen head, token and filter, all within this trace."""
    _fit_to(trace)
    view = _view()
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
                persist_state="session",
                help=f"0 to {count - 1}",
            )
    return Choice(view.layer, view.head, view.query, view.show, st.session_state.get("serial", 0))


def keep_choice(choice: Mapping[str, Any]) -> None:
    """Take over what the reader chose in the attention view; for its callback.

    The browser's word is checked like an address: what is no good is left as it was.
    """
    st.session_state["serial"] = _number(choice.get("serial"), 0)
    view = _view()
    show = choice.get("show")
    query = choice.get("query")
    _change(
        layer=_number(choice.get("layer"), view.layer),
        head=_number(choice.get("head"), view.head),
        query=None if query is None else _number(query, view.query),
        show=show if show in SHOW else view.show,
    )


def read_address() -> None:
    """Take over the address where the reader, not this app, changed it; at the start of a run."""
    st.session_state["notes"] = []
    given = {key: value for key, value in st.query_params.items() if key in _FIELDS}
    if not given or given == st.session_state.get("written"):
        return
    st.session_state["view"] = View(
        a=given.get("a", View.a),
        b=given.get("b", View.b if "a" not in given else ""),
        model=_good_model(given.get("model", View.model)),
        layer=_good_number("layer", given, View.layer) or 0,
        head=_good_number("head", given, View.head) or 0,
        query=_good_number("query", given, None),
        show=_good_show(given.get("show", View.show)),
    )


def write_address() -> None:
    """Put the view into the address, so that it can be shared; at the end of a run."""
    view = _view()
    wanted = {key: str(value) for key in _FIELDS if (value := getattr(view, key)) is not None}
    others = {key: value for key, value in st.query_params.items() if key not in _FIELDS}
    if st.query_params.to_dict() != others | wanted:
        st.query_params.from_dict(others | wanted)
    st.session_state["written"] = wanted


def notes() -> list[str]:
    """What was amiss with the address in this run, in the reader's words."""
    found: list[str] = st.session_state["notes"]
    return found


_FIELDS: Final = tuple(View.__dataclass_fields__)


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


def _note(text: str) -> None:
    st.session_state["notes"].append(text)


def _number(value: object, otherwise: int | None) -> int | None:
    try:
        return max(0, int(str(value)))
    except ValueError:
        return otherwise


def _good_number(key: str, given: Mapping[str, str], otherwise: int | None) -> int | None:
    if key not in given:
        return otherwise
    text = given[key]
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    _note(f"The link asked for {key} “{_short(text)}”, which is no number from 0 up.")
    return otherwise


def _good_model(name: str) -> str:
    if name in CATALOGUE or any_model():
        return name
    _note(f"The link asked for the model “{_short(name)}”, which is not in the list; "
          f"this is {title_of(BUILT_IN)}.")  # fmt: skip
    return BUILT_IN


def _good_show(show: str) -> str:
    if show in SHOW:
        return show
    _note(f"The link asked to show “{_short(show)}”; all weights are shown.")
    return "all"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"


def _fit_to(trace: Trace) -> None:
    """Move the choice to the nearest layer, head and token that this trace has."""
    view = _view()
    layer, head = min(view.layer, trace.layers - 1), min(view.head, trace.heads - 1)
    if (layer, head) != (view.layer, view.head):
        _note(f"There is no layer {view.layer}, head {view.head} here; "
              f"this is layer {layer}, head {head}.")  # fmt: skip
    tokens = len(trace.tokens)
    if gone := view.query is not None and view.query >= tokens:
        _note(f"There is no token {view.query} here; the last one is {tokens - 1}.")
    lonely = trace.sentences[1] is None and view.show != "all"
    if lonely:
        _note("There is only one sentence now, so all weights are shown.")
    _change(
        layer=layer,
        head=head,
        query=None if gone else view.query,
        show="all" if lonely else view.show,
    )
