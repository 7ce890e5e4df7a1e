"""Every head of a model measured on what it read: a pair of sentences, or a long text.

Layout of a reading (Roles) + its weights --patterns, divergence_sums--> sums that add up
over the pieces of a text --> HeadMeasures, frozen
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

import numpy as np

from backend.head_likeness import Wide, divergence_sums, head_map
from backend.head_patterns import Roles, Tally, patterns
from backend.hub import Progress
from backend.model import Model
from backend.text_pieces import PIECE_TOKENS, text_pieces
from backend.trace import FloatArray, Trace
from backend.trace_words import words_in

MOST_LOGARITHMS: Final = 200_000_000
"""Taken to compare all heads; of a longer text some queries, evenly spread, are compared."""
_FEWEST_QUERIES: Final = 16


@dataclass(frozen=True, eq=False)
class HeadMeasures:
    """What was measured of every head.

    means: for each measure of `head_patterns.NAMES` (layer, head); not a number where the text
        has no case of it
    queries: for each measure the tokens that looked
    divergence: (head, head) of all layers, one after the other; mean Jensen-Shannon divergence of
        two heads' rows, in bits
    compared: the queries that this mean goes over
    tokens: of the text, special ones not counted
    pieces: inputs in which they were read
    longest: tokens of the longest of these, special ones counted
    left_out: tokens that were not read
    """

    means: Mapping[str, FloatArray]
    queries: Mapping[str, int]
    divergence: FloatArray
    compared: int
    tokens: int
    pieces: int
    longest: int
    left_out: int

    @property
    def layers(self) -> int:
        """Number of layers."""
        return len(self.means["entropy"])

    @property
    def heads(self) -> int:
        """Number of heads a layer."""
        return int(self.means["entropy"].shape[1])

    @property
    def places(self) -> list[tuple[int, int]]:
        """Layer and head of every head, one layer after the other."""
        return [(layer, head) for layer in range(self.layers) for head in range(self.heads)]

    @cached_property
    def map(self) -> tuple[Wide, float]:
        """A place for each head, (head, 2), and how much of the distances it keeps, 0 to 1."""
        return head_map(self.divergence.astype(np.float64))

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.divergence.nbytes + sum(mean.nbytes for mean in self.means.values())


@dataclass(frozen=True, eq=False)
class _Part:
    """What some pieces of a text give; parts add up. See `HeadMeasures`.

    divergence: (head, head), sums over the `compared` queries
    """

    tallies: Mapping[str, Tally]
    divergence: Wide
    compared: int
    tokens: int
    pieces: int
    longest: int
    left_out: int

    def __add__(self, other: "_Part") -> "_Part":
        return _Part(
            {name: tally + other.tallies[name] for name, tally in self.tallies.items()},
            self.divergence + other.divergence,
            self.compared + other.compared,
            self.tokens + other.tokens,
            self.pieces + other.pieces,
            max(self.longest, other.longest),
            self.left_out + other.left_out,
        )


def roles_of(trace: Trace) -> Roles:
    """What each token of the trace is."""
    words = np.full(len(trace.tokens), -1, dtype=np.int64)
    spellings, known = words.copy(), dict[str, int]()
    punctuation = np.zeros(len(trace.tokens), dtype=np.bool_)
    for number, word in enumerate(words_in(trace)):
        own = slice(word.first, word.end)
        punctuation[own] = not word.special and all(map(_is_punctuation, word.text))
        if word.spelled:
            words[own] = number
            spellings[own] = known.setdefault(word.spelling, len(known))
    first = trace.special & (trace.ids == trace.ids[0])
    return Roles(trace.special, first, punctuation, trace.segments, words, spellings)


def measured_pair(trace: Trace) -> HeadMeasures:
    """The heads over the one or two sentences of a trace."""
    words = int((~trace.special).sum())
    every = _spread(words, trace.layers * trace.heads, len(trace.tokens))
    return _measures(_part(trace, 0, every))


def measured_text(model: Model, text: str, progress: Progress | None = None) -> HeadMeasures:
    """The heads over a text, read in pieces of whole sentences.

    progress: called with the pieces that are done and how many there are
    Raises InputError if there is nothing to read, and as `Model.trace` does.
    """
    cut = text_pieces(model.tokenizer, text)
    every = _spread(cut.tokens, model.layers * model.heads, PIECE_TOKENS)
    whole: _Part | None = None
    for number, piece in enumerate(cut.texts, start=1):
        part = _part(model.trace(piece), whole.tokens if whole else 0, every)
        whole = whole + part if whole else part
        if progress:
            progress(number, len(cut.texts))
    assert whole is not None  # a text without a piece is an InputError
    return _measures(whole, cut.left_out)


def _spread(queries: int, heads: int, keys: int) -> int:
    """Every how many queries one is compared in all heads, so that it takes no longer than so."""
    most = MOST_LOGARITHMS // max(1, heads * heads * keys // 2)
    return max(1, -(-queries // max(_FEWEST_QUERIES, most)))


def _part(trace: Trace, before: int, every: int) -> _Part:
    """One reading. before: queries of the text that stand before it"""
    roles = roles_of(trace)
    queries = np.flatnonzero(~trace.special)
    sample = queries[-before % every :: every]
    heads = trace.layers * trace.heads
    rows = trace.attention[:, :, sample].reshape(heads, len(sample), len(trace.tokens))
    return _Part(
        tallies=patterns(trace.attention, roles),
        divergence=divergence_sums(rows),
        compared=len(sample),
        tokens=len(queries),
        pieces=1,
        longest=len(trace.tokens),
        left_out=trace.left_out,
    )


def _measures(part: _Part, left_out: int = 0) -> HeadMeasures:
    divergence = (part.divergence / max(1, part.compared)).astype(np.float32)
    means = {name: tally.mean for name, tally in part.tallies.items()}
    for array in (divergence, *means.values()):
        array.flags.writeable = False
    return HeadMeasures(
        means=MappingProxyType(means),
        queries=MappingProxyType({name: tally.queries for name, tally in part.tallies.items()}),
        divergence=divergence,
        compared=part.compared,
        tokens=part.tokens,
        pieces=part.pieces,
        longest=part.longest,
        left_out=part.left_out + left_out,
    )


def _is_punctuation(character: str) -> bool:
    """As BERT's own splitter has it: punctuation of any script, and all ASCII signs."""
    return unicodedata.category(character).startswith("P") or (
        character.isascii() and unicodedata.category(character).startswith("S")
    )
