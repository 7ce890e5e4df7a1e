"""Lesson: the guided tour, step by step, with exercises."""

from backend.lesson import STEPS
from components.for_all import find_tagger, show_training
from components.inputs import choose_model, choose_sentences, choose_step
from components.landing import show_heading
from components.lesson import show_progress, show_step_buttons, step_titles
from components.lesson_cards import show_exercises
from components.lesson_extras import show_extras
from components.lesson_reading import load_reading
from components.lesson_steps import show_afterword, show_step, show_ways
from components.page import page

with page(
    "Lesson",
    "A tour of BERT in seven steps, with your sentences. Predict first, then look: every answer "
    "is worked out by the model while you read.",
):
    sentences, model = choose_sentences(), choose_model()
    step = choose_step(step_titles())
    show_progress()
    reading = load_reading(model, sentences)
    show_heading(STEPS[step].title)
    if STEPS[step].tagged and find_tagger(model) is None:
        show_training(model)
    else:
        show_step(step, reading)
        show_exercises(STEPS[step], reading)
        show_afterword(step)
    show_ways(step, reading)
    show_step_buttons(step)
    show_extras(reading)
