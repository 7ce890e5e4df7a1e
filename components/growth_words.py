"""What is said of more examples: the model's vectors beside word counts, and guessing."""

from math import sqrt
from typing import Final

import numpy as np

from backend.growth import Growth, vocabulary, word_counts
from backend.labelled_texts import LabelledTexts
from components.transfer_words import per_cent

_CLEAR: Final = 0.6
"""By how much of all draws one way has to be ahead of the other to be called better."""
_AHEAD: Final = 0.05
"""By how much of all sentences one way has to be ahead of the other to be clearly so."""


def sizes_words(growth: Growth) -> str:
    """What is compared, with how many examples."""
    *fewer, rest = (str(size) for size in growth.sizes)
    sizes = f"{', '.join(fewer)} and all {rest}" if fewer else f"all {rest}"
    return (
        f"The same layer, learning from {sizes} of the sentences that are not held out: once on "
        "the vectors that the model makes of them, once on plain word counts, behind which there "
        "is nothing that was learned beforehand."
    )


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
    if min(vectors.min(), words.min()) == 1:
        return (
            "**Both get everything right** with all examples: this task is too easy to tell them "
            "apart."
        )
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


def below_guessing_words(growth: Growth, table: LabelledTexts) -> str:
    """Why word counts get less than guessing; empty where they do not."""
    lowest, guess = growth.by_words.mean(axis=1).min(), growth.most_frequent
    count = len(table.texts)
    if lowest >= guess:
        return ""
    in_texts = (word_counts(table.texts, vocabulary(table.texts)) > 0).sum(axis=0)  # (word,)
    spread = 2 * sqrt(guess * (1 - guess) / count)
    chance = (
        f" What it then says is a guess, and guesses at {count} sentences get "
        f"{per_cent(max(0, guess - spread))} to {per_cent(min(1, guess + spread))} right by chance."
        if lowest >= guess - spread
        else ""
    )
    return (
        f"**Why word counts can fall below guessing** (here to {per_cent(lowest)}): of the "
        f"{len(in_texts):,} different words {int((in_texts == 1).sum()):,} stand in one sentence "
        "only, so a held-out sentence has words that no example had, and those that it shares with "
        f"them seldom tell its label.{chance}"
    )
