"""Fill in: words that are masked with a click, and what could stand there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st

from backend.cached import cached_masked_words, trace_again
from backend.classroom import classroom
from backend.cloze import mask_places, masks_in, with_masks
from backend.cloze_tables import fillings_csv
from backend.embedding_tables import layer_name
from backend.errors import ExplorerError, NotTrained
from backend.masked_words import Filled, MaskedWords, likeliest
from backend.trace import Trace
from backend.training_states import Running, Waiting
from components.cloze_sentences import use_small_bert
from components.cloze_words import bold, no_output_layer, side_by_side
from components.downloads import offer_csv
from components.drawn_figure import show_figure
from components.figures_cloze import ORDINALS, layers_figure
from components.figures_lesson import bars_figure
from components.inputs import Sentences, choose_pair
from components.loading import load_both, load_model
from components.mask_choice import choose_masks
from components.page import page_theme, show_error
from components.plain import plain
from components.presenter import main_figure
from components.token_chips import visible

_MOST_MASKS: Final = 8
"""Masks of a sentence that are filled."""
_MOST_CHARACTERS: Final = 400
"""Of a sentence that is written out with its gaps filled."""
_PIECES: Final = 8
_RANKS: Final = 3


@dataclass(frozen=True, eq=False)
class Side:
    """One sentence with what the model made of it.

    letter: a or b, as the sentence is called in a link
    segment: which sentence of the trace it is
    masks: (place,), those that are filled, among the tokens
    beyond: masks that stand where the model reads no more, or that are not filled
    """

    letter: str
    text: str
    trace: Trace
    segment: int
    masks: tuple[int, ...]
    beyond: int


@dataclass(frozen=True, eq=False)
class Answer:
    """What could stand at one mask of a sentence: at the one of number `mask`, from 0."""

    side: Side
    mask: int
    filled: Filled


def show_filling(name: str, sentences: Sentences) -> None:
    """Draw the sentences to click and the answers; where there are none, why and what to do."""
    try:
        load_model(name)
        words = cached_masked_words(name)
        if words is None:
            _show_none(name)
        else:
            _show_sides(name, sentences, words)
    except NotTrained:
        active = isinstance(classroom().state(), Waiting | Running)
        how = "It is being trained just now: see below" if active else "Press Start below"
        st.info(f"The small BERT is not trained yet. {how}, under Learn.")
    except ExplorerError as error:
        show_error(error)


def _show_none(name: str) -> None:
    st.info(no_output_layer(name))
    if classroom().is_ready:
        st.button(
            "Use the small BERT",
            key="use_small",
            icon=":material/arrow_forward:",
            on_click=use_small_bert,
        )


def _show_sides(name: str, sentences: Sentences, words: MaskedWords) -> None:
    st.markdown(
        f"Click a word to hide it behind {plain(words.mask)}, click it again to show it. Or type "
        f"{plain(words.mask)} into a sentence in the sidebar."
    )
    pair = choose_pair() if sentences.b else False
    written = _with_masks(sentences, words.mask)
    if written != sentences:
        st.caption(f"Masks that were typed otherwise are read as {plain(words.mask)} here.")
    sides = _read(name, written, words, pair=pair)
    answers = []
    with main_figure():
        columns = st.columns(len(sides), gap="large")
    for column, side in zip(columns, sides, strict=True):
        with column:
            answers.append(_show_side(side, words))
    found = [answer for answer in answers if answer is not None]
    if len(found) == 2:
        st.markdown(_held_together(found, words))
    if found:
        _offer_numbers(name, found)


def _with_masks(sentences: Sentences, mask: str) -> Sentences:
    a, b = (with_masks(text or "", mask) for text in (sentences.a, sentences.b))
    return Sentences(a, None if sentences.b is None else b)


def _read(name: str, sentences: Sentences, words: MaskedWords, *, pair: bool) -> list[Side]:
    """Each sentence as the model read it, alone or with the other."""
    traces = load_both(name, sentences, pair=pair)
    texts = (sentences.a, sentences.b)
    return [
        _side(letter, text or "", trace, int(pair and letter == "b"), words)
        for letter, text, trace in zip("ab", texts, traces, strict=True)
        if trace is not None
    ]


def _side(letter: str, text: str, trace: Trace, segment: int, words: MaskedWords) -> Side:
    masks = masks_in(trace, words.masks(trace), segment).tolist()
    shown = tuple(masks[:_MOST_MASKS])
    beyond = len(mask_places(text, words.mask)) - len(shown)
    return Side(letter, text, trace, segment, shown, beyond)


def _show_side(side: Side, words: MaskedWords) -> Answer | None:
    """Draw a sentence and what could stand at one of its masks; None where there is no mask.

    What stands above the figures takes all the room there is: so they stand level with those of
    the other sentence, however much there is to say of it.
    """
    with st.container(height="stretch"):
        choose_masks(side.letter, side.text, words.mask)
        _show_warnings(side)
        mask = _choose_mask(side, words) if side.masks else None
    if mask is None:
        return None
    filled = words.fill(side.trace, [side.masks[mask]])
    _show_pieces(side, filled, words)
    return Answer(side, mask, filled)


def _show_warnings(side: Side) -> None:
    """What of the sentence is not read as it stands there."""
    letter = side.letter.upper()
    if side.beyond > 0:
        st.warning(
            f"{side.beyond} masks of Sentence {letter} are not filled: the first {_MOST_MASKS} "
            "are, as far as the model reads."
        )
    if not side.masks:
        st.info(f"Sentence {letter} has no mask yet. Click a word.")


def _choose_mask(side: Side, words: MaskedWords) -> int:
    """Draw the sentence with its gaps filled, and Mask where there are several.

    Returns the number of the one that is looked at.
    """
    last = words.probabilities(side.trace.hidden[-1, list(side.masks)])  # (mask, vocabulary)
    best = [words.pieces[number[0]] for number in likeliest(last, 1)]
    if len(side.text) <= _MOST_CHARACTERS:
        st.markdown(f"With the likeliest pieces: {_written(side.text, best, words.mask)}")
    if len(best) == 1:
        return 0
    chosen = st.segmented_control(
        f"Mask of Sentence {side.letter.upper()}",
        range(len(best)),
        default=0,
        required=True,
        key=f"mask_{side.letter}_{len(best)}",
        format_func=lambda place: f"{ORDINALS[place]} mask: {plain(visible(best[place]))}",
    )
    return int(chosen or 0)


def _show_pieces(side: Side, filled: Filled, words: MaskedWords) -> None:
    shares = filled.probabilities[:, 0]  # (layer + 1, vocabulary)
    ids = likeliest(shares[-1], _PIECES)
    pieces = [visible(words.pieces[number]) for number in ids]
    st.markdown("**The likeliest pieces** and their probabilities")
    figure = bars_figure(pieces, [("probability", shares[-1, ids])], theme=page_theme(), end=1)
    sentence = f"Sentence {side.letter.upper()}"
    title = f"The likeliest pieces of {sentence}"
    show_figure(figure, title, key=f"pieces_{side.letter}", steady=True)
    st.markdown("**After each layer**, the same output layer gives")
    first = likeliest(shares, _RANKS)  # (layer + 1, rank)
    figure = layers_figure(
        [[visible(words.pieces[number]) for number in row] for row in first],
        np.take_along_axis(shares, first, axis=-1),
        [layer_name(layer) for layer in range(len(shares))],
        theme=page_theme(),
    )
    title = f"The likeliest pieces of {sentence} after each layer"
    show_figure(figure, title, key=f"layers_{side.letter}", steady=True)


def _held_together(found: Sequence[Answer], words: MaskedWords) -> str:
    """The likeliest piece of either sentence, and what the other gives it."""
    a, b = (answer.filled.probabilities[-1, 0] for answer in found)
    ids = dict.fromkeys(int(shares.argmax()) for shares in (a, b))
    shares = [(visible(words.pieces[i]), float(a[i]), float(b[i])) for i in ids]
    return side_by_side(shares, [(answer.mask, len(answer.side.masks)) for answer in found])


def _offer_numbers(name: str, found: Sequence[Answer]) -> None:
    """A file that is computed when it is asked for: a mask's probabilities are a megabyte."""
    sides = [(answer.side.letter.upper(), trace_again(answer.side.trace)) for answer in found]
    places = [answer.filled.positions for answer in found]

    def made() -> bytes:
        words = cached_masked_words(name)
        if words is None:
            raise ValueError(f"expected a model that fills masks, got {name}")
        filled = [words.fill(read(), at) for (_, read), at in zip(sides, places, strict=True)]
        told = zip(sides, filled, strict=True)
        shown = [(side, int(f.positions[0]), f.probabilities[:, 0]) for (side, _), f in told]
        return fillings_csv(shown, words.pieces)

    offer_csv("The answers (CSV)", "cloze.csv", made)


def _written(text: str, best: Sequence[str], mask: str) -> str:
    """The sentence in Markdown with these pieces at its masks; others stay masks."""
    first, *others = [plain(visible(part)) for part in text.split(mask)]
    pieces = [bold(visible(piece)) for piece in best]
    pieces += [plain(mask)] * (len(others) - len(best))
    # A mask stands for a word of its own, also where there is no space between two of them.
    between = [part or " " for part in others[:-1]] + others[-1:]
    return first + "".join(map(str.__add__, pieces, between))
