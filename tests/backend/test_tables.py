import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import transformers

from backend.model import Model, load_model
from backend.tables import (
    attention_csv,
    attention_npz,
    attention_rows,
    mean_attention_csv,
    notebook_code,
    tokens_csv,
)
from backend.tokenizer import Tokenizer
from tests.backend.small_models import write_model

AWKWARD = "She said, \"=1+1\" \\ and 'no'\nthen </script> $x$ 🦜 \0 left\ud800"


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def test_one_head_as_csv_comes_back_exactly(minilm: Model) -> None:
    trace = minilm.trace('a, "b" =c')
    content = attention_csv(trace, 3, 1)
    head = b"layer,head,query,query_token,key,key_token,weight\r\n"
    assert content.startswith(head)
    rows, count = _rows(content), len(trace.tokens)
    assert len(rows) == count**2
    weights = np.array([row["weight"] for row in rows], dtype=np.float32)
    np.testing.assert_array_equal(weights.reshape(count, count), trace.attention[3, 1])
    assert [row["key_token"] for row in rows[:count]] == list(trace.tokens)
    assert [row["query_token"] for row in rows[::count]] == list(trace.tokens)
    assert {(row["layer"], row["head"]) for row in rows} == {("3", "1")}
    assert [int(row["query"]) * count + int(row["key"]) for row in rows] == list(range(count**2))


def test_a_layer_and_everything(minilm: Model) -> None:
    trace = minilm.trace("one two")
    layer = _rows(attention_csv(trace, layer=5))
    assert len(layer) == 12 * 16
    everything = _rows(attention_csv(trace))
    weights = np.array([row["weight"] for row in everything], dtype=np.float32)
    np.testing.assert_array_equal(weights.reshape(trace.attention.shape), trace.attention)
    assert attention_rows(trace, [5], range(12)).encode() == attention_csv(trace, 5)
    assert len(_rows(attention_csv(trace, head=2))) == 6 * 16


def test_the_mean_of_the_heads_as_csv(minilm: Model) -> None:
    trace = minilm.trace("one two", "two, one")
    rows, count = _rows(mean_attention_csv(trace)), len(trace.tokens)
    weights = np.array([row["weight"] for row in rows], dtype=np.float32)
    mean = trace.attention.astype(np.float64).mean(axis=1)
    np.testing.assert_allclose(weights.reshape(6, count, count), mean, atol=1e-6)
    assert {row["head"] for row in rows} == {"mean"}


def test_no_such_head(minilm: Model) -> None:
    trace = minilm.trace("one")
    for layer, head in ((6, 0), (0, 12), (-1, 0)):
        with pytest.raises(ValueError, match="expected a layer below 6"):
            attention_csv(trace, layer, head)


def test_arrays_come_back(minilm: Model) -> None:
    trace = minilm.trace("one 🦜", "two")
    with np.load(io.BytesIO(attention_npz(trace))) as arrays:
        assert set(arrays) == {"attention", "hidden", "ids", "segments", "tokens"}
        np.testing.assert_array_equal(arrays["attention"], trace.attention)
        np.testing.assert_array_equal(arrays["hidden"], trace.hidden)
        np.testing.assert_array_equal(arrays["ids"], trace.ids)
        np.testing.assert_array_equal(arrays["segments"], trace.segments)
        assert tuple(arrays["tokens"]) == trace.tokens


def test_arrays_of_one_layer_come_back(minilm: Model) -> None:
    trace = minilm.trace("one 🦜", "two")
    with np.load(io.BytesIO(attention_npz(trace, 3))) as arrays:
        np.testing.assert_array_equal(arrays["attention"], trace.attention[3])
        np.testing.assert_array_equal(arrays["hidden"], trace.hidden[4])
        assert tuple(arrays["tokens"]) == trace.tokens


def test_tokens_as_csv(cased: Tokenizer) -> None:
    rows = _rows(tokens_csv(cased.split('Fido, "is"', "He")))
    assert list(rows[0]) == ["position", "token", "id", "segment", "special", "start", "end"]
    assert [row["token"] for row in rows[1:7]] == ["Fi", "##do", ",", '"', "is", '"']
    assert list(rows[2].values()) == ["2", "##do", "2572", "0", "0", "2", "4"]
    assert list(rows[-2].values()) == ["8", "He", "1124", "1", "0", "0", "2"]
    assert list(rows[-1].values()) == ["9", "[SEP]", "102", "1", "1", "0", "0"]


@pytest.mark.parametrize("b", [None, AWKWARD[::-1]])
def test_the_notebooks_lines_give_the_same_numbers(minilm: Model, b: str | None) -> None:
    code = notebook_code("minilm", AWKWARD, b, 3, 1)
    assert len(code.splitlines()) <= 8
    assert "backend" not in code
    names: dict[str, Any] = {}
    exec(code, names)
    expected = minilm.trace(AWKWARD, b).attention[3, 1]
    np.testing.assert_allclose(names["attention"], expected, atol=1e-6)


def test_the_notebook_cuts_a_long_text_alike(minilm: Model) -> None:
    names: dict[str, Any] = {}
    a, b = "so it was, " * 200, "and then " * 300
    exec(notebook_code("minilm", a, b, 0, 2), names)
    np.testing.assert_allclose(names["attention"], minilm.trace(a, b).attention[0, 2], atol=1e-6)


def test_the_notebook_keeps_to_a_models_own_limit(tmp_path: Path) -> None:
    model = load_model(str(write_model("bert", tmp_path)))
    names: dict[str, Any] = {}
    a = "the cat sat " * 30
    exec(notebook_code(model.name, a, None, 1, 2, model.limit), names)
    np.testing.assert_allclose(names["attention"], model.trace(a).attention[1, 2], atol=1e-6)


def test_the_notebook_names_a_model_of_the_hub() -> None:
    code = notebook_code("bert-base-cased", "one", " ", 11, 0)
    assert "name = 'bert-base-cased'\n" in code
    assert "sentences = ['one']\n" in code
    assert "find_spec" not in code
    assert "attentions[11][0, 0]" in code
    compile(code, "notebook", "exec")
    assert hasattr(transformers, "AutoModel")
