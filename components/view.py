"""What a link carries, read from an address and fitted to what there is; no Streamlit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from backend.catalogue import BUILT_IN, is_offered, title_of
from backend.examples import EXAMPLES
from backend.sentence_filter import SHOW
from backend.trace import Trace

MOST_CHARACTERS: Final = 100_000
"""Of one sentence; a model reads 512 tokens of it, some 2,500 characters."""

_SHORT: Final = 40  # characters of a bad value in the note about it
_DIGITS: Final = 9
_NUMBER: Final = re.compile(r"-?[0-9]+")


@dataclass(frozen=True)
class View:
    """Everything that a link carries.

    The defaults are what the app opens with: the word `it` of the first example, in a head in
    which pronouns look at nouns.
    """

    a: str = EXAMPLES[0].a
    b: str = EXAMPLES[0].b
    model: str = BUILT_IN
    layer: int = 3
    head: int = 1
    query: int | None = 10
    show: str = "all"


FIELDS: Final = tuple(View.__dataclass_fields__)
"""The names of a link's parameters."""


def view_of(parameters: Mapping[str, str]) -> tuple[View, list[str]]:
    """The view that a link asks for, and a sentence for each value that was no good.

    A link that gives Sentence A but no Sentence B has only one sentence.
    """
    view = View(b="", query=None) if "a" in parameters else View()
    notes: list[str] = []
    for name in FIELDS:
        if name in parameters:
            view, note = kept(view, name, parameters[name])
            notes += [note] if note else []
    return view, notes


def kept(view: View, name: str, value: object) -> tuple[View, str]:
    """The view with this field set to the nearest good value; a sentence if that is another one.

    For every word from outside: links, widgets and scripts in the browser can send anything.
    """
    if name in ("a", "b"):
        text = str(value)
        note = f"Only the first {MOST_CHARACTERS:,} characters are read."
        short = text[:MOST_CHARACTERS]
        return _with(view, name, short), "" if short == text else note
    if name in ("layer", "head", "query"):
        return _with_number(view, name, str(value))
    good = is_offered(str(value)) if name == "model" else value in tuple(SHOW)
    if good:
        return _with(view, name, value), ""
    instead = title_of(view.model) if name == "model" else SHOW[view.show]
    return view, f"There is no {name} “{_short(str(value))}” to choose; this is {instead}."


def parameters_of(view: View) -> dict[str, str]:
    """The link's parameters for a view; `view_of` reads them back."""
    values = {name: getattr(view, name) for name in FIELDS}
    return {name: str(value) for name, value in values.items() if value is not None}


def chosen(view: View, choice: Mapping[str, Any]) -> View:
    """The view after a choice in the browser: layer, head, show, and query, which may be None."""
    view = replace(view, query=None) if choice.get("query", 0) is None else view
    for name in ("layer", "head", "query", "show"):
        if choice.get(name) is not None:
            view, _ = kept(view, name, choice[name])
    return view


def fitted(view: View, trace: Trace) -> tuple[View, list[str]]:
    """The nearest view that this trace has, and a sentence for each change."""
    notes: list[str] = []
    last = len(trace.tokens) - 1
    layer, head = min(view.layer, trace.layers - 1), min(view.head, trace.heads - 1)
    query, show = view.query, view.show
    if (layer, head) != (view.layer, view.head):
        notes.append(
            f"There is no layer {view.layer}, head {view.head} here; "
            f"this is layer {layer}, head {head}."
        )
    if query is not None and query > last:
        notes.append(f"There is no token {query} here; this is the last one, {last}.")
        query = last
    if trace.sentences[1] is None and show != "all":
        notes.append("There is only one sentence now, so all weights are shown.")
        show = "all"
    return replace(view, layer=layer, head=head, query=query, show=show), notes


def _with_number(view: View, name: str, text: str) -> tuple[View, str]:
    if not _NUMBER.fullmatch(text):
        now = getattr(view, name)
        left = "is left as it is" if now is None else f"is {now}"
        return view, f"“{_short(text)}” is no number; the {name} {left}."
    number = max(0, int(text[:_DIGITS]))
    note = f"Counting starts at 0, so the {name} is 0." if text.startswith("-") else ""
    return _with(view, name, number), note


def _with(view: View, name: str, value: Any) -> View:
    return replace(view, **{name: value})


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else text[:_SHORT] + "…"
