"""What is said of zero-shot: which way, why, and what came out."""

from math import sqrt
from typing import Final

import numpy as np

from backend.catalogue import BUILT_IN
from backend.last_layer import LastLayer
from backend.zero_shot import PROMPT, ZeroShot
from components.plain import plain
from components.transfer_words import per_cent

_TOLD: Final = 3


def way_words(found: ZeroShot, model: str, title: str) -> str:
    """How zero-shot is done with this model, and why so."""
    if found.way == "cloze":
        return (
            f"**How it is done with {plain(title)}: by cloze.** After the sentence stands "
            f"“{plain(PROMPT.format('[MASK]'))}”, and the model says how likely each label is at "
            "the mask. Why: it learned to fill masks before anything else, so a task that is "
            "written as a gap to fill needs no training. A label of several pieces gets as many "
            "masks, and the geometric mean of their probabilities."
        )
    why = (
        "it has no output layer that fills masks, but it was trained to give sentences of like "
        "meaning vectors of like direction (Reimers and Gurevych 2019)."
        if model == BUILT_IN
        else "it has no output layer that fills masks. It was not trained to put sentences of "
        "like meaning side by side either, so take this for a makeshift."
    )
    return (
        f"**How it is done with {plain(title)}: by similarity.** The sentence's vector is held "
        f"against that of “{plain(PROMPT.format(found.labels[0]))}”, and so on for each label; the "
        f"cosine says how near they are. Why: {why}"
    )


def fit_words(found: ZeroShot) -> str:
    """Which label fits the one sentence best, with its score."""
    if np.ptp(found.scores[0]) == 0:
        return "All labels fit alike: to this model they are one and the same unknown word."
    order = np.argsort(-found.scores[0], kind="stable")
    scores = found.scores[0] if found.way == "similarity" else np.exp(found.scores[0])
    unit = "cosine" if found.way == "similarity" else "probability at the mask"
    told = ", ".join(f"{plain(found.labels[place])} {scores[place]:.3g}" for place in order[:_TOLD])
    return (
        f"Fits best: **{plain(found.labels[order[0]])}** ({unit}: {told}). The bars weigh the "
        "labels against each other only: one of them wins even where none fits."
    )


def without_training_words(found: ZeroShot, trained: LastLayer) -> str:
    """How zero-shot does on the sentences of the table, beside the trained layer."""
    right = sum(said == label for said, label in zip(found.best, trained.table.labels, strict=True))
    share, learned = right / len(found.texts), trained.held_out.accuracy
    if not _differ(share, learned, len(found.texts)):
        verdict = "With so few sentences that is no clear difference."
    elif share > learned:
        verdict = "So the names of the labels alone tell this model more than the examples do."
    else:
        verdict = f"So the examples add {100 * (learned - share):.0f} percentage points."
    return (
        f"On the {len(found.texts)} sentences of the table, with its own labels and without a "
        f"single example: **{per_cent(share)}** right. The trained last layer gets "
        f"{per_cent(learned)} of them when it has not seen them. {verdict}"
    )


def _differ(one: float, other: float, count: int) -> bool:
    """Whether two shares of `count` sentences are further apart than two standard errors.

    The error is that of a share between them, with half a sentence right and half a sentence
    wrong added, so that a share of all or none has one too.
    """
    middle = ((one + other) / 2 * count + 0.5) / (count + 1)
    return abs(one - other) > 2 * sqrt(2 * middle * (1 - middle) / count)
