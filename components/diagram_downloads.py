"""The weights behind the diagram's lines as a file."""

import streamlit as st

from backend.cached import trace_again
from backend.tables import attention_csv, mean_attention_csv
from backend.trace import Trace
from components.attention_downloads import MOST_ROWS, ROW_BYTES
from components.diagram_rows import lines_head
from components.downloads import offer_csv
from components.view import Choice


def show_downloads(trace: Trace, choice: Choice, lines: str) -> None:
    """Draw the button for the weights that the lines show, all layers of them."""
    rows = trace.attention[:, 0].size
    if rows > MOST_ROWS:
        st.caption("These are too many weights for a CSV file; the Attention page has them all.")
        return
    head = lines_head(choice, lines)
    again = trace_again(trace)
    name = "attention-mean" if head is None else f"attention-head-{head}"
    offer_csv(
        "The lines' weights (CSV)",
        f"{name}.csv",
        lambda: mean_attention_csv(again()) if head is None else attention_csv(again(), head=head),
        size=rows * ROW_BYTES,
    )
