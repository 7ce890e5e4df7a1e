"""What visitors type, shown as they typed it wherever Streamlit or Plotly would read markup."""

import re
from collections import Counter
from collections.abc import Sequence

from backend.directions import isolated

JOINER = "\u2060"
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
        token if counts[token] == 1 else f"{isolated(token)} {position}"
        for position, token in enumerate(tokens)
    ]


def names(tokens: Sequence[str]) -> list[str]:
    """Plotly label for each token, with its position where the same token stands elsewhere too."""
    return [label(name) for name in told_apart(tokens)]


def positions(tokens: Sequence[str]) -> list[str]:
    """Plotly category for each token, its position before it: equal tokens stay apart."""
    return [f"{position} {isolated(label(token))}" for position, token in enumerate(tokens)]
