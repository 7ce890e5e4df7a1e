"""The Transfer page as Streamlit runs it, without a browser."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
import streamlit as st
from huggingface_hub import constants
from streamlit.testing.v1 import AppTest

from backend import joint_refinement
from backend.cached import cached_task, cached_tokenizer, cached_zero_shot
from backend.errors import ClusterAway, HubUnreachable, ServerBusy, TrainingError
from backend.examples import EXAMPLES
from backend.labelled_texts import FEWEST_ROWS, PRESETS, preset_task
from backend.training_queue import TrainingQueue, server_queue
from components import transfer_refining
from components.page import ONE_DAY
from components.plain import JOINER
from tests.backend.small_models import write_model, write_task_model
from tests.opened import allow_any_model

PAGE = str(Path(__file__).parents[2] / "pages" / "transfer.py")
LONG = 60  # seconds after which a test that hangs gives up
FIGURES = ["curve", "confusion", "probabilities", "growth", "layers", "zero_shot"]
OWN = tuple((f"the {'cat' if n % 2 else 'dog'} sat {'it ' * (n % 5)}{n}", "cd"[n % 2])
            for n in range(16))  # fmt: skip
MARKUP = ("</script><img src=x onerror=alert(1)>", "$x$ **a** :red[b] `c`")


@dataclass(frozen=True)
class Share:
    share: float
    seconds_left: float | None = None


class Gate:
    """Somebody else's training, which goes on until it is let through."""

    def __init__(self) -> None:
        self.began, self.go = threading.Event(), threading.Event()

    def __call__(self, report: Callable[[Share], None], should_stop: Callable[[], bool]) -> None:
        report(Share(0.25))
        self.began.set()
        while not self.go.wait(0.001) and not should_stop():
            pass


@pytest.fixture
def gate() -> Iterator[Gate]:
    """The one training that this server runs now."""
    own = Gate()
    job = server_queue().submit("somebody's training", own)
    assert own.began.wait(LONG)
    yield own
    own.go.set()
    job.cancel()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A small random model, which is refined in a moment."""
    allow_any_model(monkeypatch)
    return str(write_model("bert", tmp_path / "small"))


def opened(rows: tuple[tuple[str, str], ...] = (), **parameters: str) -> AppTest:
    """The page; with `rows` typed into My own."""
    page = AppTest.from_file(PAGE, default_timeout=120)
    page.query_params.update(parameters | ({"task": "own"} if rows else {}))
    if rows:
        page.session_state["stored"] = {"rows": rows}
    return page.run()


def button(page: AppTest, label: str) -> Any:
    return next(each for each in page.button if each.label == label)


def press(page: AppTest, label: str) -> AppTest:
    button(page, label).click().run()
    assert not page.exception
    return page


def train(page: AppTest) -> AppTest:
    return press(page, "Train the last layer")


def bare(text: str) -> str:
    return text.replace(JOINER, "").replace("\\", "").replace("**", "").replace("\u00a0", " ")


def read(page: AppTest) -> str:
    elements = (*page.markdown, *page.info, *page.warning, *page.error, *page.caption)
    return bare(" ".join(element.value for element in elements))


def progress_texts(page: AppTest) -> str:
    return bare(" ".join(element.proto.text for element in page.get("progress")))


def drawn(page: AppTest) -> list[str]:
    plots: Any = page.get("plotly_chart")
    return [plot.key for plot in plots]


def address(page: AppTest) -> dict[str, str]:
    values = page.query_params.items()
    return {name: value if isinstance(value, str) else value[0] for name, value in values}


def rows_of(page: AppTest) -> tuple[tuple[str, str], ...]:
    rows: tuple[tuple[str, str], ...] = page.session_state["stored"]["rows"]
    return tuple(row for row in rows if any(row))


def upload(page: AppTest, content: bytes) -> AppTest:
    page.file_uploader[0].set_value(("mine.csv", content, "text/csv")).run()
    assert not page.exception
    return page


def until(page: AppTest, is_so: Callable[[AppTest], bool]) -> None:
    """Look again, as the page's own fragment does, until it is so."""
    end = monotonic() + LONG
    while not is_so(page):
        assert monotonic() < end
        sleep(0.02)
        page.run()
    assert not page.exception


def test_a_large_table_waits_in_the_line_and_is_trained_there(own_line: TrainingQueue) -> None:
    gate = Gate()
    own_line.submit("somebody's training", gate)
    assert gate.began.wait(LONG)
    long = "and the cat sat on the mat " * 35
    page = train(opened(tuple((f"{long}{number}", "cd"[number % 2]) for number in range(24))))
    assert "place 1. Now: somebody's training" in progress_texts(page)
    assert "That is much to read" in read(page)
    assert "curve" not in drawn(page)
    gate.go.set()
    end = monotonic() + LONG
    while "curve" not in drawn(page) and monotonic() < end:
        sleep(0.1)
        page.run()
        assert not page.exception
    assert "24" in [metric.value for metric in page.metric]


def test_it_opens_untrained_and_fits_labels_without_training() -> None:
    page = opened()
    assert not page.exception
    assert not page.warning
    assert drawn(page) == ["zero_shot"]
    assert "Nothing is trained yet" in read(page)
    assert "task" not in address(page)
    assert page.text_input(key="new_sentence").value == EXAMPLES[0].a
    assert {"Examples", "Model"} <= {each.label for each in page.sidebar.selectbox}


@pytest.mark.parametrize("task", PRESETS)
def test_a_preset_is_trained_and_its_numbers_are_said(task: str) -> None:
    page = train(opened(task=task))
    found = cached_task("minilm", preset_task(task), 6)
    assert drawn(page) == FIGURES
    assert not page.error
    assert not page.warning
    said, right = read(page), f"{100 * found.held_out.accuracy:.0f} %"
    labels = len(found.classifier.classes)
    assert bare(page.metric[0].value) == right
    assert page.metric[3].value == f"{384 * labels + labels:,}"
    assert f"384 × {labels} weights and {labels} biases" in said
    assert f"So {right} are right" in said
    assert f"{100 * found.growth.by_vector[-1].mean():.0f} %" in said
    free = cached_zero_shot("minilm", found.table.texts, found.table.classes)
    fitting = sum(a == b for a, b in zip(free.best, found.table.labels, strict=True))
    assert f"without a single example: {100 * fitting / 60:.0f} % right" in said
    buttons: Any = page.get("download_button")
    assert [each.label for each in buttons] == [
        "The sentences (CSV)", "Learning curve (CSV)", "Confusion matrix (CSV)",
        "What was said of each sentence (CSV)", "Probabilities (CSV)",
        "Accuracy by examples (CSV)", "Accuracy by layer (CSV)", "Zero-shot (CSV)",
    ]  # fmt: skip


def test_a_task_that_t_does_not_hold_stands_in_an_earlier_layer() -> None:
    page = train(opened(task="question"))
    assert "not clearly better than guessing" in read(page)
    assert "Neither is clearly ahead" in read(page)
    shares = cached_task("minilm", preset_task("question"), 6).by_layer
    best = int(shares.argmax())
    hint = f"after layer {best - 1} the same layer gets {100 * shares[best]:.0f} %"
    assert f"Another layer knows more: {hint}" in read(page)
    page.select_slider[0].set_value(3).run()
    assert not page.exception
    found = cached_task("minilm", preset_task("question"), 3)
    assert bare(page.metric[0].value) == f"{100 * found.held_out.accuracy:.0f} %"
    assert "not clearly better than guessing" not in read(page)


def test_the_new_sentence_is_sentence_a_until_another_is_typed() -> None:
    page = train(opened(task="topic", a="The choir sang a hymn."))
    assert "Last layer alone: music" in read(page)
    page.text_input(key="a").set_value("He fried the garlic in butter.").run()
    assert page.text_input(key="new_sentence").value == "He fried the garlic in butter."
    assert "Last layer alone: food" in read(page)
    page.text_input(key="new_sentence").set_value("The striker scored twice.").run()
    page.text_input(key="a").set_value("Something else.").run()
    assert page.text_input(key="new_sentence").value == "The striker scored twice."
    assert "Last layer alone: sport" in read(page)


@pytest.mark.parametrize("text", ["", "  ", "\u200b"])
def test_a_new_sentence_without_words_asks_for_some(text: str) -> None:
    page = train(opened(task="topic"))
    page.text_input(key="new_sentence").set_value(text).run()
    assert not page.exception
    assert "nothing in the new sentence" in read(page)
    assert "curve" in drawn(page)


@pytest.mark.parametrize("text", [*MARKUP, "😀 👩‍👩‍👧", "שלום עולם", "?", "word " * 700])
def test_whatever_is_tried_never_breaks_the_page(text: str) -> None:
    page = train(opened(task="topic", a=text))
    page.text_input(key="candidates").set_value(f"food, {text[:40]}").run()
    assert not page.exception
    assert not page.error


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text,label\nCafé à la crème,food\n".encode("latin-1"), "not in UTF-8: line 2"),
        (b"sentence,class\nA,b\n", "must name the columns text and label"),
        (b"", "The file is empty."),
        ("\ufeff \u2060\n".encode(), "The file is empty."),
        (b"text,label\n" + b"".join(b"Sentence %d,one\n" % n for n in range(9)), "the same label"),
        (b"text,label\na,x\nb,y\nc,x\n", "3 rows are too few"),
        (b"text,label\n" + b"".join(b"s %d,l%d\n" % (n, n % 2) for n in range(100_000)),
         "100,000 rows; at most 500"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not in UTF-8"),
        (b'text,label\n"no end,a\n', "cannot be read as CSV"),
    ],
)  # fmt: skip
def test_a_bad_file_is_named_and_what_was_typed_stays(content: bytes, said: str) -> None:
    page = upload(opened(OWN), content)
    assert said in bare(page.error[0].value)
    assert "as it was" in bare(page.error[0].value)
    assert rows_of(page) == OWN
    train(page)
    assert "curve" in drawn(page)


def test_what_a_refusal_tells_to_write_can_be_copied_from_it() -> None:
    page = upload(opened(OWN), b"sentence,`class`\nA,b\n")
    told = page.error[0].value
    copied = told.split("Put the line `")[1].split("`")[0]
    assert copied == "text,label"
    lines = [copied, *(f"{text},{label}" for text, label in OWN)]
    page = upload(page, "\n".join(lines).encode())
    assert not page.error
    assert "`text,label`" in " ".join(each.value for each in page.markdown)


def test_signs_that_nobody_sees_make_no_other_columns_or_labels() -> None:
    signs = ("", "\u200b", "\u2060")
    rows = "".join(f"{text},{label}{signs[n % 3]}\n" for n, (text, label) in enumerate(OWN))
    page = upload(opened(task="own"), f"\u2060text\u2060,\ufefflabel\u200b\n{rows}".encode())
    assert not page.error
    assert rows_of(page) == OWN


def test_a_refusal_and_its_file_go_when_one_goes_on() -> None:
    page = upload(opened(OWN), b"no,columns\n")
    assert page.error
    press(page, "Empty the table")
    assert not page.error
    assert page.file_uploader[0].value is None
    assert rows_of(page) == ()
    upload(page, b"no,columns\n")
    assert page.error
    page.file_uploader[0].set_value(None).run()
    assert not page.error
    upload(page, ("text,label\n" + "\n".join(f"{text},{label}" for text, label in OWN)).encode())
    assert page.file_uploader[0].value is not None
    press(page, "Empty the table")
    assert page.file_uploader[0].value is None


def test_a_table_whose_rows_were_all_deleted_can_be_typed_into_again() -> None:
    page = opened(task="own")
    page.session_state["stored"]["rows"] = ()
    page.pills[0].set_value("topic").run()
    page.session_state["stored"]["rows"] = ()
    page.pills[0].set_value("own").run()
    assert not page.exception
    assert len(page.session_state["stored"]["rows"]) == FEWEST_ROWS
    assert rows_of(page) == ()


def test_labels_that_are_numbers_are_counted_apart_from_their_counts() -> None:
    rows = tuple((f"the cat sat {'it ' * n}", str(n % 2)) for n in range(12))
    said = read(opened(rows))
    assert "Rows with a sentence and a label: 12. “0”: 6, “1”: 6" in said
    assert "A reload of the page forgets your table" in said


def test_the_tasks_own_labels_are_offered_before_anything_is_trained() -> None:
    page = opened(task="sentiment")
    assert page.text_input(key="candidates").value == "negative, positive"
    page.pills[0].set_value("question").run()
    assert page.text_input(key="candidates").value == "question, statement"
    page.pills[0].set_value("own").run()
    assert page.text_input(key="candidates").value == "food, music, science, sport"
    assert opened(OWN).text_input(key="candidates").value == "c, d"
    page.text_input(key="candidates").set_value("mine, yours").run()
    page.pills[0].set_value("sentiment").run()
    assert page.text_input(key="candidates").value == "mine, yours"


def test_tokens_that_the_model_does_not_know_are_counted(small: str) -> None:
    rows = tuple((f"{text} 🦜", label) for text, label in OWN)
    page = train(opened(rows, model=small))
    tokenizer = cached_tokenizer(small)
    pieces = [tokenizer.split(text) for text, _ in rows]
    unknown = sum(each.tokens.count("[UNK]") for each in pieces)
    every = sum(int((~each.special).sum()) for each in pieces)
    assert f"{unknown} of the {every} tokens of these sentences" in bare(page.warning[0].value)


def test_a_good_file_takes_the_tables_place_and_can_be_undone() -> None:
    lines = [f"{text},{label}" for text, label in OWN] + ["the cat sat,", OWN[0][0] + ",c"]
    page = upload(opened(OWN[:2]), ("label;text\n".replace("label;text", "text,label")
                                    + "\n".join(lines)).encode())  # fmt: skip
    assert not page.error
    assert rows_of(page) == OWN
    assert "1 repeated sentence was left out" in read(page)
    train(page)
    assert page.metric[2].value == "16"
    press(page, "Put the former table back")
    assert rows_of(page) == OWN[:2]
    assert "The table has changed since it was trained on" in read(page)
    press(page, "Put the former table back")
    assert rows_of(page) == OWN
    assert "The table has changed" not in read(page)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (OWN[:3], "3 rows are too few"),
        (tuple((text, "same") for text, _ in OWN), "the same label, same"),
        (OWN[:1] * 16, "1 row is too few"),
        (tuple((f"{n}", f"l{n % 2}") for n in range(501)), "at most 500"),
        (((*OWN[:9], ("another", "rare"))), "The label rare has only one sentence"),
        (((*OWN[:9], ("\u200b", "c"))), "nothing in it that the model can read"),
    ],
)
def test_rows_that_cannot_be_learned_from_say_why_and_stay(
    rows: tuple[tuple[str, str], ...], said: str
) -> None:
    page = train(opened(rows))
    assert said in bare(page.error[0].value)
    assert "curve" not in drawn(page)
    assert rows_of(page) == rows
    page.pills[0].set_value("topic").run()
    page.pills[0].set_value("own").run()
    assert rows_of(page) == rows


def test_a_typed_table_outlives_a_model_that_cannot_be_had(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    page = train(opened(OWN))
    page.selectbox(key="model").set_value("bert-base-uncased").run()
    assert not page.exception
    assert page.error
    assert rows_of(page) == OWN
    press(page, "Use the built-in model")
    assert rows_of(page) == OWN
    assert "curve" in drawn(page)


def test_labels_with_markup_are_labels_like_others() -> None:
    rows = tuple((text, MARKUP[label == "d"]) for text, label in OWN)
    page = train(opened(rows))
    assert not page.error
    assert MARKUP[0] in bare(read(page))
    assert all(JOINER in each.value for each in page.markdown if "onerror" in each.value)


def test_a_preset_can_be_copied_and_changed() -> None:
    page = press(opened(OWN), "Empty the table")
    assert rows_of(page) == ()
    page.pills[0].set_value("topic").run()
    press(page, "Copy into My own")
    assert address(page)["task"] == "own"
    assert len(rows_of(page)) == 60


def test_candidate_labels_that_are_no_good_are_named() -> None:
    page = opened()
    for typed, said in (
        ("", "two different labels"), ("one", "two different labels"),
        ("a, \u200b", "nothing in it"), (", ".join(f"l{n}" for n in range(51)), "too many"),
    ):  # fmt: skip
        page.text_input(key="candidates").set_value(typed).run()
        assert not page.exception
        assert said in bare(page.warning[0].value)
    page.text_input(key="candidates").set_value("animals, finance").run()
    assert not page.warning
    assert "Fits best: animals" in read(page)
    assert "by similarity. " in read(page)


def test_a_model_that_fills_masks_is_asked_by_cloze(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    allow_any_model(monkeypatch)
    folder = write_task_model("bert", "MaskedLM", tmp_path / "masks")
    page = opened(model=str(folder), a="the cat sat")
    assert not page.exception
    assert not page.error
    assert "by cloze" in read(page)
    assert "probability at the mask" in read(page)


def test_others_train_first_and_the_place_in_the_line_is_told(gate: Gate, small: str) -> None:
    page = train(opened(OWN, model=small))
    press(page, "Refine all layers")
    waiting = progress_texts(page)
    assert "You are the next (place 1 in the line)" in waiting
    assert "Now running: somebody's training, 25 % done" in waiting
    assert button(page, "Refine all layers").disabled
    train(page)
    assert "curve" in drawn(page)
    gate.go.set()
    until(page, lambda page: "refined_1" in drawn(page))
    said = read(page)
    assert "tried on the same 6 others" in said
    assert said.count("All layers refined: ") == 1
    assert "“Last layer alone” has learned from all sentences of the table" in said
    assert [bare(each.label) for each in page.metric][-2:] == [
        "Last layer alone: right, held out", "All layers refined: right, held out",
    ]  # fmt: skip
    assert not button(page, "Refine all layers").disabled


def test_only_a_page_with_a_training_asks_again(
    gate: Gate, small: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    intervals, fragment = [], st.fragment

    def noted(*parts: Any, run_every: float | None = None, **rest: Any) -> Any:
        if run_every != ONE_DAY:  # every page's, which is there for connections that break
            intervals.append(run_every)
        return fragment(*parts, run_every=run_every, **rest)

    monkeypatch.setattr(st, "fragment", noted)
    page = train(opened(OWN, model=small))
    assert not any(intervals)
    press(page, "Refine all layers")
    assert intervals.pop() == 1
    assert not any(intervals)
    press(page, "Stop")
    intervals.clear()
    page.run()
    assert not any(intervals)


def test_who_stops_in_the_line_has_the_page_as_before(gate: Gate, small: str) -> None:
    page = press(train(opened(OWN, model=small)), "Refine all layers")
    before = [each for each in drawn(page) if each in FIGURES]
    press(page, "Stop")
    page.run()
    assert "The training was stopped. Nothing was kept" in read(page)
    assert drawn(page) == before
    assert not button(page, "Refine all layers").disabled
    press(page, "Refine all layers")
    assert "was stopped" not in read(page)
    assert "You are the next" in progress_texts(page)
    press(page, "Stop")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TrainingError("The training went astray."), "The training went astray."),
        (ClusterAway(3), "The training broke off. The machines that run the models do not answer"),
        (HubUnreachable("The Hub is away."), "The Hub is away."),
        (RuntimeError("expected this"), "for a reason that was not foreseen"),
    ],
)
def test_a_training_that_fails_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, small: str, error: Exception, said: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(joint_refinement, "refine", fail)
    page = press(train(opened(OWN, model=small)), "Refine all layers")
    until(page, lambda page: said in read(page))
    assert "goes on by itself" not in read(page)
    assert not button(page, "Refine all layers").disabled


def test_a_refinement_that_cannot_begin_is_begun_by_another_click(
    monkeypatch: pytest.MonkeyPatch, gate: Gate, small: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ServerBusy(3)

    page = train(opened(OWN, model=small))
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(transfer_refining, "join_refinement", fail)
        press(page, "Refine all layers")
    assert "Try it again in 3 s" in read(page)
    assert "goes on by itself" not in read(page)
    press(page, "Refine all layers")
    assert "You are the next" in progress_texts(page)
    press(page, "Stop")


def test_a_model_too_large_to_refine_is_told_before_one_waits(
    monkeypatch: pytest.MonkeyPatch, gate: Gate
) -> None:
    monkeypatch.setattr("backend.fine_tuning.MOST_BYTES", 1_000_000)
    page = press(train(opened(task="topic")), "Refine all layers")
    assert gate.began.is_set()
    assert "this server allows" in read(page)
    assert not button(page, "Refine all layers").disabled


def test_a_refinement_of_another_task_can_still_be_followed(gate: Gate, small: str) -> None:
    page = press(train(opened(OWN, model=small)), "Refine all layers")
    page.pills[0].set_value("topic").run()
    train(page)
    assert "for another task or model is still under way" in read(page)
    assert "You are the next" in progress_texts(page)
    assert button(page, "Refine all layers").disabled
    press(page, "Stop")
    assert gate.began.is_set()


def test_a_bad_task_in_the_link_is_named() -> None:
    page = opened(task="poetry")
    assert not page.exception
    assert "There is no task “poetry” to choose" in bare(page.warning[0].value)
    assert drawn(page) == ["zero_shot"]
