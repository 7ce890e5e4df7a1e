"""What the search by example found: the heads as a sentence, a map and a ranking."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np
import streamlit as st

from backend import head_tables as tables
from backend.head_search import Example, Found, Wanted, preset_sentences
from backend.trace import Trace
from backend.weight_kinds import RAW
from components.downloads import offer_csv
from components.figures_heads import head_grid_figure
from components.heads_opening import show_heads_figure, show_heads_table
from components.heads_words import count_of, head_name
from components.inputs import show_way
from components.link_values import Pairs
from components.mask_choice import short_word
from components.page import page_theme
from components.plain import plain
from components.view import Choice

_PARTS: Final = {
    "pronoun": "the pronoun",
    "meant": "the noun it stands for",
    "other": "the other noun",
}


def about_here(trace: Trace) -> str:
    """What one case is in the sentences of the sidebar."""
    if trace.sentences[1] is None:
        return "Sentence A is read alone, as on the Attention page; each pair is one case."
    return (
        "A and B are read together, as on the Attention page; each pair is one case. A pair may "
        "go from one sentence to the other."
    )


def about_presets(examples: Sequence[Example]) -> str:
    """What the pairs stand for in the presets, in Markdown."""
    lines = [f"- {_stands_for(e.query)} → {_stands_for(e.key)}" for e in examples]
    return (
        f"The {preset_sentences()} sentences of the presets that have a pronoun, each read alone. "
        "In the first of a pair the pronoun stands for the first noun, in the second for the "
        "second. Searched there:\n" + "\n".join(dict.fromkeys(lines))
    )


def _stands_for(wanted: Wanted) -> str:
    if wanted.part:
        side = "AB"[wanted.word.segment]
        return f"{_PARTS[wanted.part]} (in {side} “{plain(short_word(wanted.word.text))}”)"
    return f"the word “{plain(short_word(wanted.word.text))}”"


def show_found(found: Found, pairs: Pairs, names: Mapping[int, str], choice: Choice) -> None:
    """The first head in words, all heads as a map, and the ranking as a table."""
    layers, heads = found.weight.shape
    layer, head = found.best
    st.markdown(_verdict(found))
    show_way(
        f"Open {head_name(layer, head)}",
        "attention",
        key="open_found",
        layer=layer,
        head=head,
        query=pairs[0][0],
        weights=RAW,
    )
    figure = head_grid_figure(
        found.weight,
        "weight",
        largest=1.0,
        theme=page_theme(),
        chosen=(choice.layer, choice.head),
    )
    title = "The mean weight in each head"
    show_heads_figure(figure, title, (layers, heads), key="found_map")
    order = found.order
    share = [None if np.isnan(s) else s for s in found.share.reshape(-1)[order].tolist()]
    columns = {
        "rank": range(1, len(order) + 1),
        "mean weight": found.weight.reshape(-1)[order].tolist(),
        "most among the nouns": share,
        "cases": [found.cases] * len(order),
    }
    forms = {
        "rank": st.column_config.NumberColumn(width=56),
        "mean weight": st.column_config.NumberColumn(format="%.3f"),
        "most among the nouns": st.column_config.NumberColumn(format="percent"),
        "cases": st.column_config.NumberColumn(width=64),
    }
    ranked = [divmod(place, heads) for place in order.tolist()]
    show_heads_table(columns, ranked, forms, key="found_table", first=("rank",))
    told = [f"{names[query]} → {names[key]}" for query, key in pairs]
    offer_csv("The ranking (CSV)", "heads-search.csv", partial(tables.search_csv, found, told))


def _verdict(found: Found) -> str:
    layer, head = found.best
    second = divmod(int(found.order[1]), found.weight.shape[1]) if found.weight.size > 1 else None
    behind = f" Next comes {head_name(*second)} with {found.weight[second]:.3f}." if second else ""
    return (
        f"**{head_name(layer, head).capitalize()} comes first**: mean weight "
        f"**{found.weight[layer, head]:.3f}** over {count_of(found.cases, 'case')}. "
        f"{_judged(found)}{behind}"
    )


def _judged(found: Found) -> str:
    """How often the first head gives the word that is looked at more than another noun."""
    if not found.judged:
        return "There is no other noun that could get more."
    won = round(float(found.share[found.best]) * found.judged)
    if found.judged == 1:
        return "No other noun gets more." if won else "Another noun gets more."
    return f"In {won} of {found.judged} cases it gives that word more than any noun besides it."
