from pathlib import Path

import pytest

from backend.vocabulary import SIZE, bert_base_cased_vocabulary

# The true list stays out of the project; where it lies beside it, every single piece is compared.
TRUE = Path(__file__).parents[3] / "shared" / "data" / "bert-base-cased" / "vocab.txt"


@pytest.mark.skipif(not TRUE.is_file(), reason="the true vocabulary is not here")
def test_every_piece_is_the_true_one() -> None:
    true = TRUE.read_text(encoding="utf-8").rstrip("\n").split("\n")
    assert list(bert_base_cased_vocabulary()) == true


def test_shape_of_the_vocabulary() -> None:
    pieces = bert_base_cased_vocabulary()
    assert len(pieces) == len(set(pieces)) == SIZE
    assert "" not in pieces
    assert pieces[0] == "[PAD]"
    assert pieces[100:104] == ("[UNK]", "[CLS]", "[SEP]", "[MASK]")
    assert pieces[1] == "[unused1]"
    assert (pieces[1124], pieces[1116]) == ("He", "##s")
    assert pieces[17355:17356] + pieces[2572:2573] == ("Fi", "##do")


def test_combining_marks_start_words_and_continue_them() -> None:
    pieces = bert_base_cased_vocabulary()
    assert pieces[389] == "\u0301"
    assert "##\u0301" in pieces
