"""The lesson's exercises about what comes out: the classification layer."""

from collections.abc import Sequence
from typing import Final

from backend.lesson_questions import (
    Bars,
    Missing,
    Question,
    Reading,
    sorted_options,
    strongest,
)
from backend.lesson_words import content_words, looking_word, named
from backend.part_of_speech import TAG_NAMES
from backend.trace import FloatArray

_OPTIONS: Final = 5
_LITTLE: Final = 0.01
"""Of a probability: where two digits would say nothing."""


def asked_word(reading: Reading) -> int:
    """The word whose tag is asked for: the last content word of Sentence A."""
    return (content_words(reading.a)[-1:] or [looking_word(reading.a)])[0]


def ask_tag(reading: Reading) -> Question | Missing:
    """Which tag does the classification layer give to a word?"""
    a, tagger = reading.a, reading.tagger_of()
    if len(tagger.tags) < 2:
        return Missing("The classification layer has learned no tags of this model.", "model")
    word = asked_word(reading)
    shares = tagger.probabilities(a.hidden[-1, [word]])[0]  # (tag,)
    top = strongest(shares, _OPTIONS)
    names = {tag: f"{tagger.tags[tag]}: {TAG_NAMES[tagger.tags[tag]]}" for tag in top}
    return Question(
        text=f"The classification layer reads the vector that came out for “{named(a, word)}” "
        "and gives a probability to every part of speech. Which one gets the highest?",
        answers=sorted_options(list(enumerate(sorted(names.values()))), names[top[0]]),
        explanation=f"{_ranking(tagger.tags, shares)} The layer learned from "
        f"{tagger.sentences} sentences with {tagger.tokens:,} labelled pieces. Its answer is a "
        "guess from one vector; it can be wrong.",
        evidence=Bars(
            f"The {len(top)} most likely tags of “{named(a, word)}”",
            tuple(names[tag] for tag in top),
            (("probability", shares[top]),),
            end=1,
        ),
    )


def _ranking(tags: Sequence[str], shares: FloatArray) -> str:
    """The likeliest tag and the next, with what they and all others get; (tag,)."""
    first, second = strongest(shares, 2)
    best, rest = shares[first], 1 - shares[first]
    if rest < _LITTLE:
        share = "more than 0.999" if rest < _LITTLE / 10 else f"{best:.3f}"
        return f"{tags[first]} gets {share} of 1; all other tags together get less than {_LITTLE}."
    return (
        f"{tags[first]} gets {best:.2f} of 1, {tags[second]} comes next with "
        f"{shares[second]:.2f}; all other tags together get {rest - shares[second]:.2f}."
    )


def ask_size(reading: Reading) -> Question:
    """How many numbers does a new task add to the model?"""
    tagger, model = reading.tagger_of(), reading.model
    tags, width = len(tagger.tags), reading.a.hidden.shape[2]
    encoder, size = parameter_count(reading), tags * width + tags
    options = {tags, width, size, width * width + width, encoder} - {0}
    return Question(
        text=f"The encoder of {reading.title} has {encoder:,} numbers, all learned "
        f"beforehand. A classification layer for {tags} parts of speech is put on top; each "
        f"tag reads all {width} numbers of a vector. How many numbers does it have?",
        answers=sorted_options([(count, f"{count:,}") for count in options], f"{size:,}"),
        explanation=f"{width} weights for each of {tags} tags, and one bias a tag: {width} × "
        f"{tags} + {tags} = {size:,}. That is {100 * size / encoder:.2g} % of the encoder's "
        f"numbers, one for every {encoder / size:,.0f}. It learned them from "
        f"{tagger.sentences} sentences; the encoder of {model.layers} layers is used as it is.",
    )


def parameter_count(reading: Reading) -> int:
    """How many numbers the encoder holds."""
    return reading.model.numbers
