"""Which of two words gets more weight, and whether that is another one in sentence B, in words."""

from collections.abc import Sequence
from typing import Final

MOVED: Final = 0.1
"""From here on a change of weight counts as one."""

LEVEL: Final = 0.05
"""Two weights that differ by less count as level, and a smaller change as hardly one."""


def leader(weights: Sequence[float]) -> int | None:
    """The one of two weights that is larger, 0 or 1; None where the two are level."""
    first, second = map(float, weights)
    if abs(first - second) < LEVEL:
        return None
    return 0 if first > second else 1


def flips(in_a: Sequence[float], in_b: Sequence[float]) -> bool:
    """Whether one of two words clearly gets more in A, and the other one in B."""
    leaders = {leader(in_a), leader(in_b)}
    return leaders == {0, 1}


def preference(names: Sequence[str], in_a: Sequence[float], in_b: Sequence[float]) -> str:
    """A sentence that says which of two words gets more, in A and in B.

    in_a, in_b: (word,), the weights of both
    """
    a, b = leader(in_a), leader(in_b)
    if a is None and b is None:
        return f"“{names[0]}” and “{names[1]}” are level in both sentences."
    if a == b:
        return f"The same word, “{names[a or 0]}”, gets more in both: the preference stays."
    if a is not None and b is not None:
        return f"The preference flips: “{names[a]}” gets more in A, “{names[b]}” in B."
    parts = [
        f"in {letter} the two are level" if who is None else f"in {letter} “{names[who]}” gets more"
        for letter, who in (("A", a), ("B", b))
    ]
    return f"I{'; '.join(parts)[1:]}."
