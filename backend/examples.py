"""Sentence pairs to start from. In each pair one word decides what the pronoun stands for.

They were chosen because one head of the built-in model does something with them that can be
seen; what it does with each, right or wrong, is said with its numbers.
"""

from dataclasses import dataclass
from typing import Final

LAYER: Final = 3
HEAD: Final = 1
"""Where the built-in model's pronouns look at nouns: the head that all claims are about."""

MOVED: Final = 0.1
"""From here on a change of weight counts as one."""


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
        """Whether the larger weight changes sides as the meaning does."""
        return self.in_a[0] > self.in_a[1] and self.in_b[1] > self.in_b[0]

    @property
    def about(self) -> str:
        """The claim in words."""
        return (
            f"In layer {LAYER}, head {HEAD} of the built-in model, “{self.pronoun}” looks at "
            f"“{self.first}” with {self.in_a[0]:.2f} and at “{self.second}” with "
            f"{self.in_a[1]:.2f} in A, with {self.in_b[0]:.2f} and {self.in_b[1]:.2f} in B. "
            f"{self._judgement()}"
        )

    def _judgement(self) -> str:
        if abs(self.shift) < MOVED:
            return (
                "By this head the model does not tell the two sentences apart: the weights hardly "
                f"move, and “{self._leader()}” gets more in both."
            )
        if not self.resolved:
            return f"They move the wrong way: in B even more goes to “{self.first}”."
        if self.flips:
            return "The larger weight changes sides, as the meaning does."
        return (
            f"They move the right way, from “{self.first}” towards “{self.second}”, but "
            f"“{self._leader()}” gets more in both: this head leans, it does not solve."
        )

    def _leader(self) -> str:
        return self.first if self.in_a[0] > self.in_a[1] else self.second


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
        Claim("it", "chicken", "road", (0.68, 0.05), (0.35, 0.13)),
    ),
    Example(
        "The car and the hill",
        "The car could not climb the hill because it was too old.",
        "The car could not climb the hill because it was too steep.",
        Claim("it", "car", "hill", (0.81, 0.05), (0.27, 0.45)),
    ),
    Example(
        "The horse and the fence",
        "The horse refused to jump the fence because it was too tired.",
        "The horse refused to jump the fence because it was too high.",
        Claim("it", "horse", "fence", (0.77, 0.11), (0.41, 0.48)),
    ),
    Example(
        "The hammer and the stone",
        "The hammer could not break the stone because it was too light.",
        "The hammer could not break the stone because it was too hard.",
        Claim("it", "hammer", "stone", (0.48, 0.28), (0.32, 0.46)),
    ),
    Example(
        "The cat and the tree",
        "The cat climbed the tree because it was scared.",
        "The cat climbed the tree because it was tall.",
        Claim("it", "cat", "tree", (0.48, 0.12), (0.35, 0.36)),
    ),
    Example(
        "The students and the teachers",
        "The students thanked the teachers because they were grateful.",
        "The students thanked the teachers because they were helpful.",
        Claim("they", "students", "teachers", (0.83, 0.10), (0.40, 0.34)),
    ),
    Example(
        "The doctors and the patients",
        "The doctors warned the patients because they were concerned.",
        "The doctors warned the patients because they were careless.",
        Claim("they", "doctors", "patients", (0.42, 0.44), (0.25, 0.68)),
    ),
    Example(
        "The animal and the street",
        "The animal didn't cross the street because it was too frightened.",
        "The animal didn't cross the street because it was too crowded.",
        Claim("it", "animal", "street", (0.62, 0.05), (0.26, 0.16)),
    ),
    Example(
        "The trophy and the suitcase",
        "The trophy doesn't fit in the suitcase because it is too big.",
        "The trophy doesn't fit in the suitcase because it is too small.",
        Claim("it", "trophy", "suitcase", (0.62, 0.18), (0.65, 0.14)),
    ),
    Example(
        "The ball and the table",
        "The ball crashed through the table because it was made of steel.",
        "The ball crashed through the table because it was made of paper.",
        Claim("it", "ball", "table", (0.53, 0.11), (0.66, 0.12)),
    ),
    Example("My dog Fido (without Sentence B)", "My dog Fido is cute. He likes playing.", ""),
)
"""The first is what the app opens with."""
