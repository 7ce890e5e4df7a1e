"""Weights times the gradient of an answer: which of them the answer hangs on.

    y = log-odds of the answer = ln p / (1 - p)
    influence of weight α = ∂y/∂α · α

To first order that is how far the log-odds would fall if this one weight were taken away and all
others stayed as they are (the softmax would share it out anew; that is left aside here). Below 0
it speaks against the answer.
Sources: Serrano and Smith 2019, Is Attention Interpretable? (gradient times weight as a ranking);
Hao et al. 2021, Self-Attention Attribution (in BERT, there summed over weights growing from 0).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from backend.encoder_pass import run_layers
from backend.switched_off import SwitchedOff
from backend.tensors import array_of, tensor_beside
from backend.trace import FloatArray

if TYPE_CHECKING:
    import torch

Scores = Callable[["torch.Tensor"], "torch.Tensor"]
"""From T, (token, width), to what a softmax is taken of: (label,)."""


class Derivable(Protocol):
    """A layer whose answers can be derived."""

    def scores(self, vectors: torch.Tensor) -> torch.Tensor:
        """What its softmax is taken of: (row, width) to (row, label)."""
        ...


@dataclass(frozen=True, eq=False)
class Influence:
    """What every weight does for one answer; read-only.

    weights: (layer, head, query, key), in log-odds
    label: which label the answer is, by its number
    probability: of the answer, 0 to 1
    """

    weights: FloatArray
    label: int
    probability: float

    def __post_init__(self) -> None:
        """Make the array read-only."""
        self.weights.flags.writeable = False


def attention_influence(
    module: Any, states: FloatArray, heads: int, scores: Scores, off: SwitchedOff
) -> Influence:
    """How far each weight moves the likeliest answer.

    The gradients are taken with respect to the weights only and given back, so that nothing is
    written into the shared model.

    module: an encoder of the transformers library: BERT, DistilBERT, RoBERTa or ELECTRA
    states: (token, width), what its first layer reads
    """
    import torch

    with torch.enable_grad():
        found = run_layers(
            module,
            # else no gradients are kept of anything
            tensor_beside(module, states)[None].requires_grad_(),
            heads,
            gates=tensor_beside(module, off.gates(module.config.num_hidden_layers, heads))[None],
            visible=tensor_beside(module, off.visible(len(states)))[None] if off.hidden else None,
        )
        given = scores(found.hidden[-1][0])
        label = int(given.argmax())
        odds = log_odds(given, label)
        gradients = torch.autograd.grad(odds, found.attention)
    weights = np.stack(
        [
            array_of(slope[0] * weight[0])
            for slope, weight in zip(gradients, found.attention, strict=True)
        ]
    )
    return Influence(weights, label, float(odds.detach().sigmoid()))


def log_odds(scores: torch.Tensor, label: int) -> torch.Tensor:
    """ln p / (1 - p) of one label; 0 where it is as likely as all others together.

    scores: (label,), two at least
    """
    import torch

    others = torch.arange(len(scores)) != label
    return scores[label] - scores[others].logsumexp(dim=0)
