"""The way of the sentences through the model in four steps, each with its real shape."""

import streamlit as st
from streamlit.errors import StreamlitAPIException

from backend.trace import Trace


def show_steps(trace: Trace) -> None:
    """Draw one card a step, from the text to the output T; each links to its page."""
    count, width = trace.hidden.shape[1:]
    tokens, embeddings, attention, output = st.columns(4)
    with tokens.container(border=True, height="stretch"):
        _show_link("tokens", "1 Tokens", "content_cut")
        st.markdown(f"The tokenizer cuts the text into **{count} pieces**, each with a number.")
    with embeddings.container(border=True, height="stretch"):
        _show_link("embeddings", "2 Embeddings", "add")
        st.markdown(f"Every piece becomes a vector of {width} numbers: **({count}, {width})**.")
    with attention.container(border=True, height="stretch"):
        _show_link("attention", "3 Attention", "hub")
        st.markdown(
            f"In {trace.layers} layers of {trace.heads} heads, every piece looks at all pieces: "
            f"**{tuple(trace.attention.shape)}**."
        )
    with output.container(border=True, height="stretch"):
        st.markdown(":material/output: **4 Output**")
        st.markdown(
            f"What comes out, called T, is one vector a piece again, which now knows its context: "
            f"**({count}, {width})**."
        )


def _show_link(page: str, title: str, icon: str) -> None:
    """A link where the page is part of an app, else its title: a page also runs alone."""
    try:
        st.page_link(f"pages/{page}.py", label=f"**{title}**", icon=f":material/{icon}:")
    except StreamlitAPIException:
        st.markdown(f":material/{icon}: **{title}**")
