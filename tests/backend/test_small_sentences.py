from collections import Counter
from random import Random

import numpy as np
import pytest

from backend.small_bert import LIMIT, small_tokenizer
from backend.small_masking import NOT_ASKED, answer_batch, pronoun_batch, training_batch
from backend.small_scenes import scene_with, sort_of
from backend.small_sentences import Text, held_out_texts, training_texts
from backend.small_words import ANIMALS, HELD_OUT, MARKS, PLACES, VEHICLES, VOCABULARY

AGENTS = set(ANIMALS.nouns + VEHICLES.nouns)
PLACE_NAMES = {noun for deed in PLACES for noun in deed.nouns}
MASK = VOCABULARY.index("[MASK]")


@pytest.fixture(scope="module")
def trained_on() -> list[Text]:
    chance = Random(3)
    return [
        text for step in range(300) for text in training_texts(chance, 64, first=step < 50)
    ]  # fmt: skip


def nouns_of(text: Text) -> tuple[set[str], set[str]]:
    return AGENTS & set(text.words), PLACE_NAMES & set(text.words)


def test_no_adjective_is_said_of_both() -> None:
    agents = {word for kind in (ANIMALS, VEHICLES) for word in kind.failing + kind.managing}
    places = {word for deed in PLACES for word in deed.failing + deed.managing}
    assert not agents & places
    assert not AGENTS & PLACE_NAMES
    assert HELD_OUT < AGENTS | PLACE_NAMES


def test_the_vocabulary_holds_every_word_once(trained_on: list[Text]) -> None:
    assert VOCABULARY[:5] == MARKS
    assert len(set(VOCABULARY)) == len(VOCABULARY)
    assert {word for text in trained_on for word in text.words} == set(VOCABULARY) - set(MARKS)


def test_new_nouns_are_never_asked_for_beside_another(trained_on: list[Text]) -> None:
    for text in trained_on:
        agents, places = nouns_of(text)
        if (agents | places) & HELD_OUT and len(agents | places) > 1:
            assert text.answer is None
            assert text.pronouns == ()
            assert text.words[2] in ("saw", "found", "liked")


def test_new_pairs_never_stand_together(trained_on: list[Text]) -> None:
    seen = Counter[str | None]()
    for text in trained_on:
        agents, places = nouns_of(text)
        seen.update(sort_of(agent, place) for agent in agents for place in places)
    assert seen["new pairs"] == 0
    assert seen["known"] > 1000


def test_a_tenth_of_the_pairs_is_new() -> None:
    sorts = Counter(sort_of(agent, place) for agent in AGENTS for place in PLACE_NAMES)
    assert 0.08 < sorts["new pairs"] / (sorts["new pairs"] + sorts["known"]) < 0.12


@pytest.mark.parametrize("nouns", ["known", "new pairs", "new nouns"])
def test_neither_order_nor_kind_gives_the_answer_away(nouns: str) -> None:
    texts = held_out_texts(nouns, 1000)  # type: ignore[arg-type]
    assert len(set(texts)) == 1000
    agent_meant = first_meant = 0
    for text in texts:
        ((spot, meant),) = text.pronouns
        answer = text.words[text.answer or 0]
        assert (text.words[spot], meant) == ("it", answer)
        agents, places = nouns_of(text)
        assert len(agents) == len(places) == 1
        assert sort_of(*agents, *places) == nouns
        told = [word for at, word in enumerate(text.words) if at != text.answer]
        agent_meant += answer in AGENTS
        first_meant += answer == next(word for word in told if word in agents | places)
    assert 440 < agent_meant < 560
    assert 430 < first_meant < 570


def test_the_same_seed_gives_the_same_texts() -> None:
    def made(seed: int) -> list[Text]:
        return training_texts(Random(seed), 64, first=False)

    assert made(4) == made(4) != made(5)
    assert held_out_texts("new nouns", 20) == held_out_texts("new nouns", 20)
    assert scene_with(Random(1), "known") == scene_with(Random(1), "known")


def test_the_tokenizer_cuts_typed_text_into_the_same_ids() -> None:
    text = next(text for text in held_out_texts("new nouns", 50) if text.second is not None)
    a, b = text.words[: text.second], text.words[text.second :]
    pieces = small_tokenizer().split(" ".join(a).capitalize().replace(" .", "."), " ".join(b))
    batch = pronoun_batch([text])
    assert pieces.ids.tolist() == batch.ids[0].tolist()
    assert pieces.segments.tolist() == batch.segments[0].tolist()
    unknown = small_tokenizer().split("The <b>professor</b> said: [MASK]!")
    assert unknown.tokens[1] == "the"
    assert unknown.tokens.count("[MASK]") == 1
    assert set(unknown.tokens[2:-2]) <= {"[UNK]", "[MASK]"}


def test_questions_are_masked_and_nothing_else() -> None:
    texts = held_out_texts("known", 40)
    batch = answer_batch(texts)
    for row, text in enumerate(texts):
        (place,) = np.flatnonzero(batch.labels[row] != NOT_ASKED)
        assert VOCABULARY[batch.labels[row, place]] == text.words[text.answer or 0]
        assert np.flatnonzero(batch.ids[row] == MASK).tolist() == [place]
        assert batch.padding[row].sum() == len(text.words) + 2 + (text.second is not None)
    with pytest.raises(ValueError, match="a text with a question"):
        answer_batch([Text(("the", "dog"))])


def test_pronouns_are_asked_with_nothing_masked(trained_on: list[Text]) -> None:
    texts = [text for text in trained_on if len(text.pronouns) == 2][:40]
    batch = pronoun_batch(texts)
    assert not (batch.ids == MASK).any()
    for row, text in enumerate(texts):
        places = np.flatnonzero(batch.labels[row] != NOT_ASKED)
        assert [VOCABULARY[number] for number in batch.ids[row, places]] == ["it", "it"]
        meant = [noun for _, noun in text.pronouns]
        assert [VOCABULARY[number] for number in batch.labels[row, places]] == meant


def test_what_training_asks(trained_on: list[Text]) -> None:
    batch = training_batch(Random(0), trained_on)
    assert LIMIT - 3 < batch.ids.shape[1] <= LIMIT
    asked = batch.labels != NOT_ASKED
    assert not asked[batch.ids < MASK].any()  # never [PAD], [CLS], [SEP]
    assert (batch.labels[asked] >= len(MARKS)).all()
    answers = sum(text.answer is not None for text in trained_on)
    pronouns = sum(len(text.pronouns) for text in trained_on)
    others = sum(len(text.words) for text in trained_on) - answers - pronouns
    expected = 0.9 * answers + 0.5 * pronouns + 0.08 * others
    assert asked.sum() == pytest.approx(expected, rel=0.02)
    masked = batch.ids[asked] == MASK
    assert masked.sum() == pytest.approx(0.9 * answers + 0.8 * 0.08 * others, rel=0.02)
    left = batch.ids[asked] == batch.labels[asked]
    assert left.sum() == pytest.approx(0.1 * 0.08 * others, rel=0.1)
