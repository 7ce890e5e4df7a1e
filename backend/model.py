"""Load a BERT-family model and trace what it does with a sentence or two.

The only file of the backend that touches torch and transformers, and only inside functions:
importing both takes seconds, and the first page must not wait for them.
Sources: Devlin et al. 2018 (BERT), Sanh et al. 2019 (DistilBERT), Liu et al. 2019 (RoBERTa),
Clark et al. 2020 (ELECTRA).
"""

from __future__ import annotations

import json
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from backend.catalogue import BUILT_IN
from backend.errors import NoAttention, NotAModel
from backend.hub import WEIGHTS, Progress, check_built_in, model_folder
from backend.tokenizer import Tokenizer, load_tokenizer
from backend.trace import Embeddings, FloatArray, IntArray, Trace

if TYPE_CHECKING:
    from pathlib import Path

    import torch

_CLASSES: Final = {
    "bert": "BertModel",
    "distilbert": "DistilBertModel",
    "roberta": "RobertaModel",
    "electra": "ElectraModel",
}
_WITH_POOLER: Final = ("bert", "roberta")
_loading = Lock()  # the libraries' late imports and loading are not made for two at once


class Model:
    """A loaded encoder; several threads may trace at once.

    limit: the most tokens it reads at once, those the tokenizer adds included
    nbytes: memory its weights hold
    pieces: the vocabulary by id; "" where a row of the table belongs to no piece
    word_vectors: (vocabulary, width), read-only, the model's own memory and no copy
    """

    def __init__(self, name: str, module: Any, tokenizer: Tokenizer) -> None:
        """Wrap an encoder of the transformers library and the tokenizer that belongs to it."""
        config = module.config
        self.name = name
        self.tokenizer = tokenizer
        self.family: str = config.model_type
        self.layers: int = config.num_hidden_layers
        self.heads: int = config.num_attention_heads
        self.width: int = config.hidden_size
        self.nbytes = sum(weight.nbytes for weight in module.parameters())
        self._module = module
        self.limit = tokenizer.limit
        self.word_vectors = _read_only(module.embeddings.word_embeddings.weight)
        self.pieces = _by_row(tokenizer.pieces, len(self.word_vectors))

    def trace(self, a: str, b: str | None = None) -> Trace:
        """Everything the model computes for A and B; a B without any token counts as none.

        Raises EmptySentence if A has no token, NoAttention if the model hides its weights,
        NotAModel if what it computes is no number.
        """
        import torch

        pieces = self.tokenizer.split(a, b)
        ids = torch.from_numpy(pieces.ids.copy())[None]  # (1, token)
        segments = torch.from_numpy(self._segments(pieces.segments))[None]
        with torch.inference_mode():
            attention, hidden = self._run(ids, segments)
            embeddings = self._embeddings(ids, segments)
        return Trace(
            model=self.name,
            sentences=(a, b if pieces.segments.any() else None),
            tokens=pieces.tokens,
            ids=pieces.ids,
            segments=pieces.segments,
            special=pieces.special,
            spans=pieces.spans,
            attention=attention,
            hidden=hidden,
            embeddings=embeddings,
            left_out=pieces.left_out,
        )

    def _segments(self, segments: IntArray) -> IntArray:
        """The segment ids as the model was trained: RoBERTa always reads zeros."""
        told_apart = self.family != "roberta" and self._segment_kinds() > 1
        return segments.copy() if told_apart else np.zeros_like(segments)

    def _segment_kinds(self) -> int:
        table = getattr(self._module.embeddings, "token_type_embeddings", None)
        return 0 if table is None else int(table.num_embeddings)

    def _run(self, ids: torch.Tensor, segments: torch.Tensor) -> tuple[FloatArray, FloatArray]:
        import torch

        extra = {} if self.family == "distilbert" else {"token_type_ids": segments}
        output = self._module(
            input_ids=ids, output_attentions=True, output_hidden_states=True, **extra
        )
        weights = output.attentions or ()
        if len(weights) != self.layers or any(layer is None for layer in weights):
            raise NoAttention(
                f"The model {self.name} does not give its attention weights, so there is nothing "
                "to show. Choose another model."
            )
        if not torch.isfinite(output.hidden_states[-1]).all():
            raise _broken(self.name)
        return _stacked(weights), _stacked(output.hidden_states)

    def _embeddings(self, ids: torch.Tensor, segments: torch.Tensor) -> Embeddings:
        table = self._module.embeddings
        token = table.word_embeddings(ids)  # (1, token, width)
        position = table.position_embeddings(self._positions(ids))
        kinds = self._segment_kinds()
        segment = table.token_type_embeddings(segments) if kinds else None
        if segment is not None and kinds == 1:
            # RoBERTa adds one and the same vector everywhere. It tells no segments apart, but
            # belongs to the sum: it goes with the position.
            position, segment = position + segment, None
        total = token + position if segment is None else token + segment + position
        return Embeddings(
            token=_array(token[0]),
            segment=None if segment is None else _array(segment[0]),
            position=_array(position[0]),
            input=_array(table.LayerNorm(total)[0]),
        )

    def _positions(self, ids: torch.Tensor) -> torch.Tensor:
        import torch

        table = self._module.embeddings
        if self.family != "roberta":
            return torch.arange(ids.shape[1])[None]
        positions: torch.Tensor = table.create_position_ids_from_input_ids(ids, table.padding_idx)
        return positions.expand(1, -1)


def load_model(name: str, progress: Progress | None = None) -> Model:
    """The model of a catalogue name, a Hub id or a folder, ready to trace.

    `progress(done, total)` counts the bytes while they are downloaded.
    Raises UnknownModel, HubUnreachable or NotAModel, each with what to do.
    """
    folder = model_folder(name, progress)
    if name == BUILT_IN:
        check_built_in()
    family = _family(name, folder)
    module = _module(name, folder, family)
    tokenizer = load_tokenizer(name)
    if len(tokenizer.pieces) > module.embeddings.word_embeddings.num_embeddings:
        raise NotAModel(
            f"The tokenizer of {name} has more pieces than the model has vectors: the files do "
            "not belong together. Choose another model."
        )
    return Model(name, module, tokenizer)


def _family(name: str, folder: Path) -> str:
    config = _config(name, folder)
    family = str(config.get("model_type"))
    if family not in _CLASSES or config.get("position_embedding_type", "absolute") != "absolute":
        raise NotAModel(
            f"{name} is no model this app can open: it reads BERT, DistilBERT, RoBERTa and "
            "ELECTRA models. Choose one of those, or the built-in model."
        )
    if not (folder / WEIGHTS).is_file():
        raise NotAModel(
            f"{name} has no file {WEIGHTS}, the only format this app opens. Choose a model that "
            "has one, or the built-in model."
        )
    return family


def _config(name: str, folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotAModel(
            f"{name} is no model: it has no config.json that can be read. Give the folder that "
            "holds the model's files, or choose the built-in model."
        ) from error
    return config if isinstance(config, dict) else {}


def _module(name: str, folder: Path, family: str) -> Any:
    """The encoder in float32 and without the pooler, which nothing here reads."""
    with _loading:
        return _loaded(name, folder, family)


def _loaded(name: str, folder: Path, family: str) -> Any:
    import torch
    import transformers

    torch.set_num_threads(1)  # on a busy machine two threads are up to four times slower
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
        raise _broken(name) from error
    if report["missing_keys"] or report["mismatched_keys"]:
        raise _broken(name)
    return module.eval()


def _broken(name: str) -> NotAModel:
    return NotAModel(
        f"The weights of {name} are damaged or incomplete. Download the model again, or choose "
        "the built-in model."
    )


def _by_row(pieces: tuple[str, ...], rows: int) -> tuple[str, ...]:
    return pieces + ("",) * (rows - len(pieces))


def _array(tensor: torch.Tensor) -> FloatArray:
    array: FloatArray = tensor.numpy()
    return array


def _read_only(tensor: torch.Tensor) -> FloatArray:
    """The tensor's own memory, not a copy."""
    array = _array(tensor.detach())
    array.flags.writeable = False
    return array


def _stacked(layers: tuple[torch.Tensor, ...]) -> FloatArray:
    """One array of what every layer gave for the only input of the batch."""
    return np.stack([_array(layer[0]) for layer in layers])
