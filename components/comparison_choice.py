"""What a comparison is asked about: the query, the two keys, and the keys that count; no Streamlit.

All of them are places of a `Comparison`.
"""

from dataclasses import dataclass

import numpy as np

from backend.comparison import Ranking, head_ranking
from backend.first_words import first_keys, first_query
from backend.trace import IntArray
from backend.two_sentences import Comparison
from components.view import Choice
from components.weight_words import RAW_WORDS, WeightWords


@dataclass(frozen=True, eq=False)
class Asked:
    """A comparison with everything that the reader chose, or that was chosen for them.

    query: the place that looks; keys: two places that are set against each other, or fewer where
    there are no two; counted: (key,), the places that the ranking goes over; note: what could
    not be had as it was asked for, in the reader's words, or nothing; words: how its weights are
    spoken of
    """

    comparison: Comparison
    layer: int
    head: int
    query: int
    keys: tuple[int, ...]
    counted: IntArray
    note: str
    words: WeightWords = RAW_WORDS

    @property
    def place(self) -> str:
        """What the chosen head is called, or its layer where all heads are taken together."""
        return self.words.place(self.layer, self.head)

    @property
    def ranking(self) -> Ranking | None:
        """The heads by how far they moved; None without a key that both sentences have."""
        if not self.counted.size:
            return None
        return head_ranking(*self.comparison.rows(self.query, self.counted))

    def name(self, place: int) -> str:
        """What the place is called on screen."""
        return self.comparison.names[place]


def asked_of(
    comparison: Comparison, choice: Choice, *, special: bool, words: WeightWords = RAW_WORDS
) -> Asked:
    """What the reader asked for, as near as these sentences have it.

    special: whether [CLS], [SEP] and their like count as keys in the ranking
    """
    texts = [a or b for a, b in comparison.written]
    start = first_query(texts, comparison.same, comparison.special)
    start = int(np.flatnonzero(comparison.both)[0]) if start is None else start
    query, note = _query_of(comparison, choice.query, start)
    plain = np.flatnonzero(comparison.same & ~comparison.special)
    keys = tuple(_place_of(comparison, token) for token in choice.keys)
    known = tuple(dict.fromkeys(key for key in keys if key is not None))
    if len(known) < 2:
        note = note or _about_keys(keys)
        known = first_keys(texts, plain, *comparison.rows(start, plain), start)
    counted = np.flatnonzero(comparison.same) if special else plain
    return Asked(comparison, choice.layer, choice.head, query, known, counted, note, words)


def _query_of(comparison: Comparison, token: int | None, start: int) -> tuple[int, str]:
    """The place of this token if both sentences have it, else the one to begin with."""
    if token is None:
        return start, ""
    place = _place_of(comparison, token)
    if place is not None:
        return place, ""
    return start, (
        f"“{comparison.tokens[token]}” stands in one sentence only, so nothing can be compared "
        f"there; the query is “{comparison.names[start]}”."
    )


def _about_keys(keys: tuple[int | None, ...]) -> str:
    """Why the keys that were asked for could not be had; nothing where none were."""
    if not keys:
        return ""
    if None in keys:
        return "One of the two keys stands in one sentence only."
    return "The two keys are the same word; others are chosen."


def _place_of(comparison: Comparison, token: int) -> int | None:
    place = comparison.place_of(token)
    return place if place is not None and comparison.both[place] else None
