"""Sentences with a label each, to train a classification layer on: presets, typed or uploaded.

Whatever the source, the same rules hold: rows with a hole are left out, a sentence counts once,
and what was left out or cut is told in `notes`. A table that cannot be learned from is a
TableError that says what to change.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final

from backend.csv_table import without_apostrophe
from backend.errors import TableError
from backend.text_file import decoded

FEWEST_ROWS: Final = 8
FEWEST_OF_A_LABEL: Final = 2  # one to learn from while the other is held out
MOST_ROWS: Final = 500
MOST_LABELS: Final = 50
LONGEST_TEXT: Final = 1000  # characters
LONGEST_LABEL: Final = 60
MOST_BYTES: Final = 2_000_000  # MOST_ROWS of the LONGEST_TEXT, in any script

PRESETS: Final = {
    "sentiment": "Sentiment: positive or negative",
    "question": "Question or statement",
    "topic": "Topic: sport, food, science or music",
}
"""The tasks that come with the app, and how they are shown."""

COLUMNS: Final = ("text", "label")
_FOLDER: Final = Path(__file__).parent / "data" / "tasks"
_SEPARATORS: Final = ",;\t"
_UNSEEN: Final = dict.fromkeys(map(ord, "\u00ad\u180e\u200b\u200e\u200f\u2060\ufeff"))
"""Signs without ink or width that come with what was copied; joiners, which shape letters, stay."""
_FIRST_LINE: Final = f"Put the line `{','.join(COLUMNS)}` at the top of the file"
_SWAP: Final = "swap the columns if the sentences stand under label"
_AS_UTF8: Final = (
    "Save it again as “CSV UTF-8” (in Excel: Save As, CSV UTF-8; elsewhere: choose the "
    "encoding UTF-8)"
)


@dataclass(frozen=True)
class LabelledTexts:
    """Different sentences and the label of each, enough of both to learn from.

    notes: a sentence for each kind of row that was left out or cut, to be shown to the reader
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """The same for equal tables, and short."""
        return sha256(repr((self.texts, self.labels, self.notes)).encode()).hexdigest()

    @property
    def classes(self) -> tuple[str, ...]:
        """The different labels, in alphabetical order."""
        return tuple(sorted(set(self.labels)))

    @property
    def counts(self) -> dict[str, int]:
        """How many sentences each label has, in the order of `classes`."""
        counts = Counter(self.labels)
        return {label: counts[label] for label in self.classes}


@cache
def preset_task(name: str) -> LabelledTexts:
    """One of PRESETS. Raises ValueError if there is none of that name."""
    if name not in PRESETS:
        raise ValueError(f"expected one of {', '.join(PRESETS)}, got {name!r}")
    return texts_from_csv((_FOLDER / f"{name}.csv").read_bytes())


def texts_from_csv(content: bytes) -> LabelledTexts:
    """The sentences of a CSV file whose first line names the columns `text` and `label`.

    Columns may stand in any order and be separated by commas, semicolons or tabs; further
    columns are not read. The encoding is UTF-8, or UTF-16 with its mark at the front.
    Raises TableError if the file cannot be read so, and as `texts_from_rows` does.
    """
    return texts_from_rows(_rows_of_file(content))


def texts_from_rows(rows: Iterable[tuple[object, object]]) -> LabelledTexts:
    """The sentences of (text, label) rows, as an editable table gives them; a hole is no text.

    Raises TableError if what remains has fewer than FEWEST_ROWS rows, fewer than two labels or
    than FEWEST_OF_A_LABEL sentences of one, or more than MOST_ROWS rows or MOST_LABELS labels,
    or if a label is longer than LONGEST_LABEL characters.
    """
    found = [(_one_line(text), _seen(_one_line(label))) for text, label in rows]
    whole = [(text, label) for text, label in found if text and label]
    _check_length(len(whole))
    kept: dict[str, tuple[str, str]] = {}
    cut = again = otherwise = 0
    for text, label in whole:
        shown = text[:LONGEST_TEXT].rstrip()
        known = shown.casefold() in kept
        first = kept.setdefault(shown.casefold(), (shown, label))
        cut += not known and shown != text
        again += known and first[1] == label
        otherwise += first[1] != label
    empty = sum(not text and not label for text, label in found)
    notes = (
        _count(empty, "empty row was", "empty rows were", "left out."),
        _count(len(found) - len(whole) - empty, "row without a sentence or without a label was",
               "rows without a sentence or without a label were", "left out."),
        _count(again, "repeated sentence was", "repeated sentences were", "left out."),
        _count(otherwise, "row repeats a sentence with another label; the first",
               "rows repeat a sentence with another label; the first", "counts."),
        _count(cut, "sentence was", "sentences were", f"cut after {LONGEST_TEXT} characters."),
        _alike(label for _, label in whole),
    )  # fmt: skip
    table = LabelledTexts(
        texts=tuple(text for text, _ in kept.values()),
        labels=tuple(label for _, label in kept.values()),
        notes=tuple(note for note in notes if note),
    )
    _check(table)
    return table


def _one_line(value: object) -> str:
    """The value without line breaks or spaces at its ends; "" for what tables write for a hole."""
    known = isinstance(value, str | int)
    return " ".join(str(value).replace("\0", " ").split()) if known else ""


def _seen(text: str) -> str:
    """The text without signs that nobody can see, at which equal names would fall apart."""
    return text.translate(_UNSEEN).strip()


def _count(count: int, one: str, several: str, rest: str) -> str:
    return f"{count} {one if count == 1 else several} {rest}" if count else ""


def _alike(labels: Iterable[str]) -> str:
    """A word about labels that only their capitals tell apart."""
    first: dict[str, str] = {}
    for label in sorted(set(labels)):
        other = first.setdefault(label.casefold(), label)
        if other != label:
            return f"The labels {other} and {label} differ in capitals only and count as two."
    return ""


def _check_length(rows: int) -> None:
    if rows > MOST_ROWS:
        raise TableError(
            f"The table has {rows:,} rows; at most {MOST_ROWS} can be trained on here. "
            f"Keep {MOST_ROWS} of them, some of every label."
        )


def _check(table: LabelledTexts) -> None:
    """Raise a TableError if the table cannot be learned from."""
    counts = table.counts
    long = next((label for label in counts if len(label) > LONGEST_LABEL), None)
    if long is not None:
        raise TableError(
            f"A label is {len(long)} characters long (“{long[:20]}…”); at most {LONGEST_LABEL} "
            f"are allowed. Shorten it, or {_SWAP}."
        )
    if len(counts) > MOST_LABELS:
        raise TableError(
            f"There are {len(counts)} different labels; at most {MOST_LABELS} can be told apart "
            f"here. Use fewer, or {_SWAP}."
        )
    if len(table.texts) < FEWEST_ROWS:
        rows = "1 row is" if len(table.texts) == 1 else f"{len(table.texts)} rows are"
        notes = "".join(f" {note}" for note in table.notes)
        raise TableError(
            f"{rows} too few to learn from.{notes} Give at least {FEWEST_ROWS} different "
            "sentences, each with a label; a few dozen are better."
        )
    if len(counts) == 1:
        raise TableError(
            f"Every sentence has the same label, {next(iter(counts))}, so there is nothing to "
            "tell apart. Add sentences with a second label."
        )
    rare = next((label for label, count in counts.items() if count < FEWEST_OF_A_LABEL), None)
    if rare is not None:
        raise TableError(
            f"The label {rare} has only one sentence, so it cannot be learned from one and "
            f"tested on another. Give every label at least {FEWEST_OF_A_LABEL} sentences."
        )


def _rows_of_file(content: bytes) -> Iterator[tuple[str, str]]:
    """The rows under the line that names the columns."""
    text = _decoded(content).lstrip()
    if not _seen(text):
        raise TableError(f"The file is empty. {_FIRST_LINE}, and a sentence with its label below.")
    header, *rows = _table(text)
    names = [_seen(name).lower() for name in header]
    if not set(COLUMNS) <= set(names):
        shown = ", ".join(names)[:80].replace("`", "'")  # two of these make code of what they hold
        raise TableError(
            f"The first line must name the columns {' and '.join(COLUMNS)}, but it reads "
            f"“{shown}”. {_FIRST_LINE}."
        )
    _check_length(len(rows))
    for number, row in enumerate(rows, 2):
        if len(row) > len(header):
            raise TableError(
                f"Row {number} of the file has more columns than the first. Put a sentence "
                'that contains the separator between quotes: `"Yes, I do",agreement`.'
            )
        by_name = dict(zip(names, map(without_apostrophe, row), strict=False))
        yield by_name.get("text", ""), by_name.get("label", "")


def _table(text: str) -> list[list[str]]:
    """The fields of each row; a comma parts them, or what the first line has more of."""
    first = io.StringIO(text, newline="").readline()
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        raise TableError(
            f"The file cannot be read as CSV near line {reader.line_num}: {error}. A quote "
            'inside a sentence must be doubled ("" for ") and the sentence quoted.'
        ) from error


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise TableError(
            f"The file has {len(content) / 1e6:,.0f} MB; at most {MOST_BYTES / 1e6:.0f} MB are "
            f"read. Keep at most {MOST_ROWS} rows of it."
        )
    try:
        text = decoded(content)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TableError(
            f"The file is not in UTF-8: line {line} has a character in another encoding, and "
            f"guessing which would garble it. {_AS_UTF8}."
        ) from error
    if "\0" in text:
        raise TableError(
            "The file has characters that no text has (NUL): it is no CSV file, or one in "
            f"UTF-16 without its mark. {_AS_UTF8}."
        )
    return text
