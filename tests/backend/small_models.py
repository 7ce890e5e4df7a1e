"""Small random models of the four families, written to a folder as a real one would be."""

import json
from pathlib import Path
from typing import Any

import torch
import transformers

from backend.model import Model
from backend.trace import FloatArray

WORDPIECES = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    *"abcdefghijklmnopqrstuvwxyz.,!?",
    *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"),
    *("the", "cat", "sat", "it", "dog", "##ed"),
]
FAMILIES = ("bert", "distilbert", "roberta", "electra")
_SIZES: dict[str, Any] = {
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "intermediate_size": 32,
    "max_position_embeddings": 40,
    "initializer_range": 1.0,  # much smaller, and all heads look alike
}
_DISTIL_SIZES: dict[str, Any] = {
    "dim": 24,
    "n_layers": 2,
    "n_heads": 3,
    "hidden_dim": 32,
    "max_position_embeddings": 40,
    "initializer_range": 1.0,
}


def write_model(family: str, folder: Path, **changes: Any) -> Path:
    """A random model of the family with its tokenizer; `changes` go into its config."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = _write_byte_pairs(folder) if family == "roberta" else _write_wordpieces(folder)
    torch.manual_seed(7)
    _model(family, vocabulary, changes).save_pretrained(folder)
    return folder


def change_config(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def _model(family: str, vocabulary: int, changes: dict[str, Any]) -> Any:
    if family == "distilbert":
        sizes = _DISTIL_SIZES | {"vocab_size": vocabulary} | changes
        return transformers.DistilBertModel(transformers.DistilBertConfig(**sizes))
    sizes = _SIZES | {"vocab_size": vocabulary} | changes
    if family == "roberta":
        own = {"type_vocab_size": 1, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
        return transformers.RobertaModel(transformers.RobertaConfig(**(own | sizes)))
    if family == "electra":
        sizes = {"embedding_size": 24} | sizes
        return transformers.ElectraModel(transformers.ElectraConfig(**sizes))
    return transformers.BertModel(transformers.BertConfig(**sizes))


def _write_wordpieces(folder: Path) -> int:
    (folder / "vocab.txt").write_text("\n".join(WORDPIECES) + "\n", encoding="utf-8")
    return len(WORDPIECES)


def _write_byte_pairs(folder: Path) -> int:
    """A byte-level vocabulary without merges, but for one: `th`."""
    from tokenizers.pre_tokenizers import ByteLevel

    pieces = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *sorted(ByteLevel.alphabet()), "th"]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\nt h\n", encoding="utf-8")
    return len(pieces)


def write_task_model(family: str, task: str, folder: Path, **changes: Any) -> Path:
    """A random model with a classification layer; `task` as in `AutoModelForTokenClassification`.

    No bias is zero, as it is before training; `changes` go into its config.
    """
    write_model(family, folder)
    config = transformers.AutoConfig.from_pretrained(folder, **changes)
    torch.manual_seed(5)
    module = getattr(transformers, f"AutoModelFor{task}").from_config(config)
    with torch.no_grad():
        for weight in module.parameters():
            weight += 0.2 * torch.randn(weight.shape)
    module.save_pretrained(folder)
    return folder


def word_vectors(model: Model) -> FloatArray:
    """The model's table of token embeddings: (row, width)."""
    table: FloatArray = model.module.embeddings.word_embeddings.weight.detach().numpy()
    return table
