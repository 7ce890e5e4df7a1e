"""What can go wrong on the reader's side, each with a sentence to act on.

    ExplorerError
    ├── InputError              something about the text
    │   ├── EmptySentence       sentence A holds nothing to read
    │   └── TableError          a table of labelled sentences cannot be read or learned from
    ├── TooMuchAsked            more is asked than can be answered now; the page tries again
    │   ├── ShareUsedUp         this visitor has asked for much in a short time
    │   ├── ServerBusy          all visitors together ask for more than the models can read
    │   ├── ClusterAway         the machines that run the models do not answer
    │   └── ModelComing         the machines that run the models are loading this one
    ├── TrainingError           something about a training
    │   ├── TrainingStopped     it was asked to stop, and left nothing behind
    │   └── QueueFull           too many others wait already
    └── ModelError              something about the model
        ├── UnknownModel        no model of that name or in that folder
        ├── ClosedModel         its owners let only some people have it
        ├── ModelTooLarge       this server has not the memory for it
        ├── Passing             the same can succeed when it is tried again
        │   ├── HubUnreachable      the model must be downloaded, and nothing leads to the Hub
        │   ├── HubSlow             the Hub lets wait too long
        │   ├── HubTrouble          the Hub answers that it has trouble of its own
        │   ├── DownloadCut         the download broke off; what has arrived is kept
        │   ├── DownloadDamaged     what was downloaded was damaged, and has been removed
        │   ├── DiskFull            the download has no room on the disk
        │   └── ServerFull          the memory is full of models that others are using
        ├── NotAModel           what was found is no BERT-family model, or its weights are broken
        ├── NoAttention         the model ran, but gave no attention weights
        └── NotTrained          this server has not trained its small BERT yet

`str(error)` is one or two sentences: what happened, and what to do about it.
A programmer's mistake is a `ValueError` ("expected ..., got ...") and not in this tree.
"""

from collections.abc import Iterator
from math import ceil
from time import monotonic


class ExplorerError(Exception):
    """Something the reader can put right; `str()` says how."""

    @property
    def in_vain(self) -> str:
        """What to say where it ended what a click had asked for."""
        return str(self)


class InputError(ExplorerError):
    """The text cannot be used as it is."""


class EmptySentence(InputError):  # noqa: N818
    """Sentence A gives no tokens at all."""


class TableError(InputError):
    """The labelled sentences cannot be read or learned from."""


class TooMuchAsked(ExplorerError):  # noqa: N818
    """More is asked than can be answered now; `seconds` from now the page tries again by itself."""

    why = "More is asked of this server than it can answer at once."

    def __init__(self, seconds: float) -> None:
        """Say how long it takes, in whole seconds."""
        self.seconds = ceil(seconds)
        self._due = monotonic() + self.seconds
        super().__init__(
            f"{self.why} It goes on by itself in {self.seconds} s; what you typed stays."
        )

    @property
    def is_due(self) -> bool:
        """Whether it is time to try again."""
        return monotonic() >= self._due

    @property
    def in_vain(self) -> str:
        """The same where nothing goes on by itself: no page knows that a click was made."""
        return f"{self.why} Try it again in {self.seconds} s; what you typed stays."


class ShareUsedUp(TooMuchAsked):
    """This visitor has asked for much in a short time."""

    why = "You have asked for much in a short time, and this server is there for others too."


class ServerBusy(TooMuchAsked):
    """All visitors together ask for more than the models can read."""

    why = "Many visitors ask for something just now, and this server is busy."


class ClusterAway(TooMuchAsked):
    """The machines that run the models do not answer."""

    why = "The machines that run the models do not answer just now."


class ModelComing(TooMuchAsked):
    """The machines that run the models are loading this one."""

    why = "The machines that run the models are getting this one ready."


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


class ClosedModel(ModelError):  # noqa: N818
    """The model is private, or given only to those who accepted its terms."""


class ModelTooLarge(ModelError):  # noqa: N818
    """The model takes more memory than this server has for models."""


class Passing(ModelError):  # noqa: N818
    """What hinders may pass, or has been put right: the same can be tried again."""


class HubUnreachable(Passing):
    """The model is not on this computer yet and the Hub cannot be reached."""


class HubSlow(Passing):
    """The Hub is there, but does not answer in time."""


class HubTrouble(Passing):
    """The Hub answers that something is wrong with it, or that it is asked too much."""


class DownloadCut(Passing):
    """The download broke off midway; the next one goes on where it ended."""


class DownloadDamaged(Passing):
    """A downloaded file was not what the Hub offers; it is removed."""


class DiskFull(Passing):
    """The disk has no room for the download, or nothing may be written to it."""


class ServerFull(Passing):
    """Every model that is loaded is in use, and there is no room for one more."""


class NotAModel(ModelError):  # noqa: N818
    """The files are no BERT-family model, or they are damaged."""


class NoAttention(ModelError):  # noqa: N818
    """The model does not give its attention weights away."""


class NotTrained(ModelError):  # noqa: N818
    """The small BERT has not been trained yet."""


def chain_of(error: BaseException, *, suppressed: bool = True) -> Iterator[BaseException]:
    """The error, what it came from, and so on; each once.

    suppressed: also what an error says it did not come from (`raise ... from None`)
    """
    seen = set[int]()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        is_told = suppressed or not one.__suppress_context__
        one = one.__cause__ or (one.__context__ if is_told else None)
