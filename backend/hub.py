"""Downloads from the Hugging Face Hub: one of each model, however many wait for it.

    downloaded(name, progress)                  its folder, once all its files have arrived
    downloaded(name, progress, weights=False)   the same without its weights, for a server that
                                                runs no model itself

A download goes on when those who wait for it leave. The Hub's library begins a file that was cut
anew; weights are large, so they are fetched here, into a file that keeps what has arrived, and
put where that library looks for them. It fetches the small files.
"""

import logging
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from typing import Final

from backend import log
from backend.errors import HubSlow, HubTrouble, HubUnreachable, ModelError, NotAModel
from backend.hub_errors import (
    CHOOSE_BUILT_IN,
    cut,
    damaged,
    no_room_on_disk,
    reader_error,
)
from backend.memory import check_fits
from backend.resumed_file import fetch_file, is_whole, size_of
from backend.turns import aside

Progress = Callable[[int, int], None]

WEIGHTS: Final = "model.safetensors"
FILES: Final = (
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    WEIGHTS,
)
"""All that is fetched of a model."""
PATIENCE: Final = 5  # seconds the Hub gets to answer, or to go on
_TICK: Final = 0.2  # seconds between two reports of progress
_SPARE: Final = 64_000_000  # bytes of the disk that stay free
_FLOAT: Final = 4  # bytes of a number once the model is loaded
_NETWORK: Final = (HubSlow, HubTrouble, HubUnreachable)


@dataclass(frozen=True)
class _Offer:
    """What the Hub has of a model: its newest version, its files' bytes, and those in memory."""

    commit: str
    sizes: Mapping[str, int]
    memory: int


class _Download:
    """One model on its way; `folder` comes when it is there.

    total: bytes, 0 until the Hub has said how many
    """

    def __init__(self, name: str, *, weights: bool) -> None:
        self.name = name
        self.weights = weights
        self.total = 0
        self.folder: Future[Path] = Future()
        self._part: Path | None = None

    @property
    def arrived(self) -> int:
        """Bytes of the weights that are on the disk, those of earlier tries included."""
        return size_of(self._part) if self._part else 0

    def run(self) -> Path:
        """Fetch everything. Raises whatever the Hub, the network and the disk do."""
        from huggingface_hub import snapshot_download
        from huggingface_hub.utils.tqdm import disable_progress_bars

        disable_progress_bars()
        offer, wanted = _offer(self.name), files_of(weights=self.weights)
        self.total = sum(offer.sizes.get(file, 0) for file in wanted)
        if self.weights:
            check_fits(self.name, offer.memory)
            self._fetch_weights(offer)
        return Path(snapshot_download(self.name, allow_patterns=wanted, etag_timeout=PATIENCE))

    def error(self, error: Exception) -> ModelError:
        """What to tell the reader of a failure."""
        found = reader_error(self.name, error)
        if self.arrived and isinstance(found, _NETWORK):
            found = cut(self.name, self.arrived, self.total)
        found.__cause__ = error if error is not found else error.__cause__
        return found

    def _fetch_weights(self, offer: _Offer) -> None:
        from huggingface_hub import get_hf_file_metadata, hf_hub_url
        from huggingface_hub.utils import WeakFileLock

        url = hf_hub_url(self.name, WEIGHTS, revision=offer.commit)
        offered = get_hf_file_metadata(url, timeout=PATIENCE)
        if not offered.etag or not offered.size:
            raise OSError("the Hub does not say what its file is")
        blob, lock = _places(self.name, offered.etag)
        with WeakFileLock(lock):  # another process of this computer may be at it too
            if not blob.exists():
                self._part = blob.with_name(f"{blob.name}.incomplete")
                self._check_disk(blob.parent)
                fetch_file(url, self._part, offered.size, PATIENCE)
                if not is_whole(self._part, offered.etag, offered.size):
                    self._part.unlink()
                    raise damaged(self.name)
                self._part.replace(blob)
            self._part = blob

    def _check_disk(self, folder: Path) -> None:
        needed, free = self.total - self.arrived, shutil.disk_usage(folder).free
        if needed + _SPARE > free:
            raise no_room_on_disk(self.name, needed + _SPARE, free)


_running: Final[dict[tuple[str, bool], _Download]] = {}
_lock: Final = Lock()


def files_of(*, weights: bool) -> list[str]:
    """The files that are wanted of a model, with its weights or without."""
    return [file for file in FILES if weights or file != WEIGHTS]


def downloaded(name: str, progress: Progress | None = None, *, weights: bool = True) -> Path:
    """The folder of a model that the Hub offers; whoever asks meanwhile waits for the same one.

    progress: called with the bytes that have arrived and how many there are
    weights: whether they are wanted; without them it does not matter how much memory there is
    Raises UnknownModel, ClosedModel, ModelTooLarge, NotAModel or a kind of Passing.
    """
    download = _joined(name, weights)
    with aside():
        while progress and not wait([download.folder], timeout=_TICK).done:
            progress(min(download.arrived, download.total), download.total)
        folder = download.folder.result()
    if progress:
        progress(download.total, download.total)
    return folder


def _joined(name: str, weights: bool) -> _Download:
    """The download of this model, begun now if there is none."""
    with _lock:
        download = _running.get((name, weights))
        if download is None:
            download = _Download(name, weights=weights)
            # As a daemon: neither a page that is left nor the server's end waits for it.
            Thread(target=_run, args=(download,), daemon=True).start()
            _running[name, weights] = download  # only now: no one may wait for what never began
    return download


def _run(download: _Download) -> None:
    try:
        folder = download.run()
    except Exception as error:
        found = download.error(error)
        _log_failure(download.name, found, error)
        _forget(download)
        download.folder.set_exception(found)
    else:
        _forget(download)
        download.folder.set_result(folder)


def _log_failure(name: str, found: ModelError, error: Exception) -> None:
    """A line in the log; the traceback of what is neither the network's, the disk's nor a model's.

    The errors of the Hub's library are of Python's OSError, too.
    """
    from httpx2 import TransportError

    foreseen = isinstance(error, ModelError | OSError | TransportError)
    log.tell(
        "download",
        logging.INFO if foreseen else logging.ERROR,
        None if foreseen else error,
        model=name,
        outcome=type(found).__name__,
        cause=type(error).__name__,
    )


def _forget(download: _Download) -> None:
    """Have the next one who asks begin anew."""
    with _lock:
        del _running[download.name, download.weights]


def _offer(name: str) -> _Offer:
    """What there is to download. One question with a time limit tells whether the Hub is there."""
    from huggingface_hub import HfApi

    info = HfApi().model_info(name, files_metadata=True, timeout=PATIENCE)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    if WEIGHTS not in sizes or "config.json" not in sizes:
        raise NotAModel(
            f"{name} has no file {WEIGHTS}, the only format this app opens. Choose a model that "
            f"has one, or {CHOOSE_BUILT_IN}."
        )
    return _Offer(
        commit=info.sha or "main",
        sizes=sizes,
        memory=_FLOAT * info.safetensors.total if info.safetensors else sizes[WEIGHTS],
    )


def _places(name: str, etag: str) -> tuple[Path, Path]:
    """Where the Hub's library looks for a file of this model, and the lock that it takes for it."""
    from huggingface_hub.constants import HF_HUB_CACHE
    from huggingface_hub.file_download import repo_folder_name

    cache, folder = Path(HF_HUB_CACHE), repo_folder_name(repo_id=name, repo_type="model")
    blob, lock = cache / folder / "blobs" / etag, cache / ".locks" / folder / f"{etag}.lock"
    for place in (blob, lock):
        place.parent.mkdir(parents=True, exist_ok=True)
    return blob, lock
