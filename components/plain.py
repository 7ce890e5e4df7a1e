"""What visitors type, shown as they typed it wherever Streamlit or Plotly would read markup."""

import re
from collections import Counter
from collections.abc import Sequence

JOINER = "\u2060"
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")


def plain(text: str) -> str:
    """Markdown that shows `text` as it is: every ASCII punctuation mark stands for itself.

    An invisible joiner before each mark keeps Streamlit from making links, arrows and icons of
    what is left after the Markdown is read: `www.x.org`, `->`, `:name:`.
    """
    return _MARKUP.sub(JOINER + r"\\\1", re.sub(r"[\r\n]+", " ", text))


def with_code(text: str) -> str:
    """As `plain`, but what stands between two backticks is code, and can be copied as it is."""
    parts = re.split(r"`([^`\r\n]+)`", text)
    return "".join(f"`{part}`" if n % 2 else plain(part) for n, part in enumerate(parts))


def label(token: str) -> str:
    """`token` for a Plotly label, which reads `&` and `<` as HTML."""
    return token.replace("&", "&amp;").replace("<", "&lt;")


def told_apart(tokens: Sequence[str]) -> list[str]:
    """Each token, with its position where the same token stands elsewhere too."""
    counts = Counter(tokens)
    return [
        token if counts[token] == 1 else f"{in_its_direction(token)} {position}"
        for position, token in enumerate(tokens)
    ]


def in_its_direction(token: str) -> str:
    """`token`, so that a number beside it stays there also where it is written right to left."""
    return f"\u2068{token}\u2069" if _RIGHT_TO_LEFT.search(token) else token


def names(tokens: Sequence[str]) -> list[str]:
    """Plotly label for each token, with its position where the same token stands elsewhere too."""
    return [label(name) for name in told_apart(tokens)]


def positions(tokens: Sequence[str]) -> list[str]:
    """Plotly category for each token, its position before it: equal tokens stay apart."""
    return [f"{position} {in_its_direction(label(token))}" for position, token in enumerate(tokens)]
