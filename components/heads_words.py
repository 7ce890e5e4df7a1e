"""The Heads page's words: what each measure is, who measured so, and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.head_survey import HeadMeasures
from backend.trace import FloatArray
from components.plain import plain
from components.view_options import MEASURES

_CLARK: Final = "Clark et al. 2019"
_KOVALEVA: Final = "Kovaleva et al. 2019"


@dataclass(frozen=True)
class Meaning:
    """What a measure is.

    definition: with {first} and {separator} where the model's own special tokens are to be named
    source: who measured so; none where it was made for this page
    unit: weights have none
    none: why there may be no case of it
    """

    definition: str
    source: str
    unit: str = ""
    none: str = ""


_SOURCES: Final = (
    "Clark, Khandelwal, Levy and Manning 2019, *What Does BERT Look At?* · "
    "Kovaleva, Romanov, Rogers and Rumshisky 2019, *Revealing the Dark Secrets of BERT* · "
    "Vig and Belinkov 2019, *Analyzing the Structure of Attention in a Transformer Language "
    "Model* · Shannon 1948, *A Mathematical Theory of Communication* · "
    "Lin 1991, *Divergence Measures Based on the Shannon Entropy* · Endres and Schindelin 2003, "
    "*A New Metric for Probability Distributions* · Torgerson 1952, *Multidimensional Scaling*"
)

MEANINGS: Final[Mapping[str, Meaning]] = {
    "previous": Meaning(
        "The mean weight that a token gives to the token right before it, whatever that is.",
        _CLARK,
    ),
    "next": Meaning(
        "The mean weight that a token gives to the token right after it, whatever that is.",
        _CLARK,
    ),
    "same": Meaning("The mean weight that a token gives to itself.", _CLARK),
    "first": Meaning(
        "The mean weight that a token gives to {first}, the first token. Much of it goes there "
        "where a head finds nothing of its own.",
        _CLARK,
        none="the model puts no such token there",
    ),
    "separator": Meaning(
        "The mean weight that a token gives to all {separator} together.",
        _CLARK,
        none="the model puts no such token there",
    ),
    "punctuation": Meaning(
        "The mean weight that a token gives to all punctuation marks together (. , ! ? and the "
        "like, $ and + too).",
        _CLARK,
        none="there is no punctuation mark",
    ),
    "repeated": Meaning(
        "The mean weight that a token gives to its own word at all other places together, with or "
        "without capitals. The pieces of a word belong together; only words that stand there more "
        "than once count.",
        "",
        none="no word stands there twice",
    ),
    "a_to_b": Meaning(
        "The mean share of their attention that the tokens of Sentence A give to those of "
        "Sentence B. Special tokens belong to neither.",
        _KOVALEVA,
        none="there are no two sentences",
    ),
    "b_to_a": Meaning(
        "The mean share of their attention that the tokens of Sentence B give to those of "
        "Sentence A. Special tokens belong to neither.",
        _KOVALEVA,
        none="there are no two sentences",
    ),
    "distance": Meaning(
        "How many places away the tokens stand that are looked at: the mean of |query − key|, "
        "weighted by attention. Special tokens, where heads rest, are left out.",
        "Vig and Belinkov 2019",
        unit="tokens",
        none="nothing but special tokens is looked at",
    ),
    "entropy": Meaning(
        "How widely a token spreads its attention: −Σ p log₂ p over its weights p. 0 bits: all on "
        "one token; {bits:.1f} bits: evenly over all {longest}.",
        f"Shannon 1948; {_CLARK}",
        unit="bits",
    ),
}
"""Every measure of `MEASURES`."""

CAPTION_OF_SOURCES: Final = f"Sources: {_SOURCES}."


def definition(name: str, measured: HeadMeasures, special: tuple[str, str]) -> str:
    """What the measure is, in Markdown. special: the model's first token and its separator."""
    text = MEANINGS[name].definition.format(
        first=plain(special[0]),
        separator=plain(special[1]),
        longest=measured.longest,
        bits=np.log2(measured.longest),
    )
    source = MEANINGS[name].source
    return f"{text} ({source})" if source else text


def with_unit(value: float, name: str) -> str:
    """A number as it is said."""
    unit = MEANINGS[name].unit
    return f"{value:.2f} {unit}" if unit else f"{value:.3f}"


def extremes_words(values: FloatArray, name: str) -> str:
    """The highest and the lowest head with their values, and the mean of all. values: no gaps"""
    heads = values.shape[1]
    high, low = (divmod(int(place), heads) for place in (values.argmax(), values.argmin()))
    return (
        f"**Highest: {head_name(*high)} with {with_unit(float(values[high]), name)}.** "
        f"Lowest: {head_name(*low)} with {with_unit(float(values[low]), name)}. "
        f"Mean of all {values.size} heads: {with_unit(float(values.mean()), name)}."
    )


def head_name(layer: int, head: int) -> str:
    """A head as controls and sentences call it."""
    return f"layer {layer}, head {head}"


def behind_words(name: str, measured: HeadMeasures) -> str:
    """How many tokens stand behind each number."""
    return f"Each number is a mean over {count_of(measured.queries[name], 'token')}."


def no_case_words(name: str) -> str:
    """Why there is nothing to be seen."""
    why = MEANINGS[name].none or "there are no tokens but special ones"
    return f"{plain(MEASURES[name])}: {why}, so there is nothing to measure."


def chosen_words(values: FloatArray, name: str, layer: int, head: int) -> str:
    """The chosen head's own number and its rank."""
    value = float(values[layer, head])
    if np.isnan(value):
        return f"**{head_name(layer, head).capitalize()}** has no case here."
    rank = int((values > value).sum()) + 1
    return (
        f"**{head_name(layer, head).capitalize()}**, framed: {with_unit(value, name)}, "
        f"rank {rank} of {values.size} (1 is the highest)."
    )


def count_of(number: int, what: str) -> str:
    """`1 token`, `26 tokens`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def read_words(measured: HeadMeasures) -> str:
    """What was read of a text."""
    left = f" {measured.left_out:,} more are left out." if measured.left_out else ""
    were, each = (
        "was" if measured.tokens == 1 else "were",
        ", each by itself" if measured.pieces > 1 else "",
    )
    return (
        f"{count_of(measured.tokens, 'token')} of the text {were} read in "
        f"{count_of(measured.pieces, 'piece')} of whole sentences{each}, at most "
        f"{measured.longest} tokens with the special ones.{left}"
    )


def compared_words(measured: HeadMeasures) -> str:
    """Which tokens two heads are compared over."""
    if measured.compared == measured.tokens:
        return f"Compared over all {count_of(measured.tokens, 'token')}."
    return (
        f"Compared over {count_of(measured.compared, 'token')} of {measured.tokens:,}, evenly "
        "spread over the text."
    )
