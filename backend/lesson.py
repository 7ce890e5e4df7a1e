"""The lesson: its steps in order, their exercises, and how progress is marked."""

from dataclasses import dataclass
from itertools import chain
from typing import Final

from backend.lesson_attention_exercises import (
    ask_change,
    ask_conclusion,
    ask_previous,
    ask_pronoun,
    ask_special,
)
from backend.lesson_change_exercises import ask_layer_zero, ask_same_word
from backend.lesson_input_exercises import ask_morphemes, ask_pieces, ask_segments
from backend.lesson_output_exercises import ask_size, ask_tag
from backend.lesson_questions import Exercise

RIGHT, WRONG, OPEN = "r", "w", "-"
MARKS: Final = {RIGHT: "right", WRONG: "wrong", OPEN: "open"}
"""How an exercise stands, as an address writes it and in words."""


@dataclass(frozen=True)
class Step:
    """One stop of the tour; `tagged` where it needs the layer for parts of speech."""

    title: str
    exercises: tuple[Exercise, ...]
    tagged: bool = False


STEPS: Final = (
    Step(
        "Tokenizer",
        (
            Exercise("pieces", "Count the pieces", ask_pieces),
            Exercise("morphemes", "Pieces and morphemes", ask_morphemes),
        ),
    ),
    Step("Embeddings", (Exercise("segments", "Two segments", ask_segments),)),
    Step(
        "Self-attention",
        (
            Exercise("layer-zero", "What layer 0 can know", ask_layer_zero),
            Exercise("same-word", "The same word twice", ask_same_word),
        ),
    ),
    Step(
        "Heads",
        (
            Exercise("previous", "A head with a habit", ask_previous),
            Exercise("special", "Where heads rest", ask_special),
        ),
    ),
    Step(
        "The chicken and the road",
        (
            Exercise("pronoun", "Whom it looks at", ask_pronoun),
            Exercise("change", "Another word", ask_change, after="pronoun"),
            Exercise("conclusion", "What it shows", ask_conclusion, after="pronoun"),
        ),
    ),
    Step("Output", (Exercise("tag", "The classification layer", ask_tag),), tagged=True),
    Step("Transfer", (Exercise("size", "A small layer on a large model", ask_size),), tagged=True),
)

EXERCISES: Final = tuple(chain.from_iterable(step.exercises for step in STEPS))
"""All of them in their order, which is the order of the marks in an address."""


def number_of(exercise: Exercise) -> int:
    """The place of the exercise among all, from 0."""
    return EXERCISES.index(exercise)


def marks_of(done: str) -> str:
    """One mark for each exercise: those of an address, cut or filled up with open ones."""
    return done[: len(EXERCISES)].ljust(len(EXERCISES), OPEN)


def with_mark(done: str, exercise: Exercise, right: bool) -> str:
    """The marks after the newest answer to an exercise."""
    marks, number = marks_of(done), number_of(exercise)
    return marks[:number] + (RIGHT if right else WRONG) + marks[number + 1 :]


def first_of(exercise: Exercise) -> Exercise | None:
    """The exercise that has to be answered first, because this one gives its answer away."""
    return next((other for other in EXERCISES if other.name == exercise.after), None)


def is_whole(step: Step, done: str) -> bool:
    """Whether the newest answer to every exercise of the step is right."""
    return all(marks_of(done)[number_of(exercise)] == RIGHT for exercise in step.exercises)
