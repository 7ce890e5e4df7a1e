import csv
import io

import numpy as np
import pytest

from backend.cached import cached_trace
from backend.comparison import head_ranking
from backend.comparison_tables import arrows_csv, cosines_csv, differences_csv, ranking_csv
from backend.csv_table import table
from backend.two_sentences import read_apart

ONE, OTHER = cached_trace("minilm", "The cat sat."), cached_trace("minilm", "The old cat sat.")
COMPARED = read_apart(ONE, OTHER)
CAT, SAT = 3, 4  # places; A has no token at place 2


def rows_of(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode(), newline="")))


def test_differences_of_one_head_have_every_pair_of_places() -> None:
    rows = rows_of(differences_csv(COMPARED, 3, 1))
    assert len(rows) == 49
    cat_sat = rows[CAT * 7 + SAT]
    assert (cat_sat["query_in_a"], cat_sat["query_in_b"]) == ("2", "3")
    assert (cat_sat["query_token_in_a"], cat_sat["key_token_in_b"]) == ("cat", "sat")
    a, b = ONE.attention[3, 1, 2, 3], OTHER.attention[3, 1, 3, 4]
    assert np.float32(cat_sat["a"]) == a
    assert np.float32(cat_sat["b"]) == b
    assert np.float32(cat_sat["difference"]) == b - a


def test_what_one_sentence_lacks_is_an_empty_field() -> None:
    row = rows_of(differences_csv(COMPARED, 0, 0))[2 * 7 + SAT]
    assert (row["query_in_a"], row["query_token_in_a"], row["query_token_in_b"]) == ("", "", "old")
    assert (row["a"], row["difference"]) == ("", "")
    assert np.float32(row["b"]) == OTHER.attention[0, 0, 2, 4]


def test_the_ranking_names_the_key_that_moved() -> None:
    keys = np.array([1, CAT, SAT])
    ranking = head_ranking(*COMPARED.rows(CAT, keys))
    rows = rows_of(ranking_csv(COMPARED, CAT, keys, ranking))
    assert [int(row["rank"]) for row in rows] == list(range(1, 73))
    moved = [abs(float(row["difference"])) for row in rows]
    assert moved == sorted(moved, reverse=True)
    first = rows[0]
    layer, head, i, j = (int(first[n]) for n in ("layer", "head", "key_in_a", "key_in_b"))
    assert np.float32(first["a"]) == ONE.attention[layer, head, 2, i]
    assert np.float32(first["b"]) == OTHER.attention[layer, head, 3, j]


def test_arrows_have_both_keys_of_every_head() -> None:
    rows = rows_of(arrows_csv(COMPARED, CAT, (1, SAT)))
    assert len(rows) == 72 * 2
    row = rows[2 * (3 * 12 + 5) + 1]
    assert (row["layer"], row["head"], row["key_token_in_a"]) == ("3", "5", "sat")
    assert np.float32(row["a"]) == ONE.attention[3, 5, 2, 3]
    assert np.float32(row["b"]) == OTHER.attention[3, 5, 3, 4]


def test_cosines_have_every_layer_of_both_sentences() -> None:
    rows = rows_of(cosines_csv(COMPARED, CAT, (1, SAT)))
    assert [row["after_layer"] for row in rows[:14:2]] == ["input", "0", "1", "2", "3", "4", "5"]
    assert [row["sentence"] for row in rows] == ["A"] * 14 + ["B"] * 14
    last = rows[-1]
    one, other = OTHER.hidden[6, 3], OTHER.hidden[6, 4]
    expected = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    assert float(last["cosine"]) == pytest.approx(expected, abs=1e-5)


def test_a_field_is_quoted_where_it_must_be() -> None:
    assert table(("a", "b"), [('x,"y"', "=")]) == b'a,b\r\n"x,""y""",=\r\n'
