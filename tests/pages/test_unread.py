"""What a model does not read as it stands is said on every page that has it read, once."""

from pathlib import Path

import pytest
from tokenizers.processors import TemplateProcessing

from backend.tokenizer import wordpiece
from components.plain import JOINER
from tests.backend.small_models import write_model
from tests.opened import allow_any_model, opened_script

TOGETHER = ("overview", "embeddings", "attention", "heads", "inside", "bertviz", "output")
EACH = ("lesson", "compare")


def said(page: str, kind: str, a: str, b: str) -> list[str]:
    script = opened_script(f"pages/{page}.py", a=a, b=b)
    assert not script.exception
    elements = script.info if kind == "info" else script.caption
    return [element.value.replace(JOINER, "").replace("\\", "") for element in elements]


@pytest.mark.parametrize("page", [*TOGETHER, *EACH])
def test_words_that_the_model_does_not_know(page: str) -> None:
    captions = said(page, "caption", "A 🦜 slept.", "The 🦜 and the 🐔 slept.")
    (told,) = (each for each in captions if "not in the vocabulary" in each)
    assert told.startswith("“🦜”, “🐔”: not in the vocabulary of MiniLM-L6 (built in).")


@pytest.mark.parametrize("page", [*TOGETHER, *EACH])
def test_tokens_that_are_left_out(page: str) -> None:
    """Of a pair A keeps 254 and B 255 beside the three special ones; each alone keeps 510."""
    notes = said(page, "info", "word " * 360, "word " * 361 if page in TOGETHER else "word " * 511)
    left = "106 of Sentence A and 106 of Sentence B" if page in TOGETHER else "1 of Sentence B"
    assert f"So the last tokens are left out below: {left}." in "".join(notes)


def test_a_tokenizer_that_adds_no_tokens_is_counted_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_any_model(monkeypatch)
    folder = write_model("bert", tmp_path, max_position_embeddings=20)
    pieces = (folder / "vocab.txt").read_text().split("\n")
    cutter = wordpiece([piece for piece in pieces if piece], {})
    cutter.post_processor = TemplateProcessing(single="$A:0", pair="$A:0 $B:1")
    cutter.save(str(folder / "tokenizer.json"))
    page = opened_script("pages/attention.py", model=str(folder), a="cat " * 60, b="cat sat")
    assert not page.exception
    assert "42 of Sentence A. The texts" in "".join(each.value for each in page.info)
