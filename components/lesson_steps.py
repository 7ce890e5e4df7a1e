"""The steps of the lesson: a few sentences, a figure of these very sentences, and ways on."""

from collections.abc import Callable
from typing import Final

import numpy as np
import streamlit as st

from backend.lesson import EXERCISES, OPEN, marks_of
from backend.lesson_output_exercises import asked_word, parameter_count
from backend.lesson_questions import Reading, Row
from backend.lesson_words import content_words, looking_word
from backend.tokenizer import CASED
from backend.trace import Trace
from components.embedding_sections import parts_of
from components.figures_equation import equation_limit, one_token_figure
from components.inputs import lesson_progress, show_way
from components.lesson_evidence import show_pieces, show_row
from components.page import page_theme
from components.plain import plain

FIRST_SENTENCE: Final = "My dog Fido is cute. He likes playing."
OTHER_SENTENCE: Final = "The trophy doesn't fit in the suitcase because it is too big."
_TEXT_PIXELS: Final = 860
_MOST_TAGS: Final = 40

WHAT_ATTENTION_SHOWS: Final = """
**What attention shows, and what it does not.** A weight says where a head looks. It does not say
why a model decides as it does. Jain and Wallace (2019) found other weights that leave the decision
the same; Wiegreffe and Pinter (2019) answer that it depends on what one calls an explanation, and
on testing it. That heads have habits is well measured (Clark et al. 2019): a description of heads,
not a reason for what the model does.
"""


def show_step(number: int, reading: Reading) -> None:
    """Draw the step's words and its figure."""
    _STEPS[number](reading)


def show_ways(number: int, reading: Reading) -> None:
    """Draw the buttons that open other pages where this step can be seen at large."""
    query = looking_word(reading.a)
    with st.container(horizontal=True):
        if number in (0, 1):
            page = ("tokens", "embeddings")[number]
            show_way(f"Open {page.title()} with these sentences", page, key="way_input")
        elif number == 3:
            habit = reading.habits_of().following
            head = {"layer": habit.layer, "head": habit.head, "query": query}
            label = f"Open Attention at layer {habit.layer}, head {habit.head}"
            show_way(label, "attention", key="way_attention", **head)
        elif number == 4:
            habit = reading.habits_of().pronoun
            head = {"layer": habit.layer, "head": habit.head, "query": query}
            show_way("Open Compare: A against B, all heads", "compare", key="way_compare", **head)
            show_way("Open Attention: A and B as a pair", "attention", key="way_pair", **head)
        else:
            show_way("See all of it on the Overview", "overview", key="way_overview")


def _tokenizer(reading: Reading) -> None:
    own = reading.a.sentences[0] == FIRST_SENTENCE
    _say(
        "A model calculates with numbers, so a **tokenizer** first cuts the text into pieces from "
        "a fixed list, the vocabulary, in which every piece has a number: its **id**. BERT's way, "
        "WordPiece, leaves frequent words whole and puts rarer ones together from frequent runs "
        "of letters; **##** marks a piece that continues a word. The tokenizer also adds "
        "**[CLS]** at the beginning and **[SEP]** at the end of each sentence."
    )
    st.markdown("**For example: a sentence as the tokenizer of bert-base-cased cuts it**")
    show_pieces(CASED, OTHER_SENTENCE if own else FIRST_SENTENCE, None, key="lesson_pieces")


def _embeddings(reading: Reading) -> None:
    a = reading.a
    query, (count, width) = looking_word(a), a.hidden.shape[1:]
    three = a.embeddings.segment is not None
    segment = " one for its **segment** (sentence A or B)," if three else ""
    _say(
        f"Each piece becomes {'three' if three else 'two'} vectors of "
        f"{a.embeddings.token.shape[1]} numbers: one for the **piece** itself,{segment} and one "
        "for the **position** where it stands. The model learned them all in training. They are "
        f"added, number by number, and brought to a common scale: {count} tokens × {width} "
        "numbers go into layer 0."
    )
    parts = parts_of(a.embeddings)
    st.markdown(f"**“{plain(a.tokens[query])}” of Sentence A, number by number**")
    figure = one_token_figure(parts, query, limit=equation_limit(parts), theme=page_theme())
    st.plotly_chart(figure, key="lesson_equation", config={"displaylogo": False})


def _self_attention(reading: Reading) -> None:
    a = reading.a
    _say(
        "A **transformer** layer reads all tokens at once. Every token asks every token, itself "
        "included, how much it has to offer; the answers become weights that add up to 1, and "
        "the token's new vector is mixed from what the others carry, each by its weight. That is "
        f"**self-attention** (Vaswani et al. 2017). {plain(reading.title)} does it "
        f"{a.layers} times: each layer reads what the one below wrote."
    )
    head = Row("Layer 0, head 0: each row is a token that looks", a, 0, 0, looking_word(a))
    show_row(head, key="lesson_row")
    weights = a.attention[0, 0, head.query]
    st.markdown(
        f"The framed row is “{plain(a.tokens[head.query])}”: its {len(weights)} weights add up to "
        f"{weights.sum():.2f}."
    )


def _heads(reading: Reading) -> None:
    a, habits = reading.a, reading.habits_of()
    width = a.hidden.shape[2]
    _say(
        f"A layer looks in {a.heads} ways at once: its **heads** work side by side, none waits "
        "for another, and each has learned weights of its own. Each gives "
        f"{width // a.heads} of the {width} numbers of a token's new vector; laid end to end and "
        "mixed once more they are what the layer writes. Nobody told a head what to look for, "
        "but some have habits. Here are two, found by measuring all heads:"
    )
    query = looking_word(a)
    for column, habit, key, what in zip(
        st.columns(2, gap="medium"),
        (habits.following, habits.first),
        ("lesson_following", "lesson_first"),
        ("the token after", f"the first token, {plain(a.tokens[0])}"),
        strict=True,
    ):
        with column:
            title = f"Layer {habit.layer}, head {habit.head}"
            show_row(Row(title, a, habit.layer, habit.head, query), key=key)
            st.markdown(f"gives {habit.share:.2f} on average to {what}.")


def _chicken(reading: Reading) -> None:
    a, b = reading.a, reading.b
    _say(
        "“It was too tired”: the chicken. “It was too wide”: the road. One word at the end "
        "changes what **it** stands for, so the model's vectors should change with it. "
        "The exercises look at your sentences, each read on its own:"
    )
    for letter, own, other in (("A", a, b), ("B", b, a)):
        if own is not None:
            st.markdown(f"**{letter}** {_with_changes(own, other)}")
    _say(_what_to_look_for(reading))
    marks = marks_of(lesson_progress()[1])
    last = next(n for n, exercise in enumerate(EXERCISES) if exercise.name == "conclusion")
    if marks[last] != OPEN:
        st.info(WHAT_ATTENTION_SHOWS)


def _output(reading: Reading) -> None:
    a, tagger = reading.a, reading.tagger_of()
    count, width = a.hidden.shape[1:]
    _say(
        f"After layer {a.layers - 1} every token has one vector that knows its surroundings: "
        f"together they are called **T**, {count} × {width} numbers. For a task one more layer is "
        "put on top, the **classification layer**: it gives each possible answer a probability, "
        "for every token anew. Fine-tuning usually adjusts the layers below a little, too; here "
        f"only the last one was trained, on {tagger.sentences} sentences."
    )
    st.markdown("**Sentence A with the tags that the layer gives; one is left for you**")
    st.markdown(_tagged(reading))


def _transfer(reading: Reading) -> None:
    a, tagger = reading.a, reading.tagger_of()
    _say(
        "BERT was **pre-trained** once, at great cost, by filling in blanks in texts of 3.3 "
        "billion words (Devlin et al. 2018). What it learned is used again and again: for parts "
        "of speech, for names of people and places, for questions and answers, one adds a small "
        "layer and needs few labelled examples. That is **transfer learning**. Larger models can "
        "do some tasks from a description alone (zero-shot); fine-tuning still helps."
    )
    for column, label, value in zip(
        st.columns(3),
        ("numbers in the encoder", "labelled sentences here", "labelled pieces in them"),
        (parameter_count(reading), tagger.sentences, tagger.tokens),
        strict=True,
    ):
        column.metric(label, f"{value:,}")
    st.caption(
        f"The encoder of {plain(reading.title)} has {a.layers} layers of {a.heads} heads. Its "
        "numbers stayed as they are while the layer on top was trained."
    )
    st.info(WHAT_ATTENTION_SHOWS)


def _what_to_look_for(reading: Reading) -> str:
    """Where to look in the model that is loaded, beside what the lesson says of bert-base."""
    a, habit = reading.a, reading.habits_of().pronoun
    lesson = (
        "In bert-base, with 12 layers, one is told to watch layers 0 to 7, where **it** gathers "
        "from the words around, and layers 8 to 10, where the noun begins to look back at **it**."
    )
    same = a.layers == 12
    here = (
        f"{plain(reading.title)} has 12 layers, too: look there, and check."
        if same
        else f"{plain(reading.title)} has {a.layers} layers of {a.heads} heads, so the places are "
        "others."
    )
    return (
        f"{lesson} {here} Of all its heads, layer {habit.layer}, head {habit.head} moves most of "
        "a pronoun's weight when a later word changes, as measured on the app's examples. "
        f"{_looking_back(a)}"
    )


def _looking_back(a: Trace) -> str:
    """Where a noun before the pronoun looks back at it most; nothing where there is none."""
    query = looking_word(a)
    nouns = [place for place in content_words(a) if place < query]
    if not nouns:
        return ""
    weights = a.attention[:, :, nouns, query].max(axis=1)  # (layer, noun)
    layer, noun = np.unravel_index(int(weights.argmax()), weights.shape)
    return (
        f"In Sentence A “{plain(a.tokens[nouns[noun]])}” looks back at "
        f"“{plain(a.tokens[query])}” most in layer {layer}, with {weights.max():.2f}."
    )


def _with_changes(own: Trace, other: Trace | None) -> str:
    """The sentence's words; those that the other sentence has not are underlined and bold."""
    known = None if other is None else set(other.tokens)
    words = []
    for token, special in zip(own.tokens, own.special, strict=True):
        if not special:
            changed = known is not None and token not in known
            words.append(f":blue-badge[**{plain(token)}**]" if changed else plain(token))
    return _cut_short(words)


def _tagged(reading: Reading) -> str:
    """The words of A, each with the tag the layer gives it; the asked one has a question mark."""
    a, tagger = reading.a, reading.tagger_of()
    tags = tagger.probabilities(a.hidden[-1]).argmax(axis=1)  # (token,)
    words = []
    for place in np.flatnonzero(~a.special):
        tag = "?" if place == asked_word(reading) else plain(tagger.tags[tags[place]])
        words.append(f"{plain(a.tokens[place])} :gray-badge[{tag}]")
    return _cut_short(words)


def _cut_short(words: list[str]) -> str:
    return "  ".join(words[:_MOST_TAGS]) + (" …" if len(words) > _MOST_TAGS else "")


def _say(text: str) -> None:
    """A paragraph no wider than one can read."""
    with st.container(width=_TEXT_PIXELS):
        st.markdown(text)


_STEPS: Final[tuple[Callable[[Reading], None], ...]] = (
    _tokenizer,
    _embeddings,
    _self_attention,
    _heads,
    _chicken,
    _output,
    _transfer,
)
