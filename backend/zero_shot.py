"""Zero-shot: which of some labels fits a sentence, without any training.

Two ways, after what the model can do:
- by similarity: the cosine of the sentence's vector and that of "This is about <label>.", for
  models trained to put sentences of like meaning side by side, as the built-in one. Cosines are
  no probabilities: `shares` only says how a softmax weighs the labels against each other.
- by cloze: how likely the label is at the mask of "This is about [MASK].", after the sentence,
  for models that fill masks. A label of several pieces gets as many masks, and the geometric mean
  of its pieces' probabilities; `shares` weighs the labels by that.
Either way a share is relative to the labels given: one of them wins even if none fits.
Sources: Yin et al. 2019, Benchmarking Zero-shot Text Classification; Schick and Schütze 2021,
Exploiting Cloze Questions; Reimers and Gurevych 2019, Sentence-BERT.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from backend.classifier import softmax
from backend.errors import EmptySentence, InputError
from backend.labelled_texts import LONGEST_LABEL, MOST_LABELS
from backend.masked_words import MaskedWords
from backend.model import Model
from backend.sentence_vectors import sentence_vectors
from backend.trace import FloatArray, IntArray

PROMPT: Final = "This is about {}."
"""On the presets labels in this sentence fit a little more often than labels alone."""
_LEAST_ROOM: Final = 8  # tokens of a text, special ones included
TEMPERATURE: Final = 0.05
"""Of 0.02 to 0.2 the one whose shares fit the presets' labels best (lowest mean -log share)."""


@dataclass(frozen=True, eq=False)
class ZeroShot:
    """How well each label fits each text.

    way: how it was found
    scores: (text, label); cosines, -1 to 1, or mean log probabilities of the label's pieces
    shares: (text, label), 0 to 1, each row sums to 1
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    way: Literal["similarity", "cloze"]
    scores: FloatArray
    shares: FloatArray

    @property
    def nbytes(self) -> int:
        """Bytes held, by and large."""
        return self.scores.nbytes + self.shares.nbytes + 4 * sum(map(len, self.texts))

    @property
    def best(self) -> tuple[str, ...]:
        """The label that fits best, of equals the first: (text,)."""
        return tuple(self.labels[place] for place in self.scores.argmax(axis=1))


def candidate_labels(typed: str) -> tuple[str, ...]:
    """The different labels of a list with commas, semicolons or line breaks between them.

    Raises InputError if there are fewer than two or more than MOST_LABELS, or one is too long.
    """
    parts = typed.replace(";", ",").replace("\n", ",").split(",")
    labels = tuple(dict.fromkeys(label for part in parts if (label := " ".join(part.split()))))
    if len(labels) < 2:
        raise InputError(
            "Give two different labels at least, with a comma between them, "
            "for example: sport, food, music."
        )
    if len(labels) > MOST_LABELS:
        raise InputError(f"{len(labels)} labels are too many; give at most {MOST_LABELS}.")
    if max(map(len, labels)) > LONGEST_LABEL:
        raise InputError(
            f"A label is longer than {LONGEST_LABEL} characters. Put a comma between labels."
        )
    return labels


def zero_shot(
    model: Model, texts: Sequence[str], labels: Sequence[str], words: MaskedWords | None = None
) -> ZeroShot:
    """Which label fits each text: by cloze with the model's output layer, else by similarity.

    words: what the model fills masks with, if it does
    Raises InputError if a label has no token, TableError or EmptySentence if a text has none.
    """
    for label in labels:
        _check(model, label)
    if words is None:
        scores = label_similarities(model, texts, labels)
        shares = softmax(scores / TEMPERATURE)
        return ZeroShot(tuple(texts), tuple(labels), "similarity", scores, shares)
    scores = label_log_probabilities(model, words, texts, labels)
    return ZeroShot(tuple(texts), tuple(labels), "cloze", scores, softmax(scores))


def label_similarities(model: Model, texts: Sequence[str], labels: Sequence[str]) -> FloatArray:
    """Cosine of each text's vector and each label's, -1 to 1: (text, label)."""
    prompts = [PROMPT.format(label) for label in labels]
    vectors = sentence_vectors(model, [*texts, *prompts]).vectors[-1]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines: FloatArray = unit[: len(texts)] @ unit[len(texts) :].T
    return cosines


def label_log_probabilities(
    model: Model, words: MaskedWords, texts: Sequence[str], labels: Sequence[str]
) -> FloatArray:
    """Mean log probability of each label's pieces at the masks of the prompt: (text, label).

    The prompt stands as sentence B. Of a text that has no room beside it the end is left out.
    Raises InputError if a label leaves no room for any text.
    """
    pieces = [_pieces_in_prompt(model, label) for label in labels]
    scores = np.empty((len(texts), len(labels)), dtype=np.float32)
    for count in {len(ids) for ids in pieces}:
        prompt = PROMPT.format(" ".join([words.mask] * count))
        alike = [place for place, ids in enumerate(pieces) if len(ids) == count]
        wanted = np.array([pieces[place] for place in alike])  # (label, mask)
        room = model.limit - len(model.tokenizer.split(prompt).tokens)
        if room < _LEAST_ROOM:
            label = labels[alike[0]]
            raise InputError(f"The label “{label}” is too long for this model. Shorten it.")
        for row, text in enumerate(texts):
            trace = model.trace(_beginning(model, text, room), prompt)
            masks = words.masks(trace)[-count:]  # a mask in the text is not ours
            shares = words.probabilities(trace.hidden[-1, masks])  # (mask, vocabulary)
            found = np.maximum(shares[np.arange(count), wanted], np.finfo(np.float32).tiny)
            scores[row, alike] = np.log(found).mean(axis=1)
    return scores


def _beginning(model: Model, text: str, room: int) -> str:
    """As much of the text as makes `room` tokens, special ones included."""
    pieces = model.tokenizer.split(text, limit=room)
    return text[: int(pieces.spans[:, 1].max())] if pieces.left_out else text


def _pieces_in_prompt(model: Model, label: str) -> IntArray:
    """The ids of the label's pieces where it stands in the prompt: (piece,)."""
    start = PROMPT.index("{}")
    pieces = model.tokenizer.split(PROMPT.format(label))
    first, last = pieces.spans[:, 0], pieces.spans[:, 1]
    inside = (last > start) & (first < start + len(label))
    return pieces.ids[inside & (last > first)]


def _check(model: Model, label: str) -> None:
    try:
        model.tokenizer.split(label)
    except EmptySentence as error:
        raise InputError(
            f"The label “{label}” has nothing in it that the model can read. Type a word."
        ) from error
