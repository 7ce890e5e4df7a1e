"""What a head looks at on average, told by sums and counts that add up over several texts.

Each measure is a sum over queries, divided by what it was summed over: so texts that are read one
after the other give the same as if all their queries stood in one.

Sources: Clark et al. 2019, What Does BERT Look At? (previous, next, [CLS], [SEP], punctuation,
entropy); Kovaleva et al. 2019, Revealing the Dark Secrets of BERT (the token itself, the other
sentence); Vig and Belinkov 2019, Analyzing the Structure of Attention (mean distance); Shannon
1948, A Mathematical Theory of Communication (entropy in bits).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from backend.trace import BoolArray, FloatArray, IntArray

NAMES: Final = (
    "previous", "next", "same", "first", "separator", "punctuation", "repeated",
    "a_to_b", "b_to_a", "distance", "entropy",
)  # fmt: skip
"""The measures, in the order in which they are told."""

_SMALLEST: Final = np.finfo(np.float32).tiny  # 0 log 0 = 0
_NO_WORD: Final = -1


@dataclass(frozen=True, eq=False)
class Tally:
    """One measure of every head, as a sum and what it is divided by.

    total: (layer, head)
    weight: (layer, head), the queries that count, or their weight where they weigh differently
    queries: how many tokens looked
    """

    total: FloatArray
    weight: FloatArray
    queries: int

    def __add__(self, other: "Tally") -> "Tally":
        """The same measure over both texts."""
        return Tally(
            self.total + other.total, self.weight + other.weight, self.queries + other.queries
        )

    @property
    def mean(self) -> FloatArray:
        """(layer, head); not a number where nothing was counted."""
        counted = self.weight > 0
        found = np.full(self.total.shape, np.nan, dtype=np.float32)
        np.divide(self.total, self.weight, out=found, where=counted)
        return found


@dataclass(frozen=True, eq=False)
class Roles:
    """What each token of a text is; all (token,).

    special: [CLS], [SEP] and their like; these are looked at, but do not count as queries
    first: those that are like the first token, [CLS]
    punctuation: marks such as . , ! ?
    segments: 0 = sentence A, 1 = sentence B
    words: the number of its word; -1 where it has no letter and no digit
    spellings: one number for all places of the same word; -1 as above
    """

    special: BoolArray
    first: BoolArray
    punctuation: BoolArray
    segments: IntArray
    words: IntArray
    spellings: IntArray


def patterns(attention: FloatArray, roles: Roles) -> dict[str, Tally]:
    """Every measure of NAMES for every head; weights are 0 to 1, distance in tokens, entropy in
    bits: 0 where all weight goes to one token, log2(key) where it is spread evenly.

    attention: (layer, head, query, key), each row sums to 1
    """
    queries = ~roles.special
    masks = {name: mask & queries[:, None] for name, mask in _looked_at(roles).items()}
    found = _weights_on(attention, masks)
    found["distance"] = _distances(attention, queries)
    rows = attention[:, :, queries]
    found["entropy"] = _tally(_entropies(rows).sum(axis=2), int(queries.sum()))
    return {name: found[name] for name in NAMES}


def weight_at_distance(attention: FloatArray, distance: int) -> FloatArray:
    """The mean weight a token gives to the one `distance` places after it; before it if negative.

    Every token looks, special or not. Tokens that have none there are not counted; 0 if no token
    has one.

    attention: (layer, head, query, key)
    returns: (layer, head), 0 to 1
    """
    wanted = np.eye(attention.shape[2], k=distance, dtype=np.bool_)
    return np.nan_to_num(_weight_on(attention, wanted).mean)


def weight_on(attention: FloatArray, keys: BoolArray) -> FloatArray:
    """The mean share of a token's attention that goes to these keys together; 0 for no keys.

    Every token looks, special or not.

    attention: (layer, head, query, key); keys: (key,)
    returns: (layer, head), 0 to 1
    """
    wanted = np.broadcast_to(keys, attention.shape[2:])
    return np.nan_to_num(_weight_on(attention, wanted).mean)


def entropies(rows: FloatArray) -> FloatArray:
    """Bits of each distribution. rows: (..., key), each sums to 1; returns: (...)"""
    return -_sums_of_logs(rows)


def _looked_at(roles: Roles) -> Mapping[str, BoolArray]:
    """For each measure of a weight which keys each query may look at: (query, key)."""
    count = len(roles.special)
    a, b = (~roles.special & (roles.segments == segment) for segment in (0, 1))
    words, spellings = roles.words, roles.spellings
    alike = (spellings[:, None] == spellings) & (spellings != _NO_WORD)
    return {
        "previous": np.eye(count, k=-1, dtype=np.bool_),
        "next": np.eye(count, k=1, dtype=np.bool_),
        "same": np.eye(count, dtype=np.bool_),
        "first": _for_all(roles.first),
        "separator": _for_all(roles.special & ~roles.first),
        "punctuation": _for_all(roles.punctuation),
        "repeated": alike & (words[:, None] != words),
        "a_to_b": a[:, None] & b,
        "b_to_a": b[:, None] & a,
    }


def _for_all(keys: BoolArray) -> BoolArray:
    """Every query may look at these keys."""
    return np.broadcast_to(keys, (len(keys), len(keys)))


def _weight_on(attention: FloatArray, wanted: BoolArray) -> Tally:
    return _weights_on(attention, {"": wanted})[""]


def _weights_on(attention: FloatArray, masks: Mapping[str, BoolArray]) -> dict[str, Tally]:
    """What goes to the wanted keys; queries that have none of them are not counted."""
    totals = _sums(attention, np.stack(list(masks.values())))  # (mask, layer, head)
    counts = [int(mask.any(axis=1).sum()) for mask in masks.values()]
    return {
        name: _tally(total, count) for name, total, count in zip(masks, totals, counts, strict=True)
    }


def _distances(attention: FloatArray, words: BoolArray) -> Tally:
    """How far away what is looked at stands; special tokens, where heads rest, are left out."""
    places = np.arange(len(words))
    between = words[:, None] & words
    apart = np.abs(places[:, None] - places) * between
    total, weight = _sums(attention, np.stack([apart, between]))
    return Tally(total, weight, int(words.sum()))


def _sums(attention: FloatArray, factors: NDArray[Any]) -> FloatArray:
    """Each head's weights times each factor, summed up: (factor, layer, head).

    factors: (factor, query, key)
    """
    layers, heads = attention.shape[:2]
    flat = factors.reshape(len(factors), -1).astype(np.float32)
    sums: FloatArray = flat @ attention.reshape(layers * heads, -1).T
    return sums.reshape(-1, layers, heads)


def _tally(total: FloatArray, queries: int) -> Tally:
    return Tally(total, np.full(total.shape, queries, dtype=np.float32), queries)


def _entropies(rows: FloatArray) -> FloatArray:
    """Layer by layer, so that what is in between stays small: (layer, head, query)."""
    return np.stack([entropies(layer) for layer in rows])


def _sums_of_logs(rows: FloatArray) -> FloatArray:
    """Σ p log2 p of each row."""
    logs = np.log2(np.maximum(rows, _SMALLEST))
    sums: FloatArray = np.einsum("...k,...k->...", rows, logs)
    return sums
