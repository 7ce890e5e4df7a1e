"""The controls: each is drawn from what is kept, and its change is kept.

The controls that stand on every page have the exact labels that links, tests and lessons name.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import streamlit as st

from backend.catalogue import CATALOGUE, offered_as
from backend.examples import EXAMPLES, Example
from backend.trace import Reading
from components import kept
from components.fitted import NO_TOKENS
from components.opened_example import opened_example
from components.own_machine import any_model, refusal
from components.plain import plain
from components.stepping import allow_steps
from components.view import Choice
from components.view_options import LINES, MEASURES, OVER, TASKS, VIEWS, WEIGHTS

Option = TypeVar("Option", bound=Hashable)

_HELP: Final = {
    "layer": "The encoder has {count} layers, 0 to {last}. Each reads what the one below wrote.",
    "head": "Each layer has {count} heads, 0 to {last}. Each head looks at the tokens in a way of "
    "its own, at the same time as the others.",
}


@dataclass(frozen=True)
class Sentences:
    """The two texts as typed; `b` is None where there is no second sentence."""

    a: str
    b: str | None


def choose_sentences() -> Sentences:
    """Draw Examples, Sentence A and Sentence B."""
    view = kept.view()
    example = next((e.name for e in EXAMPLES if (e.a, e.b) == (view.a, view.b)), None)
    with st.sidebar:
        kept.seed("example", example)
        st.selectbox(
            "Examples",
            [e.name for e in EXAMPLES],
            key="example",
            on_change=_use_example,
            persist_state="session",
            placeholder="Your own sentences",
        )
        for key, title in (("a", "Sentence A"), ("b", "Sentence B")):
            kept.seed(key, getattr(view, key))
            st.text_input(
                title,
                key=key,
                on_change=kept.keep_widget,
                args=(key,),
                persist_state="session",
                placeholder="Type a sentence" if key == "a" else "May stay empty",
            )
    return Sentences(view.a, view.b if view.b.strip() else None)


def use_sentences(a: str, b: str = "") -> None:
    """Put these sentences into the sidebar; for the callbacks of buttons."""
    kept.change(a=a, b=b, **NO_TOKENS)


def use_example(example: Example) -> None:
    """Put an example into the sidebar, and look at the word that it is about."""
    kept.change(**opened_example(example, kept.view().model))


def choose_model() -> str:
    """Draw Model; the name of the chosen one."""
    name = kept.view().model
    kept.seed("model", name)
    with st.sidebar:
        st.selectbox(
            "Model",
            [*CATALOGUE, *([] if name in CATALOGUE else [name])],
            key="model",
            format_func=offered_as,
            accept_new_options=any_model(),
            on_change=kept.keep_widget,
            args=("model",),
            persist_state="session",
            help="MiniLM comes with the app. The small BERT is trained on the Cloze page. Those "
            "marked Hub are fetched once from the Hugging Face Hub (up to 440 MB), which needs a "
            "network.",
        )
        if said := refusal():
            st.caption(plain(said))
    return name


def use_model(name: str) -> None:
    """Choose this model; for the callbacks of buttons."""
    kept.change(model=name)


def choose_head(trace: Reading, *, layered: bool = False) -> Choice:
    """Draw Layer and Head; the chosen head, tokens and filter, all within this trace.

    layered: whether all heads of a layer are taken together, as one head 0; the reader's own is
        kept meanwhile
    """
    view = kept.fit(trace)
    with st.sidebar:
        for column, key, count in zip(
            st.columns(2), ("layer", "head"), (trace.layers, trace.heads), strict=True
        ):
            kept.seed(key, getattr(view, key))
            all_of_layer = layered and key == "head"
            allow_steps(key, 1 if all_of_layer else count)
            column.number_input(
                key.title(),
                min_value=0,
                max_value=count - 1,
                step=1,
                key=key,
                on_change=kept.keep_widget,
                args=(key,),
                disabled=all_of_layer,
                help=_HELP[key].format(count=count, last=count - 1),
            )
        if layered:
            st.caption("All heads of the layer are taken together here.")
    head = 0 if layered else view.head
    return Choice(view.layer, head, view.query, view.show, view.keys, kept.stored("serial", 0))


def choose_pair() -> bool:
    """Draw As one pair; whether A and B are to be read together."""
    kept.seed("pair", kept.view().pair)
    return st.toggle(
        "As one pair",
        key="pair",
        on_change=kept.keep_widget,
        args=("pair",),
        help="Off: each sentence is read on its own. On: the model reads both in one input, so "
        "that they look at each other too, and their order makes a difference of its own.",
    )


def choose_lines() -> str:
    """Draw Lines show; a key of `components.view.LINES`."""
    return _choose_one("Lines show", "lines", LINES)


def choose_view() -> str:
    """Draw View; a key of `components.view.VIEWS`."""
    return _choose_one("View", "view", VIEWS)


def choose_task() -> str:
    """Draw Task; a key of `components.view.TASKS`."""
    return _choose_one("Task", "task", TASKS)


def choose_weight_kind() -> str:
    """Draw Weights; a key of `components.view.WEIGHTS`."""
    return _choose_one("Weights", "weights", WEIGHTS)


def choose_measure() -> str:
    """Draw Measure; a key of `components.view_options.MEASURES`."""
    return _choose_one("Measure", "measure", MEASURES)


def choose_over() -> str:
    """Draw Searched over; a key of `components.view_options.OVER`."""
    return _choose_one("Searched over", "over", OVER)


def choose_step(titles: Sequence[str]) -> int:
    """Draw Step; the one that is open, the last one where a link names one that is not there."""
    last = len(titles) - 1
    if kept.view().step > last:
        kept.note(f"The link asks for a step after the last one; this is “{titles[last]}”.")
        kept.change(step=last)
    allow_steps("step", len(titles))
    return _choose_one("Step", "step", dict(enumerate(titles)))


def lesson_progress() -> tuple[int, str]:
    """The lesson's step, and what is known of its exercises, one character each."""
    return kept.view().step, kept.view().done


def keep_progress(*, step: int | None = None, done: str | None = None) -> None:
    """Keep where the reader stands in the lesson; for the callbacks of buttons."""
    kept.change(**{f: v for f, v in (("step", step), ("done", done)) if v is not None})


def go_to(page: str, **fields: Any) -> None:
    """Open another page with the view so changed; ends this run."""
    kept.change(**fields)
    st.switch_page(f"pages/{page}.py")


def show_way(label: str, page: str, *, key: str, **fields: Any) -> None:
    """A button that opens another page with the view so changed.

    It is no link, because an address that this app has written before is not read again.
    """
    if st.button(label, key=key, icon=":material/arrow_forward:"):
        go_to(page, **fields)


def show_all_on(key: str) -> None:
    """A button that ends what is switched off and hidden."""
    st.button(
        "Switch everything on again",
        key=key,
        icon=":material/toggle_on:",
        on_click=kept.change,
        kwargs={"off": (), "hidden": ()},
        help="The browser's Back button brings it back.",
    )


def _use_example() -> None:
    example = next((e for e in EXAMPLES if e.name == st.session_state["example"]), None)
    if example:
        use_example(example)


def _choose_one(label: str, field: str, titles: Mapping[Option, str]) -> Option:
    """Draw the titles side by side; the field of the view that is chosen so."""
    chosen: Option = getattr(kept.view(), field)
    kept.seed(field, chosen)
    st.pills(
        label,
        list(titles),
        key=field,
        format_func=titles.__getitem__,
        required=True,
        on_change=kept.keep_widget,
        args=(field,),
    )
    return chosen
