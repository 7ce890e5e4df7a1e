"""What the numbers of a comparison say, in words; Markdown, no Streamlit."""

from typing import Final

import numpy as np

from backend.comparison import Ranking, proportion_changes
from backend.examples import EXAMPLES, Claim
from backend.preference import LEVEL, MOVED, preference
from backend.tokenizer import UNKNOWN
from backend.trace import FloatArray
from components.comparison_choice import Asked
from components.plain import plain

MOST_TOLD: Final = 3
"""Pairs of unknown words that are told by name."""

SMALLEST: Final = 0.0005
"""What three decimals show as 0.000."""

THRESHOLDS: Final = (
    f"In these sentences a change of {MOVED:.2f} or more counts as a move and one below "
    f"{LEVEL:.2f} as hardly any; two weights less than {LEVEL:.2f} apart count as level."
)


def verdict(asked: Asked) -> list[str]:
    """What to see here, one paragraph each: all heads, then the chosen one."""
    if asked.ranking is not None and not np.any(asked.ranking.change):
        return [_no_change(asked)]
    told = (_all_heads(asked), _one_head(asked), unknown_words(asked))
    return [words for words in told if words]


def known_words(claim: Claim) -> str:
    """What the built-in model does with an example, and how far that can be trusted."""
    claims = [example.claim for example in EXAMPLES if example.claim]
    right = sum(one.resolved for one in claims)
    both = sum(one.flips for one in claims)
    return (
        f"**What is known of this example**, each sentence read alone. {plain(claim.about)} The "
        f"{len(claims)} examples were chosen because they show something. Even so, the weight "
        f"moves the right way in {right} of them only, and the preference flips in {both}: this "
        "head leans, it does not solve."
    )


def arrow(asked: Asked, key: int) -> str:
    """`it → chicken` for one key."""
    return f"“{plain(asked.name(asked.query))} → {plain(asked.name(key))}”"


def weight(value: float) -> str:
    """A weight with three decimals, or that it is too small for them."""
    return "less than 0.001" if 0 < value < SMALLEST else f"{value:.3f}"


def changed(before: float, after: float) -> str:
    """The change from one weight to another as they are shown, with its sign; 0.000 has none."""
    change = _change(before, after)
    text = f"{abs(change):.3f}"
    return text if text == "0.000" else f"{'−' if change < 0 else '+'}{text}"


def _change(before: float, after: float) -> float:
    """The change that two weights with three decimals give."""
    return round(float(after), 3) - round(float(before), 3)


def key_weights(asked: Asked) -> tuple[FloatArray, FloatArray]:
    """The chosen head's weights on the two keys, (key,), in A and in B."""
    a, b = asked.comparison.rows(asked.query, np.array(asked.keys, np.int64))
    return a[asked.layer, asked.head], b[asked.layer, asked.head]


def unknown_words(asked: Asked) -> str:
    """The words that differ in A and B but are the same token, because both are unknown."""
    compared = asked.comparison
    pairs = [
        (compared.a.written(i), compared.b.written(j))
        for (i, j), token in zip(compared.places.tolist(), compared.written, strict=True)
        if token[0] == token[1] and token[0] in UNKNOWN
    ]
    told = [
        f"“{plain(one)}” in A and “{plain(other)}” in B" for one, other in pairs if one != other
    ]
    if not told:
        return ""
    shown = ", ".join(told[:MOST_TOLD]) + (" and so on" if len(told) > MOST_TOLD else "")
    return (
        f"{shown}: the tokenizer knows neither and makes the same token of both, [UNK] (unknown). "
        "The model reads no difference there."
    )


def _no_change(asked: Asked) -> str:
    compared, unit, noun = asked.comparison, asked.words.unit, asked.words.noun
    if not compared.same.all():
        why = f"in every {unit} each word that A and B share has the same {noun} in both."
    elif unknown := unknown_words(asked):
        return f"**The model reads the same text.** {unknown} Every difference is exactly 0.000."
    elif compared.a.text == compared.b.text:
        why = f"A and B are the same sentence, and in every {unit} each {noun} is the same."
    else:
        why = "the two texts differ, but what the model reads of them is the same in every token."
    return f"**Every difference is exactly 0.000:** {why}"


def _all_heads(asked: Asked) -> str:
    ranking, unit = asked.ranking, asked.words.unit
    if ranking is None:
        return (
            f"A and B have no word in common, so no {asked.words.noun} can be followed from one to "
            "the other."
        )
    moved = int((np.abs(ranking.change) >= MOVED).sum())
    count = len(ranking.layer)
    first = asked.words.place(int(ranking.layer[0]), int(ranking.head[0]))
    most = f"{first}: {_ranked(asked, ranking, 0)}"
    if not moved:
        return (
            f"**No {unit} tells the two sentences apart by this word.** None of the {count} moves "
            f"by {MOVED:.2f} or more; the most, {most}."
        )
    heads = f"1 {unit} moves" if moved == 1 else f"{moved} {unit}s move"
    return f"**{heads} by {MOVED:.2f} or more**, of {count}. Most of all {most}."


def _ranked(asked: Asked, ranking: Ranking, rank: int) -> str:
    """The weight that moves most in one head, with how far it does."""
    a, b = float(ranking.a[rank]), float(ranking.b[rank])
    return f"{_moving(asked, int(asked.counted[ranking.key[rank]]), a, b)} ({changed(a, b)})"


def _moving(asked: Asked, key: int, a: float, b: float) -> str:
    before, after = weight(a), weight(b)
    both = f"{before} in both" if before == after else f"{before} in A, {after} in B"
    return f"{arrow(asked, key)} {both}"


def _one_head(asked: Asked) -> str:
    if len(asked.keys) < 2:
        return ""
    a, b = key_weights(asked)
    numbers = " and ".join(
        _moving(asked, *one) for one in zip(asked.keys, a.tolist(), b.tolist(), strict=True)
    )
    who = preference([plain(asked.name(key)) for key in asked.keys], a.tolist(), b.tolist())
    place = asked.place.capitalize()
    moved = float(np.abs(b - a).max())
    if moved >= LEVEL:
        return f"**{place}:** {numbers}. {who}"
    largest = max(abs(_change(*pair)) for pair in zip(a, b, strict=True))
    most = f"by {largest:.3f} at most" if largest >= SMALLEST else "by less than 0.001"
    comma = "" if asked.words.layered else ","
    return (
        f"**{place}{comma} hardly tells A from B by these two keys:** their {asked.words.nouns} "
        f"move {most} ({numbers}). {who}{_elsewhere(asked)}"
    )


def _elsewhere(asked: Asked) -> str:
    """What the chosen head does on another word, if it moves there and hardly on the two keys."""
    if (ranking := asked.ranking) is None:
        return ""
    here = (ranking.layer == asked.layer) & (ranking.head == asked.head)
    rank = int(np.flatnonzero(here)[0])
    if abs(float(ranking.change[rank])) < LEVEL:
        return ""
    return (
        f" On another word the same {asked.words.unit} moves more: {_ranked(asked, ranking, rank)}."
    )


def layer_zero(asked: Asked) -> str:
    """Why layer 0 cannot react to a word elsewhere; nothing where its input differs in A and B."""
    compared = asked.comparison
    shared = np.array([*asked.counted, asked.query], np.int64)
    before, after = (
        side.hidden[0][indices[shared]]
        for side, indices in zip((compared.a, compared.b), compared.places.T, strict=True)
    )
    if not asked.counted.size or not np.array_equal(before, after) or compared.same.all():
        return ""
    a, b = compared.rows(asked.query, asked.counted)
    raw, parts = float(np.abs(b[0] - a[0]).max()), float(proportion_changes(a, b)[0])
    return (
        f"**Layer 0 cannot know of the changed word yet:** it reads the bare words, and those that "
        f"A and B share are still the same vectors. Among these words the shares of "
        f"“{plain(asked.name(asked.query))}” move by {parts:.3f}; what moves (up to {raw:.3f}) is "
        "only the room that the other word takes."
    )


def cosine_words(asked: Asked) -> str:
    """Where the query's vector ends, and where it is furthest apart in A and in B."""
    a, b = asked.comparison.cosines(asked.query, asked.keys)
    names = [f"“{plain(asked.name(key))}”" for key in asked.keys]
    ends = [
        f"in {letter} at {values[-1, 0]:.3f} to {names[0]} and {values[-1, 1]:.3f} to {names[1]}"
        for letter, values in (("A", a), ("B", b))
    ]
    apart = np.abs(b - a)
    layer, key = np.unravel_index(apart.argmax(), apart.shape)
    place = f"after layer {layer - 1}" if layer else "in the input"
    most = f"A and B are furthest apart {place}, by {apart[layer, key]:.3f} to {names[int(key)]}."
    return (
        f"How alike the vector of “{plain(asked.name(asked.query))}” is to the vectors of both "
        f"keys, from the encoder's input upwards. It ends {' and '.join(ends)}. "
        f"{most if apart.any() else 'A and B are the same everywhere.'}"
    )
