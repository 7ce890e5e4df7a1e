"""What is said of heads that are switched off and of tokens that are hidden; Markdown."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from backend.head_ranking import HeadRanking, in_order
from backend.switched_off import SwitchedOff
from backend.trace import FloatArray, IntArray, Trace
from components.heads_words import count_of, head_name
from components.plain import plain
from components.token_chips import visible

MOST_TOLD: Final = 4
"""Heads, layers or tokens that are told by name; of more, how many they are."""
FIRST: Final = 5
"""Heads and tokens that head a list."""

_ALL_OFF: Final = (
    "**No head is left.** No token hears of any other: what each layer still does to a token by "
    "itself is its feed-forward network, and around it the old vector is added to the new one "
    "(residual connection). What a token becomes depends on nothing but which piece it is, where "
    "it stands and, in a model with segment embeddings, in which sentence."
)
_NOTHING: Final = "hands nothing on, so there is nothing of it to draw"
_ALL_HIDDEN: Final = (
    "**Every token is hidden**, so each looks at nothing but itself: the heads work, and tell no "
    "token anything of another."
)

WHAT_IT_TEACHES: Final = """
**What this teaches.** Attention tells where a head looks, not how much depends on it. A head can
look hard at a word and hand on little; what it hands on can be made up for by other heads, or lost
on the way; and a head of the last layer writes straight into the vector that is measured here.
Whether attention is an explanation has been argued both ways: Jain and Wallace 2019 say no,
Wiegreffe and Pinter 2019 that it depends on what one asks of an explanation. Michel et al. 2019 and
Voita et al. 2019 could take many heads out of trained models with little loss.
"""

HOW_FAR_IT_GOES: Final = """
**How far it goes.** One head is taken away at a time, and the others stay: where two heads do the
same, neither seems to matter. What is measured is how far one vector moves in these sentences, not
what a head is for, nor whether an answer changes. And a model without one of its heads is one that
nobody trained.
"""


def name_of(token: int, tokens: Sequence[str]) -> str:
    """`“it” (10)`."""
    return f"“{plain(visible(tokens[token]))}” ({token})"


def off_words(off: SwitchedOff, trace: Trace) -> str:
    """What is switched off and what is hidden, as half a sentence."""
    heads = _heads_off(off, trace)
    hidden = [name_of(token, trace.tokens) for token in off.hidden]
    if len(hidden) == len(trace.tokens):
        hidden = ["every token"]
    elif len(hidden) > MOST_TOLD:
        hidden = [f"{len(hidden)} tokens"]
    told = [f"without {_listed(heads)}"] if heads else []
    told += [f"with {_listed(hidden)} hidden from all others"] if hidden else []
    return ", and ".join(told)


def in_short(off: SwitchedOff) -> str:
    """That the run is a changed one, and by how much, in a few words; nothing if all is on."""
    heads, hidden = len(off.heads), len(off.hidden)
    told = [f"{count_of(heads, 'head')} off"] if heads else []
    told += [f"{count_of(hidden, 'token')} hidden"] if hidden else []
    return f"**Changed run**: {', '.join(told)}" if told else ""


def notice(
    off: SwitchedOff, trace: Trace, chosen: tuple[int, int] | None, *, looks: bool = True
) -> str:
    """That this is no longer the model as it is, for the head of a page.

    chosen: the head that is drawn; None where whole layers are
    looks: whether its weights are drawn, and not what comes of them
    """
    own = ""
    if chosen and chosen in off.heads:
        drawn = "is drawn as it would look; it hands nothing on" if looks else _NOTHING
        own = f" Layer {chosen[0]}, head {chosen[1]} {drawn}."
    return f"**A changed run of the model**, {off_words(off, trace)}.{own}"


def left_words(off: SwitchedOff, trace: Trace) -> str:
    """What is left where every head is off or every token hidden; else nothing."""
    if len(off.heads) == trace.layers * trace.heads:
        return _ALL_OFF
    return _ALL_HIDDEN if len(off.hidden) == len(trace.tokens) else ""


def effect_words(
    trace: Trace, off: SwitchedOff, token: int, distances: FloatArray, moved: float
) -> str:
    """How far the token's last vector has moved, and where that begins.

    distances: (layer + 1, token), between the vectors of both runs
    """
    own = distances[-1]
    place = 1 + int((own > own[token]).sum())
    furthest = int(own.argmax())
    among = (
        "of all tokens it is turned most"
        if place == 1
        else f"of {len(own)} tokens it comes {ordinal(place)}; "
        f"{name_of(furthest, trace.tokens)} is turned most, by {small(own[furthest])}"
    )
    begins = (
        "The runs part in layer 0."
        if off.first == 0
        else f"Up to layer {off.first - 1} both runs are the same, to the last digit: what is "
        f"switched off begins in layer {off.first}."
    )
    return (
        f"The last vector of **{name_of(token, trace.tokens)}** is turned by a cosine distance of "
        f"**{small(own[token])}** (0 the same direction, 1 a right angle) and moved by "
        f"{100 * moved:.1f} % of its length; {among}. {begins}"
    )


def nearest_words(before: IntArray, after: IntArray, tokens: Sequence[str]) -> str:
    """What becomes of the nearest tokens. before, after: (rank,)"""
    if not before.size:
        return "There is no other token to be near to."
    count = "token" if before.size == 1 else f"{before.size} tokens"
    if np.array_equal(before, after):
        return f"The nearest {count} in T stay the same, in the same order."
    new = [name_of(one, tokens) for one in after if one not in before]
    if not new:
        return f"The nearest {count} in T stay the same, in another order."
    gone = [name_of(one, tokens) for one in before if one not in after]
    take = "takes" if len(new) == 1 else "take"
    return f"Among the nearest {count} in T, {_listed(new)} {take} the place of {_listed(gone)}."


def ranking_words(ranking: HeadRanking, trace: Trace, query: int, chosen: tuple[int, int]) -> str:
    """How far both orders agree, with the first of each and the chosen head."""
    by_weight, by_effect = in_order(ranking.by_weight), in_order(ranking.by_effect)
    first, count = min(FIRST, len(by_weight)), len(by_weight)
    both = len(set(by_weight[:first]) & set(by_effect[:first]))
    looks, matters = by_weight[0], by_effect[0]
    word = name_of(query, trace.tokens)
    alike = "cannot be told" if ranking.correlation is None else f"is {ranking.correlation:.2f}"
    same = (
        f"It is also the one whose removal turns {word} most."
        if looks == matters
        else f"Its removal comes {ordinal(int(ranking.by_effect[looks]))} by effect. The vector of "
        f"{word} is turned most without {head_name(*matters)}, which comes "
        f"{ordinal(int(ranking.by_weight[matters]))} by weight."
    )
    if chosen not in (looks, matters):
        same += (
            f" The chosen {head_name(*chosen)} comes "
            f"{ordinal(int(ranking.by_weight[chosen]))} by weight "
            f"({ranking.weights[chosen]:.3f} on "
            f"{name_of(int(ranking.keys[chosen]), trace.tokens)}) and "
            f"{ordinal(int(ranking.by_effect[chosen]))} by effect."
        )
    return (
        f"From {word}, **{head_name(*looks)}** puts the largest weight on one other word, "
        f"{ranking.weights[looks]:.3f} on {name_of(int(ranking.keys[looks]), trace.tokens)}. "
        f"{same} Of the first {first} by weight, {both} {'is' if both == 1 else 'are'} among the "
        f"first {first} by effect. The rank correlation of both orders (Spearman) over all {count} "
        f"heads {alike}: 1 would be the same order, 0 none in common."
    )


def small(value: float) -> str:
    """A distance with the digits that tell it from others of its size."""
    if value == 0:
        return "0"
    return f"{value:.3f}" if value >= 0.01 else f"{value:.2g}" if value >= 0.0001 else "< 0.0001"


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `11th`."""
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _heads_off(off: SwitchedOff, trace: Trace) -> list[str]:
    """Whole layers, then single heads; how many heads where that would be too long."""
    if len(off.heads) == trace.layers * trace.heads:
        return [f"all {len(off.heads)} heads"]
    layers = [layer for layer, _ in off.heads]
    whole = [layer for layer in sorted(set(layers)) if layers.count(layer) == trace.heads]
    told = [f"all heads of layer {layer}" for layer in whole]
    told += [head_name(*one) for one in off.heads if one[0] not in whole]
    return told if len(told) <= MOST_TOLD else [f"{len(off.heads)} heads"]


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
