import csv
import io
from dataclasses import replace

import numpy as np

from backend.cached import cached_trace
from backend.csv_table import without_apostrophe
from backend.output_tables import (
    accuracy_csv,
    answers_csv,
    nearest_csv,
    points_csv,
    sentence_answers_csv,
    way_csv,
)
from backend.tagger import TagAccuracy
from backend.token_map import map_of_pair
from backend.token_way import nearest_by_layer
from backend.unknown_tokens import UnknownTokens

TRACE = cached_trace("minilm", "A cat, “x” =1", "It sat")
NASTY = ('=cmd|"x"', "a,b")


def rows(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode(), newline="")))


def test_every_words_probabilities_come_back_as_they_were() -> None:
    shares = np.random.default_rng(1).random((len(TRACE.tokens), 2)).astype(np.float32)
    found = rows(answers_csv(TRACE, NASTY, shares))
    words = np.flatnonzero(~TRACE.special)
    assert [int(row["position"]) for row in found[::2]] == words.tolist()
    assert [row["token"] for row in found[::2]] == [TRACE.tokens[place] for place in words]
    assert {without_apostrophe(row["label"]) for row in found} == set(NASTY)
    back = np.array([row["probability"] for row in found], dtype=np.float32).reshape(-1, 2)
    np.testing.assert_array_equal(back, shares[words])
    assert {row["sentence"] for row in found} == {"A", "B"}


def test_answers_for_sentences() -> None:
    shares = np.array([[0.25, 0.75], [1, 0]], dtype=np.float32)
    found = rows(sentence_answers_csv([("A", "x\ny"), ("B", '"')], NASTY, shares))
    assert [float(row["probability"]) for row in found] == [0.25, 0.75, 1, 0]
    assert [row["text"] for row in found] == ["x\ny", "x\ny", '"', '"']


def test_the_map_the_way_and_the_nearest() -> None:
    words = map_of_pair(replace(TRACE))
    found = rows(points_csv(words))
    assert [row["token"] for row in found] == list(words.tokens)
    np.testing.assert_array_equal(np.float32(found[2]["x"]), words.points[-1, 2, 0])
    way = {"its own input": np.array([1, 0.5], dtype=np.float32)}
    assert way_csv(way).decode().split() == ["after_layer,its", "own", "input", "input,1", "0,0.5"]
    nearest = nearest_by_layer(TRACE.hidden, 1, np.array([2, 3]), 2)
    table = rows(nearest_csv(nearest, TRACE.tokens))
    assert len(table) == 2 * len(TRACE.hidden)
    assert (table[0]["after_layer"], table[0]["rank"]) == ("input", "1")
    assert int(table[-1]["position"]) == nearest.tokens[-1, 1]


def test_accuracy_with_what_the_words_alone_get() -> None:
    found = rows(accuracy_csv(TagAccuracy((0.5, 0.75), 0.25, 4, 2, (), UnknownTokens(0, 9))))
    assert [row["after_layer"] for row in found] == ["input", "0", "most frequent tag of the word"]
    assert [float(row["accuracy"]) for row in found] == [0.5, 0.75, 0.25]
