"""What each step of the living diagram does, in one sentence with the numbers of this trace."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.diagram_packet import line_weights
from backend.part_of_speech import TAG_NAMES
from backend.tagger import Tagger
from backend.trace import FloatArray, Trace
from components.token_chips import visible

_FEW: Final = 3  # numbers of a vector that are read out
_MINUS: Final = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Step:
    """A step of the walk.

    parts: the rows it brings
    words: its sentence
    token: whose column the sentence speaks of, to be brought into sight
    """

    title: str
    parts: tuple[str, ...]
    words: str
    token: int


def steps_of(
    trace: Trace, query: int | None, head: int | None, tagger: Tagger | None
) -> list[Step]:
    """All steps from the bottom up.

    query: the token that the sentences speak of; None takes the first word
    head: whose weights the lines show; None where they show the mean of all
    """
    token = _spoken_of(trace, query)
    return [
        Step("Input", ("input",), input_words(trace), 0),
        Step("Tokenizer", ("pieces",), pieces_words(trace, token), token),
        Step("Embeddings", ("token", "segment", "position", "sum"), sum_words(trace, token), token),
        *_layer_steps(trace, token, head),
        Step("T", ("vectors",), vector_words(trace, token), token),
        Step(
            "Classification layer",
            ("classification",),
            classification_words(trace, tagger),
            token,
        ),
        Step("Output", ("output",), output_words(trace, token, tagger), token),
    ]


def input_words(trace: Trace) -> str:
    """What was typed, counted."""
    texts = [text for text in trace.sentences if text]
    characters = sum(map(len, texts))
    what = "a sentence" if len(texts) == 1 else "two sentences, A and B,"
    given = f"This is all that BERT is given: {what} of {characters} characters" + (
        "." if len(texts) == 1 else " in all."
    )
    if not trace.left_out:
        return given
    return f"{given} It is too long for the model: {trace.left_out} tokens are left out."


def pieces_words(trace: Trace, token: int) -> str:
    """How many pieces, and the number of one of them."""
    special, cut = int(trace.special.sum()), "what is read" if trace.left_out else "the text"
    return (
        f"The tokenizer cuts {cut} into {len(trace.tokens)} pieces, {special} of them special "
        "ones that mark the beginning and the ends, and gives each its number in the vocabulary: "
        f"{_quoted(trace, token)} is number {trace.ids[token]}."
    )


def sum_words(trace: Trace, token: int) -> str:
    """How one number of one token's input comes about."""
    parts = trace.embeddings
    rows = [row for row in (parts.token, parts.segment, parts.position) if row is not None]
    values = [float(row[token, 0]) for row in rows]
    names = "the piece, its segment and" if len(rows) == 3 else "the piece and"
    total = " + ".join(_number(value) for value in values)
    return (
        f"Each token gets {len(rows)} vectors of {parts.token.shape[1]} numbers, for {names} its "
        "position; they are added and brought to a common scale (normalised). The first number of "
        f"{_quoted(trace, token)}: {total} = {_number(sum(values))}, normalised "
        f"{_number(float(parts.input[token, 0]))}."
    )


def layer_words(trace: Trace, layer: int, token: int, head: int | None, row: FloatArray) -> str:
    """Where one token looks in a layer.

    row: (key,), its weights
    """
    first, second = (int(key) for key in np.argsort(-row, kind="stable")[:2])
    who = "On average over the heads" if head is None else f"In head {head}"
    what = (
        f"in each of {trace.heads} heads, every token shares out its attention, 1 in all, over the "
        f"{len(trace.tokens)} tokens below, and takes up what it finds there."
        if layer == 0
        else f"the same with {trace.heads} other heads, on what came out below."
    )
    return (
        f"Layer {layer}: {what} {who}, {_quoted(trace, token)} looks most at "
        f"{_quoted(trace, first)} ({row[first]:.3f}) and {_quoted(trace, second)} "
        f"({row[second]:.3f})."
    )


def pair_words(trace: Trace, layer: int, head: int | None) -> str:
    """That A and B are read together, and how much A looks at B; empty where there is no B.

    head: whose attention is meant; None for the mean of all
    """
    in_b = trace.segments == 1
    if not in_b.any():
        return ""
    weights = line_weights(trace.attention[layer : layer + 1], head)[0]  # (query, key)
    share = weights[np.ix_(~in_b, in_b)].sum(axis=1).mean()
    who = "on average over the heads" if head is None else f"head {head}"
    return (
        f"Both sentences are read together here, as one input of {len(trace.tokens)} tokens, so A "
        f"and B look at each other too: in layer {layer}, {who}, A’s tokens give B "
        f"{100 * share:.0f} % of their attention. The Lesson, and Compare without “As one pair”, "
        "read each on its own: their weights differ."
    )


def vector_words(trace: Trace, token: int) -> str:
    """The beginning of one vector of T."""
    count, width = trace.hidden[-1].shape
    numbers = ", ".join(_number(float(value)) for value in trace.hidden[-1][token, :_FEW])
    return (
        f"What comes out is called T: {count} vectors of {width} numbers, which now know their "
        f"context. T{token}, for {_quoted(trace, token)}, begins {numbers}."
    )


def classification_words(trace: Trace, tagger: Tagger | None) -> str:
    """What the layer on top consists of, and what it learned from."""
    if tagger is None:
        return "One layer is put on top of T for a task of one's own; it is being trained now."
    width, tags = trace.hidden.shape[2], len(tagger.tags)
    return (
        f"One more layer, {width} × {tags} weights and {tags} more numbers, gives each token "
        f"{tags} values, one a tag, and softmax turns them into probabilities that sum to 1. Only "
        f"this layer was trained for the task, on {tagger.sentences:,} sentences with "
        f"{tagger.tokens:,} tokens."
    )


def output_words(trace: Trace, token: int, tagger: Tagger | None) -> str:
    """The two most likely tags of one token."""
    if tagger is None:
        return "The tags come as soon as the classification layer is trained."
    if trace.special[token]:
        return "Every token has its most likely tag now; special tokens have none."
    shares = tagger.probabilities(trace.hidden[-1][token : token + 1])[0]
    first, second = (int(tag) for tag in np.argsort(-shares, kind="stable")[:2])
    tag = tagger.tags[first]
    return (
        f"Every token has its most likely part of speech now: {_quoted(trace, token)} is "
        f"{tag} ({TAG_NAMES[tag]}) with probability {shares[first]:.3f}; "
        f"{tagger.tags[second]} comes second with {shares[second]:.3f}."
    )


def spoken_name(trace: Trace, token: int) -> str:
    """The token, with its sentence and place where the text has the same one elsewhere too."""
    text, segment = trace.tokens[token], trace.segments[token]
    places = [place for place, other in enumerate(trace.tokens) if other == text]
    own = [place for place in places if trace.segments[place] == segment]
    alone = trace.sentences[1] is None
    where = [] if alone or len(places) == 1 else ["AB"[segment]]
    where += [str(token)] if len(own) > 1 else []
    return visible(text) + (f" ({', '.join(where)})" if where else "")


def _layer_steps(trace: Trace, token: int, head: int | None) -> list[Step]:
    rows = line_weights(trace.attention[:, :, token : token + 1], head)[:, 0]  # (layer, key)
    return [
        Step(
            f"Layer {layer}",
            (f"layer-{layer}",),
            layer_words(trace, layer, token, head, row),
            token,
        )
        for layer, row in enumerate(rows)
    ]


def _spoken_of(trace: Trace, query: int | None) -> int:
    """The kept token, else the first one that is not special, else the first."""
    return int(np.argmin(trace.special)) if query is None else query


def _quoted(trace: Trace, token: int) -> str:
    return f"“{spoken_name(trace, token)}”"


def _number(value: float) -> str:
    return f"{value:.3f}".replace("-", _MINUS)
