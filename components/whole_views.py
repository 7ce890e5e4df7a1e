"""The figures that can be taken away as pages of their own, with what is said of them there."""

from math import isqrt
from typing import Final

from backend.cached_comparisons import ComparisonRecipe
from backend.packing import WHOLE_BYTES
from backend.switched_off import ALL_ON, SwitchedOff
from backend.trace import Trace
from backend.weight_kinds import KINDS
from components import attention_view, comparison_view
from components.comparison_choice import Asked
from components.heads_words import head_name
from components.token_chips import visible
from components.view import Choice
from components.view_options import WEIGHTS
from components.weight_choice import Drawn
from components.weight_words import WORDS, WeightWords
from components.whole_view import WholeView

_READING_ATTENTION: Final = (
    "Point at a token to see its numbers, click one on the left to keep it. Click a small picture, "
    "or press the arrow keys there, to choose another one."
)
_READING_COMPARISON: Final = (
    "A and B are aligned: a word put in or taken out shifts none of the others. The list puts "
    "first what moves most from A to B; each arrow leads from its two numbers in A to those in B. "
    "The pictures show A, B, and between them the change, B − A."
)
_ALONE: Final = "Each sentence is read on its own."
_PAIR: Final = "Both sentences are read together, as one pair."


def whole_attention(drawn: Drawn, choice: Choice, off: SwitchedOff = ALL_ON) -> WholeView:
    """The Attention page's figure at what is chosen.

    off: what was switched off when it was drawn
    """
    trace, recipe = drawn.trace, drawn.recipe  # a file that waits for a click holds no weights
    name = attention_view.weights_name(trace)
    data = attention_view.view_data(
        trace, attention_view.trace_name(trace), choice, "whole", drawn.words
    )
    return WholeView(
        script=attention_view.SCRIPT,
        style=attention_view.STYLE,
        data=data | {"weights": name},
        packets=lambda: [attention_view.packet_of(recipe.read().drawn, name, choice.layer)],
        model=trace.model,
        sentences=trace.sentences,
        words=drawn.words,
        weights=_weights(drawn.kind),
        changes=_changes(trace, off),
        reading=_READING_ATTENTION,
        tokens=len(trace.tokens),
        most=most_tokens(trace.layers, trace.heads),
    )


def whole_comparison(asked: Asked, recipe: ComparisonRecipe, serial: int) -> WholeView:
    """The Compare page's figure at what is asked.

    recipe: how the comparison is read again when the page is made
    """
    compared = asked.comparison
    sides = (compared.a, compared.b)
    return WholeView(
        script=comparison_view.SCRIPT,
        style=comparison_view.STYLE,
        data=comparison_view.view_data(asked, serial, "whole"),
        packets=lambda: comparison_view.whole_packets(recipe.read()).values(),
        model=compared.a.trace.model,
        sentences=(_own(compared.a.trace, 0), _own(compared.b.trace, 1)),
        words=asked.words,
        weights=_weights(_kind_of(asked.words)),
        changes=_PAIR if compared.a.trace is compared.b.trace else _ALONE,
        reading=_READING_COMPARISON,
        tokens=max(len(side.trace.tokens) for side in sides),
        most=most_tokens(compared.layers, compared.heads),
    )


def most_tokens(layers: int, heads: int) -> int:
    """Up to how many tokens all layers are sent at once, and so fit into a file."""
    return isqrt(WHOLE_BYTES // (2 * layers * heads))


def _own(trace: Trace, nth: int) -> str:
    """A sentence of a trace of its own, or of one of both."""
    first, second = trace.sentences
    return first if nth == 0 or second is None else second


def _kind_of(words: WeightWords) -> str:
    return next(kind for kind, spoken in WORDS.items() if spoken is words)


def _weights(kind: str) -> str:
    told = KINDS[kind]
    return f"Weights: {WEIGHTS[kind]}. {told.answers} ({told.source})"


def _changes(trace: Trace, off: SwitchedOff) -> str:
    """What was switched off and hidden, each by its name."""
    heads = [head_name(*one) for one in off.heads]
    tokens = [f"{visible(trace.tokens[place])} ({place})" for place in off.hidden]
    told = {"Heads switched off": heads, "Tokens hidden from all others": tokens}
    return " ".join(f"{title}: {', '.join(names)}." for title, names in told.items() if names)
