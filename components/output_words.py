"""The Output page's words: what labels mean, and what was measured."""

import re
from collections.abc import Iterable
from typing import Final

from backend.part_of_speech import TAG_NAMES
from backend.tagger import Confusion, TagAccuracy, Tagger
from backend.unknown_tokens import UnknownTokens

_NAMES_OF: Final = {
    "PER": "a person's name",
    "LOC": "a place's name",
    "ORG": "an organisation's name",
    "MISC": "another name",
}
_PARTS: Final = {"B": "begins", "I": "goes on"}
_NEGATION: Final = re.compile(r"n['’]t\b", re.IGNORECASE)
_MUCH: Final = 0.1  # of all tokens, that can tell why a layer does badly
_CLEAR: Final = 0.01  # of some 10,000 tokens, more than chance
_LET_GO: Final = (
    ": that is where most of it can be read off, and the layers above have let go of some of it."
)


def label_name(label: str, labels: Iterable[str]) -> str:
    """The label in plain English; empty where it is not known.

    Known are the Penn tags, and those of names as CoNLL-2003 has them.
    labels: all that the layer has, which tell what kind they are
    """
    if TAG_NAMES.keys() >= set(labels):
        return TAG_NAMES[label]
    of_names = {_of_name(each) for each in labels} - {""}
    return "no name" if label == "O" and of_names else _of_name(label)


def _of_name(label: str) -> str:
    part, _, kind = label.partition("-")
    known = part in _PARTS and kind in _NAMES_OF
    return f"{_NAMES_OF[kind]} {_PARTS[part]}" if known else ""


def weights_words(width: int, labels: int, numbers: int, title: str) -> str:
    """How many numbers a linear layer has beside those of its model."""
    size = width * labels + labels
    return (
        f"{width:,} × {labels} weights and {labels} biases make {size:,} numbers: "
        f"{100 * size / numbers:.2g} % of the {numbers:,} that {title} has."
    )


def learned_words(tagger: Tagger) -> str:
    """What the layer for parts of speech learned from."""
    return (
        f"It learned from {tagger.sentences:,} sentences with {tagger.tokens:,} tokens that were "
        "labelled for this app; the model below stayed as it is."
    )


def accuracy_words(found: TagAccuracy) -> str:
    """What the layer gets on held-out sentences, and where the information is."""
    best = max(range(len(found.by_layer)), key=found.by_layer.__getitem__)
    top, last = found.by_layer[best], found.by_layer[-1]
    where = "No earlier layer gets more."
    if top > last:
        where = f"{_after(best)} it would get {_per_cent(top)}"
        where += _LET_GO if top - last > _CLEAR else ", which is hardly more."
    return (
        f"On sentences it has not seen, the layer on T gets **{_per_cent(last)}** of the tokens "
        f"right. Each word's most frequent tag, without any model, gets "
        f"**{_per_cent(found.by_word)}**. {_why_below(last < found.by_word, found.unknown)}{where}"
    )


def _why_below(is_below: bool, unknown: UnknownTokens) -> str:
    """Why the layer gets less than words alone, as far as that is known."""
    if not is_below:
        return ""
    if unknown.share < _MUCH:
        return "That is less than words alone get. "
    most = "most" if unknown.share > 0.5 else "many"
    return (
        f"That is less than words alone get, because {most} of the words are unknown to this "
        f"model: {unknown.unknown:,} of the {unknown.of:,} labelled tokens "
        f"({_per_cent(unknown.share)}) are **[UNK]** to it, the same sign for every unknown word, "
        "so all it has of them is the place where they stand. "
    )


def negation_words(sentences: Iterable[str | None]) -> str:
    """Why the pieces of n't are adverbs; empty where no sentence has it."""
    if not any(_NEGATION.search(text) for text in sentences if text):
        return ""
    return (
        "“n't”, as in “didn't”, is a word of its own in the Penn Treebank, did + n't, and counts "
        "as an adverb (RB). The pieces that a model makes of it, ' and t, inherit its tag."
    )


def method_words(found: TagAccuracy) -> str:
    """How it was measured."""
    return (
        f"Cross-validated: the {found.sentences:,} sentences were split into {found.folds} parts, "
        "each tagged by a layer that learned from the others. A sentence is never split, and two "
        "that the model read together stay together."
    )


def confusion_words(confusion: Confusion) -> str:
    """One confusion as a sentence."""
    tag, other = confusion.tag, confusion.taken_for
    return (
        f"{confusion.tokens:,} of {confusion.of:,} tokens that are {tag} ({TAG_NAMES[tag]}) were "
        f"taken for {other} ({TAG_NAMES[other]})."
    )


def _after(layer: int) -> str:
    return "Trained on the encoder's input" if layer == 0 else f"Trained on layer {layer - 1}"


def _per_cent(share: float) -> str:
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"
