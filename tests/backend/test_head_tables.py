"""The Heads page's numbers as CSV."""

import csv
import io

import numpy as np
import pytest

from backend.head_search import Case, found_in
from backend.head_survey import HeadMeasures, measured_pair
from backend.head_tables import likeness_csv, map_csv, measures_csv, search_csv
from backend.model import Model


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.fixture(scope="module")
def measured(minilm: Model) -> HeadMeasures:
    return measured_pair(minilm.trace("The cat sat on it"))


def test_the_measures_are_exact_and_a_gap_is_empty(measured: HeadMeasures) -> None:
    lines = rows(measures_csv(measured))
    assert len(lines) == 72 * 11
    own = [line for line in lines if (line["layer"], line["head"]) == ("3", "1")]
    for line in own:
        mean = measured.means[line["measure"]][3, 1]
        assert line["mean"] == "" if np.isnan(mean) else np.float32(line["mean"]) == mean
        assert int(line["tokens"]) == measured.queries[line["measure"]]
    assert {line["measure"] for line in own if line["mean"] == ""} == {
        "punctuation", "repeated", "a_to_b", "b_to_a",
    }  # fmt: skip


def test_each_pair_of_heads_is_told_once(measured: HeadMeasures) -> None:
    lines = rows(likeness_csv(measured))
    assert len(lines) == 72 * 71 // 2
    line = next(line for line in lines if [line[k] for k in (
        "layer", "head", "other_layer", "other_head")] == ["0", "2", "3", "1"])  # fmt: skip
    assert np.float32(line["divergence_bits"]) == measured.divergence[2, 37]
    places = rows(map_csv(measured))
    assert float(places[37]["x"]) == pytest.approx(measured.map[0][37, 0])


def test_the_ranking_tells_what_was_searched_for() -> None:
    weights = np.array([[0.1, 0.5], [0.2, 0.3]], np.float32)
    found = found_in([Case(weights, None)])
    assert found is not None
    lines = rows(search_csv(found, ["it → cat", 'a "b"']))
    assert [(line["layer"], line["head"]) for line in lines] == [
        ("0", "1"), ("1", "1"), ("1", "0"), ("0", "0"),
    ]  # fmt: skip
    assert lines[0]["share_among_nouns"] == ""
    assert (lines[0]["pair_1"], lines[0]["pair_2"]) == ("it → cat", 'a "b"')
    assert [line["rank"] for line in lines] == ["1", "2", "3", "4"]
