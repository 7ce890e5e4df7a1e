"""What the numbers of a comparison say, in words; Markdown, no Streamlit."""

from typing import Final

import numpy as np

from backend.comparison import proportion_changes
from backend.examples import EXAMPLES, MOVED, Claim
from backend.trace import FloatArray
from components.comparison_choice import Asked
from components.plain import plain

LEVEL: Final = 0.05
"""Two weights that differ by less count as level, and a smaller change as hardly one."""

THRESHOLDS: Final = (
    f"In these sentences a change of {MOVED:.2f} or more counts as a move and one below "
    f"{LEVEL:.2f} as hardly any; two weights less than {LEVEL:.2f} apart count as level."
)


def verdict(asked: Asked) -> list[str]:
    """What to see here, one paragraph each: all heads, then the chosen one."""
    if asked.ranking is not None and not np.any(asked.ranking.change):
        return [_all_heads(asked)]
    return [words for words in (_all_heads(asked), _one_head(asked)) if words]


def known_words(claim: Claim) -> str:
    """What the built-in model does with an example, and how far that can be trusted."""
    claims = [example.claim for example in EXAMPLES if example.claim]
    right = sum(one.resolved for one in claims)
    both = sum(one.flips for one in claims)
    return (
        f"**What is known of this example**, each sentence read alone. {plain(claim.about)} The "
        f"{len(claims)} examples were chosen because they show something. Even in them this head "
        f"moves the right way in {right} only, and in {both} the larger weight changes sides: it "
        "leans, it does not solve."
    )


def arrow(asked: Asked, key: int) -> str:
    """`it → chicken` for one key."""
    return f"“{plain(asked.name(asked.query))} → {plain(asked.name(key))}”"


def signed(change: float) -> str:
    """A change with its sign and two decimals; none for one that rounds to nothing."""
    text = f"{abs(change):.2f}"
    return text if text == "0.00" else f"{'−' if change < 0 else '+'}{text}"


def key_weights(asked: Asked) -> tuple[FloatArray, FloatArray]:
    """The chosen head's weights on the two keys, (key,), in A and in B."""
    a, b = asked.comparison.rows(asked.query, np.array(asked.keys, np.int64))
    return a[asked.layer, asked.head], b[asked.layer, asked.head]


def _all_heads(asked: Asked) -> str:
    ranking = asked.ranking
    if ranking is None:
        return "A and B have no word in common, so no weight can be followed from one to the other."
    if not np.any(ranking.change):
        return (
            "**Every difference is exactly 0.000:** every head gives every word that A and B share "
            "the same weight in both."
        )
    moved = int((np.abs(ranking.change) >= MOVED).sum())
    count = len(ranking.layer)
    key = int(asked.counted[ranking.key[0]])
    most = (
        f"layer {ranking.layer[0]}, head {ranking.head[0]}: {arrow(asked, key)} "
        f"{ranking.a[0]:.2f} in A, {ranking.b[0]:.2f} in B ({signed(float(ranking.change[0]))})"
    )
    if not moved:
        return (
            f"**No head tells the two sentences apart by this word.** None of the {count} moves by "
            f"{MOVED:.2f} or more; the most, {most}."
        )
    heads = "1 head moves" if moved == 1 else f"{moved} heads move"
    return f"**{heads} by {MOVED:.2f} or more**, of {count}. Most of all {most}."


def _one_head(asked: Asked) -> str:
    if len(asked.keys) < 2:
        return ""
    a, b = key_weights(asked)
    moved = float(np.abs(b - a).max())
    numbers = " and ".join(
        f"{arrow(asked, key)} {before:.2f} in A, {after:.2f} in B"
        for key, before, after in zip(asked.keys, a, b, strict=True)
    )
    place = f"Layer {asked.layer}, head {asked.head}"
    if moved < LEVEL:
        return (
            f"**{place}, hardly tells A from B:** the weights move by only {moved:.2f} at most "
            f"({numbers}). {_leaders(asked, a, b)}"
        )
    return f"**{place}:** {numbers}. {_leaders(asked, a, b)}"


def _leaders(asked: Asked, a: FloatArray, b: FloatArray) -> str:
    """Which of the two keys gets more, in A and in B."""
    names = [f"“{plain(asked.name(key))}”" for key in asked.keys]
    in_a, in_b = (_leader(weights) for weights in (a, b))
    if in_a is None and in_b is None:
        return "The two words are level in both sentences."
    if in_a == in_b:
        return f"The same word, {names[in_a or 0]}, gets more in both: the preference stays."
    if in_a is not None and in_b is not None:
        return f"The preference flips: {names[in_a]} gets more in A, {names[in_b]} in B."
    told = [("A", in_a), ("B", in_b)]
    parts = [
        f"in {letter} the two are level" if who is None else f"in {letter} {names[who]} gets more"
        for letter, who in told
    ]
    return f"I{'; '.join(parts)[1:]}."


def _leader(weights: FloatArray) -> int | None:
    if abs(float(weights[0] - weights[1])) < LEVEL:
        return None
    return int(weights.argmax())


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
        f"in {letter} at {values[-1, 0]:.2f} to {names[0]} and {values[-1, 1]:.2f} to {names[1]}"
        for letter, values in (("A", a), ("B", b))
    ]
    apart = np.abs(b - a)
    layer, key = np.unravel_index(apart.argmax(), apart.shape)
    place = f"after layer {layer - 1}" if layer else "in the input"
    most = f"A and B are furthest apart {place}, by {apart[layer, key]:.2f} to {names[int(key)]}."
    return (
        f"How alike the vector of “{plain(asked.name(asked.query))}” is to the vectors of both "
        f"keys, from the encoder's input upwards. It ends {' and '.join(ends)}. "
        f"{most if apart.any() else 'A and B are the same everywhere.'}"
    )
