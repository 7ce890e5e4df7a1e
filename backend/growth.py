"""How accuracy grows with the number of examples: sentence vectors against plain word counts.

The same layer is trained both times, on the same examples, and tried on the same held-out
sentences. What differs is what a sentence is to it: a vector of the model, which has read much
before, or how often each word stands in it.
Sources: Howard and Ruder 2018, section 4 (accuracy by number of examples); Harris 1954 (word
counts).
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.classifier import LabelArray, Labels
from backend.hub import Progress
from backend.trace import BoolArray, FloatArray, IntArray
from backend.transfer import balanced_order, fold_count, stratified_folds, train_last_layer

SIZES: Final = (5, 10, 20, 50, 100, 200)
DRAWS: Final = 10
MOST_WORDS: Final = 2000
"""Of the examples learned from, the most frequent; more take long and bring next to nothing."""
_WORD: Final = re.compile(r"\w+(?:['’]\w+)?")


@dataclass(frozen=True, eq=False)
class Growth:
    """Held-out accuracy by number of examples; a draw has the same examples both ways.

    sizes: examples learned from; the last is all that are not held out
    by_vector, by_words: (size, draw), share right, 0 to 1
    most_frequent: share right for whoever always says the most frequent label
    """

    sizes: tuple[int, ...]
    by_vector: FloatArray
    by_words: FloatArray
    most_frequent: float


def growth(
    vectors: FloatArray,
    texts: Sequence[str],
    labels: Labels,
    *,
    draws: int = DRAWS,
    progress: Progress | None = None,
) -> Growth:
    """Accuracy with 5, 10, 20 and more examples up to all, several times with others drawn.

    Every draw holds one fold out, and learns from the first examples of one order of the rest,
    so that the larger sets hold the smaller; each label stands in each set, so that a size below
    the number of labels is left out.

    vectors: (text, width)
    progress: called with the draws that are done and how many there are
    """
    known = np.array(labels)
    folds = fold_count(labels)
    counts = np.unique(known, return_counts=True)[1]
    rest = len(known) - -(-len(known) // folds)  # what is left where most is held out
    sizes = (*(size for size in SIZES if len(counts) <= size < rest), rest)
    shares = np.empty((2, len(sizes), draws))
    for draw in range(draws):
        fold = stratified_folds(labels, folds, draw // folds)
        held = fold == draw % folds
        order = np.flatnonzero(~held)[balanced_order(known[~held], draw)]
        for place, size in enumerate(sizes):
            shares[:, place, draw] = _both(vectors, texts, known, order[:size], held)
        if progress:
            progress(draw + 1, draws)
    return Growth(sizes, shares[0], shares[1], float(counts.max() / len(known)))


def _both(
    vectors: FloatArray, texts: Sequence[str], known: LabelArray, learned: IntArray, held: BoolArray
) -> tuple[float, float]:
    """Share right of the held-out texts, by vector and by words."""
    tried = np.flatnonzero(held)
    words = vocabulary([texts[place] for place in learned])
    counts = word_counts(texts, words)
    shares = []
    for rows in (vectors, counts):
        layer = train_last_layer(rows[learned], known[learned])
        shares.append(float((layer.predicted(rows[tried]) == known[tried]).mean()))
    return shares[0], shares[1]


def vocabulary(texts: Sequence[str]) -> dict[str, int]:
    """The MOST_WORDS most frequent words of the texts in small letters, each with its column."""
    counts = Counter(word for text in texts for word in _words(text))
    words = sorted(word for word, _ in counts.most_common(MOST_WORDS))
    return {word: column for column, word in enumerate(words)}


def word_counts(texts: Sequence[str], words: dict[str, int]) -> FloatArray:
    """How often each word stands in each text; words that are not in `words` do not count.

    returns: (text, word)
    """
    counts = np.zeros((len(texts), len(words)), dtype=np.float32)
    for row, text in enumerate(texts):
        columns = [words[word] for word in _words(text) if word in words]
        np.add.at(counts[row], columns, 1)
    return counts


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
