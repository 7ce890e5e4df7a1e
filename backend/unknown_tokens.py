"""How much of some texts a model cannot tell apart: what its vocabulary has no pieces for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.errors import EmptySentence
from backend.tokenizer import UNKNOWN, Tokenizer
from backend.trace import Trace


@dataclass(frozen=True)
class UnknownTokens:
    """How many tokens are unknown, of how many; [CLS], [SEP] and their like are not counted."""

    unknown: int
    of: int

    @property
    def share(self) -> float:
        """Share that is unknown, 0 to 1; 0 of no tokens."""
        return self.unknown / max(1, self.of)


def unknown_tokens(tokenizer: Tokenizer, texts: Sequence[str]) -> UnknownTokens:
    """The tokens of the texts that stand for anything the vocabulary has no pieces for.

    A text without a token counts as none.
    """
    unknown = every = 0
    for text in texts:
        try:
            pieces = tokenizer.split(text)
        except EmptySentence:
            continue
        own = np.array(pieces.tokens)[~pieces.special]
        every += len(own)
        unknown += int(np.isin(own, UNKNOWN).sum())
    return UnknownTokens(unknown, every)


def unknown_words(trace: Trace) -> list[str]:
    """The different characters of both sentences that became [UNK], in reading order.

    [UNK] itself, where it was typed, is not one of them.
    """
    words = []
    for place in np.flatnonzero(np.isin(trace.tokens, UNKNOWN) & ~trace.special):
        start, end = trace.spans[place].tolist()
        words.append((trace.sentences[trace.segments[place]] or "")[start:end])
    return [word for word in dict.fromkeys(words) if word and word not in UNKNOWN]
