"""The classification layer for part of speech: a linear layer on a model's final vectors T.

Sources: Devlin et al. 2018, section 5.3 (BERT's vectors as they are, a new layer on top);
Tenney et al. 2019, BERT Rediscovers the Classical NLP Pipeline (what each layer holds).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.classifier import (
    FOLDS,
    LinearClassifier,
    cross_validation,
    most_frequent_labels,
    train_classifier,
)
from backend.encoding import hidden_states
from backend.hub import Progress
from backend.model import Model
from backend.part_of_speech import NO_WORD, TaggedSentence, tagged_sentences, words_of_pieces
from backend.trace import FloatArray, IntArray


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
    """The tokens of the labelled sentences, special ones left out, with their words' tags.

    vectors: (layer, row, width)
    words: (row), in small letters
    sentence: (row,)
    """

    vectors: FloatArray
    tags: tuple[str, ...]
    words: tuple[str, ...]
    sentence: IntArray


@dataclass(frozen=True)
class TagAccuracy:
    """The share of tokens, 0 to 1, whose tag is right in sentences held out from the training.

    by_layer: one share a layer, the encoder's input first, T last
    by_word: what one would get from each word's most frequent tag alone
    folds: parts into which the sentences were split, each held out once
    """

    by_layer: tuple[float, ...]
    by_word: float
    sentences: int
    tokens: int
    folds: int


def train_tagger(model: Model, progress: Progress | None = None) -> Tagger:
    """The layer trained on the model's T of the labelled sentences, the same every time.

    progress: called with the sentences that the model has read and how many there are
    Raises NotAModel if what the model computes is no number.
    """
    sentences = tagged_sentences()
    tokens = tagged_tokens(model, sentences, (-1,), progress)
    layer = train_classifier(tokens.vectors[0], tokens.tags)
    return Tagger(model.name, layer, len(sentences), len(tokens.tags))


def tag_accuracy(model: Model, progress: Progress | None = None) -> TagAccuracy:
    """How well a layer trained on each of the model's layers does on held-out sentences.

    progress: called with the layers that are done and how many there are
    Raises NotAModel if what the model computes is no number.
    """
    sentences = tagged_sentences()
    found = list[float]()
    tokens = tagged_tokens(model, sentences, range(model.layers + 1))
    for vectors in tokens.vectors:
        held_out = cross_validation(vectors, tokens.tags, tokens.sentence)
        found.append(float((held_out == np.array(tokens.tags)).mean()))
        if progress:
            progress(len(found), len(tokens.vectors))
    by_word = most_frequent_labels(tokens.words, tokens.tags, tokens.sentence)
    return TagAccuracy(
        by_layer=tuple(found),
        by_word=float((by_word == np.array(tokens.tags)).mean()),
        sentences=len(sentences),
        tokens=len(tokens.tags),
        folds=FOLDS,
    )


def tagged_tokens(
    model: Model,
    sentences: Sequence[TaggedSentence],
    layers: Sequence[int],
    progress: Progress | None = None,
) -> TaggedTokens:
    """What a classifier learns from: the model's vectors of the sentences, and their tags."""
    inputs = [model.tokenizer.split(sentence.text) for sentence in sentences]
    states = hidden_states(model, inputs, layers=layers, progress=progress)
    vectors, tags, words, numbers = list[FloatArray](), list[str](), list[str](), list[int]()
    for number, (sentence, pieces) in enumerate(zip(sentences, inputs, strict=True)):
        owners = words_of_pieces(sentence.spans, pieces)
        inside = owners[owners != NO_WORD]
        vectors.append(states[number][:, owners != NO_WORD])
        tags += [sentence.tags[word] for word in inside]
        words += [sentence.words[word].lower() for word in inside]
        numbers += [number] * len(inside)
    joined: FloatArray = np.concatenate(vectors, axis=1)  # (layer, row, width)
    return TaggedTokens(joined, tuple(tags), tuple(words), np.array(numbers))
