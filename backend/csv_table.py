"""Tables as CSV: what RFC 4180 has, in UTF-8, with every number as exact as it is.

Spreadsheets compute a text that begins like a formula, and a text may come from a stranger's link.
One that could call something gets an apostrophe before it, which `without_apostrophe` takes away.
Numbers, and tokens that are a sign alone, stay as they are.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from backend.trace import FloatArray

_FORMULA: Final = re.compile(r"'*\s*([=＝].*\w|[-+@－＋＠].*[(|!（！])", re.DOTALL)
"""After other signs than the first, only what calls a function, a program or a file does harm."""


def table(names: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A heading and one line a row; a field is quoted where it must be.

    Half a character, which UTF-8 cannot hold, becomes a question mark.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_harmless(field) for field in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def digits(values: FloatArray) -> list[str]:
    """Nine digits, enough to get the very same float32 back. values: (value,)"""
    return [f"{value:.9g}" for value in values.tolist()]


def without_apostrophe(text: str) -> str:
    """A text as it was before `table` wrote it."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def _harmless(field: object) -> object:
    return f"'{field}" if isinstance(field, str) and _FORMULA.match(field) else field
