import csv
import io
import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import TableError
from backend.labelled_texts import (
    FEWEST_ROWS,
    LONGEST_LABEL,
    LONGEST_TEXT,
    MOST_BYTES,
    MOST_LABELS,
    MOST_ROWS,
    PRESETS,
    preset_task,
    texts_from_csv,
    texts_from_rows,
)

GOOD = [(f"sentence number {number}", "odd" if number % 2 else "even") for number in range(10)]


def as_csv(rows: list[tuple[str, str]], **how: str) -> bytes:
    file = io.StringIO()
    csv.writer(file, **how).writerows([("text", "label"), *rows])  # type: ignore[arg-type]
    return file.getvalue().encode()


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_balanced_and_nothing_is_left_out(name: str) -> None:
    task = preset_task(name)
    assert len(task.texts) == 60
    assert len(set(task.counts.values())) == 1
    assert task.notes == ()
    assert set(task.labels[: len(task.classes)]) == set(task.classes)


@pytest.mark.parametrize("name", PRESETS)
def test_preset_sentences_are_no_copies_of_each_other(name: str) -> None:
    """The nearest two of the three presets share less than half of their words."""
    for one, other in combinations(preset_task(name).texts, 2):
        shared = words(one) & words(other)
        assert len(shared) / len(words(one) | words(other)) < 0.5, (one, other)
        assert one.split()[:3] != other.split()[:3], (one, other)


@pytest.mark.parametrize("name", PRESETS)
def test_lengths_of_preset_sentences_vary_and_tell_no_label(name: str) -> None:
    task = preset_task(name)
    lengths = [len(text.split()) for text in task.texts]
    assert max(lengths) >= 2 * min(lengths)
    assert len(set(lengths)) >= 6
    means = [
        sum(length for length, label in zip(lengths, task.labels, strict=True) if label == one)
        / task.counts[one]
        for one in task.classes
    ]
    assert max(means) - min(means) < 2.5


def test_no_mark_gives_a_question_away() -> None:
    task = preset_task("question")
    assert not any(text.endswith((".", "?", "!")) for text in task.texts)
    commas = dict.fromkeys(task.classes, 0)
    for text, label in zip(task.texts, task.labels, strict=True):
        commas[label] += "," in text
    assert abs(commas["question"] - commas["statement"]) <= 1


def test_no_sentence_names_its_topic() -> None:
    task = preset_task("topic")
    for text, label in zip(task.texts, task.labels, strict=True):
        assert label not in text.lower()
    assert all(text.endswith(".") for text in task.texts)


def test_there_is_no_other_preset() -> None:
    with pytest.raises(ValueError, match="weather"):
        preset_task("weather")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_as_programs_write_them(separator: str, encoding: str) -> None:
    rows = [(f"{text}; naïve, “yes”", label) for text, label in GOOD]
    content = as_csv(rows, delimiter=separator).decode().encode(encoding)
    assert texts_from_csv(content).texts == tuple(text for text, _ in rows)


def test_columns_in_any_order_and_more_of_them() -> None:
    rows = "".join(f"{number},{label},x,{text}\n" for number, (text, label) in enumerate(GOOD))
    table = texts_from_csv(f"\n id, LABEL ,source,Text\n{rows}".encode())
    assert list(zip(table.texts, table.labels, strict=True)) == GOOD


def test_quoted_line_breaks_quotes_and_markup_stay_plain_text() -> None:
    rows = [
        *GOOD,
        ('He said\n"no",\r\nand left', "<b>**odd**</b> $x$"),
        ("x", "<b>**odd**</b> $x$"),
    ]
    table = texts_from_csv(as_csv(rows))
    assert 'He said "no", and left' in table.texts
    assert table.labels[-1] == "<b>**odd**</b> $x$"


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"", "^The file is empty. Put the line `text,label`"),
        (b"\xef\xbb\xbf \r\n", "^The file is empty"),
        ("\u2060\u200b\n".encode(), "^The file is empty"),
        (b"a`b`,c\n", "reads “a'b', c”. Put the line `text,label` at the top"),
        (b"sentence,class\na,b\n", "text,label"),
        ("text,label\nfine,a\ngrün,b\n".encode("latin-1"), "line 3 .* UTF-8"),
        (as_csv(GOOD).decode().encode("utf-16-le"), "NUL"),
        (b"text,label\na\0,b\n", "NUL"),
        (b"\x89PNG\r\n\x1a\n\0\0", "UTF-8"),
        (b'text,label\n"a,b\n', "doubled"),
        (b"text,label\n" + b"x" * 200_000 + b",b\n", "cannot be read as CSV"),
        (b"text,label\nYes, I do,b\n", "Row 2 .* quotes"),
        (as_csv(GOOD[:3]), "3 rows are too few"),
        (as_csv(GOOD[:1]), "1 row is too few"),
        (as_csv([]), "0 rows are too few"),
        (as_csv([(text, "same") for text, _ in GOOD]), "same label, same"),
        (as_csv([*GOOD, ("one more", "rare")]), "label rare has only one sentence"),
        (as_csv([("row", "label")] * 100_000), "100,000 rows; at most 500"),
        (b"text,label\n" + b"x" * MOST_BYTES, "at most 2 MB"),
        (as_csv([*GOOD, ("a", "x" * (LONGEST_LABEL + 1))] * 2), "61 characters"),
    ],
)
def test_what_cannot_be_used_is_said_with_what_to_do(content: bytes, advice: str) -> None:
    with pytest.raises(TableError, match=advice):
        texts_from_csv(content)


@pytest.mark.parametrize("sign", ["\u2060", "\u200b", "\ufeff", "\u00ad"])
def test_signs_without_width_make_no_other_names(sign: str) -> None:
    rows = [f"{text},{sign * (n % 2)}{label}" for n, (text, label) in enumerate(GOOD)]
    table = texts_from_csv("\n".join([f"{sign}te{sign}xt,label{sign}", *rows]).encode())
    assert table == texts_from_csv(as_csv(GOOD))
    family = "👩\u200d👩\u200d👧"
    assert texts_from_rows([*GOOD, ("one", family), ("two", family)]).labels[-1] == family


def test_too_many_labels() -> None:
    rows = [(f"text {number}", f"label {number // 2}") for number in range(2 * MOST_LABELS + 2)]
    assert len(texts_from_rows(rows[:-2]).classes) == MOST_LABELS
    with pytest.raises(TableError, match="51 different labels"):
        texts_from_rows(rows)


def test_the_limit_of_rows_counts_filled_ones_of_an_editable_table() -> None:
    rows = [(f"text {number}", str(number % 2)) for number in range(MOST_ROWS)]
    assert len(texts_from_rows([*rows, (None, None), ("", float("nan"))]).texts) == MOST_ROWS
    with pytest.raises(TableError, match="501 rows"):
        texts_from_rows([*rows, ("one more", "0")])


def test_what_is_left_out_is_counted() -> None:
    rows: list[tuple[object, object]] = [
        *GOOD,
        (None, None),
        ("  ", float("nan")),
        ("no label", ""),
        (None, "odd"),
        ("Sentence  NUMBER 3 ", "odd"),
        ("sentence number 4", "odd"),
        ("long " * LONGEST_TEXT, "Odd"),
        ("another", "Odd"),
    ]
    table = texts_from_rows(rows)
    assert table.texts[:10] == tuple(text for text, _ in GOOD)
    assert len(table.texts) == 12
    assert len(table.texts[10]) <= LONGEST_TEXT
    assert table.notes == (
        "2 empty rows were left out.",
        "2 rows without a sentence or without a label were left out.",
        "1 repeated sentence was left out.",
        "1 row repeats a sentence with another label; the first counts.",
        "1 sentence was cut after 1000 characters.",
        "The labels Odd and odd differ in capitals only and count as two.",
    )


def test_numbers_may_be_labels() -> None:
    table = texts_from_rows([(text, len(label)) for text, label in GOOD])
    assert table.counts == {"3": 5, "4": 5}


def test_what_was_left_out_is_told_with_too_few_rows() -> None:
    with pytest.raises(TableError, match="5 rows without a sentence or without a label"):
        texts_from_rows([(text, label if label == "odd" else "") for text, label in GOOD])


@given(st.binary(max_size=300))
def test_any_bytes_give_a_table_or_a_sentence(content: bytes) -> None:
    for start in (b"", b"text,label\n", b"\xff\xfet\0e\0x\0t\0,\0l\0a\0b\0e\0l\0\n\0"):
        try:
            table = texts_from_csv(start + content)
        except TableError:
            continue
        assert len(table.texts) >= FEWEST_ROWS


@given(st.lists(st.tuples(st.text(min_size=1), st.sampled_from("abc")), max_size=40))
def test_every_sentence_once_with_its_first_label(rows: list[tuple[str, str]]) -> None:
    try:
        table = texts_from_rows(rows)
    except TableError:
        return
    folded = [text.casefold() for text in table.texts]
    assert len(set(folded)) == len(folded)
    first: dict[str, str] = {}
    for text, label in rows:
        first.setdefault(" ".join(text.replace("\0", " ").split()).casefold(), label)
    assert {key: value for key, value in first.items() if key} == dict(
        zip(folded, table.labels, strict=True)
    )
