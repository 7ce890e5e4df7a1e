"""What a spreadsheet would compute is written so that it does not, and read back as it was."""

import csv
import io
import random
import re

import pytest

from backend.csv_table import table, without_apostrophe
from backend.labelled_texts import texts_from_csv
from backend.transfer_tables import rows_csv
from tests.hostile import LONE, hostile_strings

FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example", "open")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    " =1+1",
    "＝1+1",
    "'=1+1",
)
"""Of the kinds that OWASP names, and one that has an apostrophe of its own."""
HIDDEN = (
    "ok;=cmd|' /C calc'!A0;",
    "\t=1+1",
    "ok\t=1+1",
    "\r=1+1",
    "ok\r\n@SUM(1+1)",
    "ok;;+cmd|' /C calc'!A0",
    'ok; "=1+1',
    "ok;'=1+1",
    "=1+1;=1+1",
    "ok;-",
)
"""Of those that another separator than the comma, or the end of a line, brings to light."""
PLAIN = ("=", "==", "-", "+1", "-1", "-0.25", "1e-9", "@", "- he said", "'t", "a = b", "-->", "",
         "he said; she = he", "a;b", "a\tb", ";", "(a)")  # fmt: skip
SEPARATORS = ",;\t"


def fields_of(content: bytes) -> list[str]:
    (_, *rows) = csv.reader(io.StringIO(content.decode(), newline=""))
    return [row[0] for row in rows]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_computed(text: str) -> None:
    (field,) = fields_of(table(["text"], [[text]]))
    assert field == f"'{text}"
    assert without_apostrophe(field) == text


def fields_by(separator: str, content: bytes) -> list[str]:
    """Each field that a spreadsheet finds which parts columns so."""
    lines = io.StringIO(content.decode(), newline="")
    return [field for row in csv.reader(lines, delimiter=separator) for field in row]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_none_is_computed_wherever_columns_are_parted(separator: str) -> None:
    hostile = [text.encode("utf-8", "replace").decode() for text in hostile_strings(800, seed=9)]
    for text in (*FORMULAS, *HIDDEN, *hostile):
        fields = fields_by(separator, table(["number", "text", "label"], [[1, text, "x"]]))
        assert not [one for one in fields if re.match(r"\s*[=＝].*\w|\s*[-+@].*[(|!]", one)], text


@pytest.mark.parametrize("text", [*FORMULAS, *HIDDEN])
def test_a_heading_is_computed_no_more_than_a_text(text: str) -> None:
    headings, texts = csv.reader(io.StringIO(table([text], [[text]]).decode(), newline=""))
    assert headings == texts
    assert headings != [text]


@pytest.mark.parametrize("text", HIDDEN)
def test_a_hidden_formula_comes_back_as_it_was(text: str) -> None:
    (field,) = fields_of(table(["text"], [[text]]))
    assert field != text
    assert without_apostrophe(field) == text


def test_all_else_stays_as_it_is() -> None:
    assert fields_of(table(["text"], [[text] for text in PLAIN])) == list(PLAIN)
    assert [without_apostrophe(text) for text in PLAIN] == list(PLAIN)


def test_whatever_is_written_is_read_back() -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in hostile_strings(500, seed=8)]
    chance = random.Random(8)
    texts += ["".join(chance.choices("'\"=+-@;\t\r\n (|!a1＝", k=8)) for _ in range(3_000)]
    fields = fields_of(table(["text", "label"], [[text, "x"] for text in texts]))
    assert [without_apostrophe(field) for field in fields] == texts


@pytest.mark.parametrize("half", LONE)
def test_half_a_character_does_not_end_a_table(half: str) -> None:
    assert fields_of(table([f"a{half}"], [[f"{half}b"], ["c"]])) == ["?b", "c"]


def test_a_table_of_ones_own_comes_back_from_its_file() -> None:
    texts = [" ".join(text.split()) for text in (*FORMULAS, *HIDDEN)]
    rows = [(f"{text} {n}", "-1" if n % 2 else "=A1;=A2") for n, text in enumerate(texts)]
    read = texts_from_csv(rows_csv(rows))
    assert list(zip(read.texts, read.labels, strict=True)) == rows
