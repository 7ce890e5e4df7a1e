"""Tables as CSV: what RFC 4180 has, in UTF-8, with every number as exact as it is."""

import csv
import io
from collections.abc import Iterable, Sequence

from backend.trace import FloatArray


def table(names: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A heading and one line a row; a field is quoted where it must be and never changed.

    Half a character, which UTF-8 cannot hold, becomes a question mark.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def digits(values: FloatArray) -> list[str]:
    """Nine digits, enough to get the very same float32 back. values: (value,)"""
    return [f"{value:.9g}" for value in values.tolist()]
