"""Text that is written from right to left."""

from unicodedata import bidirectional


def isolated(token: str) -> str:
    """The token; one that is written from right to left leaves the text around it as it is."""
    backwards = any(bidirectional(letter) in ("R", "AL") for letter in token)
    return f"\u2068{token}\u2069" if backwards else token
