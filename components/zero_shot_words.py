"""What is said of zero-shot: which way, why, and what came out."""

from typing import Final

import numpy as np

from backend.catalogue import BUILT_IN
from backend.last_layer import LastLayer
from backend.zero_shot import PROMPT, TEMPERATURE, ZeroShot
from components.figures_lesson import written
from components.plain import plain
from components.transfer_words import differ, per_cent

_TOLD: Final = 3
_WEIGHED: Final = {
    "similarity": f"a softmax of the cosines, each divided by {TEMPERATURE} so that small "
    "differences between them can be seen",
    "cloze": "each probability divided by the sum of all",
}
"""How shares come of scores."""


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
    told = ", ".join(
        f"{plain(found.labels[place])} {written(scores[place])}" for place in order[:_TOLD]
    )
    return (
        f"Fits best: **{plain(found.labels[order[0]])}** ({unit}: {told}). The bars weigh the "
        f"labels against each other only: {_WEIGHED[found.way]}. One of them wins even where none "
        "fits."
    )


def share_title(found: ZeroShot) -> str:
    """What the bars' axis counts."""
    if found.way == "similarity":
        return f"share: softmax of cosine / {TEMPERATURE}"
    return "share of the sum of the probabilities"


def without_training_words(found: ZeroShot, trained: LastLayer) -> str:
    """How zero-shot does on the sentences of the table, beside the trained layer."""
    right = sum(said == label for said, label in zip(found.best, trained.table.labels, strict=True))
    share, learned = right / len(found.texts), trained.held_out.accuracy
    if not differ(share, learned, len(found.texts)):
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
