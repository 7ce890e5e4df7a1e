"""What can be drawn wherever weights are shown: the weights themselves, and four readings of them.

One seam for all pages: from a trace to what is drawn of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from backend.answers import Answer, AnswerLayer
from backend.attention_flow import attention_flow, most_tokens
from backend.hub import Progress
from backend.model import Model
from backend.rollout import Doubles, attention_rollout, mixing_weights
from backend.switched_off import ALL_ON, SwitchedOff
from backend.trace import FloatArray, Trace
from backend.value_weights import length_shares

MOST_DERIVED: Final = 8_000_000
"""Weights whose gradients are taken: while it lasts, that needs some 160 MB."""

RAW: Final = "raw"


@dataclass(frozen=True)
class WeightKind:
    """One kind of what is drawn.

    answers: which question it answers, in a sentence or two; Markdown
    formula: Markdown with LaTeX; source: author and year
    per_layer: whether all heads of a layer are taken together
    of_model: whether the model is asked for it; else it is worked out of the trace alone
    """

    answers: str
    formula: str
    source: str
    per_layer: bool = False
    of_model: bool = False


KINDS: Final[Mapping[str, WeightKind]] = MappingProxyType(
    {
        RAW: WeightKind(
            "How does a head share out a token's attention? What the key then hands on, how much "
            "of it, and whether anything comes of it, the weight does not say.",
            r"$\alpha_{ij} = \mathrm{softmax}_j\,(q_i \cdot k_j / \sqrt{d})$",
            "Vaswani et al. 2017",
        ),
        "values": WeightKind(
            "How much of what a token is handed comes from each key? A weight counts with the "
            "length of the vector that it weighs: a token that is looked at much may hand on next "
            "to nothing. The numbers are shares of what the query gets.",
            r"$\alpha_{ij}\,\lVert f(x_j) \rVert$ / $\textstyle\sum_k \alpha_{ik}\,"
            r"\lVert f(x_k) \rVert$ with $f(x) = (W_V\,x + b_V)\,W_O^{\,h}$",
            "Kobayashi et al. 2020",
            of_model=True,
        ),
        "rollout": WeightKind(
            "Of which input tokens is a token mixed after this layer, if every layer only mixed? "
            "The heads of a layer are averaged, what a token keeps of itself is added, and the "
            "layers are multiplied, down to the input.",
            r"$R_l = \tilde A_l\,R_{l-1}$ from $R_0 = \tilde A_0$ on, with "
            r"$\tilde A_l = \tfrac12\,(\bar A_l + I)$",
            "Abnar and Zuidema 2020",
            per_layer=True,
        ),
        "flow": WeightKind(
            "How much could run from an input token up to a token after this layer, if each mean "
            "weight were a pipe of that width? Ways through different pipes add up. The numbers "
            "are shares of the query's flows.",
            r"Maximum flow from $(l, i)$ to input $j$ with capacities "
            r"$\tilde A = \tfrac12\,(\bar A + I)$",
            "Abnar and Zuidema 2020",
            per_layer=True,
        ),
        "gradient": WeightKind(
            "On which weights does one answer hang? A weight counts with how fast the answer "
            "changes with it, up or down. The numbers are shares of the strongest in the whole "
            "model, so heads can be compared.",
            r"$\lvert \partial y / \partial \alpha_{ij} \cdot \alpha_{ij} \rvert$ with "
            r"$y = \ln \tfrac{p}{1 - p}$ of the answer",
            "Serrano and Smith 2019; Hao et al. 2021",
            of_model=True,
        ),
    }
)
"""By their names in an address."""


@dataclass(frozen=True)
class Given:
    """The answer that was given.

    label: one of `labels`, the likeliest
    strongest: what 1 stands for in what is drawn, in log-odds
    """

    answer: Answer
    label: str
    labels: Sequence[str]
    probability: float
    strongest: float


@dataclass(frozen=True, eq=False)
class Weights:
    """What is drawn of a trace.

    drawn: the trace, with what is drawn as its `attention`, 0 to 1; one "head" a layer where all
        heads of a layer are taken together
    table: the same with its signs
    lengths: (layer, head, token), of the vectors that are handed on; only for `values`
    given: only for `gradient`
    """

    drawn: Trace
    table: Trace
    lengths: FloatArray | None = None
    given: Given | None = None

    @property
    def nbytes(self) -> int:
        """Bytes held; the vectors too, for they may outlive the trace that it was made of."""
        table = 0 if self.table is self.drawn else self.table.attention.nbytes
        return self.drawn.nbytes + table + (0 if self.lengths is None else self.lengths.nbytes)


def too_long(trace: Trace, kind: str) -> str:
    """Why this kind is not worked out for a text of this length; nothing where it is."""
    tokens = len(trace.tokens)
    if kind == "flow" and tokens > (most := most_tokens(trace.layers)):
        return (
            f"Flow needs a maximum flow for each pair of tokens and each layer: with {trace.layers}"
            f" layers it is worked out up to {most} tokens, and here are {tokens}."
        )
    if kind == "gradient" and trace.attention.size > MOST_DERIVED:
        most = int((MOST_DERIVED / (trace.layers * trace.heads)) ** 0.5)
        return (
            "Gradients of all weights at once take much memory: for this model they are worked "
            f"out up to {most} tokens, and here are {tokens}."
        )
    return ""


def weights_of(
    model: Model,
    trace: Trace,
    kind: str,
    *,
    off: SwitchedOff = ALL_ON,
    progress: Progress | None = None,
) -> Weights:
    """What is drawn of one of this model's own traces; every kind but `gradient`.

    off: what was switched off when the trace was made
    progress: called while flows are worked out, with how many of how many are done
    Raises ValueError if there is no such kind.
    """
    if kind == RAW:
        return Weights(trace, trace)
    gates = off.gates(trace.layers, trace.heads)
    if kind == "values":
        return _values(model, trace, gates)
    mixing = mixing_weights(trace.attention, gates)
    if kind == "rollout":
        return _per_layer(trace, attention_rollout(mixing))
    if kind == "flow":
        return _per_layer(trace, attention_flow(mixing, progress))
    raise ValueError(f"expected raw, values, rollout or flow, got {kind!r}")


def influence_weights(
    model: Model, trace: Trace, answer: Answer, layer: AnswerLayer, *, off: SwitchedOff
) -> Weights:
    """What is drawn as `gradient`: how much each weight does for the likeliest answer.

    off: what was switched off when the trace was made
    """
    found = model.encoder.influence(trace.hidden[0], layer.layer, layer.row, off)
    strongest = float(np.abs(found.weights).max())
    signed = found.weights / np.float32(strongest or 1)
    label = layer.labels[found.label]
    given = Given(answer, label, layer.labels, found.probability, strongest)
    drawn = replace(trace, attention=np.abs(signed))
    return Weights(drawn, replace(trace, attention=signed), given=given)


def on_one_scale(one: Weights, other: Weights) -> tuple[Weights, Weights]:
    """Both with 1 for the strongest of the two, where each has its own."""
    if one.given is None or other.given is None:
        return one, other
    most = max(one.given.strongest, other.given.strongest)
    return _scaled(one, one.given, most), _scaled(other, other.given, most)


def _values(model: Model, trace: Trace, gates: FloatArray) -> Weights:
    lengths = model.encoder.value_lengths(trace.hidden) * gates[:, :, None]
    drawn = replace(trace, attention=length_shares(trace.attention, lengths))
    return Weights(drawn, drawn, lengths=lengths)


def _per_layer(trace: Trace, weights: Doubles) -> Weights:
    drawn = replace(trace, attention=weights[:, None].astype(np.float32))
    return Weights(drawn, drawn)


def _scaled(weights: Weights, given: Given, most: float) -> Weights:
    if given.strongest == most:
        return weights
    factor = np.float32(given.strongest / most)
    drawn, table = (
        replace(trace, attention=trace.attention * factor)
        for trace in (weights.drawn, weights.table)
    )
    return replace(weights, drawn=drawn, table=table, given=replace(given, strongest=most))
