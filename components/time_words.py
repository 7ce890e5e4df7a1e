"""How far work is and how long it will still take, as it stands at the end of a bar's words."""

from backend.for_all import Steps
from components.transfer_words import per_cent


def share_done(now: Steps) -> str:
    """How much of it is done, and how long the rest takes."""
    return f"{per_cent(now.share)} of the work is done{time_left(now.seconds_left)}"


def time_left(seconds: float | None) -> str:
    """The seconds that are left, whole and at least one; nothing where they are not known yet."""
    return "" if seconds is None else f", about {max(1, round(seconds))}\N{NO-BREAK SPACE}s left"
