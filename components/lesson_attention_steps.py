"""The lesson's steps about attention: layers, heads, and the chicken and the road."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import streamlit as st

from backend.examples import EXAMPLES
from backend.habits import is_pronoun
from backend.head_patterns import weight_at_distance
from backend.lesson_questions import Reading, Row
from backend.lesson_words import content_words, looking_word, word_places
from backend.trace import Trace
from components.lesson_evidence import offer_evidence, show_row, show_words
from components.plain import plain

_MOST_CHARACTERS: Final = 300


def show_self_attention(reading: Reading) -> None:
    """What a layer does, at the first head."""
    a = reading.a
    show_words(
        "A **transformer** layer reads all tokens at once. Every token asks every token, itself "
        "included, how much it has to offer; the answers become weights that add up to 1, and "
        "the token's new vector is mixed from what the others carry, each by its weight. That is "
        f"**self-attention** (Vaswani et al. 2017). {plain(reading.title)} does it "
        f"{a.layers} times: each layer reads what the one below wrote."
    )
    query = looking_word(a)
    weights = a.attention[0, 0, query]
    title = (
        f"Layer 0, head 0. The framed row is where “{a.tokens[query]}” looks: its {len(weights)} "
        f"weights add up to {weights.sum():.2f}"
    )
    _show_rows([Row(title, a, 0, 0, query)])


def show_heads(reading: Reading) -> None:
    """Several ways to look at once, at two heads with habits."""
    a, habits = reading.a, reading.habits_of()
    width = a.hidden.shape[2]
    show_words(
        f"A layer looks in {a.heads} ways at once: its **heads** work side by side, none waits "
        "for another, and each has learned weights of its own. Each gives "
        f"{width // a.heads} numbers a token; laid end to end, {width} in all, they are mixed once "
        "more and added to the vector that came in (residual connection). A small network works "
        "on the sum, on every token by itself (feed-forward), and its result is added, too: that "
        "is what the layer writes. What a head looks for came out of the training; some have "
        "habits. Here are two, found by measuring all heads:"
    )
    after, first = weight_at_distance(a.attention, 1), a.attention[..., 0].mean(axis=2)
    _show_rows(
        [
            Row(
                f"Layer {habit.layer}, head {habit.head}: {habit.share:.2f} to {what} on average "
                f"over the app's examples; here {here[habit.layer, habit.head]:.2f}",
                a,
                habit.layer,
                habit.head,
                looking_word(a),
            )
            for habit, what, here in (
                (habits.following, "the token after", after),
                (habits.first, f"the first token, {a.tokens[0]},", first),
            )
        ]
    )


def show_chicken(reading: Reading) -> None:
    """What one changed word does, and where to look for it in the model that is loaded."""
    a, b = reading.a, reading.b
    show_words(
        "“It was too tired”: the chicken. “It was too wide”: the road. One word at the end "
        "changes what **it** stands for, so the model's vectors should change with it. "
        f"{_what_is_asked_about(a, b)}"
    )
    for letter, own, other in (("A", a, b), ("B", b, a)):
        if own is not None:
            show_words(f"**{letter}:** {_with_changes(own, other)}")
    show_words(what_to_look_for(reading))


def what_to_look_for(reading: Reading) -> str:
    """Where to look in the loaded model, beside what bert-base shows; Markdown."""
    a, habit = reading.a, reading.habits_of().pronoun
    title = plain(reading.title)
    here = (
        f"Here, {title} has 12 layers, too: look there, and check."
        if a.layers == 12
        else f"Here, {title} has {a.layers} layers of {a.heads} heads, so the places are others."
    )
    return (
        "With the pair of the chicken and the road, the larger model bert-base (12 layers) is said "
        "to show it in layers 8 to 10: there the noun begins to look back at **it**, which has "
        f"gathered from the words around in layers 0 to 7. {here} Over the app's examples, which "
        "were chosen because they show something, "
        f"layer {habit.layer}, head {habit.head} moves most of a pronoun's weight, of all heads, "
        f"when a later word changes. {_looking_back(a)}"
    )


def _what_is_asked_about(a: Trace, b: Trace | None) -> str:
    """What the exercises look at in the sentences of now; Markdown."""
    pair = a.sentences[0], None if b is None else b.sentences[0]
    if pair == (EXAMPLES[0].a, EXAMPLES[0].b):
        return "The exercises look at this pair, each sentence read on its own:"
    word = plain(a.tokens[looking_word(a)])
    if b is None:
        there = "You have no Sentence B, so there is nothing to hold Sentence A against"
    elif pair[0] == pair[1]:
        there = "Your two sentences are the same, so nothing can change between them"
    elif is_pronoun(a.tokens[looking_word(a)]):
        return (
            f"That is the lesson's own pair; the exercises look at your sentences, from “{word}”, "
            "each sentence read on its own:"
        )
    else:
        there = f"Your Sentence A has no such pronoun; the exercises look from “{word}” instead"
    return f"That is the lesson's own pair. {there}:"


def _looking_back(a: Trace) -> str:
    """Where a word before the pronoun looks back at it most; nothing where there is none."""
    query = looking_word(a)
    words = [place for place in content_words(a) if place < query]
    if not words:
        return ""
    weights = a.attention[:, :, words, query].max(axis=1)  # (layer, word)
    layer, word = np.unravel_index(int(weights.argmax()), weights.shape)
    return (
        f"In Sentence A no earlier word looks at “{plain(a.tokens[query])}” with more "
        f"than {weights.max():.2f} (“{plain(a.tokens[words[word]])}”, in layer {layer})."
    )


def _with_changes(own: Trace, other: Trace | None) -> str:
    """The sentence as typed; words that the other one has not stand out, if there are few."""
    text, parts, place = own.sentences[0], [], 0
    for start, end in _changed(own, other):
        parts += [plain(text[place:start]), f":blue[**{plain(text[start:end])}**]"]
        place = end
    rest = text[place:_MOST_CHARACTERS] + ("…" if len(text) > _MOST_CHARACTERS else "")
    return "".join([*parts, plain(rest)])


def _changed(own: Trace, other: Trace | None) -> list[tuple[int, int]]:
    """Where words stand that the other sentence has not; none where most are such words."""
    known = set(own.tokens if other is None else other.tokens)
    words = word_places(own)
    new = [place for place in words if own.tokens[place] not in known]
    runs: list[tuple[int, int]] = []
    for start, end in own.spans[new].tolist():
        if runs and runs[-1][1] >= start:
            runs[-1] = runs[-1][0], end
        elif end <= _MOST_CHARACTERS:
            runs.append((start, end))
    return runs if 2 * len(new) <= len(words) else []


def _show_rows(rows: Sequence[Row]) -> None:
    """Heads beside each other, each with its numbers to save."""
    columns = st.columns(len(rows), gap="medium")
    for number, (column, row) in enumerate(zip(columns, rows, strict=True)):
        with column:
            show_row(row, key=f"lesson_head_{number}")
            offer_evidence(row, key=f"lesson_head_{number}")
