"""Which sentence looks at which: the filter that every page with weights offers."""

from typing import Final

from backend.trace import BoolArray, IntArray

SHOW: Final = {"all": "All", "aa": "A → A", "ab": "A → B", "ba": "B → A", "bb": "B → B"}
"""The filters by their names in an address, and how they are written on screen."""


def shown_tokens(segments: IntArray, show: str) -> tuple[BoolArray, BoolArray]:
    """Which tokens a filter leaves as queries and which as keys; all of both for `all`.

    segments: (token,), 0 = sentence A, 1 = sentence B
    returns: (token,) for queries, (token,) for keys
    Raises ValueError for a filter that is not in SHOW.
    """
    if show not in SHOW:
        raise ValueError(f"expected one of {tuple(SHOW)}, got {show!r}")
    if show == "all":
        return segments >= 0, segments >= 0
    query, key = ("ab".index(letter) for letter in show)
    return segments == query, segments == key
