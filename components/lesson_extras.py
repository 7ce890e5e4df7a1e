"""What stands below every step of the lesson: progress to take home, teacher's links, sources."""

from functools import partial
from typing import Final
from urllib.parse import urljoin

import streamlit as st

from backend.lesson import STEPS, marks_of
from backend.lesson_questions import Reading
from backend.lesson_tables import progress_csv
from components import inputs
from components.downloads import offer_csv
from components.kept import address_of

SOURCES: Final = """
- Clark, K., Khandelwal, U., Levy, O., and Manning, C. D. (2019). What Does BERT Look At? An
  Analysis of BERT's Attention. In *Proceedings of the 2019 ACL Workshop BlackboxNLP: Analyzing and
  Interpreting Neural Networks for NLP*, pages 276–286.
- Devlin, J., Chang, M.-W., Lee, K., and Toutanova, K. (2019). BERT: Pre-training of Deep
  Bidirectional Transformers for Language Understanding. In *Proceedings of NAACL-HLT 2019*, volume
  1, pages 4171–4186. First published as arXiv:1810.04805 in 2018.
- Jain, S., and Wallace, B. C. (2019). Attention is not Explanation. In *Proceedings of NAACL-HLT
  2019*, volume 1, pages 3543–3556.
- Vaswani, A., Shazeer, N., Parmar, N., Uszkoreit, J., Jones, L., Gomez, A. N., Kaiser, Ł., and
  Polosukhin, I. (2017). Attention Is All You Need. In *Advances in Neural Information Processing
  Systems 30*, pages 5998–6008.
- Wiegreffe, S., and Pinter, Y. (2019). Attention is not not Explanation. In *Proceedings of
  EMNLP-IJCNLP 2019*, pages 11–20.
"""
"""The works that the lesson names."""


def show_extras(reading: Reading) -> None:
    """Draw the three boxes."""
    with st.expander("Take your progress with you", icon=":material/download:"):
        _show_progress_download(reading)
    with st.expander("For teachers", icon=":material/school:"):
        _show_teachers_link()
    with st.expander("Sources", icon=":material/menu_book:"):
        st.markdown(SOURCES)


def lesson_link(**fields: object) -> str:
    """The lesson with the view so changed; a whole address where the browser has told its own."""
    return urljoin(st.context.url or "", address_of("lesson", **fields))


def _show_progress_download(reading: Reading) -> None:
    step, done = inputs.lesson_progress()
    st.markdown(
        "The address of this page holds your step, your marks, the sentences and the model: keep "
        "it as a bookmark, or save a table. Your newest answer to an exercise counts; which "
        "answer you gave is not kept."
    )
    about = (
        ("sentence A", reading.a.sentences[0]),
        ("sentence B", "" if reading.b is None else reading.b.sentences[0]),
        ("model", reading.title),
        ("link", lesson_link(step=step, done=done)),
    )
    make = partial(progress_csv, marks_of(done), about)
    offer_csv("Progress (CSV)", "lesson-progress.csv", make)


def _show_teachers_link() -> None:
    st.markdown(
        "A link that opens the lesson at a step of yours, with the sentences and the model that "
        "stand in the sidebar now, and with all exercises open. They are asked anew about "
        "whatever sentences they find."
    )
    step: int = st.radio(
        "Start at",
        range(len(STEPS)),
        index=inputs.lesson_progress()[0],
        format_func=lambda number: f"{number + 1} {STEPS[number].title}",
        horizontal=True,
    )
    link = lesson_link(step=step, done="")
    st.code(link, language=None, wrap_lines=True)
    if "?a=" not in link:
        st.markdown("The sentences are too long for a link: this one opens the lesson's own pair.")
