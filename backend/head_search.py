"""Heads searched by example: which of them look from this word at that one?

A pair of words is one case in the sentences that it was chosen in. Over the presets it stands for
more: a word with a part to play there (the pronoun, the noun it stands for, the other noun) for
whatever plays this part, any other word for the same word.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

import numpy as np

from backend.examples import EXAMPLES, Claim
from backend.habits import is_pronoun
from backend.tagger import Tagger
from backend.trace import BoolArray, FloatArray, IntArray, Trace
from backend.trace_words import Word, words_in

Part = Literal["pronoun", "meant", "other"]
"""The pronoun, the noun that it stands for, the other noun."""

_NOUN: Final = "NN"


@dataclass(frozen=True)
class Wanted:
    """A word to look for: by the part it plays, or else by its spelling."""

    word: Word
    part: Part | None


@dataclass(frozen=True)
class Example:
    """A pair of words to search by; `itself` where a word looks at itself."""

    query: Wanted
    key: Wanted

    @property
    def itself(self) -> bool:
        """Whether both are one word."""
        return self.query.word == self.key.word


@dataclass(frozen=True, eq=False)
class Case:
    """One place at which one word can look at another.

    weight: (layer, head), the mean over the query's pieces of what goes to all the key's pieces
    won: (layer, head), whether the key got more than each other noun; None where there is none
    """

    weight: FloatArray
    won: BoolArray | None


@dataclass(frozen=True, eq=False)
class Found:
    """The heads by how much they look so.

    weight: (layer, head), mean over the cases, 0 to 1
    share: (layer, head), of the cases with another noun those that the key won, 0 to 1
    cases: how many; judged: how many of them have another noun
    """

    weight: FloatArray
    share: FloatArray
    cases: int
    judged: int

    @property
    def order(self) -> IntArray:
        """The heads of all layers in one row, the one that looks so most first: (head,)."""
        return np.argsort(-self.weight, axis=None, kind="stable")

    @property
    def best(self) -> tuple[int, int]:
        """Layer and head of the one that looks so most."""
        layer, head = np.unravel_index(int(self.order[0]), self.weight.shape)
        return int(layer), int(head)


def found_in(cases: Sequence[Case]) -> Found | None:
    """What the cases say together; None where there is none."""
    if not cases:
        return None
    won = [case.won for case in cases if case.won is not None]
    weight: FloatArray = np.stack([case.weight for case in cases]).mean(axis=0)
    share = np.full(weight.shape, np.nan, dtype=np.float32)
    if won:
        share = np.stack(won).mean(axis=0, dtype=np.float32)
    return Found(weight, share, len(cases), len(won))


def case_of(attention: FloatArray, query: Word, key: Word, nouns: Iterable[Word]) -> Case:
    """How much each head looks from one word at another, and more than at any other of the nouns.

    attention: (layer, head, query, key)
    """
    weight = _weight(attention, query, key)
    others = [_weight(attention, query, noun) for noun in nouns if noun not in (query, key)]
    return Case(weight, weight > np.max(others, axis=0) if others else None)


def nouns_of(trace: Trace, words: Iterable[Word], tagger: Tagger) -> tuple[Word, ...]:
    """The words whose first piece the tagger holds to be a noun."""
    best = tagger.probabilities(trace.hidden[-1]).argmax(axis=1)
    return tuple(
        word for word in words if word.spelled and tagger.tags[best[word.first]].startswith(_NOUN)
    )


def known_nouns(trace: Trace, words: Iterable[Word]) -> tuple[Word, ...] | None:
    """The two nouns of each sentence, if all are presets'; None if a tagger has to find them."""
    claims = {segment: _claim_of(trace, segment) for segment in np.unique(trace.segments).tolist()}
    if None in claims.values():
        return None
    return tuple(
        word
        for word in words
        if (known := claims[word.segment]) and word.spelling in (known[0].first, known[0].second)
    )


def word_at(words: Sequence[Word], token: int) -> Word:
    """The word that this token is a piece of."""
    return next(word for word in words if word.first <= token < word.end)


def examples_of(
    trace: Trace, pairs: Iterable[tuple[int, int]], nouns: Sequence[Word]
) -> list[Example]:
    """What the chosen pairs of tokens stand for elsewhere; each pair of words once.

    In a preset the parts are known. In other sentences a noun that is chosen together with a
    pronoun is taken for what the pronoun stands for.
    """
    words = words_in(trace)
    chosen = {(word_at(words, query), word_at(words, key)): None for query, key in pairs}
    return [_example(trace, query, key, nouns) for query, key in chosen]


def preset_cases(examples: Sequence[Example], read: Callable[[str], Trace]) -> list[Case]:
    """Every case that the presets' sentences have, each read alone."""
    return [case for claim, text, second in _presets() for case in _cases(
        examples, claim, read(text), second)]  # fmt: skip


def preset_sentences() -> int:
    """How many sentences of presets are searched."""
    return sum(1 for _ in _presets())


def _weight(attention: FloatArray, query: Word, key: Word) -> FloatArray:
    block = attention[:, :, query.first : query.end, key.first : key.end]
    weight: FloatArray = block.sum(axis=3).mean(axis=2)
    return weight


def _presets() -> Iterator[tuple[Claim, str, bool]]:
    """Claim and sentence, and whether the pronoun stands for the second noun."""
    for example in EXAMPLES:
        if example.claim:
            yield example.claim, example.a, False
            yield example.claim, example.b, True


def _cases(examples: Sequence[Example], claim: Claim, trace: Trace, second: bool) -> Iterator[Case]:
    words = words_in(trace)
    parts = _parts(claim, second)
    nouns = [word for word in words if parts.get(word.spelling) in ("meant", "other")]
    for example in examples:
        places = (_places(words, wanted, parts) for wanted in (example.query, example.key))
        for query, key in product(*places):
            if (query == key) == example.itself:
                yield case_of(trace.attention, query, key, nouns)


def _places(words: Sequence[Word], wanted: Wanted, parts: dict[str, Part]) -> list[Word]:
    """Where in a preset's sentence stands what is looked for."""
    if wanted.part:
        return [word for word in words if parts.get(word.spelling) == wanted.part]
    sought = wanted.word
    return [w for w in words if (w.spelling, w.special) == (sought.spelling, sought.special)]


def _parts(claim: Claim, second: bool) -> dict[str, Part]:
    """Which word of a preset's sentence plays which part."""
    meant, other = (claim.second, claim.first) if second else (claim.first, claim.second)
    return {claim.pronoun: "pronoun", meant: "meant", other: "other"}


def _example(trace: Trace, query: Word, key: Word, nouns: Sequence[Word]) -> Example:
    parts = [_known_part(trace, word) for word in (query, key)]
    for place, (word, opposite) in enumerate(((query, key), (key, query))):
        if parts[place] is None and word in nouns and is_pronoun(opposite.text):
            parts[place] = None if _claim_of(trace, word.segment) else "meant"
    return Example(Wanted(query, parts[0]), Wanted(key, parts[1]))


def _known_part(trace: Trace, word: Word) -> Part | None:
    """The part a word plays in a preset; outside, that of a pronoun is known."""
    known = _claim_of(trace, word.segment)
    if known:
        return _parts(*known).get(word.spelling)
    return "pronoun" if is_pronoun(word.text) else None


def _claim_of(trace: Trace, segment: int) -> tuple[Claim, bool] | None:
    """The claim about a sentence, and whether its second noun is meant, if it is a preset's."""
    sentence = (trace.sentences[segment] or "").strip()
    return next(((claim, second) for claim, text, second in _presets() if text == sentence), None)
