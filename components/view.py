"""What a link carries, read from an address and checked; no Streamlit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Final
from urllib.parse import urlencode

from backend.catalogue import BUILT_IN, is_offered, title_of
from backend.examples import EXAMPLES
from components.link_values import MEANING, READERS, Pairs, is_whole, written
from components.view_options import TITLES

MOST_CHARACTERS: Final = 100_000
"""Of one sentence; a model reads 512 tokens of it, some 2,500 characters."""

LONGEST_LINK: Final = 8_000
"""Characters of an address that every server and browser between two readers lets through."""

_SHORT: Final = 40  # characters of a bad value in the note about it
_DIGITS: Final = 9
_NUMBER: Final = re.compile(r"-?[0-9]+")


@dataclass(frozen=True)
class View:
    """Everything that a link carries.

    The defaults are what the app opens with: the word `it` of the first example, in a head in
    which pronouns look at nouns.

    keys: two tokens that are set against each other, or none
    pair: whether a comparison reads A and B as one pair
    lines: what the lines of the Overview show, a key of `LINES`
    step: where the reader stands in the lesson
    done: the lesson's answers, one character an exercise: right, wrong, or - for none yet
    view: which of BertViz's views is shown, a key of `VIEWS`
    other: a token that the one at `query` is held against: on its way through the layers, or as the
        key that is looked at closely
    task: what a last layer is trained for, a key of `TASKS`
    weights: what is drawn wherever weights are shown, a key of `WEIGHTS`
    answer: which answer gradients are taken of, a key of `ANSWERS`
    measure: what the map of all heads shows, a key of `MEASURES`
    search: pairs of tokens, from and to, by which heads are searched
    over: where they are searched, a key of `OVER`
    off: heads that are switched off, layer and head each
    hidden: tokens that no other token may look at
    present: whether all is large and the controls are tucked away, as a lecture hall needs it
    """

    a: str = EXAMPLES[0].a
    b: str = EXAMPLES[0].b
    model: str = BUILT_IN
    layer: int = 3
    head: int = 1
    query: int | None = 10
    show: str = "all"
    keys: tuple[int, ...] = ()
    pair: bool = False
    lines: str = "head"
    step: int = 0
    done: str = ""
    view: str = "head"
    other: int | None = None
    task: str = "sentiment"
    weights: str = "raw"
    answer: str = "tag"
    measure: str = "previous"
    search: Pairs = ()
    over: str = "here"
    off: Pairs = ()
    hidden: tuple[int, ...] = ()
    present: bool = False


@dataclass(frozen=True)
class Choice:
    """What the reader looks at in a linked figure.

    query: the token that is pinned as the one that looks, None where none is
    show: which sentence looks at which, a key of `backend.sentence_filter.SHOW`
    keys: the two tokens that are set against each other; none where none are chosen
    serial: the number the browser gave to its last choice; 0 before there is one
    """

    layer: int
    head: int
    query: int | None
    show: str
    keys: tuple[int, ...]
    serial: int


FIELDS: Final = tuple(View.__dataclass_fields__)
"""The names of a link's parameters."""

_ALWAYS: Final = ("a", "b", "model", "layer", "head", "query", "show")
"""The parameters of every link; others only where they are not as the app opens."""


def view_of(parameters: Mapping[str, str], *, any_model: bool = False) -> tuple[View, list[str]]:
    """The view that a link asks for, and a sentence for each value that was no good.

    A link that gives Sentence A but no Sentence B has only one sentence.
    any_model: whether it may name a model that is not in the catalogue
    """
    view = View(b="", query=None) if "a" in parameters else View()
    notes: list[str] = []
    for name in FIELDS:
        if name in parameters:
            view, note = kept(view, name, parameters[name], any_model=any_model)
            notes += [note] if note else []
    return view, notes


def kept(view: View, name: str, value: object, *, any_model: bool = False) -> tuple[View, str]:
    """The view with this field set to the nearest good value; a sentence if that is another one.

    For every word from outside: links, widgets and scripts in the browser can send anything.
    any_model: whether it may be a model that is not in the catalogue
    """
    if name in ("a", "b"):
        text = str(value)
        note = f"Only the first {MOST_CHARACTERS:,} characters are read."
        short = text[:MOST_CHARACTERS]
        return _with(view, name, short), "" if short == text else note
    if name in ("layer", "head", "query", "step", "other"):
        return _with_number(view, name, str(value))
    if name in READERS:
        return _with_read(view, name, value)
    if name == "model" and is_offered(str(value), any_model=any_model):
        return _with(view, name, str(value)), ""
    return _with_option(view, name, value)


def parameters_of(view: View) -> dict[str, str]:
    """The link's parameters for a view; `view_of` reads them back."""
    values = {name: getattr(view, name) for name in FIELDS}
    return {
        name: written(value)
        for name, value in values.items()
        if value is not None and (name in _ALWAYS or value != getattr(_OPENING, name))
    }


def link_of(view: View) -> tuple[dict[str, str], bool]:
    """The parameters of a link to this view, and whether there is room for its sentences."""
    wanted = parameters_of(view)
    if len(urlencode(wanted)) <= LONGEST_LINK:
        return wanted, True
    return {key: value for key, value in wanted.items() if key not in ("a", "b")}, False


def mark_of(parameters: Mapping[str, str]) -> bytes:
    """The same for equal parameters: a few bytes, where an address may have half a million."""
    return blake2b(repr(sorted(parameters.items())).encode(), digest_size=16).digest()


def chosen(view: View, choice: Mapping[str, Any]) -> View:
    """The view after a choice in the browser: layer, head, show, keys, lines; query or None."""
    view = replace(view, query=None) if choice.get("query", 0) is None else view
    for name in ("layer", "head", "query", "show", "keys", "lines"):
        if choice.get(name) is not None:
            view, _ = kept(view, name, choice[name])
    return view


def _with_read(view: View, name: str, value: object) -> tuple[View, str]:
    good, whole = READERS[name](value), is_whole(name, value)
    told, meaning = _short(str(value)), MEANING[name]
    if good is None or not (good or whole):
        return view, f"“{told}” says nothing of {meaning}."
    note = "" if whole else f"A part of “{told}” says nothing of {meaning} and is left out."
    return _with(view, name, good), note


def _with_option(view: View, name: str, value: object) -> tuple[View, str]:
    if value in tuple(TITLES.get(name, ())):
        return _with(view, name, value), ""
    now = getattr(view, name)
    instead = title_of(now) if name == "model" else TITLES[name][now]
    called = _CALLED.get(name, name)
    return view, f"There is no {called} “{_short(str(value))}” to choose; this is {instead}."


_OPENING: Final = View()
_CALLED: Final = {
    "other": "other token",
    "show": "way to show heads",
    "over": "place to search",
    "weights": "kind of weights",
    "lines": "way to draw lines",
}


def _with_number(view: View, name: str, text: str) -> tuple[View, str]:
    called = _CALLED.get(name, name)
    if not _NUMBER.fullmatch(text):
        now = getattr(view, name)
        left = "is left as it is" if now is None else f"is {now}"
        return view, f"“{_short(text)}” is no number; the {called} {left}."
    number = max(0, int(text[:_DIGITS]))
    note = f"Counting starts at 0, so the {called} is 0." if text.startswith("-") else ""
    return _with(view, name, number), note


def _with(view: View, name: str, value: Any) -> View:
    return replace(view, **{name: value})


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else text[:_SHORT] + "…"
