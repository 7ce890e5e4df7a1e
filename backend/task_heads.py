"""A task model's own classification layer: what it was fine-tuned to say of T.

    probability of label c for vector x = softmax over c of (weight[c] · x + bias[c])

A token classification has x = a token's vector in T. A sentence classification has one x for all:
the first token's vector, taken through one more layer first, x = f(W t + b), where f is the
family's own. Only these few weights are read from the files; the encoder is the one that is loaded.
Sources: Devlin et al. 2018, sections 4.1 and 5.3 (BERT), Sanh et al. 2019 (DistilBERT), Liu et
al. 2019 (RoBERTa), Clark et al. 2020 (ELECTRA).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from backend.classifier import LinearClassifier
from backend.encoder import LabelLayer
from backend.hub import WEIGHTS
from backend.model_files import model_folder
from backend.trace import FloatArray
from backend.weights import broken_weights

if TYPE_CHECKING:
    import torch

About = Literal["token", "sentence"]

_TASKS: Final[dict[str, About]] = {
    "ForTokenClassification": "token",
    "ForSequenceClassification": "sentence",
}
_PARTS: Final[dict[tuple[str, About], tuple[str, ...]]] = {
    ("bert", "token"): ("classifier",),
    ("distilbert", "token"): ("classifier",),
    ("roberta", "token"): ("classifier",),
    ("electra", "token"): ("classifier",),
    ("bert", "sentence"): ("bert.pooler.dense", "classifier"),
    ("distilbert", "sentence"): ("pre_classifier", "classifier"),
    ("roberta", "sentence"): ("classifier.dense", "classifier.out_proj"),
    ("electra", "sentence"): ("classifier.dense", "classifier.out_proj"),
}
"""Where each family keeps its layers: the classification layer last, W and b before it."""
_SEVERAL_AT_ONCE: Final = "multi_label_classification"


@dataclass(frozen=True, eq=False)
class Pooler:
    """The layer between the first token's vector and a sentence's classification layer.

    weight: (width, width)
    bias: (width,)
    family: whose function f follows
    """

    weight: FloatArray
    bias: FloatArray
    family: str

    def __post_init__(self) -> None:
        """Raises ValueError for shapes that NumPy would stretch to fit, and torch would not."""
        if self.weight.ndim != 2 or self.bias.shape != self.weight.shape[:1]:
            raise ValueError(
                f"expected a matrix and a bias for its rows, got {self.weight.shape} and "
                f"{self.bias.shape}"
            )

    def __call__(self, vectors: FloatArray) -> FloatArray:
        """f(W t + b) for each vector: (row, width)."""
        turned: FloatArray = vectors @ self.weight.T + self.bias
        if self.family == "distilbert":
            return np.maximum(turned, 0)
        return _gelu(turned) if self.family == "electra" else np.tanh(turned)

    def turned(self, vectors: torch.Tensor) -> torch.Tensor:
        """The same in torch, so that it can be derived."""
        import torch

        weight, bias = (
            torch.tensor(array, device=vectors.device) for array in (self.weight, self.bias)
        )
        turned = torch.nn.functional.linear(vectors, weight, bias)
        if self.family == "distilbert":
            return turned.relu()
        return torch.nn.functional.gelu(turned) if self.family == "electra" else turned.tanh()


@dataclass(frozen=True, eq=False)
class PooledLayer:
    """A classification layer behind a pooler."""

    pooler: Pooler
    layer: LinearClassifier

    def probabilities(self, vectors: FloatArray) -> FloatArray:
        """How likely each label is: (row, width) to (row, label)."""
        return self.layer.probabilities(self.pooler(vectors))

    def scores(self, vectors: torch.Tensor) -> torch.Tensor:
        """What the softmax is taken of, in torch, so that it can be derived: (row, label)."""
        return self.layer.scores(self.pooler.turned(vectors))

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        return self.layer.nbytes + self.pooler.weight.nbytes + self.pooler.bias.nbytes


@dataclass(frozen=True, eq=False)
class TaskHead:
    """What a model was fine-tuned for.

    about: what it classifies, each token or the whole sentence
    labels: in the order of `probabilities`; text as it stands in the model's files
    pooler: whether one more layer stands between T and the classification layer
    layer: both together
    """

    about: About
    labels: tuple[str, ...]
    pooler: bool
    layer: LabelLayer

    def probabilities(self, vectors: FloatArray) -> FloatArray:
        """How likely each label is; 0 to 1, each row sums to 1.

        vectors: (token, width), the model's T: `trace.hidden[-1]`
        returns: (token, label), or (1, label) where it classifies sentences
        """
        return self.layer.probabilities(vectors if self.about == "token" else vectors[:1])

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.layer.nbytes


def load_task_head(name: str, config: Any) -> TaskHead | None:
    """The classification layer in the files of a model; None where it has none.

    A model that gives a number instead of labels, or several labels at once, counts as none:
    its answers are no probabilities that sum to 1.
    config: the model's own, as the transformers library has it
    Raises NotAModel if the layer's weights are missing or damaged.
    """
    about = _task_of(config)
    if about is None:
        return None
    family: str = config.model_type
    *pooler, last = _PARTS[family, about]
    found = _weights(name, (*pooler, last))
    try:
        weight, bias = found[last]
        only = LinearClassifier(weight, bias, _labels(config, len(bias)))
        layer = PooledLayer(Pooler(*found[pooler[0]], family), only) if pooler else only
        shares = layer.probabilities(np.zeros((1, config.hidden_size), dtype=np.float32))
    except ValueError as error:  # shapes that do not fit each other
        raise broken_weights(name) from error
    if not np.isfinite(shares).all():
        raise broken_weights(name)
    return TaskHead(about, only.classes, bool(pooler), layer)


def _task_of(config: Any) -> About | None:
    """What the model was fine-tuned for, as its config tells."""
    if config.num_labels < 2 or config.problem_type == _SEVERAL_AT_ONCE:
        return None
    names = [str(name) for name in config.architectures or ()]
    tasks = (task for end, task in _TASKS.items() if any(name.endswith(end) for name in names))
    return next(tasks, None)


def _labels(config: Any, count: int) -> tuple[str, ...]:
    """The names of the labels 0, 1, ...; a label without a name has its number."""
    names: Mapping[Any, Any] = config.id2label or {}
    known = {str(number): str(name) for number, name in names.items()}
    return tuple(known.get(str(number), f"label {number}") for number in range(count))


def _weights(name: str, parts: tuple[str, ...]) -> Mapping[str, tuple[FloatArray, FloatArray]]:
    """Weight and bias of each part, in float32."""
    from safetensors import safe_open

    try:
        with safe_open(model_folder(name) / WEIGHTS, framework="pt") as file:
            return {
                part: (
                    _array(file.get_tensor(f"{part}.weight")),
                    _array(file.get_tensor(f"{part}.bias")),
                )
                for part in parts
            }
    except Exception as error:  # damaged files fail in every way there is
        raise broken_weights(name) from error


def _array(tensor: torch.Tensor) -> FloatArray:
    array: FloatArray = tensor.float().numpy().copy()
    return array


def _gelu(values: FloatArray) -> FloatArray:
    import torch

    curved: FloatArray = torch.nn.functional.gelu(torch.from_numpy(values)).numpy()
    return curved
