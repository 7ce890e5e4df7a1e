"""What is said of a trained last layer, drawn from the numbers it stands beside."""

from collections.abc import Sequence
from math import sqrt
from typing import Final

import numpy as np

from backend.embedding_tables import layer_name
from backend.last_layer import LastLayer
from backend.trace import FloatArray
from backend.training_queue import PATIENCE
from backend.transfer import CURVE_STEPS, CurvePoint, HeldOut
from backend.unknown_tokens import UnknownTokens
from components.figures_lesson import written
from components.plain import plain

_BY_HEART: Final = 0.95
"""Share right of what it learned from."""
_TOLD: Final = 3

LARGE: Final = (
    "That is much to read, so it is trained in the line of this server, one training at a time. "
    f"Stay on this page: who leaves it for more than {PATIENCE:.0f} seconds gives up the place."
)
"""What is said above the line in which large tables are trained."""


def per_cent(share: float) -> str:
    """A share as a whole number of per cent."""
    return f"{100 * share:.0f}\u00a0%"


def accuracy_words(found: HeldOut) -> str:
    """How it was tried, what came out, and what that is worth."""
    count = int(found.confusion.sum())
    return (
        f"**How it was tried.** The {count} sentences are cut into {found.folds} parts; each part "
        "is labelled by a layer that was trained on the others and has not seen it "
        f"(cross-validation). So **{per_cent(found.accuracy)}** are right. {_spread(found)} "
        f"Always saying the most frequent label gets {per_cent(found.most_frequent)}. "
        f"{_worth(found, count)} One sentence is {100 / count:.1f} percentage points here, so "
        "small differences mean nothing."
    )


def _spread(found: HeldOut) -> str:
    """What other ways of cutting the sentences make of it."""
    low, high = per_cent(found.accuracies.min()), per_cent(found.accuracies.max())
    ways = f"Cut in {len(found.accuracies)} different ways"
    if low == high:
        return f"{ways}, it is the same each time."
    return f"{ways}, it is {low} to {high}: that much is chance."


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
        "−log of the probability it gives the right label). A step is one of the optimiser "
        f"L-BFGS, which looks at all these sentences at once; {_end(end.step)}. After step "
        f"{end.step} it gets "
        f"{per_cent(end.accuracy)} of the {sentences - held} sentences it learns from right, and "
        f"{per_cent(end.held_out_accuracy)} of {held} others. It has {numbers:,} numbers to set "
        f"and {sentences - held} sentences to learn from{by_heart}: only sentences it has not seen "
        "tell how good it is."
    )


def _end(step: int) -> str:
    """Why the curve goes no further."""
    if step < CURVE_STEPS[-1]:
        return "it ends where the loss, with a penalty on large weights, falls no more"
    return f"the first {step} are shown"


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


def other_layer_words(trained: LastLayer) -> str:
    """A hint at the layer that knows clearly more than the one that is read; empty without one."""
    shares, own = trained.by_layer, trained.layer
    best = int(shares.argmax())
    if not differ(shares[best], shares[own], len(trained.table.texts)):
        return ""
    return (
        f"**Another layer knows more**: {_after(best)} the same layer gets "
        f"{per_cent(shares[best])}, see “Which layer knows most” below."
    )


def unknown_words(found: UnknownTokens, title: str) -> str:
    """How much of the sentences the model cannot read."""
    return (
        f"{found.unknown:,} of the {found.of:,} tokens of these sentences "
        f"({per_cent(found.share)}) are not in the vocabulary of {plain(title)}. It reads "
        "**[UNK]** there, the same sign for every unknown word, and cannot tell these words apart."
    )


def _after(layer: int) -> str:
    return "in the encoder's input" if layer == 0 else f"after layer {layer_name(layer)}"


def probability_words(classes: Sequence[str], shares: FloatArray) -> str:
    """The likeliest labels with their probabilities, likeliest first. shares: (class,)"""
    order = np.argsort(-shares, kind="stable")
    told = ", ".join(f"{plain(classes[place])} {written(shares[place])}" for place in order[:_TOLD])
    rest = len(classes) - _TOLD
    return f"**{plain(classes[order[0]])}** ({told}{f' and {rest} more' if rest > 0 else ''})"


def differ(one: float, other: float, count: int) -> bool:
    """Whether two shares of `count` sentences are further apart than two standard errors.

    The error is that of a share between them, with half a sentence right and half a sentence
    wrong added, so that a share of all or none has one too.
    """
    middle = ((one + other) / 2 * count + 0.5) / (count + 1)
    return abs(one - other) > 2 * sqrt(2 * middle * (1 - middle) / count)
