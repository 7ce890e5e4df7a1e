"""What the Cloze page says: what the task is, what the numbers mean, and what they do not."""

from collections.abc import Sequence
from typing import Final

from backend.catalogue import title_of
from backend.small_bert import Scores
from backend.small_training import TRIED
from backend.small_words import HELD_OUT, VOCABULARY
from components.figures_cloze import ORDINALS
from components.figures_lesson import written
from components.plain import JOINER, plain

READING: Final = """
- A **cloze** is a text with a word left out that the reader fills in: Wilson Taylor made it a test
  of reading in 1953. BERT was pre-trained on it: 15 % of the pieces of each text were chosen, most
  of them hidden behind **[MASK]**, and it had to name them (Devlin et al. 2018, section 3.1). For
  that nobody has to label anything: the answer stands in the text. And to fill gaps well one must
  make use of the words on both sides, of grammar, and of some of what the text is about.
- The **output layer** turns the vector at the mask into one probability for each piece of the
  vocabulary; together they make 1. A probability says how well a piece fits what the model has
  read, not whether it is true.
- A mask stands for **one piece**. A word that the tokenizer cuts into several never comes out of
  one mask. Several masks are filled each on its own: the answer at one does not wait for the answer
  at another, so together they may not make sense.
- **After each layer**: the same output layer, held against the vectors of earlier layers
  (nostalgebraist 2020 called that the logit lens). It was trained for the last layer only, so what
  it gives further down is a hint at how far the answer is there, and no answer of the model's.
"""

LEARNING: Final = f"""
Here a BERT learns from nothing, in front of your eyes: 2 layers of 4 heads, {len(VOCABULARY)} words
of its own, random weights at first. It reads sentences that are made by rules and chance, such as
*the dog did not cross the river because it was too wide*, and a question with a gap, *the [MASK]
was wide*. `wide` or `tired` decides which noun fits. The nouns are drawn at random, so a list
learned by heart does not help: the noun must be fetched from the sentence. What is random here
comes from one fixed seed: every training reads the same sentences and takes the same way, so that
all who watch see the same.

One training runs at a time, for everybody on this server. Once begun it goes on when you leave the
page. Stop ends it, unless others have joined it.
"""

LIMITS: Final = f"""
**What it learns, and what it does not.** It learns which words are said of those who act and which
of places, and to fetch the right noun from the sentence: a small piece of what BERT can do. Two
things help it that BERT did not have. In its first steps the sentences have one noun only, and at
half of the pronouns it is asked which noun they stand for; without that the gaps are filled as
well, but no head looks from `it` to its noun. It knows {len(VOCABULARY)} words and the sentence
patterns of its rules, and nothing else: any other word is [UNK] to it, and of real texts it
understands nothing. BERT base has some 30,000 pieces, almost a thousand times as many weights, and
read texts of 3.3 billion words.
"""

HELD_OUT_WORDS: Final = f"""
**Held out** means that its training never asked for it:
- *New pairs*: one in ten pairs of an agent and a place never stand together in its training.
- *New nouns*: {len(HELD_OUT)} nouns ({", ".join(sorted(HELD_OUT))}) stand there only where there is
  nothing to choose. It knows the words, but never had to choose between one of them and another
  noun. All questions under **Watch it learn** are about them.
- *Pronouns*: sentences with new nouns, too; at `it` it has to name the noun that is meant.

Each is measured on {TRIED} sentences. Right means: the right word before all others of the
{len(VOCABULARY)}. Somebody who takes one of the sentence's two nouns by the toss of a coin is right
half the time.
"""


def no_output_layer(name: str) -> str:
    """Why this model fills no masks, and what does."""
    return (
        f"**{plain(title_of(name))} has no output layer for masks**: its files hold the encoder "
        "without it. BERT base (uncased and cased) and DistilBERT base have theirs; choose one of "
        "them under Model, which needs a network the first time. Or let a small BERT learn the "
        "task right here, below: that needs no network."
    )


def scores_said(scores: Scores) -> str:
    """What a snapshot gets right on what was held out."""
    return (
        f"Held-out gaps filled right: **{scores.new_pairs:.1%}** with new pairs, "
        f"**{scores.new_nouns:.1%}** with new nouns; pronouns resolved: **{scores.pronouns:.1%}**."
    ).replace("%", " %")


def side_by_side(
    shares: Sequence[tuple[str, float, float]], gaps: Sequence[tuple[int, int]]
) -> str:
    """What both sentences give to the likeliest pieces of either.

    shares: piece, its probability in A, its probability in B
    gaps: of A and of B: which mask is compared, from 0, and how many there are
    """
    lines = [
        f"{bold(piece)} has {plain(written(one))} in A and {plain(written(two))} in B"
        for piece, one, two in shares
    ]
    return f"**Side by side**{_gaps_said(gaps)}: {'; '.join(lines)}."


def bold(text: str) -> str:
    """The text as it is, in bold Markdown wherever it stands: also within a word."""
    return f"**{JOINER}{plain(text)}{JOINER}**{JOINER}"


def _gaps_said(gaps: Sequence[tuple[int, int]]) -> str:
    """Which masks are compared, where that is not plain to see."""
    if all(count == 1 for _, count in gaps):
        return ""
    one, two = (
        f"the {ORDINALS[number]} mask of {letter}" if count > 1 else f"the mask of {letter}"
        for letter, (number, count) in zip("AB", gaps, strict=True)
    )
    return f" ({one} and {two})"
