"""What could stand at a mask: the output layer of a masked-word model, read at any layer.

    probability of word w for vector x = softmax over w of (E[w] · norm(f(W x + b)) + c[w])

E is the table of token embeddings (tied weights), f the model's activation function, W, b and c
the layer's own. The layer was trained for the last hidden states; held against earlier ones it
tells how far the answer is at that depth (nostalgebraist 2020, "interpreting GPT: the logit
lens"). Only its few weights are read from the files; the encoder is the one that is loaded.
Sources: Devlin et al. 2018 (BERT), Sanh et al. 2019 (DistilBERT), Liu et al. 2019 (RoBERTa).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from backend.errors import NoMaskedWords
from backend.hub import WEIGHTS
from backend.model import Model
from backend.model_files import model_folder
from backend.trace import FloatArray, IntArray, Trace
from backend.weights import broken_weights

if TYPE_CHECKING:
    import torch

MASKS: Final = ("[MASK]", "<mask>")
_PARTS: Final = {
    "bert": (
        "cls.predictions.transform.dense",
        "cls.predictions.transform.LayerNorm",
        "cls.predictions.bias",
        "cls.predictions.decoder",
    ),
    "distilbert": (
        "vocab_transform",
        "vocab_layer_norm",
        "vocab_projector.bias",
        "vocab_projector",
    ),
    "roberta": ("lm_head.dense", "lm_head.layer_norm", "lm_head.bias", "lm_head.decoder"),
}
"""Where each family keeps W and b, the norm, c, and E where it is not the table of embeddings."""
_OWN: Final = 5  # weights that no model shares: W, b, gain, shift, c
_EPSILON: Final = 1e-12  # of DistilBERT, whose config does not say


@dataclass(frozen=True, eq=False)
class Filled:
    """What could stand at some tokens of a trace.

    positions: (place,), the tokens
    probabilities: (layer + 1, place, vocabulary), 0 to 1, each row sums to 1; read off the
        encoder's input first, off the last layer last: that is the model's own answer
    """

    positions: IntArray
    probabilities: FloatArray

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        self.positions.flags.writeable = False
        self.probabilities.flags.writeable = False

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        return self.positions.nbytes + self.probabilities.nbytes


@dataclass(frozen=True, eq=False)
class OutputLayer:
    """The weights of an output layer, without those that it shares with its model.

    weights: W (width, width), b, the norm's gain and shift (width,) each, and c (vocabulary,)
    table: E (vocabulary, width); None where it is the model's own table of embeddings
    """

    weights: tuple[torch.Tensor, ...]
    table: torch.Tensor | None

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        tables = () if self.table is None else (self.table,)
        return sum(weight.nbytes for weight in (*self.weights, *tables))


class MaskedWords:
    """The output layer of a model that fills masks; several threads may use it at once.

    mask: what to type where a word is to be filled in
    pieces: the vocabulary by id
    """

    def __init__(self, model: Model, layer: OutputLayer) -> None:
        """Put a model's output layer on the loaded model."""
        from transformers.activations import ACT2FN

        config = model.module.config
        self.name = model.name
        self.pieces = model.pieces
        self.mask = next((mark for mark in MASKS if mark in model.pieces), "")
        self._mask_id = model.pieces.index(self.mask) if self.mask else -1
        self._activation = ACT2FN[getattr(config, "hidden_act", None) or config.activation]
        self._epsilon: float = getattr(config, "layer_norm_eps", _EPSILON)
        own = model.module.embeddings.word_embeddings.weight.detach()
        self._weights = (*layer.weights, own if layer.table is None else layer.table)

    def masks(self, trace: Trace) -> IntArray:
        """Where the masks are: (place,)."""
        return np.flatnonzero(trace.ids == self._mask_id)

    def fill(self, trace: Trace, positions: Sequence[int] | IntArray | None = None) -> Filled:
        """What could stand at the masks of a trace of the same model, or at the tokens given."""
        where = self.masks(trace) if positions is None else np.array(positions, dtype=np.int64)
        return Filled(where, self.probabilities(trace.hidden[:, where]))

    def probabilities(self, vectors: FloatArray) -> FloatArray:
        """How likely each piece of the vocabulary is for each vector; each row sums to 1.

        vectors: (..., width)
        returns: (..., vocabulary)
        """
        import torch

        with torch.inference_mode():
            shares: FloatArray = self.scores(torch.tensor(vectors)).softmax(dim=-1).numpy()
        return shares

    def scores(self, vectors: torch.Tensor) -> torch.Tensor:
        """What the softmax is taken of, in torch, so that it can be derived: (..., vocabulary).

        vectors: (..., width)
        """
        from torch.nn.functional import layer_norm, linear

        weight, bias, gain, shift, base, table = self._weights
        turned = self._activation(linear(vectors, weight, bias))
        normalised = layer_norm(turned, gain.shape, gain, shift, self._epsilon)
        return linear(normalised, table, base)


def load_output_layer(model: Model) -> OutputLayer:
    """The output layer that belongs to a model of a catalogue name, a Hub id or a folder.

    Raises NoMaskedWords if its files hold none, NotAModel if they are damaged.
    """
    from safetensors import safe_open

    dense, norm, base, decoder = _parts(model)
    wanted = (f"{dense}.", f"{norm}.", base, f"{decoder}.")
    try:
        with safe_open(model_folder(model.name) / WEIGHTS, framework="pt") as file:
            weights = {
                _today(name): file.get_tensor(name).clone()  # no view into the file: it would stay
                for name in file.keys()  # noqa: SIM118, it is no mapping
                if name.startswith(wanted)
            }
    except Exception as error:  # damaged files fail in every way there is
        raise broken_weights(model.name) from error
    return output_layer_of(model, weights)


def output_layer_of(model: Model, weights: Mapping[str, torch.Tensor]) -> OutputLayer:
    """The output layer for a model, from the weights of the whole by their names.

    Raises NoMaskedWords if there is none among them.
    """
    dense, norm, base, decoder = _parts(model)
    tied = getattr(model.module.config, "tie_word_embeddings", True)
    names = [f"{part}.{kind}" for part in (dense, norm) for kind in ("weight", "bias")]
    names += [base] if tied else [f"{decoder}.bias", f"{decoder}.weight"]
    found = [weights[name].detach().float() for name in names if name in weights]
    if len(found) < len(names):
        raise _none(model)
    return OutputLayer(tuple(found[:_OWN]), None if tied else found[_OWN])


def _today(name: str) -> str:
    """How a weight is called now; files of old called the norm's gain and shift otherwise."""
    return name.replace(".gamma", ".weight").replace(".beta", ".bias")


def _parts(model: Model) -> tuple[str, str, str, str]:
    if model.family not in _PARTS:
        raise _none(model)
    return _PARTS[model.family]


def _none(model: Model) -> NoMaskedWords:
    return NoMaskedWords(
        f"The model {model.name} has no output layer that fills masks. Choose one that has, for "
        "example bert-base-uncased."
    )


def likeliest(probabilities: FloatArray, count: int) -> IntArray:
    """The ids of the `count` most likely pieces, most likely first, of equals the lower id first.

    probabilities: (..., vocabulary)
    returns: (..., count), fewer if the vocabulary is smaller
    """
    order: IntArray = np.argsort(-probabilities, axis=-1, kind="stable")[..., :count]
    return order
