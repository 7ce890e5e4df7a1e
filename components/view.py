"""What a link carries, read from an address and fitted to what there is; no Streamlit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from backend.catalogue import BUILT_IN, CATALOGUE, any_model, title_of
from backend.examples import EXAMPLES
from backend.sentence_filter import SHOW
from backend.trace import Trace

_SHORT: Final = 40


@dataclass(frozen=True)
class View:
    """Everything that a link carries; the defaults are what the app opens with."""

    a: str = EXAMPLES[0].a
    b: str = EXAMPLES[0].b
    model: str = BUILT_IN
    layer: int = 3
    head: int = 1
    query: int | None = None
    show: str = "all"


FIELDS: Final = tuple(View.__dataclass_fields__)
"""The names of a link's parameters."""


def view_of(parameters: Mapping[str, str]) -> tuple[View, list[str]]:
    """The view that a link asks for, and a sentence for each value that was no good.

    A link that gives Sentence A but no Sentence B has only one sentence.
    """
    notes: list[str] = []

    def number(name: str, otherwise: int | None) -> int | None:
        text = parameters.get(name)
        if text is None:
            return otherwise
        if (value := _count(text)) is None:
            notes.append(
                f"The link asked for {name} “{_short(text)}”, which is no number from 0 up."
            )
        return otherwise if value is None else value

    def listed(name: str, good: bool, instead: str) -> bool:
        if not good:
            notes.append(f"The link asked for {name} “{_short(parameters[name])}”; {instead}")
        return good

    model, show = parameters.get("model", View.model), parameters.get("show", View.show)
    offered = listed(
        "model",
        model in CATALOGUE or any_model(),
        f"it is not in the list, so this is {title_of(BUILT_IN)}.",
    )
    filtered = listed("show", show in SHOW, "there is no such filter, so all weights are shown.")
    view = View(
        a=parameters.get("a", View.a),
        b=parameters.get("b", "" if "a" in parameters else View.b),
        model=model if offered else BUILT_IN,
        layer=number("layer", View.layer) or 0,
        head=number("head", View.head) or 0,
        query=number("query", None),
        show=show if filtered else View.show,
    )
    return view, notes


def parameters_of(view: View) -> dict[str, str]:
    """The link's parameters for a view; `view_of` reads them back."""
    values = {name: getattr(view, name) for name in FIELDS}
    return {name: str(value) for name, value in values.items() if value is not None}


def chosen(view: View, choice: Mapping[str, Any]) -> View:
    """The view after a choice in the browser, whose word is checked: what is no good stays."""
    layer, head, query = (_count(choice.get(name)) for name in ("layer", "head", "query"))
    show = choice.get("show")
    return replace(
        view,
        layer=view.layer if layer is None else layer,
        head=view.head if head is None else head,
        query=query,
        show=show if isinstance(show, str) and show in SHOW else view.show,
    )


def fitted(view: View, trace: Trace) -> tuple[View, list[str]]:
    """The nearest view that this trace has, and a sentence for each change."""
    notes: list[str] = []
    tokens = len(trace.tokens)
    layer, head = min(view.layer, trace.layers - 1), min(view.head, trace.heads - 1)
    query, show = view.query, view.show
    if (layer, head) != (view.layer, view.head):
        notes.append(
            f"There is no layer {view.layer}, head {view.head} here; "
            f"this is layer {layer}, head {head}."
        )
    if query is not None and query >= tokens:
        notes.append(f"There is no token {query} here; the last one is {tokens - 1}.")
        query = None
    if trace.sentences[1] is None and show != "all":
        notes.append("There is only one sentence now, so all weights are shown.")
        show = "all"
    return replace(view, layer=layer, head=head, query=query, show=show), notes


def _count(value: object) -> int | None:
    """A number from 0 up that is written like one, else None."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else text[:_SHORT] + "…"
