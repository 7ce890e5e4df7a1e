"""The lesson's exercises about what goes in: pieces, ids, embeddings."""

from typing import Final

import numpy as np

from backend.lesson_questions import (
    Missing,
    Number,
    Pieces,
    Question,
    Reading,
    listed,
    shortened,
    sorted_options,
)
from backend.lesson_words import cut_words
from backend.tokenizer import UNKNOWN
from backend.tokenizer import Pieces as Split
from backend.trace import IntArray

WORD: Final = "unhappiness"
MORPHEMES: Final = ("un", "happi", "ness")
_OTHER_CUTS: Final = (MORPHEMES, ("un", "happiness"), (WORD,))


def ask_pieces(reading: Reading) -> Question | Missing:
    """Into how many pieces is the word cut that is cut most?"""
    a, _ = _texts(reading)
    pieces = reading.model.tokenizer.split(a)
    words = cut_words(a, pieces)
    if not words:
        return Missing("This needs a word in Sentence A, and there is none.", "pair")
    word = max(words, key=lambda word: (len(word.pieces), len(word.text)))
    count = len(word.pieces)
    unknown = sum(not set(UNKNOWN).isdisjoint(word.pieces) for word in words)
    whole = sum(len(word.pieces) == 1 and word.pieces[0] not in UNKNOWN for word in words)
    return Question(
        text=f"Into how many pieces does the tokenizer of {reading.title} cut "
        f"“{shortened(word.text)}”?",
        answers=Number(count, 0, 1, reading.model.limit, " piece" if count == 1 else " pieces"),
        explanation=f"It becomes {listed(word.pieces[:8])}{' and more' if count > 8 else ''}. "
        f"Words between the spaces of Sentence A: {len(words)}; left whole: {whole}"
        f"{f'; unknown, in whole or in part: {unknown}' if unknown else ''}. "
        f"{_rule(reading.model.tokenizer.marks_spaces)}",
        evidence=_evidence("id", pieces, pieces.ids),
    )


def ask_morphemes(reading: Reading) -> Question:
    """Does the tokenizer cut a word where its meaning would?"""
    split = reading.model.tokenizer.split(WORD)
    inside = np.flatnonzero(~split.special)
    pieces = tuple(_bare(split.tokens[place]) for place in inside)
    cuts = {_cut(parts) for parts in (*_OTHER_CUTS, pieces)}
    absent = [
        part
        for part in MORPHEMES
        if {part, f"##{part}", f"Ġ{part}"}.isdisjoint(reading.model.pieces)
    ]
    same = pieces == MORPHEMES
    why = (
        "Here the two agree. They need not"
        if same
        else f"Of the three morphemes the vocabulary does not have {listed(absent)}"
        if absent
        else "The vocabulary has all three morphemes, but not in a way that fits here"
    )
    return Question(
        text=f"Linguists cut “{WORD}” into three morphemes, the parts that carry meaning: "
        "un + happi + ness. Where does this model's tokenizer cut?",
        answers=sorted_options([(cut.count("+"), cut) for cut in cuts], _cut(pieces)),
        explanation=f"{why}: the vocabulary's {sum(map(bool, reading.model.pieces)):,} pieces were "
        "chosen by how often they occur in text, not by what they mean. A piece is a frequent "
        "run of letters that sometimes happens to be a morpheme.",
        evidence=_evidence("id", split, split.ids),
    )


def ask_segments(reading: Reading) -> Question | Missing:
    """How many tokens get the second segment's vector?"""
    if reading.a.embeddings.segment is None:
        return Missing(
            "This model has no segment embeddings: it adds token and position only.", "model"
        )
    a, b = _texts(reading)
    pieces = reading.model.tokenizer.split(a, b)
    second = int((pieces.segments == 1).sum())
    count = len(pieces.tokens)
    where = (
        "There is no Sentence B, so every token belongs to segment 0."
        if not second
        else f"They are the tokens of Sentence B and the separator that ends it, from token "
        f"{int(np.argmax(pieces.segments))} on; [CLS], Sentence A and the first separator are "
        f"segment 0."
    )
    return Question(
        text=f"Read as one pair, the sentences are {count} tokens, those of the tokenizer "
        "included. To how many of them is the vector of segment 1 added?"
        if b
        else f"The sentence is {count} tokens, those of the tokenizer included. To how many of "
        "them is the vector of segment 1 added?",
        answers=Number(second, 0, 0, reading.model.limit, " tokens"),
        explanation=f"{where} The model has learned one vector a segment, and adds the same one "
        "to every token of that segment.",
        evidence=_evidence("segment", pieces, pieces.segments),
    )


def _rule(reads_bytes: bool) -> str:
    """What the tokenizer does with a word that is not in its vocabulary."""
    if reads_bytes:
        return (
            "This vocabulary has a piece for every byte, so nothing is unknown to it: a word that "
            "it does not have is cut into pieces that it has. Ġ stands for the space before a word."
        )
    return (
        "Punctuation is set apart. A word that is not in the vocabulary is cut into pieces that "
        "are; where that fails, all of it becomes [UNK], for unknown."
    )


def _texts(reading: Reading) -> tuple[str, str | None]:
    return reading.a.sentences[0], None if reading.b is None else reading.b.sentences[0]


def _evidence(what: str, split: Split, numbers: IntArray) -> Pieces:
    return Pieces(what, split.tokens, tuple(numbers.tolist()), tuple(split.segments.tolist()))


def _bare(piece: str) -> str:
    return piece.removeprefix("##").removeprefix("Ġ")


def _cut(parts: tuple[str, ...]) -> str:
    return " + ".join(parts)
