"""The lesson's exercises about heads: where they look, and what that does and does not show."""

from typing import Final

import numpy as np

from backend.habits import Habit
from backend.head_patterns import weight_at_distance, weight_on
from backend.lesson_change_exercises import NO_B
from backend.lesson_questions import (
    Bars,
    Missing,
    Number,
    Options,
    Question,
    Reading,
    Row,
    sorted_options,
    strongest,
)
from backend.lesson_words import (
    distinct,
    looking_word,
    named,
    only_in,
    same_words,
    word_places,
)
from backend.trace import FloatArray, Trace

STAYS: Final = 0.05
WITHIN: Final = 10
MOVES: Final = ("It goes up", "It goes down", "It stays about the same")
_SHOWN_KEYS: Final = 10
_TOO_SHORT: Final = Missing("This needs a sentence of at least three words.", "pair")


def ask_previous(reading: Reading) -> Question:
    """Which token gets most weight in the head that looks at the one before?"""
    a, habit = reading.a, reading.habits_of().previous
    query = looking_word(a)
    weights = a.attention[habit.layer, habit.head, query]
    best = int(weights.argmax())
    near = [query - 1, query, min(query + 1, len(a.tokens) - 1)]
    places = distinct([0, *near, len(a.tokens) - 1, best])
    average = weight_at_distance(a.attention, -1)[habit.layer, habit.head]
    return Question(
        text=f"Look from “{named(a, query)}” in layer {habit.layer}, head {habit.head}. Which "
        "token gets most of its weight?",
        answers=sorted_options([(p, _placed(a, p)) for p in places], _placed(a, best)),
        explanation=f"“{a.tokens[best]}” gets {weights[best]:.2f} of 1"
        f"{_one_before(best, query)}. Over all tokens of Sentence A, this head gives "
        f"{average:.2f} on average to the token before. Measured on the app's examples it does "
        f"so more than any other of this model's {a.layers * a.heads} heads "
        f"({habit.share:.2f} on average).",
        evidence=Row(f"{_head(habit)}, Sentence A", a, habit.layer, habit.head, query),
    )


def ask_special(reading: Reading) -> Question:
    """How much of all attention goes to the special tokens?"""
    a = reading.a
    shares = weight_on(a.attention, a.special) * 100  # (layer, head)
    by_layer: FloatArray = shares.mean(axis=1)
    share, count = float(shares.mean()), len(a.tokens)
    special = int(a.special.sum())
    return Question(
        text=f"Special tokens, [CLS] and [SEP] in BERT, are {special} of the {count} tokens of "
        f"Sentence A, {100 * special / count:.0f} %. How much of all the attention, over all "
        f"layers and heads, goes to them? Guess; within {WITHIN} points counts as right.",
        answers=Number(round(share, 1), WITHIN, 0, 100, " %"),
        explanation=f"They get {share:.1f} % of all weight: {by_layer.min():.0f} % in layer "
        f"{by_layer.argmin()}, {by_layer.max():.0f} % in layer {by_layer.argmax()}. A head whose "
        "pattern finds nothing in a sentence has to put its weight somewhere, since it always "
        "adds up to 1; it is thought to rest there (Clark et al. 2019).",
        evidence=Bars(
            "Share of all weight that goes to special tokens, in per cent",
            tuple(f"layer {layer}" for layer in range(a.layers)),
            (("share", by_layer),),
            end=100,
        ),
    )


def ask_pronoun(reading: Reading) -> Question | Missing:
    """Which word does the pronoun look at most, in the head that reacts to meaning?"""
    found = _most_looked_at(reading)
    if found is None:
        return _TOO_SHORT
    a, habit = reading.a, reading.habits_of().pronoun
    query, best, weights = found
    others = [place for place in word_places(a) if place != query]
    ranked = [others[n] for n in strongest(weights[others], len(others))]
    near = [place for place in (query - 1, query + 1) if place in others]
    places = distinct([*ranked[:3], *near, others[0]])
    second = f" “{named(a, ranked[1])}” comes next with {weights[ranked[1]]:.2f}."
    return Question(
        text=f"Which other word of Sentence A does “{named(a, query)}” look at most in layer "
        f"{habit.layer}, head {habit.head}? Choose, then look.",
        answers=sorted_options([(p, named(a, p)) for p in places], named(a, best)),
        explanation=f"“{a.tokens[best]}” gets {weights[best]:.2f} of 1.{second} Special tokens "
        f"get {weights[a.special].sum():.2f} together. In this model no other head moves a "
        "pronoun's weight so far when a later word changes (by "
        f"{habit.share:.2f} on average over the app's examples).",
        evidence=_row_bars(a, habit, query),
    )


def ask_change(reading: Reading) -> Question | Missing:
    """What happens to that weight when sentence B is read instead?"""
    found, a, b = _most_looked_at(reading), reading.a, reading.b
    if b is None:
        return NO_B
    if found is None:
        return _TOO_SHORT
    query, _, weights = found
    places = dict(same_words(a, b).tolist())  # in A: in B
    shared = [place for place in places if place != query]
    word = a.tokens[query]
    if query not in places or not shared:
        return Missing(f"This needs “{word}” and another word in both sentences.", "pair")
    best = shared[int(weights[shared].argmax())]
    there, target = places[query], a.tokens[best]
    habit = reading.habits_of().pronoun
    before = round(float(weights[best]), 2)
    after = round(float(b.attention[habit.layer, habit.head, there, places[best]]), 2)
    move = round(after - before, 2)  # of the weights as they are shown
    correct = 2 if abs(move) < STAYS else 0 if move > 0 else 1
    return Question(
        text=f"Now the model reads sentence B instead of A. What happens in the same head to the "
        f"weight of “{word}” on “{target}”? (By less than {STAYS} means it stays.)",
        answers=Options(MOVES, correct),
        explanation=f"“{word}” → “{target}”: {before:.2f} in A, {after:.2f} in B, each sentence "
        f"read on its own: a change of {_signed(move)}. {_about_move(reading, correct)}",
        evidence=_both_rows(a, b, habit, query, there),
    )


def ask_conclusion(reading: Reading) -> Question | Missing:
    """Which conclusion does the picture of one head allow?"""
    found = _most_looked_at(reading)
    if found is None:
        return _TOO_SHORT
    a = reading.a
    query, best, weights = found
    word, target = named(a, query), named(a, best)
    others = [place for place in word_places(a) if place != query]
    favourites = a.attention[:, :, query][..., others].argmax(axis=2)  # (layer, head)
    agree = int((favourites == others.index(best)).sum())
    return Question(
        text="You have seen where one head looks in Sentence A. Which conclusion does that allow?",
        answers=Options(
            (
                f"The model has understood that “{word}” stands for “{target}”",
                f"In this head, “{word}” gives more weight to “{target}” than to any word but "
                "itself",
                f"“{target}” is the most important word of the sentence for the model",
                f"Without this head the model would give “{word}” another meaning",
            ),
            1,
        ),
        explanation=f"A weight says where a head looks, here {weights[best]:.2f}, and nothing "
        f"else. In {agree} of the model's {a.layers * a.heads} heads “{word}” looks at "
        f"“{target}” more than at other words, in {a.layers * a.heads - agree} it does not. What "
        "a model decides depends on all of them, on what the vectors carry that are looked at, "
        "and on every layer after. To know what a head is needed for, one has to change it and "
        "see what happens.",
    )


def _most_looked_at(reading: Reading) -> tuple[int, int, FloatArray] | None:
    """The word that looks, the other word it looks at most, and its whole row of weights."""
    a, habit = reading.a, reading.habits_of().pronoun
    query = looking_word(a)
    others = [place for place in word_places(a) if place != query]
    if len(others) < 2:
        return None
    weights = a.attention[habit.layer, habit.head, query]
    return query, others[int(weights[others].argmax())], weights


def _about_move(reading: Reading, correct: int) -> str:
    a, b = reading.a, reading.b
    if b is None or a.tokens == b.tokens:
        return "The two sentences are the same, so it cannot change."
    if correct == 2:
        return (
            "Here this head hardly reacts to the difference. On the app's examples it moves a "
            f"pronoun's weight by {reading.habits_of().pronoun.share:.2f} on average: a habit is "
            "no rule."
        )
    changed = only_in(b, a)
    cause = f"“{changed[0]}” was read by the layers below, and the" if changed else "The"
    return f"{cause} vectors that this head compares are no longer the same."


def _row_bars(a: Trace, habit: Habit, query: int) -> Bars:
    weights = a.attention[habit.layer, habit.head, query]
    places = strongest(weights, _SHOWN_KEYS)
    return Bars(
        f"{_head(habit)}: where “{named(a, query)}” looks",
        tuple(_placed(a, place) for place in places),
        (("weight", weights[places]),),
    )


def _both_rows(a: Trace, b: Trace, habit: Habit, query: int, there: int) -> Bars:
    """The shared words that the query looks at most in A or in B, with both weights."""
    pairs = same_words(a, b)
    before = a.attention[habit.layer, habit.head, query, pairs[:, 0]]
    after = b.attention[habit.layer, habit.head, there, pairs[:, 1]]
    top = strongest(np.maximum(before, after), _SHOWN_KEYS // 2)
    return Bars(
        f"{_head(habit)}: where “{a.tokens[query]}” looks in A and in B",
        tuple(_placed(a, int(pairs[n, 0])) for n in top),
        (("sentence A", before[top]), ("sentence B", after[top])),
    )


def _signed(move: float) -> str:
    return f"{move:+.2f}".replace("-", "−")


def _head(habit: Habit) -> str:
    return f"Layer {habit.layer}, head {habit.head}"


def _placed(trace: Trace, place: int) -> str:
    return f"{place} {trace.tokens[place]}"


def _one_before(best: int, query: int) -> str:
    return ", and it is the token before" if best == query - 1 else ", which is not the one before"
