"""What becomes of a token's vector, its nearest tokens and the answers in a changed run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import streamlit as st

from backend.cached import cached_masked_words, cached_task_head
from backend.catalogue import title_of
from backend.embedding_tables import layer_name
from backend.head_removal import cosine_distance, moved
from backend.masked_words import likeliest
from backend.removal_tables import distances_csv
from backend.similarity import nearest_rows
from backend.switched_off import SwitchedOff
from backend.trace import BoolArray, FloatArray, IntArray, Trace
from components.downloads import offer_csv
from components.drawn_figure import show_figure
from components.figures_switch_off import distance_figure
from components.for_all import find_tagger
from components.output_words import label_name
from components.page import page_theme
from components.plain import plain
from components.switch_off_words import effect_words, left_words, name_of, nearest_words
from components.token_chips import visible

_NEAREST: Final = 5
_RANKS: Final = 3
_MOST_MASKS: Final = 3

Row = tuple[str, str, str]
"""What is asked, the answer as the model is, and the answer in the changed run."""
Probabilities = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class Asked:
    """A layer on top of T that is asked for an answer.

    probabilities: from (row, width) to (row, label)
    named: whether the labels have names in plain English, as far as they are known
    """

    what: str
    probabilities: Probabilities
    labels: Sequence[str]
    named: bool = False


def show_effects(trace: Trace, changed: Trace, off: SwitchedOff, token: int) -> None:
    """Draw what the changed run has done to the token: in words, by layer, near it, in answers."""
    if not off:
        st.caption(
            "Nothing is switched off. Switch off a head or hide a token to see what depends on it."
        )
        return
    distances = cosine_distance(trace.hidden, changed.hidden)  # (layer + 1, token)
    way = float(moved(trace.hidden[-1, token], changed.hidden[-1, token]))
    st.markdown(effect_words(trace, off, token, distances, way))
    if left := left_words(off, trace):
        st.markdown(left)
    by_layer, near = st.columns(2, gap="medium")
    with by_layer:
        _show_distances(trace, distances, token)
    with near:
        _show_nearest(trace, changed, token)
        _show_answers(trace, changed, token)


def _show_distances(trace: Trace, distances: FloatArray, token: int) -> None:
    st.markdown("**How far the vectors of both runs are apart**, after each layer")
    lines = {f"{visible(trace.tokens[token])} ({token})": distances[:, token]}
    others = np.flatnonzero(~trace.special & (np.arange(len(trace.tokens)) != token))
    if others.size:
        lines["all other words, on average"] = distances[:, others].mean(axis=1)
    names = [layer_name(layer) for layer in range(len(distances))]
    figure = distance_figure(lines, names, theme=page_theme())
    title = "How far the vectors of both runs are apart"
    show_figure(figure, title, key="distances", steady=True)
    offer_csv("The distances (CSV)", "switched-off.csv", partial(distances_csv, lines))


def _show_nearest(trace: Trace, changed: Trace, token: int) -> None:
    """The nearest tokens in T of both runs, side by side; special ones are none of them."""
    among = np.flatnonzero(~trace.special & (np.arange(len(trace.tokens)) != token))
    found = [
        nearest_rows(run.hidden[-1, token], run.hidden[-1, among], _NEAREST)
        for run in (trace, changed)
    ]
    (before, near), (after, near_after) = [(among[places], near) for places, near in found]
    st.markdown(f"**The nearest tokens.** {nearest_words(before, after, trace.tokens)}")
    if before.size:
        st.table(
            {
                "as the model is": _near(before, near, trace.tokens),
                "in the changed run": _near(after, near_after, trace.tokens),
            }
        )


def _near(places: IntArray, cosines: FloatArray, tokens: Sequence[str]) -> list[str]:
    return [
        f"{name_of(place, tokens)} {cosine:.2f}"
        for place, cosine in zip(places.tolist(), cosines.tolist(), strict=True)
    ]


def _show_answers(trace: Trace, changed: Trace, token: int) -> None:
    rows = list(_answers(trace, changed, token))
    st.markdown("**The answers**, with their probabilities")
    if rows:
        asked, before, after = zip(*rows, strict=True)
        st.table({"asked": asked, "as the model is": before, "in the changed run": after})
    else:
        st.caption(
            "There is none yet: this model has no layer of its own that answers, and the one for "
            "parts of speech is trained on the Output page."
        )


def _answers(trace: Trace, changed: Trace, token: int) -> Iterator[Row]:
    """Of the layer for parts of speech where it is trained, the model's own layers if it has any.

    Raises NotAModel if such a layer's weights are damaged.
    """
    runs, words = (trace.hidden[-1], changed.hidden[-1]), ~trace.special
    tagger, own = find_tagger(trace.model), cached_task_head(trace.model)
    name, title = name_of(token, trace.tokens), plain(title_of(trace.model))
    if tagger:
        what = f"part of speech of {name}"
        asked = Asked(what, tagger.probabilities, tagger.tags, named=True)
        if words[token]:
            yield _row(asked, runs, token)
        yield _all_tags(tagger.probabilities, runs, words)
    if own and (own.about == "sentence" or words[token]):
        about = "the whole text" if own.about == "sentence" else name
        asked = Asked(f"{title}, of {about}", own.probabilities, own.labels, named=True)
        yield _row(asked, runs, 0 if own.about == "sentence" else token)
    if filling := cached_masked_words(trace.model):
        for mask in filling.masks(trace)[:_MOST_MASKS].tolist():
            what = f"at {name_of(mask, trace.tokens)}"
            yield _row(Asked(what, filling.probabilities, filling.pieces), runs, mask)


def _row(asked: Asked, runs: Sequence[FloatArray], token: int) -> Row:
    """The likeliest answers for a token in both runs. runs: (token, width) each, T"""
    before, after = (_likeliest(asked, vectors[[token]]) for vectors in runs)
    return asked.what, before, after


def _likeliest(asked: Asked, vector: FloatArray) -> str:
    shares = asked.probabilities(vector)[0]
    told = list[str]()
    for one in likeliest(shares, _RANKS).tolist():
        name = asked.labels[one]
        meaning = label_name(name, asked.labels) if asked.named and not told else ""
        said = f" ({plain(meaning)})" if meaning else ""
        told.append(f"{plain(visible(name))} {shares[one]:.2f}{said}")
    return ", ".join(told)


def _all_tags(answers: Probabilities, runs: Sequence[FloatArray], words: BoolArray) -> Row:
    """For how many words the likeliest part of speech is another one. words: (token,)"""
    before, after = (answers(vectors).argmax(axis=1)[words] for vectors in runs)
    other = int((before != after).sum())
    return "part of speech of all words", f"{before.size} words", f"other than before: {other}"
