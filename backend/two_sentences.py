"""Sentence A and sentence B side by side: which token is which, and what each got as weights."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backend.alignment import aligned_tokens, words_of
from backend.comparison import vector_cosines
from backend.directions import isolated
from backend.trace import BoolArray, FloatArray, IntArray, Trace


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two sentences inside what the model read.

    trace: of this sentence alone, or of both as a pair
    first, last: the sentence's tokens are trace.tokens[first:last]
    text: the sentence as it was typed
    """

    trace: Trace
    first: int
    last: int
    text: str

    @property
    def tokens(self) -> tuple[str, ...]:
        """The sentence's own tokens."""
        return self.trace.tokens[self.first : self.last]

    @property
    def special(self) -> BoolArray:
        """(token,), True for [CLS], [SEP] and their like."""
        return self.trace.special[self.first : self.last]

    @property
    def attention(self) -> FloatArray:
        """(layer, head, query, key) among its own tokens; in a pair the rest goes to the other."""
        own = slice(self.first, self.last)
        return self.trace.attention[:, :, own, own]

    @property
    def hidden(self) -> FloatArray:
        """(layer + 1, token, width)."""
        return self.trace.hidden[:, self.first : self.last]

    def written(self, token: int) -> str:
        """What was typed where one of its own tokens stands."""
        start, end = self.trace.spans[self.first + token].tolist()
        return self.text[start:end]

    @property
    def words(self) -> list[tuple[str, ...]]:
        """Its tokens, those of a word together."""
        spans = self.trace.spans[self.first : self.last]
        return words_of(self.tokens, spans, self.special, self.text)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two sentences with their tokens aligned, read each alone or as one pair.

    places: (place, 2), the token in A and the one in B that stand at the same place of the two
        sentences; -1 where one of them has none
    """

    a: Side
    b: Side
    places: IntArray

    @property
    def layers(self) -> int:
        """Number of layers."""
        return self.a.trace.layers

    @property
    def heads(self) -> int:
        """Number of heads a layer."""
        return self.a.trace.heads

    @property
    def sentences(self) -> tuple[str, str | None]:
        """A and B as they were typed."""
        return self.a.text, self.b.text

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The tokens as one pair has them, for indices that a link carries."""
        return self.a.tokens + self.b.tokens[self._shift :]

    @cached_property
    def both(self) -> BoolArray:
        """(place,), True where A and B both have a token."""
        return np.asarray((self.places >= 0).all(axis=1))

    @cached_property
    def same(self) -> BoolArray:
        """(place,), True where they have the same one."""
        return np.array([one == other != "" for one, other in self.written], bool)

    @cached_property
    def special(self) -> BoolArray:
        """(place,), True for [CLS], [SEP] and their like."""
        sides = zip(self.places.T, (self.a.special, self.b.special), strict=True)
        marked = [(indices >= 0) & special[indices] for indices, special in sides]
        return np.asarray(marked[0] | marked[1])

    @cached_property
    def written(self) -> list[tuple[str, str]]:
        """For each place A's token and B's; empty where there is none."""
        return [
            (self.a.tokens[i] if i >= 0 else "", self.b.tokens[j] if j >= 0 else "")
            for i, j in self.places.tolist()
        ]

    @cached_property
    def names(self) -> list[str]:
        """A name for each place; those that would be the same have their index after them."""
        names = [
            " / ".join(dict.fromkeys(isolated(token) or "–" for token in pair))
            for pair in self.written
        ]
        counts = Counter(names)
        return [
            name if counts[name] == 1 else f"{name} {max(i, j) if i < 0 else i}"
            for name, (i, j) in zip(names, self.places.tolist(), strict=True)
        ]

    def place_of(self, token: int) -> int | None:
        """The place of a token, counted as one pair counts: all of A, then B; None for no token."""
        side, index = (0, token) if token < len(self.a.tokens) else (1, self._in_b(token))
        found = np.flatnonzero(self.places[:, side] == index)
        return int(found[0]) if index >= 0 and found.size else None

    def rows(self, place: int, keys: IntArray) -> tuple[FloatArray, FloatArray]:
        """A's and B's weights (layer, head, key) from one place to others, all of which both have.

        keys: (key,), places
        """
        a, b = (
            side.attention[:, :, indices[place]][:, :, indices[keys]]
            for side, indices in zip((self.a, self.b), self.places.T, strict=True)
        )
        return a, b

    def cosines(self, query: int, keys: Sequence[int]) -> tuple[FloatArray, FloatArray]:
        """Cosines (layer + 1, key) of the vectors at one place and at others, in A and in B."""
        a, b = (
            vector_cosines(side.hidden, int(indices[query]), indices[list(keys)])
            for side, indices in zip((self.a, self.b), self.places.T, strict=True)
        )
        return a, b

    @property
    def _shift(self) -> int:
        """How many tokens of B alone a pair does not repeat: its first special one."""
        return 0 if self.b.first else 1

    def _in_b(self, token: int) -> int:
        return token - len(self.a.tokens) + self._shift


def read_apart(a: Trace, b: Trace) -> Comparison:
    """Each of the two sentences as the model read it alone."""
    return _compared(*(Side(t, 0, len(t.tokens), t.sentences[0]) for t in (a, b)))


def read_as_pair(pair: Trace) -> Comparison:
    """The two sentences of one pair: what A gives to A, and what B gives to B.

    Raises ValueError if there is no sentence B.
    """
    a, b = pair.sentences
    if b is None:
        raise ValueError("expected the trace of a pair, got one of a single sentence")
    count = int((pair.segments == 0).sum())
    return _compared(Side(pair, 0, count, a), Side(pair, count, len(pair.tokens), b))


def _compared(a: Side, b: Side) -> Comparison:
    pairs = aligned_tokens(a.words, b.words)
    places = [[-1 if index is None else index for index in pair] for pair in pairs]
    return Comparison(a, b, np.array(places, np.int64).reshape(-1, 2))
