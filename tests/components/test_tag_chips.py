"""What the Output page draws and says: figures, words, chips."""

import json
from dataclasses import replace

import numpy as np
import pytest

from backend.cached import cached_trace
from backend.tagger import Confusion, TagAccuracy
from backend.unknown_tokens import UnknownTokens
from components.figure_lines import Floats
from components.figures_output import accuracy_figure, way_figure
from components.output_words import (
    accuracy_words,
    confusion_words,
    label_name,
    negation_words,
    weights_words,
)
from components.tag_chips import sentence_answers, token_answers
from tests.figures import checked

NAMES = ["input", "0", "1 = T"]


def test_lines_are_told_apart_without_their_colours() -> None:
    values = np.array([1, 0.5, -0.25], dtype=np.float32)
    lines: dict[str, Floats] = {
        "its own input": values,
        "<b>previous</b>": values / 2,
        "next": values / 3,
    }
    figure = checked(way_figure(lines, NAMES, theme="dark"))
    assert len({line.line.dash for line in figure.data}) == 3
    assert len({line.marker.symbol for line in figure.data}) == 3
    assert figure.data[1].name == "&lt;b>previous&lt;/b>"
    np.testing.assert_array_equal(figure.data[0].y, values)
    assert figure.layout.yaxis.range[0] <= -0.25
    assert figure.layout.legend.font.size >= 14


def test_the_curve_of_accuracy_tells_its_ends_and_its_best_and_what_words_alone_get() -> None:
    figure = checked(accuracy_figure((0.8, 0.95, 0.9), 0.7, NAMES, theme="light"))
    assert list(figure.data[0].y) == pytest.approx([80, 95, 90])
    assert list(figure.data[0].text) == ["80.0 %", "95.0 %", "90.0 %"]
    assert list(figure.data[0].textposition) == ["bottom center", "top center", "bottom center"]
    assert "70.0 %" in figure.layout.annotations[0].text
    assert figure.layout.shapes[0].y0 == pytest.approx(70)
    low, high = figure.layout.yaxis.range
    assert low < 70
    assert high > 95
    many = checked(accuracy_figure([0.5] * 12 + [0.6], 0.4, list("abcdefghijklm"), theme="light"))
    assert sum(bool(text) for text in many.data[0].text) == 2


def test_what_is_said_of_the_accuracy_is_what_was_measured() -> None:
    known = UnknownTokens(0, 100)
    forgets = accuracy_words(TagAccuracy((0.8, 0.956, 0.857), 0.805, 9, 5, (), known))
    assert "**85.7\N{NO-BREAK SPACE}%**" in forgets
    assert "**80.5\N{NO-BREAK SPACE}%**" in forgets
    assert "Trained on layer 0 it would get 95.6\N{NO-BREAK SPACE}%" in forgets
    grows = accuracy_words(TagAccuracy((0.8, 0.9, 0.95), 0.7, 9, 5, (), UnknownTokens(60, 100)))
    assert "unknown" not in grows
    assert "No earlier layer gets more." in grows
    at_once = accuracy_words(TagAccuracy((0.9, 0.8), 0.7, 9, 5, (), known))
    assert "Trained on the encoder's input it would get 90.0\N{NO-BREAK SPACE}%" in at_once
    said = confusion_words(Confusion("VBN", "VBD", 3, 1200))
    assert said == (
        "3 of 1,200 tokens that are VBN (verb, past participle) were taken for VBD "
        "(verb, past tense)."
    )


def test_a_layer_worse_than_words_alone_says_why_where_it_is_known() -> None:
    found = TagAccuracy((0.5, 0.45), 0.8, 9, 5, (), UnknownTokens(5_287, 8_156))
    said = accuracy_words(found).replace("\N{NO-BREAK SPACE}", " ")
    assert "That is less than words alone get, because most of the words are unknown" in said
    assert "5,287 of the 8,156 labelled tokens (64.8 %) are **[UNK]**" in said
    unexplained = accuracy_words(replace(found, unknown=UnknownTokens(3, 8_156)))
    assert "That is less than words alone get." in unexplained
    assert "because" not in unexplained


@pytest.mark.parametrize("text", ["It didn't.", "It WON’T go", "can't"])
def test_the_pieces_of_a_negation_are_explained(text: str) -> None:
    assert "counts as an adverb" in negation_words((text, None))
    assert "counts as an adverb" in negation_words(("No.", text))
    assert negation_words(("The ant's ten", "not n' t", None)) == ""


def test_labels_in_plain_english() -> None:
    penn, named = ("NNS", "-LRB-", "POS"), ("O", "B-PER", "I-ORG", "B-", "X-PER")
    assert [label_name(label, penn) for label in penn] == [
        "noun, plural", "opening bracket", "possessive ending",
    ]  # fmt: skip
    assert [label_name(label, named) for label in named] == [
        "no name", "a person's name begins", "an organisation's name goes on", "", "",
    ]  # fmt: skip
    other = ("POSITIVE", "POS", "O", "")
    assert [label_name(label, other) for label in other] == ["", "", "", ""]


def test_the_layers_numbers_are_counted() -> None:
    said = weights_words(384, 41, 22_565_376, "MiniLM")
    assert "15,785 numbers: 0.07 % of the 22,565,376 that MiniLM has" in said


def test_chips_have_what_can_be_json_and_signs_that_can_be_seen() -> None:
    trace = cached_trace("minilm", "unbelievableness a\x00b", "</script>")
    shares = np.tile(np.array([0.9996, 0.0004], dtype=np.float32), (len(trace.tokens), 1))
    data = token_answers(trace, ("a\x07", "b"), shares, name="x", query=None, serial=3)
    data = json.loads(json.dumps(data))
    assert data["groups"] == ["Sentence A", "Sentence B"]
    assert data["choice"] == {"query": None, "serial": 3}
    for chip, special in zip(data["chips"], trace.special, strict=True):
        assert chip["answers"] == (
            []
            if special
            else [
                ["a␇", 0.9996, "1.000"],
                ["b", 0.0004, "< 0.001"],
            ]
        )
    pieces = {chip["text"] for chip in data["chips"] if chip["continues"]}
    assert pieces
    assert all(piece.startswith("##") for piece in pieces)


def test_a_very_long_sentence_is_shortened_on_its_chip() -> None:
    shares = np.array([[0.9, 0.1]], dtype=np.float32)
    data = sentence_answers([("Sentence A", "x" * 5000)], ("yes", "no"), shares, name="x")
    assert len(data["chips"][0]["text"]) == 401
    assert data["choice"] is None
