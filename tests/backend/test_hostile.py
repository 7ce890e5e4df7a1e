"""Text nobody expects: whatever is typed, the pieces and their places hold together."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.errors import EmptySentence
from backend.model import Model
from backend.tokenizer import Tokenizer, load_tokenizer
from tests.hostile import LONE

SHARP = [
    "🦜",
    "👩‍👩‍👧‍👦",
    "שלום עולם",
    "مرحبا",
    "e\u0301\u0323",
    "\0",
    *LONE,
    "\u202e",
    "\ufeff",
    "<script>alert(1)</script>",
    "</script>",
    "&lt;",
    "$x^2$",
    ":red[x]",
    "**a**",
    "`a`",
    "[MASK]",
    "[SEP]",
    "[CLS]",
    "[PAD]",
    '"',
    "'",
    "\\",
    "\r\n",
    "İstanbul",
    "ﬁ",
    "漢字",
    "x" * 300,
]
anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
hostile = st.lists(st.one_of(st.sampled_from(SHARP), anything), max_size=6).map(" ".join)
quickly = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _check(tokenizer: Tokenizer, a: str, b: str | None) -> None:
    try:
        pieces = tokenizer.split(a, b)
    except EmptySentence:
        return
    count = len(pieces.tokens)
    assert all(tokenizer.pieces[number] for number in pieces.ids)
    assert pieces.tokens == tuple(tokenizer.pieces[number] for number in pieces.ids)
    for array in (pieces.ids, pieces.segments, pieces.special, pieces.spans):
        assert len(array) == count
    lengths = (len(a), len(b or ""))
    for segment, (start, end) in zip(pieces.segments, pieces.spans.tolist(), strict=True):
        assert 0 <= start <= end <= lengths[segment]
    assert (pieces.spans[~pieces.special, 1] > pieces.spans[~pieces.special, 0]).all()
    assert (pieces.segments[:-1] <= pieces.segments[1:]).all()
    assert count <= 512


@quickly
@given(a=hostile, b=st.none() | hostile)
def test_uncased(uncased: Tokenizer, a: str, b: str | None) -> None:
    _check(uncased, a, b)


@quickly
@given(a=hostile, b=st.none() | hostile)
def test_cased(cased: Tokenizer, a: str, b: str | None) -> None:
    _check(cased, a, b)


@pytest.mark.parametrize("sentence", SHARP)
def test_the_model_reads_it_or_says_why(minilm: Model, sentence: str) -> None:
    try:
        trace = minilm.trace(sentence, "and " + sentence)
    except EmptySentence:
        assert not load_tokenizer("minilm").split("x " + sentence).tokens[2:-1]
        return
    assert trace.sentences == (sentence, "and " + sentence)
    assert abs(trace.attention.sum(axis=-1) - 1).max() < 1e-5
