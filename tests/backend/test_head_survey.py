"""Heads measured over a pair and over a text, on real weights."""

from pathlib import Path

import numpy as np
import pytest

from backend import head_survey
from backend.errors import InputError
from backend.examples import EXAMPLES
from backend.head_patterns import NAMES
from backend.head_survey import measured_pair, measured_text, roles_of
from backend.model import Model, load_model
from tests.backend.small_models import FAMILIES, write_model

A, B = EXAMPLES[0].a, EXAMPLES[0].b


def test_the_roles_of_tokens(minilm: Model) -> None:
    trace = minilm.trace("The cat, unbelievableness.", "THE unbelievableness (it")
    roles = roles_of(trace)
    assert [trace.tokens[place] for place in np.flatnonzero(roles.punctuation)] == [",", ".", "("]
    assert np.flatnonzero(roles.first).tolist() == [0]
    assert roles.special.sum() == 3
    the = [place for place, token in enumerate(trace.tokens) if token == "the"]
    assert roles.spellings[the[0]] == roles.spellings[the[1]] >= 0
    assert roles.words[the[0]] != roles.words[the[1]]
    long = [p for p, t in enumerate(trace.tokens) if t.startswith("un") or t.startswith("##")]
    assert len(set(roles.spellings[long].tolist())) == 1
    assert len(set(roles.words[long].tolist())) == 2
    assert (roles.words[roles.punctuation] == -1).all()


def test_signs_that_the_splitter_parts_are_punctuation(minilm: Model) -> None:
    trace = minilm.trace("a + b = $ 3 € – 5")
    marks = [trace.tokens[place] for place in np.flatnonzero(roles_of(trace).punctuation)]
    assert marks == ["+", "=", "$", "–"]


def test_the_built_in_models_heads_over_the_first_example(minilm: Model) -> None:
    trace = minilm.trace(A, B)
    found = measured_pair(trace)
    for name, layer, head in (("previous", 0, 2), ("next", 1, 8), ("first", 4, 5)):
        assert divmod(int(found.means[name].argmax()), 12) == (layer, head)
    assert found.tokens == found.queries["entropy"] == found.compared == 26
    assert found.queries["a_to_b"] == found.queries["b_to_a"] == 13
    assert np.isnan(measured_pair(minilm.trace(A)).means["a_to_b"]).all()


def test_two_heads_are_compared_over_every_word(minilm: Model) -> None:
    trace = minilm.trace(A)
    found = measured_pair(trace)
    p, q = (trace.attention[at][1:-1].astype(np.float64) for at in ((0, 2), (3, 1)))
    m = (p + q) / 2
    expected = ((p * np.log2(p / m)).sum(axis=1) + (q * np.log2(q / m)).sum(axis=1)).mean() / 2
    assert found.divergence[2, 37] == pytest.approx(expected, abs=1e-5)
    points, share = found.map
    assert points.shape == (72, 2)
    assert 0 < share < 1


def test_a_text_is_its_sentences_one_after_the_other(
    minilm: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[tuple[int, int]]()
    monkeypatch.setattr("backend.text_pieces.PIECE_TOKENS", 18)
    sentences = [example.a.rstrip(".") + "." for example in EXAMPLES[:4]]
    found = measured_text(minilm, " ".join(sentences), lambda *now: told.append(now))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert found.pieces == 4
    traces = [minilm.trace(sentence) for sentence in sentences]
    assert found.tokens == found.compared == sum(len(trace.tokens) - 2 for trace in traces)
    assert found.longest == max(len(trace.tokens) for trace in traces)
    queries = [trace.attention[:, :, q, q - 1] for trace in traces
               for q in range(1, len(trace.tokens) - 1)]  # fmt: skip
    np.testing.assert_allclose(found.means["previous"], np.mean(queries, axis=0), rtol=1e-4)
    parts = [measured_pair(trace) for trace in traces]
    weighted = np.average([part.divergence for part in parts], axis=0,
                          weights=[part.compared for part in parts])  # fmt: skip
    np.testing.assert_allclose(found.divergence, weighted, atol=1e-5)


def test_of_a_longer_text_evenly_spread_queries_are_compared(
    minilm: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head_survey, "MOST_LOGARITHMS", 72 * 72 * 64 * 20)
    both = [sentence for example in EXAMPLES[:10] for sentence in (example.a, example.b)]
    text = " ".join(sentence.rstrip(".") + "." for sentence in both)
    found = measured_text(minilm, text)
    assert found.pieces > 1
    assert found.compared == -(-found.tokens // -(-found.tokens // 20))
    assert found.queries["entropy"] == found.tokens
    monkeypatch.undo()
    whole = measured_text(minilm, text)
    assert np.abs(whole.divergence - found.divergence).mean() < 0.1
    np.testing.assert_array_equal(whole.means["first"], found.means["first"])


@pytest.mark.parametrize("family", FAMILIES)
def test_models_of_all_families_are_measured(
    family: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = write_model(family, tmp_path_factory.mktemp(family))
    model = load_model(str(folder))
    found = measured_pair(model.trace("the cat sat.", "it sat, the dog"))
    assert {mean.shape for mean in found.means.values()} == {(2, 3)}
    for name in NAMES:
        assert np.isfinite(found.means[name]).all(), name
        assert found.queries[name] > 0
    text = measured_text(model, "the cat sat. it sat. the dog? " * 20)
    assert text.longest <= model.limit
    assert text.left_out == 0
    assert np.isnan(text.means["b_to_a"]).all()
    assert text.map[0].shape == (6, 2)


def test_an_empty_text_is_no_text(minilm: Model) -> None:
    with pytest.raises(InputError):
        measured_text(minilm, " \n")
