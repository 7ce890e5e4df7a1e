"""Sentences with a part of speech at every word, and how a model's pieces inherit it.

How the sentences were labelled and checked stands beside them, in `data/part_of_speech.md`.
Source: Santorini 1990, Part-of-Speech Tagging Guidelines for the Penn Treebank Project.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np

from backend.tokenizer import Pieces
from backend.trace import IntArray

TAG_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CC": "conjunction, coordinating",
        "CD": "number",
        "DT": "determiner",
        "EX": "existential “there”",
        "IN": "preposition or subordinating conjunction",
        "JJ": "adjective",
        "JJR": "adjective, comparative",
        "JJS": "adjective, superlative",
        "MD": "modal verb",
        "NN": "noun, singular",
        "NNS": "noun, plural",
        "NNP": "proper noun, singular",
        "NNPS": "proper noun, plural",
        "PDT": "word before a determiner",
        "POS": "possessive ending",
        "PRP": "pronoun, personal",
        "PRP$": "pronoun, possessive",
        "RB": "adverb",
        "RBR": "adverb, comparative",
        "RBS": "adverb, superlative",
        "RP": "particle of a verb",
        "TO": "“to”",
        "UH": "interjection",
        "VB": "verb, base form",
        "VBD": "verb, past tense",
        "VBG": "verb, -ing form",
        "VBN": "verb, past participle",
        "VBP": "verb, present, not third person singular",
        "VBZ": "verb, present, third person singular",
        "WDT": "question or relative determiner",
        "WP": "question or relative pronoun",
        "WP$": "possessive “whose”",
        "WRB": "question or relative adverb",
        "$": "currency sign",
        ",": "comma",
        ".": "end of sentence",
        ":": "colon, semicolon or dash",
        "``": "opening quotation mark",
        "''": "closing quotation mark",
        "-LRB-": "opening bracket",
        "-RRB-": "closing bracket",
    }
)
"""The Penn tags that the sentences use, each in plain English."""

NO_WORD: Final = -1
_FILE: Final = Path(__file__).parent / "data" / "part_of_speech.txt"
_QUOTES: Final = {"``": '"', "''": '"'}  # as the treebank writes them: as people type them
_CLOSING: Final = (",", ".", "''", "-RRB-", "POS")
_OPENING: Final = ("``", "-LRB-", "$")
_ATTACHED: Final = ("n't", "n’t", "%", ":", ";")


@dataclass(frozen=True)
class TaggedSentence:
    """A sentence as one types it, cut into words as the Penn Treebank cuts: did + n't, dog + 's.

    spans: for each word its first character in `text` and the one after its last
    """

    text: str
    words: tuple[str, ...]
    tags: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


@cache
def tagged_sentences() -> tuple[TaggedSentence, ...]:
    """The labelled sentences that come with the app."""
    return read_tagged(_FILE.read_text(encoding="utf-8"))


def read_tagged(text: str) -> tuple[TaggedSentence, ...]:
    """The sentences of a text with one a line, `word/TAG word/TAG ...`; `# ...` is a comment.

    Raises ValueError, with the number of the line, if a word has no tag or an unknown one, or
    if a sentence stands there twice.
    """
    found: dict[str, TaggedSentence] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("# "):
            continue
        sentence = _tagged(line, number)
        if sentence.text in found:
            raise ValueError(f"line {number}: expected a new sentence, got one again: {line}")
        found[sentence.text] = sentence
    return tuple(found.values())


def _tagged(line: str, number: int) -> TaggedSentence:
    words, tags = list[str](), list[str]()
    for item in line.split():
        word, _, tag = item.rpartition("/")
        if not word or tag not in TAG_NAMES:
            raise ValueError(f"line {number}: expected word/TAG with a known tag, got {item!r}")
        words.append(_QUOTES.get(tag, word))
        tags.append(tag)
    return _written_out(words, tags)


def _written_out(words: Sequence[str], tags: Sequence[str]) -> TaggedSentence:
    """The sentence with spaces where English has them."""
    text, spans, space = "", list[tuple[int, int]](), False
    for word, tag in zip(words, tags, strict=True):
        text += " " if space and not _leans_back(word, tag) else ""
        spans.append((len(text), len(text) + len(word)))
        text += word
        space = tag not in _OPENING
    return TaggedSentence(text, tuple(words), tuple(tags), tuple(spans))


def _leans_back(word: str, tag: str) -> bool:
    """Whether no space stands before the word."""
    return tag in _CLOSING or word in _ATTACHED or word[0] in "'’"


def words_of_pieces(spans: Sequence[tuple[int, int]], pieces: Pieces, segment: int = 0) -> IntArray:
    """For each token the number of the word it belongs to; -1 for special tokens.

    A token belongs to the word that its first character is part of. So the three pieces that
    BERT makes of `didn't` go to did (`didn`), n't (`'`) and n't (`t`).

    spans: of the words, in the sentence's text, in order
    segment: the sentence the words are in: 0 = sentence A, 1 = sentence B
    returns: (token,)
    """
    word_at: dict[int, int] = {}
    for word, (first, end) in enumerate(spans):
        word_at.update(dict.fromkeys(range(first, end), word))
    owners = np.full(len(pieces.tokens), NO_WORD, dtype=np.int64)
    for token in np.flatnonzero((pieces.segments == segment) & ~pieces.special):
        first, end = pieces.spans[token]
        inside = (word_at[place] for place in range(first, end) if place in word_at)
        owners[token] = next(inside, NO_WORD)  # a byte-level piece may begin with the space
    return owners
