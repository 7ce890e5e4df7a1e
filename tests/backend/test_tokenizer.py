import json
from pathlib import Path

import pytest
import tokenizers
from tokenizers import pre_tokenizers

from backend.errors import EmptySentence, NotAModel
from backend.model_files import built_in_folder
from backend.tokenizer import Pieces, Tokenizer, kept_counts, load_tokenizer
from tests.backend.small_models import write_model

LESSON = "My dog Fido is cute. He likes playing."


def _shown(pieces: Pieces, a: str, b: str = "") -> list[str]:
    """Each token's own characters."""
    sentences = (a, b)
    return [
        sentences[segment][start:end]
        for segment, (start, end) in zip(pieces.segments, pieces.spans.tolist(), strict=True)
    ]


def test_the_lessons_sentence(cased: Tokenizer) -> None:
    pieces = cased.split(LESSON)
    expected = "[CLS] My dog Fi ##do is cute . He likes playing . [SEP]"
    assert list(pieces.tokens) == expected.split()
    ids = [101, 1422, 3676, 17355, 2572, 1110, 10509, 119, 1124, 7407, 1773, 119, 102]
    assert pieces.ids.tolist() == ids
    characters = "|My|dog|Fi|do|is|cute|.|He|likes|playing|.|"
    assert _shown(pieces, LESSON) == characters.split("|")
    assert pieces.name == "bert-base-cased"
    assert (pieces.left_out, pieces.limit) == (0, 512)


def test_a_pair(uncased: Tokenizer) -> None:
    pieces = uncased.split("The cat", "The DOG!")
    assert list(pieces.tokens) == ["[CLS]", "the", "cat", "[SEP]", "the", "dog", "!", "[SEP]"]
    assert pieces.segments.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert pieces.special.tolist() == [True, False, False, True, False, False, False, True]
    assert _shown(pieces, "The cat", "The DOG!") == ["", "The", "cat", "", "The", "DOG", "!", ""]
    assert not pieces.ids.flags.writeable


def test_typed_marks_are_tokens_of_their_own(uncased: Tokenizer) -> None:
    sentence = "a [SEP] [MASK] [UNK] [CLS]"
    pieces = uncased.split(sentence)
    assert pieces.tokens[1:-1] == ("a", "[SEP]", "[MASK]", "[UNK]", "[CLS]")
    assert pieces.special.tolist() == [True, False, True, False, False, True, True]
    assert _shown(pieces, sentence)[2] == "[SEP]"


@pytest.mark.parametrize("name", ["bert-base-uncased", "bert-base-cased"])
def test_unknown_characters_become_unk(name: str) -> None:
    pieces = load_tokenizer(name).split("a 🦜 b")
    assert pieces.tokens[1:-1] == ("a", "[UNK]", "b")
    assert pieces.spans[2].tolist() == [2, 3]


def test_a_lone_surrogate_keeps_the_spans_right(uncased: Tokenizer) -> None:
    sentence = "a \ud83d cat"
    pieces = uncased.split(sentence)
    assert _shown(pieces, sentence) == ["", "a", "cat", ""]


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t", "\0\x01", "\u200b", "\ud800"])
def test_nothing_to_read(uncased: Tokenizer, nothing: str) -> None:
    with pytest.raises(EmptySentence, match="Type a sentence in Sentence A"):
        uncased.split(nothing)
    with pytest.raises(EmptySentence):
        uncased.split(nothing, "something")
    assert uncased.split("one", nothing).tokens == ("[CLS]", "one", "[SEP]")


def test_a_long_text_is_cut_at_the_limit(uncased: Tokenizer) -> None:
    pieces = uncased.split("so " * 6666 + "xx")  # 20,000 characters
    assert len(pieces.tokens) == 512
    assert pieces.tokens[-1] == "[SEP]"
    assert pieces.left_out == 6667 + 2 - 512  # of the sentence; [CLS] and [SEP] stay
    assert pieces.spans.max() == pieces.spans[-2, 1] == 510 * 3 - 1


def test_the_longer_sentence_is_cut_first(uncased: Tokenizer) -> None:
    pieces = uncased.split("a b c", "d " * 30, limit=12)
    assert list(pieces.tokens) == ["[CLS]", *"abc", "[SEP]", *"dddddd", "[SEP]"]
    assert pieces.left_out == 24


def test_no_room_is_a_programmers_mistake(uncased: Tokenizer) -> None:
    with pytest.raises(ValueError, match="expected a limit"):
        uncased.split("a b c", "d e f", limit=4)


@pytest.mark.parametrize("first", [1, 2, 5, 6, 7, 30])
@pytest.mark.parametrize("second", [0, 1, 5, 6, 30])
@pytest.mark.parametrize("budget", [4, 5, 11, 12])
def test_cutting_is_what_the_library_does(first: int, second: int, budget: int) -> None:
    library = tokenizers.Tokenizer.from_file(str(built_in_folder() / "tokenizer.json"))
    library.no_padding()
    library.enable_truncation(budget, strategy="longest_first")
    encoding = library.encode("a " * first, "b " * second, add_special_tokens=False)
    owners = encoding.sequence_ids
    kept = kept_counts(first, second, budget)
    assert kept == (owners.count(0), owners.count(1))


def test_the_built_in_vocabulary_is_that_of_bert_base_uncased(uncased: Tokenizer) -> None:
    built_in = load_tokenizer("minilm")
    assert built_in.pieces == uncased.pieces
    assert built_in.name == "minilm"
    assert len(uncased.pieces) == 30522


@pytest.mark.parametrize(("lower", "token"), [(True, "the"), (False, "[UNK]")])
def test_a_folder_with_a_plain_vocabulary(tmp_path: Path, lower: bool, token: str) -> None:
    folder = write_model("bert", tmp_path)
    (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": lower}))
    assert load_tokenizer(str(folder)).split("THE cat").tokens[1] == token


def test_a_folder_with_byte_pairs(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(str(write_model("roberta", tmp_path)))
    pieces = tokenizer.split("the é", "no<mask>")
    expected = ["<s>", "th", "e", "Ġ", "Ã", "©", "</s>", "</s>", "n", "o", "<mask>", "</s>"]
    assert list(pieces.tokens) == expected
    assert pieces.segments.tolist() == [0] * 8 + [1] * 4
    assert pieces.special.nonzero()[0].tolist() == [0, 6, 7, 11]
    shown = _shown(pieces, "the é", "no<mask>")
    assert shown[4] == shown[5] == "é"


@pytest.mark.parametrize(
    ("file", "content"),
    [("tokenizer.json", "{"), ("vocab.txt", "a\nb\n"), ("vocab.json", "[]"), ("other", "")],
)
def test_a_folder_without_a_readable_tokenizer(tmp_path: Path, file: str, content: str) -> None:
    (tmp_path / file).write_text(content)
    with pytest.raises(NotAModel, match="no tokenizer"):
        load_tokenizer(str(tmp_path))


@pytest.mark.parametrize(
    ("cuts", "marks"),
    [
        (None, False),
        (pre_tokenizers.BertPreTokenizer(), False),
        (pre_tokenizers.Metaspace(), False),
        (pre_tokenizers.ByteLevel(), True),
        (pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False), True),
    ],
)
def test_who_reads_bytes_marks_spaces(
    cuts: pre_tokenizers.PreTokenizer | None, marks: bool
) -> None:
    cutter = tokenizers.Tokenizer(tokenizers.models.BPE({"a": 0}, []))
    if cuts is not None:
        cutter.pre_tokenizer = cuts
    assert Tokenizer("any", cutter).marks_spaces == marks
