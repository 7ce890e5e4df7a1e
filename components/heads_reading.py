"""What the heads are measured over: the two sentences, or a text that is typed or uploaded."""

from typing import Final

import streamlit as st

from backend.cached_measures import asked_text, cached_pair, cached_text, texts
from backend.errors import InputError
from backend.for_all import Steps
from backend.head_survey import HeadMeasures
from backend.text_file import MOST_BYTES, text_of_file
from backend.text_pieces import MOST_CHARACTERS, MOST_TOKENS
from backend.trace import Trace
from components import kept
from components.for_all import show_work
from components.heads_words import count_of, read_words
from components.plain import plain
from components.time_words import time_left
from components.uploads import content_of

_OVER: Final = "heads_over"
_TEXT: Final = "heads_text"
_FILE: Final = "heads_file"
_SAID: Final = "heads_said"
_SENTENCES: Final = "The sentences"
_A_TEXT: Final = "A text"
_AT_ONCE: Final = 2_000
"""Characters of a text that is read while the page waits."""


def measure(trace: Trace) -> HeadMeasures | None:
    """Draw Measured over; the measures, None while there are none yet."""
    kept.seed(_OVER, kept.stored(_OVER, _SENTENCES))
    over = st.pills(
        "Measured over",
        [_SENTENCES, _A_TEXT],
        key=_OVER,
        required=True,
        on_change=kept.store_widget,
        args=(_OVER,),
        help="The sentences of the sidebar, read together as on the Attention page; or a longer "
        "text, which makes the means steadier.",
    )
    if over == _A_TEXT:
        return _measure_text(trace.model)
    measured = cached_pair(trace.model, *trace.sentences)
    sentences = "both sentences" if trace.sentences[1] else "Sentence A"
    st.caption(
        f"Over the {count_of(measured.tokens, 'token')} of {sentences}, special ones not counted."
    )
    return measured


def _measure_text(model: str) -> HeadMeasures | None:
    text = _choose_text()
    if not text.strip():
        st.info("Paste or upload a text to see what the heads do in it.")
        return None
    asked = asked_text(model, text)
    if len(text) > _AT_ONCE and not texts.is_ready(asked):
        show_work(texts, asked, _progress_words, at_once=True, offer="Measure it again")
        return None
    try:
        with st.spinner("The model reads the text …"):
            measured = cached_text(asked)
    except InputError as error:
        st.error(plain(str(error)))
        return None
    st.caption(read_words(measured))
    return measured


def _choose_text() -> str:
    """Draw Text and Upload a text; what stands in the box."""
    text: str = kept.stored(_TEXT, "")
    st.file_uploader(
        "Upload a text",
        key=_FILE,
        on_change=_take_file,
        max_upload_size=MOST_BYTES // 1_000_000,
        help="It takes the place of what stands in the box, which can be put back.",
    )
    st.caption(
        f"Plain text (.txt) in UTF-8, at most {MOST_BYTES / 1e6:.0f} MB; no larger file is taken."
    )
    for kind, said in kept.stored(_SAID, ()):
        (st.error if kind == "error" else st.info)(plain(said))
    kept.seed(_TEXT, text)
    st.text_area(
        "Text",
        key=_TEXT,
        height=160,
        max_chars=MOST_CHARACTERS,
        on_change=_keep_text,
        placeholder="Paste some paragraphs, then press Ctrl+Enter or click elsewhere",
        help=f"At most {MOST_TOKENS:,} tokens are read, some {MOST_TOKENS * 3 // 4:,} words; what "
        "stands after them is left out. No link carries the text.",
    )
    if kept.stored("heads_former"):
        st.button("Put the former text back", on_click=_put_back, icon=":material/undo:")
    return text


def _keep_text() -> None:
    kept.store(_TEXT, (kept.widget_value(_TEXT) or "")[:MOST_CHARACTERS])
    kept.store(_SAID, ())


def _take_file() -> None:
    """Put the file's text into the box; one that cannot be read leaves all as it is."""
    content = content_of(_FILE)
    if content is None:
        kept.store(_SAID, ())
        return
    try:
        text = text_of_file(content)
    except InputError as error:
        kept.store(_SAID, (("error", f"{error} The text below is as it was."),))
        return
    cut = f"The first {MOST_CHARACTERS:,} characters of the file were taken."
    kept.store(_SAID, (("note", cut),) if len(text) > MOST_CHARACTERS else ())
    kept.store("heads_former", kept.stored(_TEXT, ""))
    kept.store(_TEXT, text[:MOST_CHARACTERS])


def _put_back() -> None:
    kept.store(_TEXT, kept.stored("heads_former"))
    kept.store("heads_former", "")
    kept.store(_SAID, ())


def _progress_words(now: Steps | None) -> str:
    if now is None:
        return "The model reads the text …"
    return f"Reading: {now.done} of {now.of} pieces{time_left(now.seconds_left)}"
