"""The Output page's classification layers: what each says of the sentences, and what it is."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from backend import output_tables as tables
from backend.cached import cached_trace, trace_again
from backend.catalogue import CATALOGUE, title_of
from backend.model import Model
from backend.tagger import Tagger
from backend.task_heads import TaskHead
from backend.trace import FloatArray, Trace
from components import kept
from components.attention_view import trace_name
from components.downloads import offer_csv
from components.output_words import label_name, learned_words, negation_words, weights_words
from components.plain import plain
from components.presenter import main_figure
from components.tag_chips import sentence_answers, show_tag_chips, token_answers
from components.token_chips import visible


def show_tags(trace: Trace, model: Model, tagger: Tagger) -> None:
    """The parts of speech of all tokens."""
    shares = tagger.probabilities(trace.hidden[-1])  # (token, tag)
    with main_figure(), st.container():
        _show_tokens(trace, tagger.tags, shares, key="tags", note=negation_words(trace.sentences))
    weights = weights_words(
        model.width, len(tagger.tags), model.numbers, plain(title_of(model.name))
    )
    st.markdown(f"**What the layer is.** {learned_words(tagger)} {weights}")


def show_own_layer(trace: Trace, model: Model, head: TaskHead) -> None:
    """What the model's own classification layer says of the tokens or of whole sentences."""
    title = plain(title_of(model.name))
    if model.name in CATALOGUE:
        st.caption(plain(CATALOGUE[model.name].about))
    if head.about == "token":
        st.markdown(
            f"{title} was fine-tuned to give each token one of {len(head.labels)} labels. This is "
            "its own layer, as it stands in the model's files."
        )
        _show_tokens(trace, head.labels, head.probabilities(trace.hidden[-1]), key="own_labels")
    else:
        st.markdown(
            f"{title} was fine-tuned to give a whole text one of {len(head.labels)} labels. This "
            "is its own layer, as it stands in the model's files. It reads the last vector of the "
            f"first token, {plain(trace.tokens[0])}, and no other."
        )
        if head.pooler:
            st.markdown(
                "Between that vector and the classification layer stands one more layer, with "
                f"{model.width:,} × {model.width:,} weights, which was fine-tuned with it."
            )
        _show_sentences(trace, head)
    st.markdown(weights_words(model.width, len(head.labels), model.numbers, title))


def _show_tokens(
    trace: Trace, labels: Sequence[str], shares: FloatArray, *, key: str, note: str = ""
) -> None:
    """Chips with a note, a table and a file. shares: (token, label)"""
    query, serial = kept.view().query, kept.stored("serial", 0)
    name = f"{trace_name(trace)}/{key}"
    data = token_answers(trace, labels, shares, name=name, query=query, serial=serial)
    show_tag_chips(data, key=key, on_choice=kept.keep_choice)
    if note:
        st.markdown(plain(note))
    with st.expander("The same as a table"):
        _show_table(trace, labels, shares)
        again = trace_again(trace)
        offer_csv(
            "All probabilities (CSV)",
            f"{key}.csv",
            lambda: tables.answers_csv(again(), labels, shares),
        )


def _show_table(trace: Trace, labels: Sequence[str], shares: FloatArray) -> None:
    words = np.flatnonzero(~trace.special)
    best = shares[words].argmax(axis=1)
    st.dataframe(
        {
            "position": words,
            "sentence": ["AB"[trace.segments[place]] for place in words],
            "token": [visible(trace.tokens[place]) for place in words],
            "label": [visible(labels[place]) for place in best],
            "in words": [label_name(labels[place], labels) for place in best],
            "probability": shares[words, best],
        },
        hide_index=True,
        column_config={"probability": st.column_config.NumberColumn(format="%.3f")},
    )


def _show_sentences(trace: Trace, head: TaskHead) -> None:
    """Each sentence by itself, and both as the one text that the other pages show."""
    a, b = trace.sentences
    alone = [
        (f"Sentence {letter}", text) for letter, text in zip("AB", (a, b), strict=True) if text
    ]
    traces = [trace]
    if b is not None:
        traces = [*(cached_trace(trace.model, text) for _, text in alone), trace]
    readings = [*alone, *([("A and B, read as one text", f"{a} {b}")] if b else [])]
    shares = np.concatenate([head.probabilities(each.hidden[-1]) for each in traces])
    data = sentence_answers(readings, head.labels, shares, name=f"{trace_name(trace)}/sentences")
    show_tag_chips(data, key="own_labels")
    make = partial(tables.sentence_answers_csv, readings, head.labels, shares)
    offer_csv("All probabilities (CSV)", "sentences.csv", make)
