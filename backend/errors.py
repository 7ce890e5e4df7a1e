"""What can go wrong on the reader's side, each with a sentence to act on.

    ExplorerError
    ├── InputError              something about the text
    │   ├── EmptySentence       sentence A holds nothing to read
    │   └── TableError          a table of labelled sentences cannot be read or learned from
    ├── TrainingError           something about a training
    │   ├── TrainingStopped     it was asked to stop, and left nothing behind
    │   └── QueueFull           too many others wait already
    └── ModelError              something about the model
        ├── UnknownModel        no model of that name or in that folder
        ├── HubUnreachable      the model must be downloaded and cannot be
        ├── NotAModel           what was found is no BERT-family model, or its weights are broken
        ├── NoAttention         the model ran, but gave no attention weights
        ├── NoMaskedWords       the model has no output layer that fills masks
        └── NotTrained          this server has not trained its small BERT yet

`str(error)` is one or two sentences: what happened, and what to do about it.
A programmer's mistake is a `ValueError` ("expected ..., got ...") and not in this tree.
"""


class ExplorerError(Exception):
    """Something the reader can put right; `str()` says how."""


class InputError(ExplorerError):
    """The text cannot be used as it is."""


class EmptySentence(InputError):  # noqa: N818
    """Sentence A gives no tokens at all."""


class TableError(InputError):
    """The labelled sentences cannot be read or learned from."""


class TrainingError(ExplorerError):
    """The training cannot begin or go on."""


class TrainingStopped(TrainingError):  # noqa: N818
    """The training was asked to stop, and left nothing behind."""


class QueueFull(TrainingError):  # noqa: N818
    """Too many trainings wait already."""


class ModelError(ExplorerError):
    """The model cannot be used."""


class UnknownModel(ModelError):  # noqa: N818
    """There is no model of this name."""


class HubUnreachable(ModelError):  # noqa: N818
    """The model is not on this computer yet and the Hub does not answer."""


class NotAModel(ModelError):  # noqa: N818
    """The files are no BERT-family model, or they are damaged."""


class NoAttention(ModelError):  # noqa: N818
    """The model does not give its attention weights away."""


class NoMaskedWords(ModelError):  # noqa: N818
    """The model cannot fill masks."""


class NotTrained(ModelError):  # noqa: N818
    """The small BERT has not been trained yet."""
