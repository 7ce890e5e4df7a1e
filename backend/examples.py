"""Sentence pairs to start from. In each pair one word decides what the pronoun stands for.

They were chosen because one head of the built-in model does something with them that can be
seen; what it does with each, right or wrong, is said with its numbers.
"""

from dataclasses import dataclass
from typing import Final

from backend.preference import MOVED, flips, preference

LAYER: Final = 3
HEAD: Final = 1
"""Where the built-in model's pronouns look at nouns: the head that all claims are about."""


@dataclass(frozen=True)
class Claim:
    """What the built-in model does with a pair, each sentence read alone.

    In A the pronoun stands for the first noun, in B for the second. `in_a` and `in_b` are the
    pronoun's weights on the first and on the second noun, in layer 3, head 1.
    """

    pronoun: str
    first: str
    second: str
    in_a: tuple[float, float]
    in_b: tuple[float, float]

    @property
    def shift(self) -> float:
        """How far the weight moves from the first noun towards the second; right is above 0."""
        return (self.in_a[0] - self.in_a[1]) - (self.in_b[0] - self.in_b[1])

    @property
    def resolved(self) -> bool:
        """Whether the weight moves clearly, and the way the meaning does."""
        return self.shift >= MOVED

    @property
    def flips(self) -> bool:
        """Whether the preference flips as the meaning does."""
        return self.resolved and flips(self.in_a, self.in_b)

    @property
    def about(self) -> str:
        """The claim in words."""
        return (
            f"In layer {LAYER}, head {HEAD} of the built-in model, “{self.pronoun}” looks at "
            f"“{self.first}” with {self.in_a[0]:.3f} and at “{self.second}” with "
            f"{self.in_a[1]:.3f} in A, with {self.in_b[0]:.3f} and {self.in_b[1]:.3f} in B. "
            f"{self._movement()} {preference((self.first, self.second), self.in_a, self.in_b)}"
        )

    def _movement(self) -> str:
        if abs(self.shift) < MOVED:
            return "This head does not tell the two sentences apart: the weights hardly move."
        if not self.resolved:
            return f"The weight moves the wrong way, towards “{self.first}”."
        return f"The weight moves the right way, from “{self.first}” towards “{self.second}”."


@dataclass(frozen=True)
class Example:
    """Two sentences under a name for the list, and what the built-in model does with them."""

    name: str
    a: str
    b: str
    claim: Claim | None = None


EXAMPLES: Final = (
    Example(
        "The chicken and the road",
        "The chicken didn't cross the road because it was too tired",
        "The chicken didn't cross the road because it was too wide",
        Claim("it", "chicken", "road", (0.677, 0.054), (0.346, 0.129)),
    ),
    Example(
        "The car and the hill",
        "The car could not climb the hill because it was too old.",
        "The car could not climb the hill because it was too steep.",
        Claim("it", "car", "hill", (0.810, 0.053), (0.267, 0.447)),
    ),
    Example(
        "The horse and the fence",
        "The horse refused to jump the fence because it was too tired.",
        "The horse refused to jump the fence because it was too high.",
        Claim("it", "horse", "fence", (0.769, 0.114), (0.411, 0.479)),
    ),
    Example(
        "The hammer and the stone",
        "The hammer could not break the stone because it was too light.",
        "The hammer could not break the stone because it was too hard.",
        Claim("it", "hammer", "stone", (0.482, 0.281), (0.325, 0.459)),
    ),
    Example(
        "The cat and the tree",
        "The cat climbed the tree because it was scared.",
        "The cat climbed the tree because it was tall.",
        Claim("it", "cat", "tree", (0.479, 0.116), (0.348, 0.360)),
    ),
    Example(
        "The students and the teachers",
        "The students thanked the teachers because they were grateful.",
        "The students thanked the teachers because they were helpful.",
        Claim("they", "students", "teachers", (0.827, 0.104), (0.400, 0.342)),
    ),
    Example(
        "The doctors and the patients",
        "The doctors warned the patients because they were concerned.",
        "The doctors warned the patients because they were careless.",
        Claim("they", "doctors", "patients", (0.417, 0.443), (0.254, 0.683)),
    ),
    Example(
        "The animal and the street",
        "The animal didn't cross the street because it was too frightened.",
        "The animal didn't cross the street because it was too crowded.",
        Claim("it", "animal", "street", (0.621, 0.047), (0.265, 0.165)),
    ),
    Example(
        "The trophy and the suitcase",
        "The trophy doesn't fit in the suitcase because it is too big.",
        "The trophy doesn't fit in the suitcase because it is too small.",
        Claim("it", "trophy", "suitcase", (0.622, 0.182), (0.653, 0.141)),
    ),
    Example(
        "The ball and the table",
        "The ball crashed through the table because it was made of steel.",
        "The ball crashed through the table because it was made of paper.",
        Claim("it", "ball", "table", (0.533, 0.109), (0.664, 0.117)),
    ),
    Example("My dog Fido (without Sentence B)", "My dog Fido is cute. He likes playing.", ""),
)
"""The first is what the app opens with."""
