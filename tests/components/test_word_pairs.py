"""The words that the browser is sent to be clicked."""

from backend.cached import cached_trace
from backend.trace_words import words_in
from components.word_pairs import word_pairs_data


def test_each_word_is_sent_once_with_its_first_tokens_place() -> None:
    trace = cached_trace("minilm", "The unbelievableness, it", "was <b>$x$</b>\x00")
    data = word_pairs_data(words_in(trace), ((5, 2),), "name")
    a, b = data["groups"]
    assert (a["title"], b["title"]) == ("Sentence A", "Sentence B")
    words = a["words"] + b["words"]
    assert [word["text"] for word in a["words"]] == [
        "[CLS]", "The", "unbelievableness", ",", "it", "[SEP]",
    ]  # fmt: skip
    assert [word["place"] for word in words] == [word.first for word in words_in(trace)]
    assert [word["special"] for word in a["words"]] == [True, *[False] * 4, True]
    assert data["pairs"] == [[5, 2]]


def test_one_sentence_is_one_group_and_a_long_word_is_cut() -> None:
    data = word_pairs_data(words_in(cached_trace("minilm", "x" * 90, None)), (), "name")
    assert len(data["groups"]) == 1
    assert data["groups"][0]["words"][1]["text"].endswith("…")
