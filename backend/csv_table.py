"""Tables as CSV: what RFC 4180 has, in UTF-8, with every number as exact as it is.

Spreadsheets compute a text that begins like a formula, and a text may come from a stranger's link.
One that could call something gets an apostrophe before it. So does what stands after a semicolon, a
tab or a line break and begins with a formula's sign: a spreadsheet that parts columns there, as
many do outside of English, begins a field with it, and what follows it in the line is not known.
`without_apostrophe` takes these away. Numbers, and tokens that are a sign alone, stay as they are.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

from backend.trace import FloatArray

_SPACE: Final = r"[^\S;\t\r\n]"
_FORMULA: Final = re.compile(rf"'*{_SPACE}*([=＝].*\w|[-+@－＋＠].*[(|!（！])", re.DOTALL)
"""After other signs than the first, only what calls a function, a program or a file does harm."""

_FIELD: Final = rf"""(?=(['"]|{_SPACE})*[-+=@＝－＋＠])"""
_BEFORE_FIELD: Final = re.compile(rf"[;\t\r\n]{_FIELD}")
_BEFORE_MARKED_FIELD: Final = re.compile(rf"([;\t\r\n])'{_FIELD}")

_SUSPICIOUS: Final = re.compile(r"[;\t\r\n=＝(|!（！]")
"""No text without one of these is marked; of numbers there may be a million."""


def table(names: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A heading and one line a row; a field is quoted where it must be.

    Half a character, which UTF-8 cannot hold, becomes a question mark.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([_harmless(field) for field in row] for row in chain([names], rows))
    return text.getvalue().encode("utf-8", "replace")


def digits(values: FloatArray) -> list[str]:
    """Nine digits, enough to get the very same float32 back. values: (value,)"""
    return [f"{value:.9g}" for value in values.tolist()]


def without_apostrophe(text: str) -> str:
    """A text as it was before `table` wrote it."""
    whole = text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text
    return _BEFORE_MARKED_FIELD.sub(r"\1", whole)


def _harmless(field: object) -> object:
    if not isinstance(field, str) or not _SUSPICIOUS.search(field):
        return field
    parts = _BEFORE_FIELD.sub(r"\g<0>'", field)
    return f"'{parts}" if _FORMULA.match(field) else parts
