"""What the Transfer page says: drawn from the numbers, also where they do not favour the model."""

import numpy as np
import pytest

from backend.classifier import LinearClassifier
from backend.growth import Growth
from backend.labelled_texts import LabelledTexts
from backend.last_layer import LastLayer
from backend.refinement import Epoch, Refinement, RefineProgress, Tried
from backend.trace import FloatArray
from backend.training_states import Ahead, Waiting
from backend.transfer import CURVE_STEPS, CurvePoint, HeldOut
from backend.unknown_tokens import UnknownTokens
from backend.zero_shot import ZeroShot
from components.growth_words import below_guessing_words, growth_words, sizes_words
from components.plain import JOINER
from components.refinement_words import refinement_words, running_words, waiting_words
from components.transfer_words import (
    accuracy_words,
    curve_words,
    mistakes_words,
    other_layer_words,
    probability_words,
)
from components.zero_shot_words import fit_words, share_title, way_words

LAYER = LinearClassifier(np.zeros((2, 3), np.float32), np.zeros(2, np.float32), ("a", "b"))
NONE = UnknownTokens(0, 9)
HOSTILE = "</script>$x$ **a**"


def bare(text: str) -> str:
    return text.replace(JOINER, "").replace("\\", "").replace("**", "").replace("\u00a0", " ")


def grown(vectors: list[float], words: list[float], draws: int = 10) -> Growth:
    def spread(means: list[float]) -> FloatArray:
        return np.array(means, np.float32)[:, None] + np.zeros(draws, np.float32)

    return Growth((5, 10, 48)[: len(vectors)], spread(vectors), spread(words), 0.5)


def held(confusion: list[list[int]], accuracies: list[float]) -> HeldOut:
    matrix = np.array(confusion)
    return HeldOut(
        classes=tuple("abcdef"[: len(matrix)]),
        confusion=matrix,
        predicted=(),
        accuracies=np.array(accuracies),
        folds=5,
        most_frequent=float(matrix.sum(axis=1).max() / matrix.sum()),
    )


@pytest.mark.parametrize(
    ("vectors", "words", "verdict", "start"),
    [
        ([0.5, 0.7, 0.9], [0.5, 0.5, 0.6], "Transfer pays off here", "From 10 examples on"),
        ([0.5, 0.5, 0.5], [0.6, 0.8, 0.9], "Transfer does not pay off here", ""),
        ([0.5, 0.6, 0.7], [0.5, 0.6, 0.7], "Neither is clearly ahead", ""),
        ([0.9, 0.5, 0.7], [0.5, 0.6, 0.69], "Transfer pays off here", ""),
        ([0.7], [0.5], "Transfer pays off here", "From 5 examples on"),
    ],
)
def test_growth_is_judged_by_its_numbers(
    vectors: list[float], words: list[float], verdict: str, start: str
) -> None:
    said = bare(growth_words(grown(vectors, words)))
    assert verdict in said
    assert ("clearly more right" in said) == bool(start)
    assert start in said
    assert f"vectors gets {100 * vectors[-1]:.0f} %" in said
    assert f"word counts {100 * words[0]:.0f} %" in said


def test_an_even_split_of_the_draws_is_no_lead() -> None:
    vectors = np.array([[0.6, 0.7, 0.6, 0.7, 0.6, 0.7, 0.6, 0.7, 0.6, 0.7]])
    words = np.array([[0.65] * 10])
    said = bare(growth_words(Growth((5,), vectors, words, 0.5)))
    assert "the vectors do better in 5, word counts in 5 of 10 draws" in said


def test_two_perfect_ways_are_a_task_that_is_too_easy() -> None:
    said = bare(growth_words(grown([0.9, 1.0], [0.8, 1.0])))
    assert "Both get everything right with all examples" in said
    assert "too easy" in said
    assert "draws" not in said


def test_the_sizes_are_those_that_were_tried() -> None:
    assert "learning from 5, 10 and all 48 of the sentences" in sizes_words(
        grown([0.5] * 3, [0.5] * 3)
    )
    assert "learning from all 5 of the sentences" in sizes_words(grown([0.5], [0.5]))


def test_word_counts_below_guessing_are_explained_by_the_words_of_the_table() -> None:
    table = LabelledTexts(("one two three", "one four", "Two five"), ("a", "b", "a"))
    said = bare(below_guessing_words(grown([0.9], [0.45]), table))
    assert "below guessing (here to 45 %): of the 5 different words 3 stand in one" in said
    assert "guesses at 3 sentences get 0 % to 100 % right by chance" in said
    large = LabelledTexts(tuple(f"word{n}" for n in range(400)), ("a", "b") * 200)
    said = bare(below_guessing_words(grown([0.9], [0.2]), large))
    assert "of the 400 different words 400 stand" in said
    assert "by chance" not in said
    assert below_guessing_words(grown([0.2], [0.5]), table) == ""


def test_a_layer_that_knows_clearly_more_is_pointed_at() -> None:
    def trained(by_layer: list[float]) -> LastLayer:
        table = LabelledTexts(("a",) * 60, ("b",) * 60)
        return LastLayer(
            table, 2, LAYER, held([[1]], [1]), (), grown([1], [1]), np.array(by_layer), 0, NONE
        )

    said = bare(other_layer_words(trained([0.5, 0.9, 0.5])))
    assert "after layer 0 the same layer gets 90 %" in said
    assert "in the encoder's input the same" in other_layer_words(trained([0.9, 0.6, 0.5]))
    assert other_layer_words(trained([0.5, 0.55, 0.5])) == ""
    assert other_layer_words(trained([0.5, 0.5, 0.9])) == ""


def test_accuracy_is_held_against_guessing() -> None:
    good = bare(accuracy_words(held([[25, 5], [5, 25]], [5 / 6, 0.8, 0.9])))
    assert "The 60 sentences are cut into 5 parts" in good
    assert "So 83 % are right. Cut in 3 different ways, it is 80 % to 90 %" in good
    assert "most frequent label gets 50 %" in good
    assert "One sentence is 1.7 percentage points" in good
    assert "better than guessing" not in good
    perfect = bare(accuracy_words(held([[9, 0], [0, 9]], [1.0, 1.0])))
    assert "Cut in 2 different ways, it is the same each time." in perfect
    assert "chance" not in perfect
    assert "not clearly better than guessing" in accuracy_words(
        held([[17, 13], [13, 17]], [34 / 60, 0.5, 0.6])
    )
    assert "not clearly better than guessing" in accuracy_words(
        held([[4, 0], [1, 3]], [7 / 8, 5 / 8, 5 / 8])
    )


def test_mistakes_are_named_most_frequent_first() -> None:
    found = held([[5, 1, 0], [4, 5, 0], [0, 2, 5]], [0.7])
    assert mistakes_words(found) == (
        "Most frequent mistakes: b taken for a (4); c taken for b (2); a taken for b (1)."
    )
    assert mistakes_words(held([[3, 0], [0, 3]], [1.0])) == "No sentence got a wrong label."


def test_the_curve_tells_learning_by_heart_from_knowing() -> None:
    curve = [CurvePoint(0, 0.69, 0.5, 0.5), CurvePoint(7, 0.05, 1.0, 0.75)]
    said = bare(curve_words(curve, 770, 60, 5))
    assert "After step 7 it gets 100 % of the 48 sentences it learns from right" in said
    assert "75 % of 12 others" in said
    assert "770 numbers to set" in said
    assert "L-BFGS" in said
    assert "it ends where the loss, with a penalty on large weights, falls no more" in said
    whole = curve_words([CurvePoint(CURVE_STEPS[-1], 0.1, 1.0, 0.5)], 770, 60, 5)
    assert "the first 30 are shown" in whole


def test_probabilities_are_told_likeliest_first() -> None:
    said = probability_words(("a", HOSTILE, "c", "d"), np.array([0.1, 0.6, 0.25, 0.05]))
    assert bare(said) == "</script>$x$ a (</script>$x$ a 0.600, c 0.250, a 0.100 and 1 more)"
    assert HOSTILE not in said
    little = probability_words(("a", "b"), np.array([0.99995, 0.00005]))
    assert little == "**a** (a 1.000, b < 0.001)"


def test_the_line_tells_places_and_what_runs() -> None:
    ahead = Ahead(HOSTILE, RefineProgress(1, 4, 3, 10, 0.5, 4.0))
    said = waiting_words(Waiting(3, ahead))
    assert "2 others wait before you (place 3 in the line)" in said
    assert "30 % done" in bare(said)
    assert HOSTILE not in said
    assert "it begins at once" in waiting_words(Waiting(1, None))
    assert running_words(RefineProgress(2, 4, 6, 20, 0.1234, 4.4)) == (
        "Epoch 2 of 4, step 6 of 20, loss 0.123, about 4\N{NO-BREAK SPACE}s left"
    )
    assert "reads the sentences" in running_words(None)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (14, 18, "Refining gained 4 sentences."),
        (18, 14, "Refining lost 4 sentences."),
        (18, 19, "no difference to speak of"),
    ],
)
def test_refining_is_judged_in_sentences(before: int, after: int, said: str) -> None:
    def outcome(right: int) -> Tried:
        return Tried((), np.array([[right, 0], [20 - right, 0]]))

    found = Refinement(
        classes=("a", "b"), held_out=tuple(range(20)), before=outcome(before),
        after=outcome(after), epochs=(Epoch(0.6, 0.5), Epoch(0.001, 0.9)), seconds=3.2,
        layer=LAYER, copy=lambda: None,  # type: ignore[arg-type]
    )  # fmt: skip
    words = bare(refinement_words(found, 60))
    assert said in words
    assert f"alone gets {before} of 20 right, all layers together {after}" in words
    assert "from the same 40 sentences" in words


def shot(way: str, scores: list[float]) -> ZeroShot:
    values = np.array([scores], dtype=np.float32)
    return ZeroShot(("a text",), ("first", HOSTILE), way, values, values)  # type: ignore[arg-type]


def test_zero_shot_says_its_way_and_why() -> None:
    near, cloze = shot("similarity", [0.2, 0.1]), shot("cloze", [-3.0, -1.0])
    assert "trained to give sentences of like meaning" in way_words(near, "minilm", "MiniLM")
    assert "makeshift" in way_words(near, "dslim/bert-base-NER", "NER")
    assert "learned to fill masks" in way_words(cloze, "bert-base-uncased", "BERT")
    assert "cosine: first 0.2" in fit_words(near)
    assert f"probability at the mask: {HOSTILE.replace('**', '')} {np.exp(-1):.3f}" in bare(
        fit_words(cloze)
    )
    assert HOSTILE not in fit_words(near)
    assert "softmax of the cosines, each divided by 0.05" in fit_words(near)
    assert share_title(near) == "share: softmax of cosine / 0.05"
    assert "each probability divided by the sum of all" in fit_words(cloze)
    assert "All labels fit alike" in fit_words(shot("cloze", [-2.0, -2.0]))
