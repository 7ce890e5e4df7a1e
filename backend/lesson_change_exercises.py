"""The lesson's exercises about what changes, and what cannot, when sentence B is read instead."""

from typing import Final

import numpy as np

from backend.lesson_questions import (
    Bars,
    Missing,
    Options,
    Question,
    Reading,
    listed,
)
from backend.lesson_words import (
    content_words,
    followed_word,
    named,
    only_in,
    same_words,
)
from backend.similarity import cosine_similarity
from backend.trace import BoolArray, FloatArray, IntArray, Trace

NO_B: Final = Missing("This compares two sentences, and there is no Sentence B.", "pair")
SAME_WORD: Final = (
    "Neither: both are the same in A and in B",
    "Only the last vector, T",
    "Only the token embedding",
    "Both differ",
)
BALANCE: Final = ("No, in none of its heads", "Yes, in some heads", "Yes, in all of its heads")
RATIO_TOLERANCE: Final = 1e-3
"""Of the logarithm of a ratio of two float32 weights; less is rounding."""

_TINY: Final = 1e-30  # a weight below has lost its digits


def ask_layer_zero(reading: Reading) -> Question | Missing:
    """Can layer 0 weigh two words otherwise because a third one has changed?"""
    a, b = reading.a, reading.b
    if b is None:
        return NO_B
    pairs = same_words(a, b)
    words = _three_words(a, pairs)
    if words is None:
        return Missing("This needs three words that stand in both sentences.", "pair")
    here, there = (list(places) for places in zip(*words, strict=True))
    before, after = (_ratios(trace, p) for trace, p in ((a, here), (b, there)))
    moved = _moved(before[0], after[0])
    query, left, right = (named(a, place) for place in here)
    gap = float(np.abs(a.hidden[0, here] - b.hidden[0, there]).max())
    later = sum(int(_moved(*ratios).sum()) for ratios in zip(before[1:], after[1:], strict=True))
    count = int(moved.sum())
    return Question(
        text="Of each word, layer 0 reads only the word itself and its place, nothing yet of the "
        f"words around it. From sentence A to sentence B {_difference(a, b)}. Can “{query}” in "
        f"layer 0 then prefer “{left}” to “{right}” more, or less, than before?",
        answers=Options(BALANCE, 0 if count == 0 else 2 if count == a.heads else 1),
        explanation=f"{_why(gap)} In head 0 “{left}” gets {before[0, 0]:.3f} times the weight of "
        f"“{right}” in A and {after[0, 0]:.3f} times in B. This preference changes in {count} of "
        f"the {a.heads} heads of layer 0{_beyond(later, a)}. The weights themselves may shrink or "
        "grow a little, all by one factor, because a changed word takes another share of the "
        "whole.",
        evidence=Bars(
            title=f"Layer 0: weight on “{left}” divided by weight on “{right}”, head by head",
            names=tuple(f"head {head}" for head in range(a.heads)),
            series=(("sentence A", before[0]), ("sentence B", after[0])),
        ),
    )


def ask_same_word(reading: Reading) -> Question | Missing:
    """Does a word's first vector differ between the sentences, and does its last?"""
    a, b = reading.a, reading.b
    if b is None:
        return NO_B
    pairs = same_words(a, b)
    if not len(pairs):
        return Missing("This needs a word that stands in both sentences.", "pair")
    here, there = followed_word(a, pairs)
    first = a.embeddings.token[here], b.embeddings.token[there]
    last = a.hidden[-1, here], b.hidden[-1, there]
    changed = (not np.array_equal(*first), not np.allclose(*last, atol=1e-5))
    correct = {(False, False): 0, (False, True): 1, (True, False): 2, (True, True): 3}[changed]
    return Question(
        text=f"“{a.tokens[here]}” stands in both sentences. Which of its vectors differ between "
        "A and B: its token embedding, which goes in at the bottom, or its vector in T, which "
        "comes out of the last layer?",
        answers=Options(SAME_WORD, correct),
        explanation=f"Cosine similarity of the two token embeddings: {_cosine(*first):.3f}; it is "
        "one row of one table, whatever stands around it. Cosine of the two vectors in T: "
        f"{_cosine(*last):.3f}. {_about_context(changed[1], b, a)}",
        evidence=_drift(a, b, here, there),
    )


def _drift(a: Trace, b: Trace, here: int, there: int) -> Bars:
    """How alike the word's two vectors are, from its token embedding to T."""
    layers = zip(a.hidden[:, here], b.hidden[:, there], strict=True)
    cosines = [_cosine(a.embeddings.token[here], b.embeddings.token[there])]
    cosines += [_cosine(*vectors) for vectors in layers]
    after = [f"after layer {layer}" for layer in range(a.layers - 1)]
    return Bars(
        f"Cosine similarity of “{a.tokens[here]}” in A and in B (1: the same direction)",
        ("token embedding", "layer 0 reads", *after, "T"),
        (("cosine", np.array(cosines, dtype=np.float32)),),
        end=1,
    )


def _three_words(a: Trace, pairs: IntArray) -> list[tuple[int, int]] | None:
    """A word that looks and two that it looks at, each with its places in A and in B."""
    if len(pairs) < 3:
        return None
    query = followed_word(a, pairs)
    others = [(int(p), int(q)) for p, q in pairs if (p, q) != query]
    content = [pair for pair in others if pair[0] in content_words(a)]
    chosen = content if len(content) > 1 else others
    return [query, chosen[0], chosen[-1]]


def _ratios(trace: Trace, words: list[int]) -> FloatArray:
    """Weight of the first word on the second, divided by that on the third: (layer, head)."""
    query, left, right = words
    weights = np.maximum(trace.attention[:, :, query], _TINY)
    return np.asarray(weights[..., left] / weights[..., right], dtype=np.float32)


def _moved(before: FloatArray, after: FloatArray) -> BoolArray:
    moved: BoolArray = np.abs(np.log(before) - np.log(after)) > RATIO_TOLERANCE
    return moved


def _why(gap: float) -> str:
    if gap == 0:
        return (
            "What layer 0 reads of these three words is the same in A and in B, to the last digit "
            "(largest difference: 0): piece, segment and position, nothing of the words around."
        )
    return (
        f"What layer 0 reads of these words differs here by up to {gap:.3f}: they stand at "
        "another position in B, and the position is part of what it reads."
    )


def _beyond(later: int, a: Trace) -> str:
    heads = (a.layers - 1) * a.heads
    return f", and in {later} of the {heads} heads above it" if heads else ""


def _difference(a: Trace, b: Trace) -> str:
    gone, come = only_in(a, b), only_in(b, a)
    if not gone and not come:
        return "only the order of the words changes" if a.tokens != b.tokens else "nothing changes"
    if not gone or not come:
        return f"{listed((gone or come)[:3])} {'falls away' if gone else 'is added'}"
    return f"{listed(gone[:3])} gives way to {listed(come[:3])}"


def _cosine(left: FloatArray, right: FloatArray) -> float:
    return float(cosine_similarity(left[None], right[None])[0, 0])


def _about_context(changed: bool, b: Trace, a: Trace) -> str:
    if changed:
        return (
            "Layer by layer the word has taken in something of the others, so the same word ends "
            "as another vector in another sentence."
        )
    same = "The two sentences are the same" if a.tokens == b.tokens else "Nothing around it matters"
    return f"{same}, so it comes out the same, too."
