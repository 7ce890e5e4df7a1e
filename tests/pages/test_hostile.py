"""Some thousand hostile strings through every page: none raises, whatever is typed or linked to."""

import random

import pytest
from streamlit.testing.v1 import AppTest

from backend.cached import cached_tagger, cached_tokenizer
from components.view import FIELDS
from tests.backend.test_masked_words import write_masked_model
from tests.hostile import MARKUP, hostile_sentences, hostile_strings
from tests.opened import address, allow_any_model, by_label, opened_script

PAGES = (
    "overview", "lesson", "tokens", "embeddings", "attention", "compare", "heads", "inside",
    "bertviz", "output", "cloze", "transfer",
)  # fmt: skip
SENTENCES = len(MARKUP) // 2 * 2  # of each page; short ones, which pages draw in no time
COMPOSED = 80

ODD = (
    "", " ", "0", "-0", "-1", "00", "1", "999999999999999999999", "9" * 5_000, "-" + "9" * 5_000,
    "1e3", "1.5", "NaN", "nan", "inf", "-inf", "None", "null", "true", "True", "٣", "²", "①", "0x1",
    "1 ", " 1", "1\n", "+1", "1_000", "3-3", "3.1", "3.1-", "-3.1", "3.1-3.1", "3.1-x", "1-2-3-4",
    "99.99", "0.0-" * 5_000, "rw-" * 100, "all", "own", "flow", "raw", "minilm", "MiniLM", "/etc",
    "../../etc/passwd", "\\\\evil\\share", "http://evil.example/model", "evil/model", "x" * 100_000,
    "\0", "\u202e", "é" * 100_000, "[1,2]", "{}", "__class__", "small-bert", "bert-base-cased",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def trained() -> None:
    cached_tagger("minilm")


@pytest.fixture(autouse=True)
def much_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that tests share may be slow: here nobody's share of it is used up."""
    monkeypatch.setattr("backend.fair_share._find", lambda: None)


def pairs_of(page: str) -> list[tuple[str, str]]:
    """Every block, and compositions that no other page has."""
    texts = hostile_sentences(SENTENCES, composed=COMPOSED, seed=PAGES.index(page))
    return list(zip(texts[::2], texts[1::2], strict=True))


def check(page: AppTest) -> None:
    assert not page.exception, page.exception[0].value
    assert len(page.title) == 1


@pytest.mark.parametrize("name", PAGES)
def test_hostile_sentences(name: str) -> None:
    page = None
    for a, b in pairs_of(name):
        assert not cached_tokenizer("minilm").split(a, b).left_out  # the model reads all of it
        if page is None:
            page = opened_script(f"pages/{name}.py", a=a, b=b)
        else:
            by_label(page.text_input, "Sentence A").set_value(a)
            by_label(page.text_input, "Sentence B").set_value(b).run()
        check(page)


def test_hostile_sentences_with_masks(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cloze by a model with an output layer, which the built-in one has not."""
    allow_any_model(monkeypatch)
    folder = write_masked_model("bert", tmp_path_factory.mktemp("masked"))
    page = opened_script("pages/cloze.py", model=str(folder), a="The [MASK].", b="A [MASK].")
    for a, b in pairs_of("cloze"):
        by_label(page.text_input, "Sentence A").set_value(f"[MASK] {a}")
        by_label(page.text_input, "Sentence B").set_value(f"{b} [MASK]").run()
        check(page)


@pytest.mark.parametrize("name", PAGES)
def test_odd_addresses(name: str) -> None:
    """Each parameter is odd once, all at the same time, with some that nobody knows."""
    chance = random.Random(name)
    unknown = {"embed": "x", "__proto__": "1", "A": "2", "": "3", "theme": "<img>"}
    given = {field: chance.sample(ODD, len(ODD)) for field in FIELDS}
    for visit in range(4):
        link = {field: values[visit] for field, values in given.items()} | unknown
        if visit % 2:  # else nothing of the page is drawn
            link["a"], link["model"] = "A bird sang.", "minilm"
        twice = {key: ["twice", value] for key, value in link.items()}
        page = opened_script(f"pages/{name}.py", **twice)
        check(page)
        assert {"model", "layer", "head"} <= set(address(page))


@pytest.mark.parametrize("field", FIELDS)
def test_every_odd_value_of_every_parameter(field: str) -> None:
    """Read, kept, written and read again, within the whole app."""
    page = opened_script("pages/tokens.py")
    for value in ODD:
        page.query_params.clear()
        page.query_params[field] = value
        check(page.run())


def test_hostile_tables_labels_and_candidates() -> None:
    labels = [text[:60] for text in hostile_strings(400, seed=2) if text.strip(" \0\n\r\t")]
    page = opened_script("pages/transfer.py", task="own", a=labels[7])
    for begin in range(0, 160, 40):
        some = labels[begin : begin + 20]
        rows = tuple((f"{text} {number}", some[number % 20]) for number, text in
                     enumerate(labels[begin : begin + 40]))  # fmt: skip
        stored = page.session_state["stored"]
        stored |= {"rows": rows, "rows_version": stored.get("rows_version", 0) + 1}
        page.run()
        check(page)
        by_label(page.button, "Train the last layer").click().run()
        check(page)
        by_label(page.text_input, "New sentence").set_value(labels[begin + 3]).run()
        by_label(page.text_input, "Candidate labels").set_value(",".join(some)[:1000]).run()
        check(page)


def test_a_hostile_text_on_heads() -> None:
    page = opened_script("pages/heads.py")
    page.session_state["stored"]["heads_over"] = "A text"
    page.run()
    strings = hostile_strings(400, seed=1)
    for begin in range(0, 400, 80):
        text = "\n".join(strings[begin : begin + 80])[:1_900]
        page.text_area[0].set_value(text).run()
        check(page)
