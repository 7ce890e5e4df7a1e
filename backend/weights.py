"""Load a BERT-family encoder from its files, and refuse what is none or is damaged."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import prod
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from backend.catalogue import BUILT_IN
from backend.errors import ModelError, NotAModel
from backend.hub import WEIGHTS, Progress
from backend.model_files import check_built_in, model_folder, unreadable
from backend.turns import aside

if TYPE_CHECKING:
    from pathlib import Path

_CLASSES: Final = {
    "bert": "BertModel",
    "distilbert": "DistilBertModel",
    "roberta": "RobertaModel",
    "electra": "ElectraModel",
}
_FLOAT: Final = 4  # bytes of a number once it is loaded
_WITH_POOLER: Final = ("bert", "roberta")
_loading: Final = Lock()


@contextmanager
def loading() -> Iterator[None]:
    """Held while a model is made: the libraries' late imports and loading are not for two at once.

    A page that waits for it, or holds it, lets others go first.
    """
    with aside(), _loading:
        yield


def load_encoder(name: str, progress: Progress | None = None) -> Any:
    """The encoder, in float32, as a module of the transformers library.

    Raises ModelError as `model_folder` does, NotAModel where it is none that can be read.
    """
    folder = model_folder(name, progress)
    if name == BUILT_IN:
        check_built_in()
    return _module(name, folder, _family(name, folder))


def ready_torch() -> None:
    """Import torch, which takes seconds, and have it compute with one thread.

    On a busy machine two threads are up to four times slower.
    """
    with loading():
        _one_thread()


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


def _family(name: str, folder: Path) -> str:
    config = _config(name, folder)
    family = str(config.get("model_type"))
    if family not in _CLASSES or config.get("position_embedding_type", "absolute") != "absolute":
        raise NotAModel(
            f"{name} is no model this app can open: it reads BERT, DistilBERT, RoBERTa and "
            "ELECTRA models. Choose one of those, or the built-in model."
        )
    if not _has_whole_heads(config):
        raise NotAModel(
            f"{name} is no model this app can open: some of its heads were taken out, or several "
            "heads share their keys. It shows models in which every layer has all its heads. "
            "Choose another one, or the built-in model."
        )
    if not (folder / WEIGHTS).is_file():
        raise NotAModel(
            f"{name} has no file {WEIGHTS}, the only format this app opens. Choose a model that "
            "has one, or the built-in model."
        )
    return family


def _has_whole_heads(config: dict[str, Any]) -> bool:
    """Whether each layer has all its heads, each with queries, keys and values of its own."""
    heads = config.get("num_attention_heads", config.get("n_heads"))
    return not config.get("pruned_heads") and config.get("num_key_value_heads", heads) == heads


def _config(name: str, folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        nothing = NotAModel(
            f"{name} is no model: it has no config.json that can be read. Give the folder that "
            "holds the model's files, or choose the built-in model."
        )
        raise unreadable(name, nothing) from error
    return config if isinstance(config, dict) else {}


def _module(name: str, folder: Path, family: str) -> Any:
    """The encoder in float32 and without the pooler, which nothing here reads."""
    with loading():
        return _loaded(name, folder, family)


def _loaded(name: str, folder: Path, family: str) -> Any:
    import torch

    transformers = _transformers()
    _one_thread()
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    options = {"add_pooling_layer": False} if family in _WITH_POOLER else {}
    try:
        module, report = getattr(transformers, _CLASSES[family]).from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            attn_implementation="eager",  # anything faster gives no attention weights
            dtype=torch.float32,
            output_loading_info=True,
            **options,
        )
    except Exception as error:  # damaged files fail in every way there is
        raise broken_weights(name) from error
    if report["missing_keys"] or report["mismatched_keys"]:
        raise broken_weights(name)
    return module.eval()


def _transformers() -> Any:
    """The library, which does without SciPy, as it does where that is not installed.

    It would load 321 of SciPy's modules, 40 MB, for a loss that no encoder has. Whether SciPy is
    there it asks once, so it is hidden for this question alone.
    """
    hidden = "scipy" not in sys.modules
    if hidden:
        sys.modules["scipy"] = None  # type: ignore[assignment]
    try:
        import transformers
        from transformers.utils import is_scipy_available

        is_scipy_available()
    finally:
        if hidden:
            del sys.modules["scipy"]
    return transformers


def broken_weights(name: str) -> ModelError:
    """What to raise where weights are missing, or make numbers that are none."""
    return unreadable(
        name,
        NotAModel(
            f"The weights of {name} are damaged or incomplete, and so they are where they come "
            "from. Choose another model, for example the built-in one."
        ),
    )


def memory_needed(name: str) -> int:
    """Bytes of all numbers in a model's file as they will be loaded, a little more than are kept.

    0 where the file cannot be read: loading says what is wrong with it.
    Raises as `model_folder` does.
    """
    from safetensors import safe_open

    path = model_folder(name) / WEIGHTS
    with suppress(Exception), safe_open(path, framework="np") as file:
        shapes = (file.get_slice(weight).get_shape() for weight in file.keys())  # noqa: SIM118
        return sum(_FLOAT * prod(shape) for shape in shapes)
    return 0
