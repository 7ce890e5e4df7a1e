"""Sentence pairs to start from. In each pair one word decides what the pronoun stands for."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Example:
    """Two sentences under a name for the list."""

    name: str
    a: str
    b: str


EXAMPLES: Final = (
    Example(
        "The chicken and the road",
        "The chicken didn't cross the road because it was too tired",
        "The chicken didn't cross the road because it was too wide",
    ),
    Example(
        "The car and the hill",
        "The car could not climb the hill because it was too old.",
        "The car could not climb the hill because it was too steep.",
    ),
    Example(
        "The horse and the fence",
        "The horse refused to jump the fence because it was too tired.",
        "The horse refused to jump the fence because it was too high.",
    ),
    Example(
        "The hammer and the stone",
        "The hammer could not break the stone because it was too light.",
        "The hammer could not break the stone because it was too hard.",
    ),
    Example(
        "The cat and the tree",
        "The cat climbed the tree because it was scared.",
        "The cat climbed the tree because it was tall.",
    ),
    Example(
        "The students and the teachers",
        "The students thanked the teachers because they were grateful.",
        "The students thanked the teachers because they were helpful.",
    ),
    Example(
        "The doctors and the patients",
        "The doctors warned the patients because they were concerned.",
        "The doctors warned the patients because they were careless.",
    ),
    Example(
        "The animal and the street",
        "The animal didn't cross the street because it was too frightened.",
        "The animal didn't cross the street because it was too crowded.",
    ),
    Example(
        "The trophy and the suitcase",
        "The trophy doesn't fit in the suitcase because it is too big.",
        "The trophy doesn't fit in the suitcase because it is too small.",
    ),
    Example(
        "The ball and the table",
        "The ball crashed through the table because it was made of steel.",
        "The ball crashed through the table because it was made of paper.",
    ),
    Example("My dog Fido (without Sentence B)", "My dog Fido is cute. He likes playing.", ""),
)
"""The first is what the app opens with."""
