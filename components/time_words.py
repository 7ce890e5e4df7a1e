"""How long it will still take, as it stands at the end of a bar's words."""


def time_left(seconds: float | None) -> str:
    """The seconds that are left, whole and at least one; nothing where they are not known yet."""
    return "" if seconds is None else f", about {max(1, round(seconds))}\N{NO-BREAK SPACE}s left"
