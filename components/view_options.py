"""What can be chosen by name in a link, and how each choice is called on screen."""

from collections.abc import Mapping
from typing import Final

from backend.labelled_texts import PRESETS
from backend.sentence_filter import SHOW

VIEWS: Final = {"head": "Head view", "model": "Model view", "neuron": "Neuron view"}
"""BertViz's views."""

LINES: Final = {"head": "One head", "mean": "Mean of all heads"}
"""What the lines of the Overview show."""

OWN: Final = "own"
TASKS: Final = PRESETS | {OWN: "My own"}
"""What a last layer is trained for."""

WEIGHTS: Final = {
    "raw": "Raw",
    "values": "× length of values",
    "rollout": "Rollout",
    "flow": "Flow",
    "gradient": "× gradient",
}
"""What is drawn wherever weights are shown."""

ANSWERS: Final = {
    "tag": "Part of speech",
    "mask": "Masked word",
    "label": "The model's own label",
}
"""Which answer of a model gradients are taken of."""

MEASURES: Final = {
    "previous": "Previous token",
    "next": "Next token",
    "same": "The token itself",
    "first": "[CLS]",
    "separator": "[SEP]",
    "punctuation": "Punctuation",
    "repeated": "Same word elsewhere",
    "a_to_b": "From A to B",
    "b_to_a": "From B to A",
    "distance": "Mean distance",
    "entropy": "Entropy",
}
"""What is measured of every head."""

OVER: Final = {"here": "These sentences", "presets": "All presets"}
"""Where heads are searched by example."""

TITLES: Final[Mapping[str, Mapping[str, str]]] = {
    "show": SHOW,
    "lines": LINES,
    "task": TASKS,
    "view": VIEWS,
    "weights": WEIGHTS,
    "answer": ANSWERS,
    "measure": MEASURES,
    "over": OVER,
}
"""The fields of a view that are chosen by name."""
