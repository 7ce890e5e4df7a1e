"""What is said of a trained last layer, drawn from the numbers it stands beside."""

from collections.abc import Sequence
from math import sqrt
from typing import Final

import numpy as np

from backend.embedding_tables import layer_name
from backend.growth import Growth
from backend.last_layer import LastLayer
from backend.trace import FloatArray
from backend.transfer import CurvePoint, HeldOut
from components.plain import plain

_CLEAR: Final = 0.6
"""By how much of all draws one way has to be ahead of the other to be called better."""
_AHEAD: Final = 0.05
"""By how much of all sentences one way has to be ahead of the other to be clearly so."""
_BY_HEART: Final = 0.95
"""Share right of what it learned from."""
_TOLD: Final = 3


def per_cent(share: float) -> str:
    """A share as a whole number of per cent."""
    return f"{100 * share:.0f}\u00a0%"


def accuracy_words(found: HeldOut) -> str:
    """How it was tried, what came out, and what that is worth."""
    count = int(found.confusion.sum())
    low, high = per_cent(found.accuracies.min()), per_cent(found.accuracies.max())
    return (
        f"**How it was tried.** The {count} sentences are cut into {found.folds} parts; each part "
        "is labelled by a layer that was trained on the others and has not seen it "
        f"(cross-validation). So **{per_cent(found.accuracy)}** are right. Cut in "
        f"{len(found.accuracies)} different ways, it is {low} to {high}: that much is chance. "
        f"Always saying the most frequent label gets {per_cent(found.most_frequent)}. "
        f"{_worth(found, count)} One sentence is {100 / count:.1f} percentage points here, so "
        "small differences mean nothing."
    )


def _worth(found: HeldOut, count: int) -> str:
    """Whether the layer is better than guessing by more than two standard errors of guessing."""
    guess = found.most_frequent
    if found.accuracies.mean() - guess > 2 * sqrt(guess * (1 - guess) / count):
        return ""
    return (
        "**That is not clearly better than guessing**: what this task asks for does not stand "
        "in these vectors in a form that one layer can read, or the sentences are too few."
    )


def curve_words(curve: Sequence[CurvePoint], numbers: int, sentences: int, folds: int) -> str:
    """What happens while it learns.

    numbers: weights and biases of the layer; sentences: of the whole table
    """
    end = curve[-1]
    held = -(-sentences // folds)
    by_heart = ", enough to learn these by heart" if end.accuracy >= _BY_HEART else ""
    return (
        f"**How it learns.** It begins knowing nothing and goes downhill on the loss (the mean "
        f"−log of the probability it gives the right label). After step {end.step} it gets "
        f"{per_cent(end.accuracy)} of the {sentences - held} sentences it learns from right, and "
        f"{per_cent(end.held_out_accuracy)} of {held} others. It has {numbers:,} numbers to set "
        f"and {sentences - held} sentences to learn from{by_heart}: only sentences it has not seen "
        "tell how good it is."
    )


def mistakes_words(found: HeldOut) -> str:
    """The commonest mistakes, most frequent first."""
    off = found.confusion.copy()
    np.fill_diagonal(off, 0)
    order = np.argsort(-off, axis=None, kind="stable")[:_TOLD]
    pairs = [divmod(int(place), len(found.classes)) for place in order if off.flat[place]]
    if not pairs:
        return "No sentence got a wrong label."
    told = "; ".join(
        f"{plain(found.classes[is_])} taken for {plain(found.classes[said])} ({off[is_, said]})"
        for is_, said in pairs
    )
    return f"Most frequent mistakes: {told}."


def growth_words(growth: Growth) -> str:
    """What more examples bring, and whether the model's vectors or word counts do better."""
    places = sorted({0, len(growth.sizes) - 1})
    told = (
        f"With {growth.sizes[place]} examples the layer on the model's vectors gets "
        f"{per_cent(growth.by_vector[place].mean())}, the same layer on word counts "
        f"{per_cent(growth.by_words[place].mean())}."
        for place in places
    )
    return " ".join([*told, _verdict(growth), _head_start(growth)])


def _verdict(growth: Growth) -> str:
    """Which way is ahead once it has all examples."""
    vectors, words = growth.by_vector[-1], growth.by_words[-1]
    draws, better, worse = len(vectors), int((vectors > words).sum()), int((vectors < words).sum())
    if better - worse >= _CLEAR * draws:
        return (
            f"**Transfer pays off here**: with all examples the vectors do better in {better} of "
            f"{draws} draws. What the encoder learned beforehand helps with a task it was never "
            "trained for."
        )
    if worse - better >= _CLEAR * draws:
        return (
            f"**Transfer does not pay off here**: with all examples word counts do better in "
            f"{worse} of {draws} draws. For these sentences it says more which words stand in "
            "them than what the encoder makes of them."
        )
    return (
        f"**Neither is clearly ahead**: with all examples the vectors do better in {better}, word "
        f"counts in {worse} of {draws} draws. Transfer does not show here."
    )


def _head_start(growth: Growth) -> str:
    """How few examples the vectors need to get past word counts with all; empty if they do not."""
    vectors, words = growth.by_vector.mean(axis=1), growth.by_words.mean(axis=1)
    short = np.flatnonzero(vectors < words.max() + _AHEAD)
    past = short[-1] + 1 if len(short) else 0
    if past == len(vectors):
        return ""
    return (
        f"From {growth.sizes[past]} examples on, the vectors get clearly more right than word "
        f"counts do with any number of them ({per_cent(words.max())} at most)."
    )


def layers_words(trained: LastLayer) -> str:
    """At which layer most of it stands."""
    shares = trained.by_layer
    best, last = int(shares.argmax()), len(shares) - 1
    top = per_cent(shares[best])
    if shares[best] == shares[last]:
        return f"T, after the last layer, gets {top}. No earlier layer gets more."
    return (
        f"The most is right {_after(best)}: {top}. T, after the last layer, gets "
        f"{per_cent(shares[last])}. Differences of a few sentences are chance. Choose another "
        "layer under “Layer that is read” to see all of this page for it."
    )


def _after(layer: int) -> str:
    return "in the encoder's input" if layer == 0 else f"after layer {layer_name(layer)}"


def probability_words(classes: Sequence[str], shares: FloatArray) -> str:
    """The likeliest labels with their probabilities, likeliest first. shares: (class,)"""
    order = np.argsort(-shares, kind="stable")
    told = ", ".join(f"{plain(classes[place])} {shares[place]:.3f}" for place in order[:_TOLD])
    rest = len(classes) - _TOLD
    return f"**{plain(classes[order[0]])}** ({told}{f' and {rest} more' if rest > 0 else ''})"
