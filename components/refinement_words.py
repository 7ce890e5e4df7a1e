"""What is said of a refinement: waiting, under way, and over."""

from backend.fine_tuning import EPOCHS, TOKENS, refined_numbers
from backend.model import Model
from backend.refinement import Refinement, RefineProgress
from backend.training_states import Waiting
from components.figures_lesson import written
from components.plain import plain
from components.time_words import time_left
from components.transfer_words import per_cent


def about_refining(model: Model) -> str:
    """What refining changes, and on what it is tried."""
    return (
        "So far only the layer on top has learned. **Fine-tuning** trains the encoder's own layers "
        f"for the task, too: {refined_numbers(model):,} of its {model.numbers:,} numbers (the "
        f"embeddings stay as they are), {EPOCHS} times over two thirds of the sentences. It works "
        "on a copy, so nobody else's model changes. To be held against it, the last layer alone "
        "is trained on the same two thirds; both read T and are tried on the last third. Of a "
        f"sentence with more than {TOKENS} tokens only the refining reads no more than these."
    )


def waiting_words(state: Waiting) -> str:
    """Where one stands in the line, and what runs now."""
    place = "You are the next" if state.place == 1 else f"{state.place - 1} others wait before you"
    if state.ahead is None:
        return f"Waiting. {place}; it begins at once."
    progress = state.ahead.progress
    done = f", {per_cent(progress.share)} done" if progress else ""
    return (
        f"Waiting: this server trains one model at a time. {place} (place {state.place} in the "
        f"line). Now running: {plain(state.ahead.name)}{done}."
    )


def running_words(progress: RefineProgress | None) -> str:
    """How far the refinement is."""
    if progress is None:
        return "The model reads the sentences …"
    return (
        f"Epoch {progress.epoch} of {progress.epochs}, step {progress.step} of {progress.steps}, "
        f"loss {written(progress.loss)}{time_left(progress.seconds_left)}"
    )


def refinement_words(found: Refinement, sentences: int) -> str:
    """What refining changed, counted in sentences; `sentences` is all that the table has."""
    count = len(found.held_out)
    before, after = (int(one.confusion.trace()) for one in (found.before, found.after))
    return (
        f"Both learned from the same {sentences - count} sentences and were tried on the same "
        f"{count} others. The last layer alone gets {before} of {count} right, all layers "
        f"together {after}. {_gain(after - before)} The training took "
        f"{found.seconds:.0f}\N{NO-BREAK SPACE}s; the mean loss was "
        f"{written(found.epochs[0].loss)} in the first epoch and "
        f"{written(found.epochs[-1].loss)} in the last."
    )


def _gain(sentences: int) -> str:
    if abs(sentences) <= 1:
        return "**That is no difference to speak of.**"
    change = "gained" if sentences > 0 else "lost"
    return (
        f"**Refining {change} {abs(sentences)} sentences.** Another cut of so few could turn out "
        "otherwise."
    )
