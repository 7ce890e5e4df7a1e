"""The chips' words and the data that the browser gets."""

import json
from pathlib import Path

import pytest

from backend.cached import cached_tokenizer
from components.piece_kinds import piece_kind
from components.token_chips import Chip, chip_data, chips_of, legend_of, visible
from tests.backend.small_models import write_model


def chips(a: str, b: str | None = None, name: str = "bert-base-cased") -> list[Chip]:
    return chips_of((a, b), cached_tokenizer(name).split(a, b))


def test_a_piece_in_words() -> None:
    fi = chips("My dog Fido is cute. He likes playing.")[3]
    assert fi.words == "Fi: position 3, id 17355, sentence A, characters 7 to 9 of the input"
    assert fi.explanation == "Fi begins a word that goes on in the next piece."
    assert fi.source == "Fi"


def test_added_pieces_come_from_no_characters() -> None:
    first = chips("Fido")[0]
    assert first.words == "[CLS]: position 0, id 101, sentence A, added by the tokenizer"
    assert (first.characters, first.tag) == ("", "start")


def test_typed_separators_say_that_they_were_typed() -> None:
    typed = chips("a [SEP] b")[2]
    assert (typed.piece, typed.characters) == ("[SEP]", "2 to 7")
    assert typed.explanation.endswith("It was typed by hand here.")


def test_unknown_characters_are_named() -> None:
    unknown = chips("so 🙂 there")[2]
    assert (unknown.kind, unknown.tag, unknown.source) == ("unknown", "unknown!", "🙂")
    assert unknown.explanation.endswith("Here they are “🙂”.")


def test_spans_count_code_points() -> None:
    after = chips("🙂🙂 dog")[-2]
    assert (after.piece, after.start, after.end) == ("dog", 3, 6)


def test_segments_are_letters_in_reading_order() -> None:
    found = chips("one", "two")
    assert [chip.segment for chip in found] == ["A", "A", "A", "B", "B"]
    assert [chip.position for chip in found] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("piece", "following", "spaces", "kind"),
    [
        ("##do", "", False, "continuation"),
        ("##", "", False, "piece"),
        ("Fi", "##do", False, "beginning"),
        ("dog", "is", False, "piece"),
        ("Ġdog", "", True, "space"),
        ("gy", "", True, "joined"),
        ("<mask>", "", True, "mask"),
        ("[PAD]", "", False, "padding"),
    ],
)
def test_kinds(piece: str, following: str, spaces: bool, kind: str) -> None:
    assert piece_kind(piece, following, spaces=spaces) == kind


def test_a_maltese_letter_is_no_space(tmp_path: Path) -> None:
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "Ġ", "##obon", "u"]
    (tmp_path / "vocab.txt").write_text("\n".join(vocabulary))
    (tmp_path / "tokenizer_config.json").write_text('{"do_lower_case": false}')
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    found = chips("Ġobon u", name=str(tmp_path))
    assert [chip.kind for chip in found[1:-1]] == ["beginning", "continuation", "piece"]
    roberta = chips("the the", name=str(write_model("roberta", tmp_path / "roberta")))
    assert [(chip.piece, chip.kind) for chip in roberta[3:4]] == [("Ġ", "space")]


def test_legend_explains_each_kind_once() -> None:
    pieces = [piece for piece, _ in legend_of(chips("Fido Fido", "Fido"))]
    assert pieces == ["[CLS]", "[SEP]", "##…"]


def test_what_cannot_be_drawn_gets_a_sign_of_the_same_length() -> None:
    text = "a\x00b\ud800c\x7f\td"
    assert visible(text) == "a␀b�c␡\td"
    assert len(visible(text)) == len(text)


def test_the_browser_gets_plain_json() -> None:
    data = chip_data(("\ud83d </script>", None), chips("\ud83d </script>"))
    sent = json.dumps(data, ensure_ascii=False).encode()
    assert b"</script>" in sent
    assert data["sentences"] == ["� </script>"]
    assert data["chips"][1]["span"] == [2, 3]  # BERT drops what is no character


def test_a_lone_combining_mark_is_announced() -> None:
    marks = [chip["mark"] for chip in chip_data(("e\u0301", None), chips("e\u0301"))["chips"]]
    assert marks == [False, False, True, False]
