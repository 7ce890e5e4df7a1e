"""What a spreadsheet would compute is written so that it does not, and read back as it was."""

import csv
import io

import pytest

from backend.csv_table import table, without_apostrophe
from backend.labelled_texts import texts_from_csv
from backend.transfer_tables import rows_csv
from tests.hostile import hostile_strings

FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example", "open")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "'=1+1",
)
"""Of the kinds that OWASP names, and one that has an apostrophe of its own."""
PLAIN = ("=", "==", "-", "+1", "-1", "-0.25", "1e-9", "@", "- he said", "'t", "a = b", "-->", "")


def fields_of(content: bytes) -> list[str]:
    (_, *rows) = csv.reader(io.StringIO(content.decode(), newline=""))
    return [row[0] for row in rows]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_computed(text: str) -> None:
    (field,) = fields_of(table(["text"], [[text]]))
    assert field == f"'{text}"
    assert without_apostrophe(field) == text


def test_all_else_stays_as_it_is() -> None:
    assert fields_of(table(["text"], [[text] for text in PLAIN])) == list(PLAIN)
    assert [without_apostrophe(text) for text in PLAIN] == list(PLAIN)


def test_whatever_is_written_is_read_back() -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in hostile_strings(500, seed=8)]
    fields = fields_of(table(["text", "label"], [[text, "x"] for text in texts]))
    assert [without_apostrophe(field) for field in fields] == texts


def test_a_table_of_ones_own_comes_back_from_its_file() -> None:
    rows = [(f"{text.strip()} {n}", "-1" if n % 2 else "=A1") for n, text in enumerate(FORMULAS)]
    read = texts_from_csv(rows_csv(rows))
    assert list(zip(read.texts, read.labels, strict=True)) == rows
