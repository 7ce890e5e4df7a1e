"""What readers of the lesson take home as CSV: their progress, and the numbers of an answer."""

from collections.abc import Sequence

from backend.csv_table import digits, table
from backend.lesson import MARKS, STEPS, marks_of, number_of
from backend.trace import FloatArray


def progress_csv(done: str, about: Sequence[tuple[str, str]]) -> bytes:
    """One line an exercise: step, exercise, and whether its newest answer was right.

    `about` are names and values that belong to every line: the sentences, the model, the link.
    They follow as columns of their own.
    """
    marks = marks_of(done)
    names, values = [name for name, _ in about], [value for _, value in about]
    lines = [
        (step.title, exercise.title, MARKS[marks[number_of(exercise)]], *values)
        for step in STEPS
        for exercise in step.exercises
    ]
    return table(("step", "exercise", "newest answer", *names), lines)


def bars_csv(names: Sequence[str], series: Sequence[tuple[str, FloatArray]]) -> bytes:
    """One line a name with its value in each of the series, nine digits each.

    series: names and values, (name,)
    """
    columns = [digits(values) for _, values in series]
    return table(("name", *(title for title, _ in series)), zip(names, *columns, strict=True))
