"""Questions to watch a small BERT learn by; it never was asked about any of their nouns."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Question:
    """A sentence and a masked one, the noun that fills it, and the one that does not."""

    text: str
    answer: str
    other: str


def _both(agent: str, did: str, place: str, agent_is: str, place_is: str) -> list[Question]:
    return [
        Question(
            f"The {agent} {did} the {place} because it was too {how}. The [MASK] was {how}.",
            answer,
            other,
        )
        for how, answer, other in ((agent_is, agent, place), (place_is, place, agent))
    ]


QUESTIONS: Final = (
    *_both("chicken", "did not cross", "road", "tired", "wide"),
    *_both("goat", "could not climb", "hill", "weak", "steep"),
    *_both("donkey", "refused to jump", "fence", "stubborn", "high"),
    *_both("tiger", "did not enter", "cave", "scared", "narrow"),
    *_both("van", "could not cross", "bridge", "heavy", "long"),
    *_both("penguin", "could not climb", "tower", "lazy", "slippery"),
)
"""In pairs that differ in the reason only: first the agent is meant, then the place."""
