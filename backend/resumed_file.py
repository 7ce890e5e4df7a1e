"""A large file of the Hub, fetched so that what has arrived is kept when a connection breaks."""

import hashlib
from pathlib import Path
from time import sleep
from typing import Final

from backend.hub_errors import DISK_IS_FULL

_CUTS: Final = 5  # times that a connection may break before the reader hears of it
PAUSE: Final = 1.0  # seconds before the next connection
_PART: Final = 206  # what HTTP calls an answer that begins where it was asked to


def fetch_file(url: str, part: Path, size: int, patience: float) -> None:
    """Bring a file to its size, going on where it ends; connections may break some times.

    patience: seconds that the Hub gets to answer, or to go on
    Raises HfHubHTTPError, TransportError or OSError.
    """
    from httpx2 import TransportError

    for cuts in range(_CUTS + 1):
        before = size_of(part)
        try:
            return _go_on(url, part, size, patience)
        except TransportError:
            if cuts == _CUTS or size_of(part) == before:  # nothing comes any more
                raise
        except OSError as error:
            if error.errno in DISK_IS_FULL:  # what takes its last bytes is in everybody's way
                part.unlink(missing_ok=True)
            raise
        sleep(PAUSE)
    return None


def _go_on(url: str, part: Path, size: int, patience: float) -> None:
    from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

    with part.open("ab") as file:
        begun = file.tell()
        if begun >= size:
            return
        wanted = {"Range": f"bytes={begun}-", "Accept-Encoding": "identity"}
        headers = build_hf_headers() | wanted
        with get_session().stream("GET", url, headers=headers, timeout=patience) as answer:
            hf_raise_for_status(answer)
            if begun and answer.status_code != _PART:  # the whole file comes
                file.truncate(0)
            for chunk in answer.iter_bytes():
                file.write(chunk)


def size_of(path: Path) -> int:
    """Bytes of a file, 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:  # one that was there a moment before may have been moved to its place
        return 0


def is_whole(path: Path, etag: str, size: int | None = None) -> bool:
    """Whether a file is the one that the Hub calls so: by its SHA-256, or by Git's own SHA-1.

    size: of a file that has a name of another kind, as some mirrors give; where it is not known,
        only nothing at all counts as damaged
    """
    with path.open("rb") as file:
        if len(etag) == hashlib.sha256().digest_size * 2:
            return hashlib.file_digest(file, "sha256").hexdigest() == etag
        if len(etag) == hashlib.sha1().digest_size * 2:
            content = file.read()
            return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == etag
    return size_of(path) == size if size is not None else size_of(path) > 0
