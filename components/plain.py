"""What visitors type, shown as they typed it wherever Streamlit or Plotly would read markup."""

import re
from collections.abc import Sequence

_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")


def plain(text: str) -> str:
    """Markdown that shows `text` as it is: every ASCII punctuation mark stands for itself."""
    return _MARKUP.sub(r"\\\1", text).replace("\n", " ")


def label(token: str) -> str:
    """`token` for a Plotly label, which reads `&` and `<` as HTML."""
    return token.replace("&", "&amp;").replace("<", "&lt;")


def positions(tokens: Sequence[str]) -> list[str]:
    """Plotly category for each token, its position before it: equal tokens stay apart."""
    return [f"{position} {label(token)}" for position, token in enumerate(tokens)]
