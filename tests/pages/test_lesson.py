"""The Lesson as Streamlit runs it, without a browser."""

from functools import partial
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from backend.cached import cached_tagger, cached_trace
from backend.examples import EXAMPLES
from backend.lesson import EXERCISES, STEPS
from components.plain import JOINER
from tests.opened import address, opened_script

opened = partial(opened_script, "pages/lesson.py")
A, B = EXAMPLES[0].a, EXAMPLES[0].b


@pytest.fixture(scope="module", autouse=True)
def trained() -> None:
    cached_tagger("minilm")


def bare(text: str) -> str:
    return text.replace(JOINER, "").replace("\\", "")


def spoken(page: AppTest) -> str:
    elements = (*page.markdown, *page.info, *page.warning, *page.error, *page.success)
    return bare(" ".join(element.value for element in elements))


def choose(page: AppTest, exercise: str, answer: int) -> AppTest:
    """Answer an exercise with a number, or with the option at this place."""
    widgets: list[Any] = [*page.number_input, *page.radio, *page.slider]
    widget = next(w for w in widgets if str(w.key).startswith(f"answer {exercise} "))
    widget.set_value(answer)
    page.button(key=f"check_{exercise}").click()
    return page.run()


def option(page: AppTest, exercise: str, text: str) -> int:
    radio = next(r for r in page.radio if str(r.key).startswith(f"answer {exercise} "))
    return [bare(label) for label in radio.options].index(text)


def link(page: AppTest) -> str:
    code: Any = page.get("code")[0]
    return str(code.value)


def test_a_link_to_a_step_too_far_opens_the_last_one() -> None:
    page = opened(step="999")
    assert "the last one; this is “7 Transfer" in spoken(page)
    assert address(page)["step"] == "6"


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_every_step_opens_with_its_exercises_open(step: int) -> None:
    page = opened(step=str(step))
    assert not page.exception
    assert page.header[0].value == STEPS[step].title
    for exercise in STEPS[step].exercises:
        assert f"{exercise.title}** :gray-badge" in spoken(page)
    assert not page.success
    assert not page.error


def test_no_answer_and_no_figure_of_it_stands_there_before_it_is_checked() -> None:
    page = opened(step="4")
    before = len(page.get("plotly_chart"))
    assert "0.68" not in spoken(page)
    assert "Answer exercise 8 first" in spoken(page)
    page = choose(page, "pronoun", option(page, "pronoun", "chicken"))
    weight = cached_trace("minilm", A).attention[3, 1, 10, 2]
    assert f"“chicken” gets {weight:.2f} of 1" in spoken(page)
    assert len(page.get("plotly_chart")) == before + 1
    assert "Answer exercise 8 first" not in spoken(page)


def test_an_answer_given_for_another_text_opens_nothing() -> None:
    page = choose(opened(step="4"), "pronoun", 0)
    assert "Answer exercise 8 first" not in spoken(page)
    page.text_input(key="a").set_value("The dog saw the bone because it was red.").run()
    assert "Answer exercise 8 first" in spoken(page)


def test_answers_of_a_link_are_shown_again_for_its_own_sentences() -> None:
    page = opened(a=A, b=B, step="4", done="-------rw-")
    weight = cached_trace("minilm", A).attention[3, 1, 10, 2]
    assert f"“chicken” gets {weight:.2f} of 1" in spoken(page)
    assert "It goes down" in bare(page.info[1].value)
    assert all(bare(info.value).startswith("**Answered before.**") for info in page.info[:2])
    assert "first: this one would" not in spoken(page)
    assert len(page.radio) == 2  # exercise 10 and the teachers' step
    page.button(key="again_pronoun").click().run()
    assert "It comes back when exercise 8 is answered" in spoken(page)
    assert "Answer exercise 8 first" in spoken(page)
    assert page.button(key="check_pronoun")
    page.text_input(key="b").set_value("").run()
    page.text_input(key="b").set_value(B).run()
    assert page.button(key="check_pronoun")


def test_answers_of_a_link_are_not_shown_for_other_sentences() -> None:
    assert "Answered before" not in spoken(opened(step="4", done="-------rw-"))
    page = opened(a=A, b=B, step="4", done="-------r")
    page.text_input(key="a").set_value("The dog saw the bone because it was red.").run()
    assert "Answered before" not in spoken(page)
    assert page.button(key="check_pronoun")
    page.text_input(key="a").set_value(A).run()
    assert "Answered before" in spoken(page)


def test_what_is_said_of_a_pair_fits_the_sentences() -> None:
    assert "The exercises look at this pair" in spoken(opened(step="4"))
    for a, b, said in (
        ("The dog saw it.", "The cat saw it.", "your sentences, from “it”"),
        ("The dog sat.", "The cat sat.", "has no such pronoun; the exercises look from “sat”"),
        (A, "", "You have no Sentence B"),
        (A, A, "Your two sentences are the same"),
    ):
        page = opened(step="4", a=a, b=b)
        assert said in spoken(page)
        assert "the lesson's own pair" in spoken(page)


def test_words_that_changed_stand_out_where_they_are_few() -> None:
    assert "too :blue[**tired**]" in spoken(opened(step="4"))
    page = opened(step="4", a="<b>x</b>", b="<b>y</b>")
    assert "A:** <b>:blue[**x**]</b>" in spoken(page)
    assert "B:** <b>:blue[**y**]</b>" in spoken(page)
    page = opened(step="4", a="</script><b> it", b="שלום it was")
    assert ":blue[**" not in spoken(page)
    assert "A:** </script><b> it" in spoken(page)


def test_a_wrong_answer_is_said_kept_and_can_be_mended() -> None:
    page = choose(opened(), "pieces", 5)
    assert "Not quite. You said 5 pieces. It is 3 pieces" in bare(page.error[0].value).replace(
        "**", ""
    )
    assert address(page)["done"].startswith("w")
    page.button(key="again_pieces").click().run()
    assert not page.error
    assert address(page)["done"].startswith("w")
    assert "A new one takes its place" in page.caption[0].value
    page = choose(page, "pieces", 3)
    assert page.success
    assert address(page)["done"].startswith("r")
    assert "1 of 12 right" in page.get("progress")[0].proto.text


def test_checking_nothing_asks_for_an_answer() -> None:
    page = opened()
    page.button(key="check_morphemes").click().run()
    assert "Choose an answer first" in page.warning[0].value
    assert "done" not in address(page)


def test_an_answer_belongs_to_its_text() -> None:
    page = choose(opened(), "pieces", 3)
    page.text_input(key="a").set_value("Unbelievably short.").run()
    assert not page.success
    assert address(page)["done"].startswith("r")
    page.text_input(key="a").set_value(A).run()
    assert page.success


def test_progress_in_a_link_is_taken_over() -> None:
    page = opened(done="rw-r", step="6")
    assert "2 of 12 right, 1 wrong, 9 open" in page.get("progress")[0].proto.text
    assert "exercises 2 (Tokenizer), 3 (Embeddings), 5" in spoken(page)
    assert "All 12 right" in spoken(opened(done="r" * 12, step="6"))


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [("step", "99", "6"), ("step", "-3", None), ("step", "x", None), ("done", "<b>", None)],
)
def test_a_bad_value_in_a_link_falls_back_and_says_so(
    name: str, value: str, kept: str | None
) -> None:
    page = opened(**{name: value})
    assert not page.exception
    assert len(page.warning) == 1
    assert address(page).get(name) == kept


def test_steps_are_a_button_apart() -> None:
    page = opened()
    for number, step in enumerate(STEPS[1:], start=1):
        page.button(key="lesson_next").click().run()
        assert not page.exception
        assert page.header[0].value == step.title
        assert address(page)["step"] == str(number)
    page.button(key="lesson_previous").click().run()
    assert page.header[0].value == STEPS[-2].title


def test_the_lessons_pair_is_a_button_away_where_it_is_needed() -> None:
    page = opened(step="2", a="cats sleep", b="dogs bark")
    assert "needs a word that stands in both sentences" in spoken(page)
    page.button(key="help_same-word").click().run()
    assert not page.exception
    assert page.text_input(key="a").value == A
    assert page.text_input(key="b").value == B
    assert "“it” stands in both sentences" in spoken(page)


def test_a_teachers_link_has_the_step_the_sentences_and_no_answers() -> None:
    page = opened(a="The cat sat.", b="It slept.", step="2", done="rrw")
    start = next(choice for choice in page.radio if choice.label == "Start at")
    start.set_value(4)
    page.run()
    assert "a=The+cat+sat.&b=It+slept.&model=minilm" in link(page)
    assert link(page).endswith("step=4")
    assert "done" not in link(page)


def test_a_teacher_is_told_that_sentences_are_too_long_for_a_link() -> None:
    page = opened()
    page.text_input(key="a").set_value("é" * 5000).run()
    assert "too long for a link" in spoken(page)


def test_the_sources_are_named_in_full() -> None:
    text = spoken(opened())
    for work in (
        "Jain, S., and Wallace, B. C. (2019). Attention is not Explanation.",
        "Wiegreffe, S., and Pinter, Y. (2019). Attention is not not Explanation.",
        "What Does BERT Look At?",
        "Attention Is All You Need.",
        "Devlin, J., Chang, M.-W., Lee, K., and Toutanova, K. (2019).",
    ):
        assert work in text
    assert "does not say why a model decides" in spoken(opened(step="6")).replace("\n", " ")


@pytest.mark.parametrize("step", range(len(STEPS)))
@pytest.mark.parametrize(
    ("a", "b"),
    [
        (A, ""),
        (A, A),
        ("Hello", ""),
        ("</script><img src=x onerror=alert(1)> $x$ **a** :red[x]", "🙂 שלום e\u0301"),
        (".", "!"),
        ("Only one\x07", "\x07"),
    ],
)
def test_whatever_stands_in_the_boxes_every_step_says_something(step: int, a: str, b: str) -> None:
    page = opened(a=a, b=b, step=str(step))
    assert not page.exception
    assert not page.error
    assert len(page.button) >= 1 + len(STEPS[step].exercises)


@pytest.mark.parametrize("step", [0, 2, 3, 4])
def test_a_text_at_the_models_limit(step: int) -> None:
    page = opened(a="word " * 700, b="word " * 700, step=str(step))
    assert not page.exception
    assert "512" in spoken(page)


def test_an_empty_sentence_a_asks_for_one() -> None:
    page = opened(a=" ", b="Something.")
    assert not page.exception
    assert "Type a sentence" in bare(page.error[0].value)


def test_every_exercise_stands_in_some_step() -> None:
    assert [e for step in STEPS for e in step.exercises] == list(EXERCISES)
