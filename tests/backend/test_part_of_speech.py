from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend import part_of_speech
from backend.examples import EXAMPLES
from backend.part_of_speech import (
    NO_WORD,
    TAG_NAMES,
    TaggedSentence,
    read_tagged,
    tagged_sentences,
    words_of_pieces,
)
from backend.tokenizer import Tokenizer

NOTE = Path(part_of_speech.__file__).parent / "data" / "part_of_speech.md"
CLOSED = {
    "a": "DT", "an": "DT", "the": "DT", "this": "DT", "these": "DT", "those": "DT",
    "every": "DT", "each": "DT", "some": "DT", "any": "DT", "another": "DT", "no": "DT UH RB",
    "and": "CC", "or": "CC", "nor": "CC", "but": "CC IN", "to": "TO", "not": "RB", "n't": "RB",
    "n’t": "RB", "i": "PRP", "you": "PRP", "he": "PRP", "she": "PRP", "it": "PRP", "we": "PRP",
    "they": "PRP", "me": "PRP", "him": "PRP", "us": "PRP", "them": "PRP", "my": "PRP$",
    "your": "PRP$", "its": "PRP$", "our": "PRP$", "their": "PRP$", "her": "PRP PRP$",
    "his": "PRP PRP$", "mine": "PRP NN", "because": "IN", "if": "IN", "of": "IN", "at": "IN",
    "from": "IN", "with": "IN", "into": "IN", "for": "IN CC", "than": "IN", "since": "IN RB",
    "as": "IN RB", "so": "IN RB", "like": "IN VB VBP", "before": "IN RB", "about": "IN RB",
    "that": "DT IN WDT RB", "which": "WDT", "who": "WP", "whom": "WP", "what": "WP WDT",
    "whose": "WP$", "when": "WRB", "where": "WRB", "why": "WRB", "how": "WRB", "there": "EX RB",
    "am": "VBP", "are": "VBP", "is": "VBZ", "was": "VBD", "were": "VBD", "be": "VB",
    "been": "VBN", "being": "VBG", "has": "VBZ", "had": "VBD", "does": "VBZ", "did": "VBD",
    "can": "MD NN", "could": "MD", "will": "MD NN", "would": "MD", "should": "MD", "must": "MD",
    "may": "MD NNP", "might": "MD", "'s": "POS VBZ PRP", "’s": "POS VBZ PRP", "'ll": "MD",
    "'m": "VBP", "'re": "VBP", "'ve": "VBP VB", "'d": "MD VBD", "very": "RB", "too": "RB",
    "never": "RB", "all": "DT PDT", "both": "DT PDT CC", "such": "PDT JJ", "more": "JJR RBR",
    "most": "JJS RBS", "less": "JJR RBR", "please": "UH", ".": ".", "?": ".", "!": ".", ",": ",",
}  # fmt: skip
"""Words with few parts of speech, and all that they can be."""

MODALS = {"can", "ca", "could", "will", "wo", "would", "shall", "should"} | {
    "may", "might", "must", "'ll", "'d",
}  # fmt: skip


def tagged() -> list[tuple[TaggedSentence, int]]:
    return [(s, place) for s in tagged_sentences() for place in range(len(s.words))]


def shown(sentence: TaggedSentence, place: int) -> str:
    return f"{sentence.words[place]}/{sentence.tags[place]} in: {sentence.text}"


def test_there_is_enough_of_everything() -> None:
    sentences = tagged_sentences()
    counts = Counter(tag for sentence in sentences for tag in sentence.tags)
    assert len(sentences) >= 160
    assert counts.total() >= 1700
    assert set(counts) == set(TAG_NAMES)
    assert min(counts.values()) >= 8
    note = NOTE.read_text(encoding="utf-8")
    assert f"{len(sentences)} sentences with {counts.total():,} words" in note
    assert len({s.text.lower().rstrip(".?!") for s in sentences}) == len(sentences)


def test_the_examples_are_not_among_them() -> None:
    learned = {s.text.lower().rstrip(".") for s in tagged_sentences()}
    examples = {text.lower().rstrip(".") for e in EXAMPLES for text in (e.a, e.b)}
    assert not learned & examples


def test_words_of_a_closed_class_have_its_tags_only() -> None:
    wrong = [
        shown(sentence, place)
        for sentence, place in tagged()
        if (allowed := CLOSED.get(sentence.words[place].lower()))
        and sentence.tags[place] not in allowed.split()
    ]
    assert wrong == []


def test_tags_fit_the_form_of_their_words() -> None:
    wrong = []
    for sentence, place in tagged():
        word, tag = sentence.words[place], sentence.tags[place]
        fits = {
            "VBG": word.endswith("ing"),
            "VBZ": word.endswith("s"),
            "NNPS": word.endswith("s") and word[0].isupper(),
            "NNP": word[0].isupper(),
            "CD": any(letter.isdigit() for letter in word) or word.isalpha() or "-" in word,
            "MD": word.lower() in MODALS,
            "POS": word in ("'", "'s", "’s"),
            "WP$": word.lower() == "whose",
            "EX": word.lower() == "there",
            "TO": word.lower() == "to",
        }.get(tag, True)
        lower = tag.startswith("N") or place == 0 or word == "I" or sentence.tags[place - 1] in "``"
        if not fits or (word[0].isupper() and not lower and not tag.startswith("JJ")):
            wrong.append(shown(sentence, place))
    assert wrong == []


def next_verb(sentence: TaggedSentence, place: int) -> str | None:
    """The tag of the first verb after a place, where only adverbs or a subject stand between."""
    for tag in sentence.tags[place + 1 :]:
        if tag.startswith("VB"):
            return tag
        if tag not in ("RB", "PRP", "RBR", "RBS"):
            return None
    return None


def test_verbs_fit_what_stands_before_them() -> None:
    wrong = []
    for sentence, place in tagged():
        word, tag, after = (
            sentence.words[place].lower(), sentence.tags[place], next_verb(sentence, place),
        )  # fmt: skip
        allowed: tuple[str, ...]
        if word in ("do", "does", "did") or tag == "MD":
            allowed = ("VB",)
        elif word in ("have", "has", "had", "'ve"):
            allowed = ("VBN",)
        elif place and (sentence.tags[place - 1][:1] in "VM" or "n't" in sentence.words[:place]):
            continue  # a question turns the verb and its subject round
        elif word in ("i", "we", "they", "you"):
            allowed = ("VBP", "VBD")
        elif word in ("he", "she", "it"):
            allowed = ("VBZ", "VBD")
        elif tag == "TO" and sentence.tags[place + 1].startswith("VB"):
            allowed = ("VB",)
        else:
            continue
        if after not in (*allowed, None):
            wrong.append(shown(sentence, place))
    assert wrong == []


def test_what_stands_before_a_determiner() -> None:
    wrong = []
    for sentence, place in tagged():
        tag, after = sentence.tags[place], (*sentence.tags, "", "")[place + 1]
        before_determiner = after in ("DT", "PRP$")
        word = sentence.words[place].lower()
        if (tag == "PDT") != (
            word in ("all", "both", "such", "half", "quite") and before_determiner
        ):
            wrong.append(shown(sentence, place))
        if tag == "PRP$" and not after.startswith(("NN", "JJ", "VBN", "VBG", "CD")):
            wrong.append(shown(sentence, place))
        if tag == "POS" and not sentence.tags[place - 1].startswith("NN"):
            wrong.append(shown(sentence, place))
    assert wrong == []


def test_the_file_is_read_with_its_spaces() -> None:
    first = "``/`` Oh/UH ,/, it/PRP 's/VBZ n't/RB $/$ 5/CD (/-LRB- 9/CD %/NN )/-RRB-"
    (sentence,) = read_tagged(f"# a comment\n\n{first} --/: no/UH !/. ''/''\n")
    assert sentence.text == "\"Oh, it'sn't $5 (9%) -- no!\""
    assert sentence.tags[:3] == ("``", "UH", ",")
    assert [sentence.text[first:end] for first, end in sentence.spans] == list(sentence.words)


@pytest.mark.parametrize("line", ["dog", "dog/XX", "/NN", "dog/", "a/DT dog", "a/DT/NNN"])
def test_a_word_without_a_known_tag_is_said_with_its_line(line: str) -> None:
    with pytest.raises(ValueError, match="line 2: expected word/TAG"):
        read_tagged(f"Yes/UH !/.\n{line}")


def test_a_sentence_stands_there_once() -> None:
    with pytest.raises(ValueError, match="line 3: expected a new sentence"):
        read_tagged("Yes/UH !/.\n\nYes/UH !/.")


def owners(tokenizer: Tokenizer, line: str, b: bool = False) -> list[tuple[str, str | None]]:
    """Each token with the word it belongs to, when the line is sentence A, or B after another."""
    (sentence,) = read_tagged(line)
    pieces = tokenizer.split("Hello!", sentence.text) if b else tokenizer.split(sentence.text)
    found = words_of_pieces(sentence.spans, pieces, int(b)).tolist()
    words = [None if owner == NO_WORD else sentence.words[owner] for owner in found]
    return list(zip(pieces.tokens, words, strict=True))


def test_pieces_belong_to_the_word_they_begin_in(uncased: Tokenizer) -> None:
    assert owners(uncased, "Fido/NNP did/VBD n't/RB eat/VB Anna/NNP 's/POS cake/NN") == [
        ("[CLS]", None), ("fi", "Fido"), ("##do", "Fido"), ("didn", "did"), ("'", "n't"),
        ("t", "n't"), ("eat", "eat"), ("anna", "Anna"), ("'", "'s"), ("s", "'s"),
        ("cake", "cake"), ("[SEP]", None),
    ]  # fmt: skip
    assert owners(uncased, "I/PRP ca/MD n't/RB") == [
        ("[CLS]", None), ("i", "I"), ("can", "ca"), ("'", "n't"), ("t", "n't"), ("[SEP]", None)
    ]  # fmt: skip


def test_pieces_of_sentence_b_alone(uncased: Tokenizer) -> None:
    assert owners(uncased, "Cats/NNS sleep/VBP ./.", b=True) == [
        ("[CLS]", None), ("hello", None), ("!", None), ("[SEP]", None),
        ("cats", "Cats"), ("sleep", "sleep"), (".", "."), ("[SEP]", None),
    ]  # fmt: skip


def test_what_belongs_to_no_word(uncased: Tokenizer) -> None:
    pieces = uncased.split("a [SEP] dog")
    assert words_of_pieces([(0, 1), (2, 7)], pieces).tolist() == [-1, 0, -1, -1, -1]


@pytest.mark.parametrize("name", ["uncased", "cased"])
def test_every_piece_and_every_word_is_aligned(name: str, request: pytest.FixtureRequest) -> None:
    tokenizer: Tokenizer = request.getfixturevalue(name)
    for sentence in tagged_sentences():
        pieces = tokenizer.split(sentence.text)
        found = words_of_pieces(sentence.spans, pieces)
        np.testing.assert_array_equal(found == NO_WORD, pieces.special)
        inside = found[~pieces.special]
        assert (np.diff(inside) >= 0).all()
        assert set(inside.tolist()) == set(range(len(sentence.words)))


@given(st.lists(st.text(alphabet="abcdefgh'éß🦜", min_size=1, max_size=6), min_size=1, max_size=8))
def test_words_apart_keep_their_pieces(uncased: Tokenizer, words: list[str]) -> None:
    text, ends = " ".join(words), np.cumsum([len(word) + 1 for word in words])
    spans = [
        (int(end) - 1 - len(word), int(end) - 1) for word, end in zip(words, ends, strict=True)
    ]
    pieces = uncased.split(text)
    for (first, end), owner in zip(pieces.spans, words_of_pieces(spans, pieces), strict=True):
        assert owner == NO_WORD or text[first:end] in words[owner]
