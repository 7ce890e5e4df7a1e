"""The classification layer for part of speech: a linear layer on a model's final vectors T.

Sources: Devlin et al. 2018, section 5.3 (BERT's vectors as they are, a new layer on top);
Tenney et al. 2019, BERT Rediscovers the Classical NLP Pipeline (what each layer holds).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from backend.classifier import (
    FOLDS,
    LabelArray,
    LinearClassifier,
    cross_validation,
    most_frequent_labels,
    train_classifier,
)
from backend.encoding import states_as_read
from backend.hub import Progress
from backend.model import Model
from backend.part_of_speech import NO_WORD, TaggedSentence, tagged_sentences, words_of_pieces
from backend.tokenizer import Pieces
from backend.trace import FloatArray, IntArray
from backend.unknown_tokens import UnknownTokens, unknown_tokens

READ_BYTES: Final = 26_000_000
"""Vectors held at once while all layers are measured: two of the built-in model's layers, one of
BERT's own size."""


@dataclass(frozen=True, eq=False)
class Tagger:
    """A trained layer and what it learned from.

    sentences: how many sentences it learned from
    tokens: how many tokens these make, special tokens not counted
    """

    model: str
    layer: LinearClassifier
    sentences: int
    tokens: int

    @property
    def tags(self) -> tuple[str, ...]:
        """The Penn tags it tells apart, in the order of `probabilities`."""
        return self.layer.classes

    def probabilities(self, vectors: FloatArray) -> FloatArray:
        """How likely each tag is; 0 to 1, each row sums to 1. For special tokens without meaning.

        vectors: (token, width), the model's T: `trace.hidden[-1]`
        returns: (token, tag)
        """
        return self.layer.probabilities(vectors)

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.layer.nbytes


@dataclass(frozen=True, eq=False)
class TaggedTokens:
    """What a layer learns from: tokens with their words' tags, special tokens left out.

    The sentences are read in pairs, one as A and one as B, since the app shows both.

    vectors: (layer, row, width)
    tags: (row)
    words: (row), in small letters
    pair: (row), the number of the pair; two sentences that were read together share it
    """

    vectors: FloatArray
    tags: tuple[str, ...]
    words: tuple[str, ...]
    pair: IntArray


@dataclass(frozen=True)
class Confusion:
    """How many of the tokens with one tag were held to have another one."""

    tag: str
    taken_for: str
    tokens: int
    of: int


@dataclass(frozen=True)
class TagAccuracy:
    """The share of tokens, 0 to 1, whose tag is right in sentences held out from the training.

    by_layer: one share a layer, the encoder's input first, T last
    by_word: what one would get from each word's most frequent tag alone
    folds: parts into which the sentences were split, each held out once
    confusions: of the layer on T, the most frequent first
    unknown: how many of the sentences' tokens the model has no pieces for
    """

    by_layer: tuple[float, ...]
    by_word: float
    sentences: int
    folds: int
    confusions: tuple[Confusion, ...]
    unknown: UnknownTokens


def train_tagger(model: Model, progress: Progress | None = None) -> Tagger:
    """The layer trained on the model's T of the labelled sentences, the same every time.

    progress: called with the pairs that the model has read and how many there are
    Raises NotAModel if what the model computes is no number.
    """
    sentences = tagged_sentences()
    rows = tagged_tokens(model, sentences, layers=(-1,), progress=progress)
    layer = train_classifier(rows.vectors[0], rows.tags)
    return Tagger(model.name, layer, len(sentences), len(rows.tags))


def tag_accuracy(model: Model, progress: Progress | None = None) -> TagAccuracy:
    """How well a layer trained on each of the model's layers does on held-out sentences.

    progress: called with the trainings that are done, one a layer and fold, and how many there
        are; while the model reads, too, so that who calls may break off by an error
    Raises NotAModel if what the model computes is no number.
    """
    sentences, count = tagged_sentences(), model.layers + 1
    held_out = list[LabelArray]()

    def tell(folds: int) -> None:
        if progress:
            progress(len(held_out) * FOLDS + folds, count * FOLDS)

    for layers in _read_together(model, sentences):
        rows = tagged_tokens(model, sentences, layers=layers, progress=lambda *_: tell(0))
        for place in range(len(layers)):
            said = cross_validation(
                rows.vectors[place], rows.tags, rows.pair, progress=lambda done, _: tell(done)
            )
            held_out.append(said)
        rows = replace(rows, vectors=rows.vectors[:0].copy())  # before the next ones are read
    by_word = most_frequent_labels(rows.words, rows.tags, rows.pair)
    return TagAccuracy(
        by_layer=tuple(_agreement(said, rows.tags) for said in held_out),
        by_word=_agreement(by_word, rows.tags),
        sentences=len(sentences),
        folds=FOLDS,
        confusions=confusions(rows.tags, held_out[-1]),
        unknown=unknown_tokens(model.tokenizer, [sentence.text for sentence in sentences]),
    )


def _read_together(model: Model, sentences: Sequence[TaggedSentence]) -> Iterator[range]:
    """The model's layers in groups, each small enough for the vectors of all words in it."""
    words, count = sum(len(sentence.tags) for sentence in sentences), model.layers + 1
    size = max(1, READ_BYTES // (words * model.width * np.dtype(np.float32).itemsize))
    for first in range(0, count, size):
        yield range(first, min(first + size, count))


def confusions(tags: Sequence[str], said: LabelArray) -> tuple[Confusion, ...]:
    """Which tag was taken for which other one, the most frequent first.

    said: (row,), what the layer says of each token
    """
    counts = Counter(tags)
    pairs = Counter((tag, str(other)) for tag, other in zip(tags, said, strict=True))
    return tuple(
        Confusion(tag, other, count, counts[tag])
        for (tag, other), count in pairs.most_common()
        if tag != other
    )


def _agreement(found: LabelArray, tags: Sequence[str]) -> float:
    return float((found == np.array(tags)).mean())


def tagged_tokens(
    model: Model,
    sentences: Sequence[TaggedSentence],
    *,
    layers: Sequence[int],
    progress: Progress | None = None,
) -> TaggedTokens:
    """The model's vectors of all tokens of the sentences, with what is known of them.

    progress: called with the pairs that the model has read and how many there are
    Raises NotAModel if what the model computes is no number.
    """
    read = [sentences[number : number + 2] for number in range(0, len(sentences), 2)]
    inputs = [_split(model, pair) for pair in read]
    rows = [_rows_of_pair(*both) for both in zip(read, inputs, strict=True)]
    ends = np.cumsum([len(own.tags) for own in rows])
    vectors = np.empty((len(layers), ends[-1], model.width), np.float32)  # (layer, row, width)
    for number, states in states_as_read(model, inputs, layers=layers, progress=progress):
        own = rows[number]
        vectors[:, ends[number] - len(own.tags) : ends[number]] = states[:, own.places]
    return TaggedTokens(
        vectors=vectors,
        tags=tuple(tag for own in rows for tag in own.tags),
        words=tuple(word for own in rows for word in own.words),
        pair=np.repeat(np.arange(len(rows)), [len(own.tags) for own in rows]),
    )


@dataclass(frozen=True, eq=False)
class _Rows:
    """What is learned from one input: the places of its tokens, and what is known of each."""

    places: IntArray
    tags: list[str]
    words: list[str]


def _rows_of_pair(pair: Sequence[TaggedSentence], pieces: Pieces) -> _Rows:
    places, tags, words = list[int](), list[str](), list[str]()
    for segment, sentence in enumerate(pair):
        owners = words_of_pieces(sentence.spans, pieces, segment)
        inside = np.flatnonzero(owners != NO_WORD)
        places += inside.tolist()
        tags += [sentence.tags[owners[place]] for place in inside]
        words += [sentence.words[owners[place]].lower() for place in inside]
    return _Rows(np.array(places, dtype=np.int64), tags, words)


def _split(model: Model, pair: Sequence[TaggedSentence]) -> Pieces:
    a, *b = (sentence.text for sentence in pair)
    return model.tokenizer.split(a, b[0] if b else None)
