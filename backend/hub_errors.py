"""What a failure of the Hugging Face Hub, the network or the disk means for the reader.

The libraries below raise one error out of another, so the whole chain is looked through.
"""

import errno
from typing import Final

from backend.errors import (
    ClosedModel,
    DiskFull,
    DownloadCut,
    DownloadDamaged,
    HubSlow,
    HubTrouble,
    HubUnreachable,
    ModelError,
    UnknownModel,
    chain_of,
)
from backend.memory import megabytes

CHOOSE_BUILT_IN: Final = "choose the built-in model"
DISK_IS_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_NOT_WRITABLE: Final = (errno.EACCES, errno.EPERM, errno.EROFS)
_NOT_FOUND: Final = 404
_CLOSED: Final = (401, 403)


def reader_error(name: str, error: BaseException) -> ModelError:
    """The error that tells the reader what happened to the model's download, and what to do."""
    found = (_known(name, one) for one in chain_of(error))
    return next(filter(None, found), None) or unreachable(name)


def _known(name: str, error: BaseException) -> ModelError | None:
    from httpx2 import ReadTimeout, TransportError
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    if isinstance(error, ModelError):
        return error
    if isinstance(error, HFValidationError):
        return unknown(name)
    if isinstance(error, HfHubHTTPError):
        return _answered(name, error.response.status_code)
    if isinstance(error, ReadTimeout):
        return HubSlow(
            f"The Hugging Face Hub does not answer in time, so {name} cannot be fetched just now. "
            f"Try again in a minute, or {CHOOSE_BUILT_IN}."
        )
    if isinstance(error, TransportError):  # what the network says is not for the disk below
        return unreachable(name)
    return _of_the_disk(name, error.errno) if isinstance(error, OSError) else None


def _answered(name: str, status: int) -> ModelError:
    """What it means that the Hub answered with this number of HTTP."""
    if status == _NOT_FOUND:
        return unknown(name)
    if status in _CLOSED:
        return ClosedModel(
            f"The Hugging Face Hub does not give {name!r} to everybody: it is private, asks for "
            f"its terms to be accepted first, or does not exist. Check the name, "
            f"or {CHOOSE_BUILT_IN}."
        )
    return HubTrouble(
        f"The Hugging Face Hub has trouble of its own just now (it answers {status}), so {name} "
        f"cannot be fetched. Try again in some minutes, or {CHOOSE_BUILT_IN}."
    )


def _of_the_disk(name: str, number: int | None) -> ModelError | None:
    if number in DISK_IS_FULL:
        return DiskFull(
            f"The disk of this server became full while {name} arrived, and the file that did not "
            f"fit was removed. Try again once its owner has made room, or {CHOOSE_BUILT_IN}."
        )
    if number in _NOT_WRITABLE:
        return DiskFull(
            f"This server may not write to its folder for models, so {name} cannot be kept. "
            f"Try again once its owner has set HF_HOME to another folder, or {CHOOSE_BUILT_IN}."
        )
    return None


def unknown(name: str) -> UnknownModel:
    """The Hub has no model of this name."""
    return UnknownModel(
        f"The Hugging Face Hub has no model called {name!r}. Check the name, or {CHOOSE_BUILT_IN}."
    )


def unreachable(name: str) -> HubUnreachable:
    """Nothing leads to the Hub."""
    return HubUnreachable(
        f"The model {name} is not on this computer yet, and the Hugging Face Hub cannot be "
        f"reached to download it. Try again when the network is back, or {CHOOSE_BUILT_IN}."
    )


def cut(name: str, arrived: int, total: int) -> DownloadCut:
    """The download ended after so many of all bytes."""
    return DownloadCut(
        f"The download of {name} broke off after {megabytes(arrived)} of {megabytes(total)}. "
        f"What has arrived is kept: try again, and it goes on from there, or {CHOOSE_BUILT_IN}."
    )


def damaged(name: str) -> DownloadDamaged:
    """What was downloaded is not what the Hub offers, and is gone."""
    return DownloadDamaged(
        f"What was downloaded of {name} was damaged, so it has been removed. "
        f"Try again to download them anew, or {CHOOSE_BUILT_IN}."
    )


def no_room_on_disk(name: str, needed: int, free: int) -> DiskFull:
    """The download takes more bytes than the disk has."""
    return DiskFull(
        f"The download of {name} needs {megabytes(needed)} on the disk of this server, which has "
        f"{megabytes(free)} left. Try again once its owner has made room or set HF_HOME to another "
        f"disk, or {CHOOSE_BUILT_IN}."
    )
