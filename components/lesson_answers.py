"""The lesson's answers, kept for this visitor by the names of their questions; no link has them."""

from typing import Final

from components import kept

_MOST: Final = 100


def kept_answer(question: str) -> int | None:
    """What the reader last answered to the question of this name; None where it is open."""
    return _answers().get(question)


def is_reopened(question: str) -> bool:
    """Whether the reader has begun to answer it again, and has not done so."""
    return question in _answers() and _answers()[question] is None


def keep_answer(question: str, key: str) -> None:
    """Take the answer to a question from the widget `key`; for the callback of its form."""
    answer = kept.widget_value(key)
    answers = _answers()
    answers.pop(question, None)
    answers[question] = answer if isinstance(answer, int) else None
    while len(answers) > _MOST:
        del answers[next(iter(answers))]


def forget_answer(question: str) -> None:
    """Open the question again; for the callback of a button."""
    _answers()[question] = None


def _answers() -> dict[str, int | None]:
    """All answers, oldest first; None: open again."""
    answers: dict[str, int | None] = kept.stored("answers", {})
    kept.store("answers", answers)
    return answers
