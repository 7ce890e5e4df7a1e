"""The layer of a masked-word model that says what could stand at a mask.

    probability of word w for vector x = softmax over w of (E[w] · norm(f(W x + b)) + c[w])

E is the table of token embeddings (tied weights), f the model's activation function, W, b and c
the layer's own. Only its few weights are read from the files; the encoder is the one that is
loaded.
Sources: Devlin et al. 2018 (BERT), Sanh et al. 2019 (DistilBERT), Liu et al. 2019 (RoBERTa).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from backend.hub import WEIGHTS
from backend.model_files import model_folder
from backend.tensors import array_of
from backend.trace import FloatArray
from backend.weights import broken_weights

if TYPE_CHECKING:
    import torch

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
class OutputLayer:
    """An output layer put on its encoder; several threads may use it at once.

    weights: W (width, width), b, the norm's gain and shift (width,) each, and c (vocabulary,)
    table: E (vocabulary, width)
    tied: whether the table is the encoder's own, and takes no memory here
    activation: f, by its name in the transformers library
    epsilon: what the norm adds to the variance
    """

    weights: tuple[torch.Tensor, ...]
    table: torch.Tensor
    tied: bool
    activation: str
    epsilon: float

    @property
    def nbytes(self) -> int:
        """Bytes held, without what it shares with its encoder."""
        own = self.weights if self.tied else (*self.weights, self.table)
        return sum(weight.nbytes for weight in own)

    def probabilities(self, vectors: FloatArray) -> FloatArray:
        """How likely each piece of the vocabulary is for each vector; each row sums to 1.

        vectors: (..., width)
        returns: (..., vocabulary)
        """
        import torch

        with torch.inference_mode():
            beside = torch.tensor(vectors, device=self.table.device)
            return array_of(self.scores(beside).softmax(dim=-1))

    def scores(self, vectors: torch.Tensor) -> torch.Tensor:
        """What the softmax is taken of, in torch, so that it can be derived: (..., vocabulary).

        vectors: (..., width)
        """
        from torch.nn.functional import layer_norm, linear
        from transformers.activations import ACT2FN

        weight, bias, gain, shift, base = self.weights
        turned = ACT2FN[self.activation](linear(vectors, weight, bias))
        normalised = layer_norm(turned, gain.shape, gain, shift, self.epsilon)
        return linear(normalised, self.table, base)


def load_output_layer(name: str, module: Any) -> OutputLayer | None:
    """The output layer in the files of a model, None where it has none that fills masks.

    module: its encoder, as the transformers library has it
    Raises NotAModel if the files are damaged.
    """
    from safetensors import safe_open

    parts = _PARTS.get(module.config.model_type)
    if parts is None:
        return None
    dense, norm, base, decoder = parts
    wanted = (f"{dense}.", f"{norm}.", base, f"{decoder}.")
    try:
        with safe_open(model_folder(name) / WEIGHTS, framework="pt") as file:
            weights = {
                _today(one): file.get_tensor(one).clone()  # no view into the file: it would stay
                for one in file.keys()  # noqa: SIM118, it is no mapping
                if one.startswith(wanted)
            }
    except Exception as error:  # damaged files fail in every way there is
        raise broken_weights(name) from error
    return output_layer_of(module, weights)


def output_layer_of(module: Any, weights: Mapping[str, torch.Tensor]) -> OutputLayer | None:
    """The output layer for an encoder, from the weights of the whole by their names.

    None where there is none among them.
    """
    dense, norm, base, decoder = _PARTS[module.config.model_type]
    config, own = module.config, module.embeddings.word_embeddings.weight.detach()
    tied = getattr(config, "tie_word_embeddings", True)
    names = [f"{part}.{kind}" for part in (dense, norm) for kind in ("weight", "bias")]
    names += [base] if tied else [f"{decoder}.bias", f"{decoder}.weight"]
    found = [weights[one].detach().float().to(own.device) for one in names if one in weights]
    if len(found) < len(names):
        return None
    return OutputLayer(
        weights=tuple(found[:_OWN]),
        table=own if tied else found[_OWN],
        tied=tied,
        activation=getattr(config, "hidden_act", None) or config.activation,
        epsilon=getattr(config, "layer_norm_eps", _EPSILON),
    )


def _today(name: str) -> str:
    """How a weight is called now; files of old called the norm's gain and shift otherwise."""
    return name.replace(".gamma", ".weight").replace(".beta", ".bias")
