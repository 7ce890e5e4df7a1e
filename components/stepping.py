"""To the next and the previous layer, head, step of the lesson or example, where there are some."""

from typing import Any, Final

from backend.examples import EXAMPLES
from components import kept
from components.opened_example import opened_example
from components.view import View

_COUNTS: Final = "steps_of_pages"


def allow_steps(field: str, count: int) -> None:
    """Tell that the page that runs shows one of `count` layers, heads or steps of the lesson."""
    kept.store(_COUNTS, _counts() | {(kept.page_name(), field): count})


def can_step(field: str) -> bool:
    """Whether the page that runs has shown several to step among."""
    return _counts().get((kept.page_name(), field), 1) > 1


def stepped(view: View, field: str, by: int) -> dict[str, Any]:
    """What to choose for the layer, head or step of the lesson so many on, at most the last one."""
    if not by or not can_step(field):
        return {}
    last = _counts()[kept.page_name(), field] - 1
    return {field: max(0, min(last, getattr(view, field) + by))}


def is_at_end(view: View, field: str, by: int) -> bool:
    """Whether the page that runs steps through these, and shows the last of them, or the first."""
    return can_step(field) and stepped(view, field, by)[field] == getattr(view, field)


def example_stepped(view: View, by: int) -> dict[str, Any]:
    """What to choose for the example so many further on; after the last comes the first.

    Sentences of the reader's own stand before the first one.
    """
    if not by:
        return {}
    pairs = [(example.a, example.b) for example in EXAMPLES]
    here = pairs.index((view.a, view.b)) if (view.a, view.b) in pairs else -1 if by > 0 else 0
    return opened_example(EXAMPLES[(here + by) % len(pairs)], view.model)


def _counts() -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = kept.stored(_COUNTS, {})
    return counts
