"""A random model of BERT base's size and shape, where the Hub's downloads are kept."""

import shutil
from pathlib import Path
from typing import Final

from backend.hub import FILES, WEIGHTS
from backend.model_files import built_in_folder

NAME: Final = "bert-base-uncased"
_REVISION: Final = "0" * 40


def save_big_model(cache: Path) -> Path:
    """A cache folder in which the model lies as if it had been downloaded; 440 MB.

    It has the built-in model's tokenizer, which is BERT's own.
    """
    from transformers import BertConfig, BertForMaskedLM

    home = cache / f"models--{NAME}"
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text(_REVISION)
    folder = home / "snapshots" / _REVISION
    BertForMaskedLM(BertConfig()).save_pretrained(folder)
    for file in FILES:
        source = built_in_folder() / file
        if file not in ("config.json", WEIGHTS) and source.is_file():
            shutil.copy(source, folder / file)
    return cache
