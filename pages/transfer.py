"""Transfer: a last layer trained for a task, all layers refined, and no training at all."""

import streamlit as st

from backend.catalogue import title_of
from components.inputs import choose_model, choose_sentences, choose_task
from components.loading import load_model
from components.page import page
from components.refinement_words import about_refining
from components.transfer_refining import refinement_of, show_refining
from components.transfer_results import show_growth, show_layers, show_result
from components.transfer_rows import choose_rows
from components.transfer_training import train
from components.transfer_trying import (
    choose_new_sentence,
    labels_of,
    show_probabilities,
    show_zero_shot,
    ways_of,
)

with page(
    "Transfer",
    "An encoder learns once, from very much text. What it learned can be transferred to a task it "
    "has never seen: one small layer is put on top and trained on a few labelled sentences, while "
    "the encoder stays as it is. That is **transfer learning**. Here you do it yourself, measure "
    "what it is worth, and hold two other ways against it: training all layers, and none.",
):
    sentences, model_name = choose_sentences(), choose_model()
    title = title_of(model_name)
    st.header("Train the last layer", anchor=False)
    task = choose_task()
    rows = choose_rows(task)
    model = load_model(model_name)
    trained = train(model, task, rows)
    if trained:
        show_result(trained, model, title)

    st.header("Try a new sentence", anchor=False)
    text = choose_new_sentence(model, sentences.a)
    refined = refinement_of(model_name, trained)
    ways = ways_of(text, trained, model, refined) if trained and text else {}
    if trained is None:
        st.caption(
            "Once the last layer is trained, it labels this sentence here. Zero-shot below needs "
            "no training."
        )
    elif text:
        show_probabilities(text, trained.classifier.classes, ways)

    if trained:
        st.header("What more examples bring", anchor=False)
        show_growth(trained)
        st.header("Which layer knows most", anchor=False)
        show_layers(trained)

    st.header("Refine all layers", anchor=False)
    st.markdown(about_refining(model))
    show_refining(model_name, trained, task, refined)

    st.header("Zero-shot: no training at all", anchor=False)
    st.markdown("Which of some labels fits the new sentence best, without a single example?")
    show_zero_shot(text, model, title, trained, labels_of(rows, trained))
