"""Words that two sentences share, followed through the layers."""

import csv
import io

import numpy as np

from backend.cached import cached_trace
from backend.embedding_tables import (
    all_tokens_csv,
    drift_csv,
    map_csv,
    nearest_csv,
    one_token_csv,
    similarity_csv,
)
from backend.token_map import map_of_pair, map_of_two, path_of, shared_words, token_map
from backend.trace import FloatArray

A = "The chicken didn't cross the road because it was too tired"
B = "The chicken didn't cross the road because it was too wide"


def read(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode(), newline="")))


def test_shared_words_are_paired_in_order() -> None:
    tokens = ("the", "cat", "the", "dog", "the", "cat", "cat")
    pairs = shared_words(tokens, np.array([0, 0, 0, 1, 1, 1, 1]))
    assert pairs.tolist() == [[0, 4], [1, 5]]


def test_one_sentence_shares_nothing() -> None:
    assert shared_words(("a", "a"), np.array([0, 0])).shape == (0, 2)


def test_alone_the_same_word_begins_as_the_same_vector_and_parts() -> None:
    words = map_of_two(cached_trace("minilm", A), cached_trace("minilm", B))
    pair = [words.tokens[a] for a, _ in words.pairs].index("it")
    assert words.similarity[0, pair] == np.float32(1) or abs(words.similarity[0, pair] - 1) < 1e-6
    assert words.similarity[3, pair] < 0.8  # measured: 0.775 after layer 2
    assert "[CLS]" not in words.tokens
    one, other = words.pairs[pair]
    np.testing.assert_allclose(words.points[0, one], words.points[0, other], atol=1e-4)


def test_similarity_is_the_cosine_of_the_hidden_vectors() -> None:
    words = map_of_pair(cached_trace("minilm", A, B))
    one, other = words.hidden[2, words.pairs[4]]
    expected = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    assert abs(words.similarity[2, 4] - expected) < 1e-6


def test_points_of_each_layer_are_centred() -> None:
    words = map_of_pair(cached_trace("minilm", A, B))
    assert words.points.shape == (7, len(words.tokens), 2)
    np.testing.assert_allclose(words.points.mean(axis=1), 0, atol=1e-4)
    assert 0 < words.share.sum() <= 1


def test_an_input_of_special_tokens_alone_still_has_a_map() -> None:
    hidden = np.ones((2, 1, 4), dtype=np.float32)
    words = token_map(("[SEP]",), np.array([0]), np.array([True]), hidden)
    assert words.tokens == ("[SEP]",)
    np.testing.assert_array_equal(words.points, 0)


def test_a_way_that_lies_in_a_plane_is_shown_whole() -> None:
    corners = np.zeros((3, 2, 5), dtype=np.float32)
    corners[:, 0, 1] = [0, 1, 2]
    corners[:, 1, 3] = [0, 4, 5]
    _, share = path_of(corners)
    assert abs(share.sum() - 1) < 1e-6


def test_tables_hold_the_numbers() -> None:
    words = map_of_pair(cached_trace("minilm", A, B))
    rows = read(map_csv(words))
    assert len(rows) == words.points.shape[0] * len(words.tokens)
    assert rows[0]["after_layer"] == "input"
    assert np.float32(rows[-1]["x"]) == words.points[-1, -1, 0]
    drifts = read(drift_csv(words))
    assert np.float32(drifts[-1]["cosine"]) == words.similarity[-1, -1]
    assert drifts[0]["place_in_b"] == "0"


def test_vector_tables_hold_the_numbers() -> None:
    values = (np.arange(6).reshape(2, 3) / 7).astype(np.float32)
    parts: dict[str, FloatArray] = {"token": values, "sum": values + values}
    one = read(one_token_csv(parts, 1))
    assert [np.float32(row["sum"]) for row in one] == (values[1] * 2).tolist()
    everything = read(all_tokens_csv(parts, ("a,b", '"')))
    assert [row["token"] for row in everything] == ["a,b", '"', "a,b", '"']
    assert np.float32(everything[3]["2"]) == values[1, 2] * 2


def test_similarity_and_nearest_tables() -> None:
    before, after = np.array([[[1, 0.5], [0.5, 1]], [[1, 0.25], [0.25, 1]]], dtype=np.float32)
    rows = read(similarity_csv(before, after, ("x", "y")))
    assert rows[1]["other_token"] == "y"
    assert rows[1]["cosine_before_position"] == "0.5"
    assert rows[1]["cosine_after_position"] == "0.25"
    nearest = read(nearest_csv(np.array([7]), ["x"], np.array([1], dtype=np.float32)))
    assert nearest == [{"rank": "1", "id": "7", "piece": "x", "cosine": "1"}]
