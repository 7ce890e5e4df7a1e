"""The Output page as Streamlit runs it, without a browser."""

import json
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import numpy as np
import pytest
from huggingface_hub import constants
from safetensors.numpy import load_file
from streamlit.testing.v1 import AppTest

from backend import cached, for_all, tagger
from backend.cached import cached_model, cached_tag_accuracy, cached_tagger, cached_trace
from backend.errors import NotAModel
from backend.examples import EXAMPLES
from backend.for_all import accuracies
from backend.part_of_speech import tagged_sentences
from backend.shared import Shared
from backend.tagger import TagAccuracy
from backend.trace import Trace
from tests.backend.small_models import write_task_model
from tests.opened import allow_any_model, by_label, downloads

PAGE = str(Path(__file__).parents[2] / "pages" / "output.py")
A, B = EXAMPLES[0].a, EXAMPLES[0].b
IT = 10
HOSTILE = {0: "</script><img src=x onerror=alert(1)>", 1: "$x$ **a** :red[b]", 2: "O"}


@pytest.fixture(autouse=True)
def few_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tagger is the real one; measuring begins anew in each test, with few sentences."""
    cached_tagger("minilm")
    some = tagged_sentences()[:60]
    monkeypatch.setattr(tagger, "tagged_sentences", lambda: some)
    monkeypatch.setattr(cached, "_accuracies", Shared(8, lambda _: 1))
    monkeypatch.setattr(accuracies, "_jobs", {})


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is measured."""
    monkeypatch.setattr("components.accuracy_section.show_work", lambda *_, **__: None)


@pytest.fixture
def any_model(monkeypatch: pytest.MonkeyPatch) -> None:
    allow_any_model(monkeypatch)


def opened(**parameters: str) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=120)
    page.query_params.update(parameters)
    return page.run()


def sent(page: AppTest) -> list[dict[str, Any]]:
    """What each set of chips was sent."""
    protos = (element.proto for element in page.get("bidi_component"))
    messages = [json.loads(proto.json) for proto in protos if proto.json]
    return [message for message in messages if "chips" in message]


def said(page: AppTest) -> str:
    text = "\n".join(element.value for element in page.markdown)
    return text.replace("\u2060", "").replace("\N{NO-BREAK SPACE}", " ")


def softmax(scores: Any) -> Any:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def agree(chips: list[dict[str, Any]], shares: Any, labels: Any, special: Any = None) -> None:
    """Every chip has the three likeliest labels of its row, likeliest first."""
    for place, (chip, row) in enumerate(zip(chips, shares, strict=True)):
        if special is not None and special[place]:
            assert chip["answers"] == []
            continue
        best = np.argsort(-row, kind="stable")[:3]
        assert [label for label, *_ in chip["answers"]] == [labels[label] for label in best]
        np.testing.assert_allclose([share for _, share, _ in chip["answers"]], row[best], atol=1e-4)


@pytest.mark.usefixtures("quiet")
def test_every_tag_is_the_softmax_of_weight_and_bias_on_t() -> None:
    page = opened()
    assert not page.exception
    trace, layer = cached_trace("minilm", A, B), cached_tagger("minilm").layer
    shares = softmax(trace.hidden[-1].astype(float) @ layer.weight.T + layer.bias)
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    (chips,) = sent(page)
    agree(chips["chips"], shares, layer.classes, trace.special)
    assert [chip["text"] for chip in chips["chips"]] == list(trace.tokens)
    assert chips["names"]["PRP"] == "pronoun, personal"
    assert chips["choice"] == {"query": IT, "serial": 0}
    assert "counts as an adverb" in said(page)
    assert not page.warning
    table = page.dataframe[0].value
    words = np.flatnonzero(~trace.special)
    assert table["position"].tolist() == words.tolist()
    best = shares[words].argmax(axis=1)
    assert table["label"].tolist() == [layer.classes[label] for label in best]
    np.testing.assert_allclose(table["probability"], shares[words].max(axis=1), atol=1e-5)


@pytest.mark.usefixtures("quiet")
def test_it_says_what_it_learned_from_and_how_small_it_is() -> None:
    page, found, model = opened(), cached_tagger("minilm"), cached_model("minilm")
    assert f"{found.sentences:,} sentences with {found.tokens:,} tokens" in said(page)
    size = 384 * len(found.tags) + len(found.tags)
    assert f"384 × {len(found.tags)} weights" in said(page)
    assert f"{size:,} numbers: {100 * size / model.numbers:.2g} %" in said(page)
    assert model.numbers * 4 == model.nbytes
    assert downloads(page) == [
        "All probabilities (CSV)",
        "T (CSV)",
        "The map of T (CSV)",
        "The way (CSV)",
        "The nearest tokens (CSV)",
    ]


def test_tags_come_first_and_the_accuracy_once_it_is_measured() -> None:
    page = opened()
    assert not page.exception
    assert sent(page)[0]["name"].endswith("/tags")
    assert "On sentences it has not seen" not in said(page)
    end = monotonic() + 120
    while accuracies.state("minilm") and not cached.tag_accuracy_is_ready("minilm"):
        assert monotonic() < end
        sleep(0.02)
    page.run()
    found = cached_tag_accuracy("minilm")
    assert found.sentences == 60
    assert f"gets **{100 * found.by_layer[-1]:.1f} %**" in said(page)
    assert f"**{100 * found.by_word:.1f} %**" in said(page)
    assert f"were split into {found.folds} parts" in page.caption[0].value
    assert f"{found.confusions[0].tokens} of {found.confusions[0].of} tokens" in said(page)
    page.session_state["numbers_accuracy"] = True
    page.run()
    curve = page.dataframe[1].value["number"].tolist()
    assert curve == [f"{100 * share:.1f} %" for share in found.by_layer]
    assert "Accuracy by layer (CSV)" in downloads(page)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NotAModel("The weights are damaged."), "The weights are damaged⁠\\."),
        (MemoryError(), "This failed for a reason that was not foreseen. Try it again."),
    ],
    ids=["foreseen", "unforeseen"],
)
def test_a_failed_measuring_says_why_and_can_be_tried_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def broken(*_: Any) -> TagAccuracy:
        raise error

    monkeypatch.setattr(for_all, "cached_tag_accuracy", broken)
    page = opened()
    end = monotonic() + 60
    while not page.error and monotonic() < end:
        page.run()
    assert [said.value for said in page.error] == [told]
    assert len(sent(page)) == 1
    assert "T (CSV)" in downloads(page)
    monkeypatch.setattr(for_all, "cached_tag_accuracy", cached_tag_accuracy)
    by_label(page.button, "Measure it").click()
    page.run()
    assert not page.error


def cosines(trace: Trace, token: int, others: Any) -> Any:
    units = trace.hidden / np.linalg.norm(trace.hidden, axis=2, keepdims=True)
    return np.einsum("lw,low->lo", units[:, token], units[:, others])


@pytest.mark.usefixtures("quiet")
def test_a_chosen_tokens_way_and_its_nearest_tokens_in_the_other_sentence() -> None:
    page, trace = opened(query="2", other="8"), cached_trace("minilm", A, B)
    page.session_state["numbers_way_of_token"] = True
    page.run()
    assert (trace.tokens[2], trace.tokens[8]) == ("chicken", "road")
    lines = page.dataframe[1].value
    names = ["its own input", "previous: 1 the", "next: 3 didn", "chosen: 8 road"]
    assert lines.columns.tolist() == ["after layer", *names]
    assert lines["after layer"].tolist() == ["input", "0", "1", "2", "3", "4", "5"]
    for name, place in zip(names[1:], (1, 3, 8), strict=True):
        np.testing.assert_allclose(lines[name], cosines(trace, 2, [place])[:, 0], atol=5e-4)
    first, units = trace.hidden[0, 2], trace.hidden[:, 2]
    own = units @ first / (np.linalg.norm(units, axis=1) * np.linalg.norm(first))
    np.testing.assert_allclose(lines["its own input"], own, atol=5e-4)
    in_b = np.flatnonzero((trace.segments == 1) & ~trace.special)
    nearest = page.dataframe[2].value
    for layer, row in enumerate(cosines(trace, 2, in_b)):
        for rank, best in enumerate(np.argsort(-row, kind="stable")[:3], start=1):
            place = in_b[best]
            expected = f"{trace.tokens[place]} ({place})  {row[best]:.2f}"
            assert nearest[f"{rank}."][layer] == expected
    by_label(page.selectbox, "Token").set_value(16)
    page.run()
    assert page.query_params["query"] == "16"
    assert "The nearest tokens of Sentence A" in said(page)
    by_label(page.selectbox, "Held against").set_value(None)
    page.run()
    assert "other" not in page.query_params
    assert "chosen: 8 road" not in page.dataframe[1].value.columns


@pytest.mark.usefixtures("quiet")
def test_words_that_the_model_does_not_know_are_said_once() -> None:
    page = opened(a="A 🦜 slept.", b="The 🦜 and the 🐔 didn't.")
    (told,) = (each.value for each in page.caption if "not in the vocabulary" in each.value)
    assert "“🦜”, “🐔”" in told
    assert told.count("🦜") == 1
    assert "**[UNK]**" in told
    assert "counts as an adverb" not in said(opened(a="Nothing of the kind."))


@pytest.mark.usefixtures("quiet")
def test_a_number_behind_a_name_is_explained_where_there_is_one() -> None:
    captions = " ".join(each.value for each in opened().caption).replace("\u2060", "")
    trace = cached_trace("minilm", A, B)
    place = int(captions.split("is the one at place ")[1].split(",")[0])
    assert f"“{trace.tokens[place]}” stands there more than once" in captions
    alone = opened(a="Cats sleep.").caption
    assert not any("more than once" in each.value for each in alone)


@pytest.mark.usefixtures("quiet")
def test_a_link_to_a_token_that_is_not_there_is_said_and_layers_are_left_alone() -> None:
    page = opened(a="One word.", query="99", other="98", layer="11", head="11")
    assert not page.exception
    assert len(page.warning) == 2
    assert by_label(page.selectbox, "Token").value == 4
    assert by_label(page.selectbox, "Held against").value is None
    assert page.query_params["layer"] == "11"


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("The same.", "The same."),
        ("Cats sleep.", ""),
        ("Hello", ""),
        ("One.", "A very much longer sentence that goes on and on until nobody listens."),
        ("word " * 700, ""),
        ("</script><img src=x onerror=alert(1)> $x$ **a** 🐔", "؟ مرحبا"),
        (".", "!"),
        ("[CLS] [SEP]", ""),
        ("a", "[SEP]"),
    ],
)
def test_any_text_is_drawn(a: str, b: str) -> None:
    page = opened(a=a, b=b)
    assert not page.exception
    assert not page.error
    trace = cached_trace("minilm", a, b or None)
    assert len(sent(page)[0]["chips"]) == len(trace.tokens)
    if not trace.segments.any():
        assert any("There is no Sentence B" in caption.value for caption in page.caption)
        assert "The nearest tokens of the rest of the sentence" in said(page)


@pytest.mark.usefixtures("quiet")
def test_a_text_at_the_models_limit_and_an_empty_one() -> None:
    assert "left out below: 190 of Sentence A." in opened(a="word " * 700).info[0].value
    page = opened(a=" ", b="Only the second.")
    assert not page.exception
    assert "Type a sentence" in page.error[0].value


@pytest.mark.usefixtures("any_model")
def test_a_task_model_shows_its_own_labels_of_tokens(tmp_path: Path) -> None:
    folder = write_task_model("bert", "TokenClassification", tmp_path, id2label=HOSTILE)
    cached_tagger(str(folder))
    page = opened(a="the cat sat", b="dogs", model=str(folder))
    assert not page.exception
    own, tags = sent(page)
    trace = cached_trace(str(folder), "the cat sat", "dogs")
    weights = load_file(folder / "model.safetensors")
    scores = trace.hidden[-1] @ weights["classifier.weight"].T + weights["classifier.bias"]
    agree(own["chips"], softmax(scores), HOSTILE, trace.special)
    assert own["names"]["O"] == ""  # these labels are of no names
    assert [chip["text"] for chip in own["chips"] if chip["continues"]] == ["##s"]
    assert len(tags["chips"]) == len(own["chips"])
    assert by_label(page.button, "Measure it")


@pytest.mark.usefixtures("quiet", "any_model")
def test_a_task_model_shows_its_own_labels_of_whole_sentences(tmp_path: Path) -> None:
    folder = write_task_model("distilbert", "SequenceClassification", tmp_path, id2label=HOSTILE)
    page = opened(a="the cat sat", b="dogs", model=str(folder))
    assert not page.exception
    own = sent(page)[0]
    assert own["groups"] == ["Sentence A", "Sentence B", "A and B, read as one text"]
    assert [chip["text"] for chip in own["chips"]] == ["the cat sat", "dogs", "the cat sat dogs"]
    weights = load_file(folder / "model.safetensors")
    inputs = (("the cat sat", None), ("dogs", None), ("the cat sat", "dogs"))
    first = np.stack([cached_trace(str(folder), a, b).hidden[-1, 0] for a, b in inputs])
    turned = first @ weights["pre_classifier.weight"].T + weights["pre_classifier.bias"]
    scores = np.maximum(turned, 0) @ weights["classifier.weight"].T + weights["classifier.bias"]
    agree(own["chips"], softmax(scores), HOSTILE)
    alone = sent(opened(a="the cat sat", model=str(folder)))[0]
    assert alone["groups"] == ["Sentence A"]


@pytest.mark.parametrize(
    "name", ["dslim/bert-base-NER", "distilbert-base-uncased-finetuned-sst-2-english"]
)
def test_a_task_model_out_of_reach_keeps_the_sentences(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    page = opened(a="The very words.", model=name)
    assert not page.exception
    assert "cannot be reached" in page.error[0].value
    monkeypatch.setattr("components.accuracy_section.show_work", lambda *_, **__: None)
    by_label(page.button, "Use the built-in model").click()
    page.run()
    assert not page.error
    assert by_label(page.text_input, "Sentence A").value == "The very words."
