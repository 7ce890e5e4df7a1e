"""One vector a sentence, from each layer of a model.

A sentence vector is the mean of a layer's vectors over all tokens, [CLS] and [SEP] included. The
built-in model was trained so (Reimers and Gurevych 2019, Sentence-BERT), and on the tasks that
come with the app the mean does better than [CLS] alone at nearly every layer. Other models are
read the same way, so that they can be compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.encoding import states_as_read
from backend.errors import EmptySentence, TableError
from backend.hub import Progress
from backend.model import Model
from backend.tokenizer import Pieces
from backend.trace import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class SentenceVectors:
    """What the encoder makes of each sentence.

    vectors: (layer, text, width), read-only; 0 = the encoder's input, -1 = from T
    left_out: tokens of each text that the model could not read, (text,)
    """

    vectors: FloatArray
    left_out: IntArray

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        self.vectors.flags.writeable = False
        self.left_out.flags.writeable = False

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.vectors.nbytes + self.left_out.nbytes


def sentence_vectors(
    model: Model, texts: Sequence[str], progress: Progress | None = None
) -> SentenceVectors:
    """The sentence vectors of every layer of the model.

    progress: called with the texts that are done and how many there are
    Raises TableError if a text has no token, NotAModel if what the model computes is no number.
    """
    inputs = [_split(model, text, place) for place, text in enumerate(texts)]
    vectors = np.empty((model.layers + 1, len(texts), model.width), dtype=np.float32)
    every = range(model.layers + 1)
    for place, states in states_as_read(model, inputs, layers=every, progress=progress):
        vectors[:, place] = states.mean(axis=1)
    return SentenceVectors(vectors, np.array([pieces.left_out for pieces in inputs]))


def _split(model: Model, text: str, place: int) -> Pieces:
    try:
        return model.tokenizer.split(text)
    except EmptySentence as error:
        raise TableError(
            f"Sentence {place + 1} has nothing in it that the model can read. "
            "Write words there, or take the row out."
        ) from error
