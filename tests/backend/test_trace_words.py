"""The words of a trace."""

import pytest

from backend.model import Model, load_model
from backend.trace_words import Word, words_in
from tests.backend.small_models import write_model


def test_words_have_their_pieces_and_their_sentence(minilm: Model) -> None:
    trace = minilm.trace("The unbelievableness, didn't!", "THE end")
    words = words_in(trace)
    assert [word.text for word in words] == [
        "[CLS]", "The", "unbelievableness", ",", "didn", "'", "t", "!", "[SEP]", "THE", "end",
        "[SEP]",
    ]  # fmt: skip
    assert [word.first for word in words[1:]] == [word.end for word in words[:-1]]
    assert words[-1].end == len(trace.tokens)
    assert words[2].end - words[2].first > 1
    assert [word.segment for word in words] == [0] * 9 + [1] * 3
    assert words[1].spelling == words[9].spelling
    assert [word.spelled for word in words[:4]] == [False, True, True, False]


def test_what_was_typed_is_the_word_in_every_alphabet(minilm: Model) -> None:
    trace = minilm.trace("<b>É</b> 🐔 مرحبا", None)
    assert [word.text for word in words_in(trace)] == [
        "[CLS]", "<", "b", ">", "É", "<", "/", "b", ">", "🐔", "مرحبا", "[SEP]",
    ]  # fmt: skip


@pytest.mark.parametrize("family", ["distilbert", "roberta"])
def test_byte_pieces_make_words_too(family: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    model = load_model(str(write_model(family, tmp_path_factory.mktemp(family))))
    words = words_in(model.trace("the cat sat", "it sat"))
    assert [word.text for word in words if word.spelled] == ["the", "cat", "sat", "it", "sat"]
    assert words[0] == Word(words[0].text, 0, 1, 0, special=True, spelled=False)
    spaces = [word for word in words if not word.special and not word.spelled]
    assert len(spaces) == (3 if family == "roberta" else 0)  # a piece that is a space and no more
