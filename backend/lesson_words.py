"""Which words of the loaded sentences the lesson's exercises ask about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.alignment import Words, aligned_tokens
from backend.alignment import words_of as whole_words
from backend.habits import is_pronoun
from backend.tokenizer import Pieces
from backend.trace import IntArray, Trace

_FUNCTION_WORDS: Final = (
    *("didn", "doesn", "don", "wasn", "isn", "aren", "couldn", "won", "hadn", "hasn", "wouldn"),
    *("the", "and", "but", "because", "not", "too", "very", "can", "could", "did", "does"),
    *("are", "was", "were", "been", "has", "have", "had", "will", "would", "for", "with", "from"),
    *("that", "this", "they", "she", "him", "her", "them", "you", "his", "its", "their"),
)
_SHORTEST: Final = 3


@dataclass(frozen=True)
class CutWord:
    """A word between spaces and the pieces it is cut into."""

    text: str
    pieces: tuple[str, ...]


def word_places(trace: Trace) -> list[int]:
    """The places of all tokens that are no special ones."""
    return [int(place) for place in np.flatnonzero(~trace.special)]


def content_words(trace: Trace) -> list[int]:
    """The places of words that say what a sentence is about: letters only, no function words."""
    return [place for place in word_places(trace) if _is_content(trace.tokens[place])]


def looking_word(trace: Trace) -> int:
    """The word that exercises look from: the first pronoun, else the last content word."""
    words = word_places(trace)
    pronouns = [place for place in words if is_pronoun(trace.tokens[place])]
    return (pronouns[:1] or content_words(trace)[-1:] or words[-1:] or [0])[0]


def named(trace: Trace, place: int) -> str:
    """The token, with its place where the same token stands elsewhere too."""
    token = trace.tokens[place]
    return token if trace.tokens.count(token) == 1 else f"{token} (token {place})"


def cut_words(text: str, pieces: Pieces) -> list[CutWord]:
    """Sentence A between its spaces, each word with its pieces; words that left none are skipped.

    Where the text was cut off, so may be its last word: that one is skipped too.
    """
    own = np.flatnonzero((pieces.segments == 0) & ~pieces.special)
    starts = pieces.spans[own, 1] - 1  # a byte-level piece may begin with the space
    found = []
    for match in re.finditer(r"\S+", text):
        inside = own[(starts >= match.start()) & (starts < match.end())]
        if len(inside):
            found.append(CutWord(match[0], tuple(pieces.tokens[place] for place in inside)))
    return found[:-1] if pieces.left_out and len(found) > 1 else found


def same_words(a: Trace, b: Trace) -> IntArray:
    """Each word of A that stands in B too, in the same turn: (pair, 2), its places in A and B."""
    pairs = [
        (here, there)
        for here, there in aligned_tokens(_words(a), _words(b))
        if here is not None and there is not None and a.tokens[here] == b.tokens[there]
    ]
    places = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return places[~a.special[places[:, 0]]]


def only_in(first: Trace, second: Trace) -> list[str]:
    """The words of one sentence that the other has not, in order."""
    return [first.tokens[p] for p in word_places(first) if first.tokens[p] not in second.tokens]


def followed_word(a: Trace, pairs: IntArray) -> tuple[int, int]:
    """The word to follow from A to B: the one that looks if B has it, else the longest shared."""
    word, places = looking_word(a), dict(pairs.tolist())
    if word in places:
        return word, places[word]
    lengths = [len(a.tokens[place]) for place in pairs[:, 0]]
    place, there = pairs[int(np.argmax(lengths))]
    return int(place), int(there)


def distinct(places: Sequence[int]) -> list[int]:
    """The places, each once, in the sentence's order."""
    return sorted(set(places))


def _words(trace: Trace) -> Words:
    return whole_words(trace.tokens, trace.spans, trace.special, trace.sentences[0])


def _is_content(token: str) -> bool:
    word = token.removeprefix("Ġ").lower()
    return word.isalpha() and len(word) >= _SHORTEST and word not in _FUNCTION_WORDS
