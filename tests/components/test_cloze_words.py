import pytest

from components.cloze_words import bold, side_by_side
from components.plain import JOINER


def read(text: str) -> str:
    return text.replace(JOINER, "").replace("\\", "")


def test_side_by_side_tells_which_gaps_are_compared() -> None:
    shares = [("dog", 0.5, 0.0004), ("road", 0.0, 0.25)]
    one_each = read(side_by_side(shares, [(0, 1), (0, 1)]))
    assert one_each == (
        "**Side by side**: **dog** has 0.500 in A and < 0.001 in B; "
        "**road** has 0.000 in A and 0.250 in B."
    )
    several = read(side_by_side(shares, [(2, 3), (0, 2)]))
    assert several.startswith("**Side by side** (the 3rd mask of A and the 1st mask of B): ")
    assert "(the mask of A and the 2nd mask of B)" in read(side_by_side(shares, [(0, 1), (1, 2)]))


@pytest.mark.parametrize("text", ["road", ",", "–", "*", "[UNK]", "##ed"])
def test_bold_text_may_stand_within_a_word(text: str) -> None:
    """Two asterisks begin and end bold text where no space and no mark follows or stands before."""
    made = bold(text)
    assert made.startswith(f"**{JOINER}")
    assert made.endswith(f"{JOINER}**{JOINER}")
    assert read(made) == f"**{text}**"
