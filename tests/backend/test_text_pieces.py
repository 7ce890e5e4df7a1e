"""A long text is cut where a reader would cut it."""

import pytest

from backend.errors import InputError
from backend.model import Model, load_model
from backend.text_pieces import MOST_CHARACTERS, PIECE_TOKENS, text_pieces
from backend.tokenizer import Tokenizer
from tests.backend.small_models import write_model


def count(tokenizer: Tokenizer, text: str) -> int:
    return int((~tokenizer.split(text).special).sum())


def test_pieces_are_whole_sentences_as_many_as_fit(uncased: Tokenizer) -> None:
    sentences = [f"Sentence number {n} is “here”, isn't it? " for n in range(60)]
    cut = text_pieces(uncased, "".join(sentences))
    assert "".join(cut.texts) == "".join(sentences)
    assert all(text.rstrip().endswith("?") and text.startswith("Sen") for text in cut.texts)
    lengths = [len(uncased.split(text).tokens) for text in cut.texts]
    assert max(lengths) <= PIECE_TOKENS
    longest = max(count(uncased, sentence) for sentence in sentences)
    assert min(lengths[:-1]) + longest > PIECE_TOKENS
    assert cut.tokens == sum(lengths) - 2 * len(lengths)
    assert cut.left_out == 0


def test_a_sentence_too_long_is_cut_between_words(uncased: Tokenizer) -> None:
    text = "unbelievableness " * 300
    cut = text_pieces(uncased, text)
    assert "".join(cut.texts) == text
    assert all(part.split() == ["unbelievableness"] * len(part.split()) for part in cut.texts)
    assert all(len(uncased.split(part).tokens) <= PIECE_TOKENS for part in cut.texts)


def test_a_word_too_long_for_a_piece_is_cut_in_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    model = load_model(str(write_model("roberta", tmp_path_factory.mktemp("m"))))
    cut = text_pieces(model.tokenizer, "x" * 200)
    assert "".join(cut.texts) == "x" * 200
    assert max(map(len, cut.texts)) == model.limit - 2
    assert cut.tokens == 200


def test_lines_and_other_alphabets_end_sentences_too(uncased: Tokenizer) -> None:
    filler = "w " * 120
    for end in ("\n", "! ", "。", "…  ", ".) "):
        cut = text_pieces(uncased, f"{filler}one{end}two {filler}")
        assert cut.texts[0].split()[-1].startswith("one"), end
        assert cut.texts[1].startswith("two"), end


def test_of_too_long_a_text_the_rest_is_left_out_and_counted(uncased: Tokenizer) -> None:
    text = "One two three. " * 100  # four tokens a sentence
    cut = text_pieces(uncased, text, most=50)
    assert cut.tokens == 48
    assert cut.left_out == 400 - 48
    assert "".join(cut.texts).strip() == ("One two three. " * 12).strip()
    huge = text_pieces(uncased, "a. " * MOST_CHARACTERS)
    assert huge.tokens == 20_000
    assert huge.left_out > 0


@pytest.mark.parametrize("text", ["", "   \n\n ", "\x00\x01"])
def test_nothing_to_read_is_said(uncased: Tokenizer, text: str) -> None:
    with pytest.raises(InputError, match="nothing in the text to read"):
        text_pieces(uncased, text)


@pytest.mark.parametrize("text", ["[CLS] typed [SEP] tokens. [SEP]", "🐔", "...", "\ud800 half"])
def test_odd_texts_are_read(minilm: Model, text: str) -> None:
    cut = text_pieces(minilm.tokenizer, text)
    assert cut.texts
    for part in cut.texts:
        minilm.trace(part)


def test_a_text_of_blanks_between_words_takes_no_time(uncased: Tokenizer) -> None:
    """A search for ends that began anew at each blank would take minutes, and hang here."""
    found = text_pieces(uncased, "one" + " " * 190_000 + "two.\n \n three")
    assert found.tokens == 4
