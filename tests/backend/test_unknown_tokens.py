"""How much of a text a vocabulary has no pieces for."""

from backend.cached import cached_tokenizer, cached_trace
from backend.small_bert import small_tokenizer
from backend.small_training import train_small_bert
from backend.unknown_tokens import UnknownTokens, unknown_tokens, unknown_words


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


def test_the_unknown_words_of_two_sentences() -> None:
    trace = cached_trace("minilm", "A 🦜 saw the [UNK].", "A 🐔 and a 🦜 slept 漢.")
    assert unknown_words(trace) == ["🦜", "🐔"]
    model = train_small_bert(steps=1).model()
    trace = model.trace("The Professor crossed the [MASK], professor", "A [MASK] 🦜 slept")
    assert unknown_words(trace) == ["Professor", "professor", "A", "🦜", "slept"]
    assert unknown_words(model.trace("the dog")) == []
