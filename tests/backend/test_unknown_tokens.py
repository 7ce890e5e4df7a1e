"""How much of a text a vocabulary has no pieces for."""

from backend.cached import cached_tokenizer
from backend.small_bert import small_tokenizer
from backend.unknown_tokens import UnknownTokens, unknown_tokens


def test_unknown_tokens_are_counted_without_the_special_ones() -> None:
    tokenizer = cached_tokenizer("minilm")
    assert unknown_tokens(tokenizer, ["a cat", "a 🦜 [SEP] sat", "", "\u200b"]) == UnknownTokens(
        1, 5
    )
    assert unknown_tokens(tokenizer, []).share == 0


def test_the_small_bert_knows_few_words() -> None:
    found = unknown_tokens(small_tokenizer(), ["the dog did not cross the parliament"])
    assert (found.unknown, found.of) == (1, 7)
    assert found.share == 1 / 7
