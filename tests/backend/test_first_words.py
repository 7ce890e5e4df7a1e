import numpy as np
import pytest

from backend.cached import cached_trace
from backend.examples import EXAMPLES, Example
from backend.first_words import first_keys, first_query
from backend.two_sentences import read_apart


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.claim], ids=lambda e: e.name)
def test_every_example_begins_with_its_pronoun_and_its_nouns(example: Example) -> None:
    assert example.claim is not None
    compared = read_apart(cached_trace("minilm", example.a), cached_trace("minilm", example.b))
    texts = [a or b for a, b in compared.written]
    query = first_query(texts, compared.same, compared.special)
    assert query is not None
    places = np.flatnonzero(compared.same & ~compared.special)
    keys = first_keys(texts, places, *compared.rows(query, places), query)
    assert texts[query] == example.claim.pronoun
    assert [texts[key] for key in keys] == [example.claim.first, example.claim.second]


def query_of(text: str, changed: str = "") -> str | None:
    tokens = text.split()
    same = np.array([token != changed for token in tokens])
    special = np.array([token.startswith("[") for token in tokens])
    place = first_query(tokens, same, special)
    return None if place is None else f"{place} {tokens[place]}"


def test_the_pronoun_before_the_change_comes_first() -> None:
    assert query_of("he said it was X and they left", "X") == "2 it"
    assert query_of("X and then they left", "X") == "3 they"
    assert query_of("ĠIt was X", "X") == "0 ĠIt"


def test_without_a_pronoun_it_is_the_word_beside_the_change() -> None:
    assert query_of("[CLS] . big X ! sat [SEP]", "X") == "2 big"
    assert query_of("one two three") == "2 three"


def test_signs_will_do_where_there_is_no_word() -> None:
    assert query_of("[CLS] . X [SEP]", "X") == "1 ."


def test_nothing_in_common_is_nothing_to_begin_with() -> None:
    assert query_of("[CLS] X [SEP]", "X") is None


def keys_of(text: str, moved: dict[str, float], query: int) -> list[str]:
    tokens = text.split()
    b = np.array([[[moved.get(token, 0.0) for token in tokens]]], np.float32)
    places = np.arange(len(tokens))
    return [tokens[key] for key in first_keys(tokens, places, np.zeros_like(b), b, query)]


def test_words_after_an_article_come_before_others() -> None:
    moved = {"ran": 0.9, "dog": 0.2, "cat": -0.3, "hat": 0.1}
    assert keys_of("the dog ran . a cat saw my hat", moved, 2) == ["dog", "cat"]


def test_other_words_where_there_are_not_two_such() -> None:
    assert keys_of("dogs run . cats sleep", {"cats": 0.4, "run": 0.3, ".": 0.9}, 0) == [
        "run",
        "cats",
    ]


def test_fewer_than_two_words_are_fewer_keys() -> None:
    assert keys_of("one two", {}, 0) == ["two"]
