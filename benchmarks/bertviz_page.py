"""BertViz's pages as its Python makes them, made to work without a network.

Only the libraries come from elsewhere, as in the app's own BertViz page. The numbers are as
BertViz sends them: this is what the app is measured against.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backend.trace import Trace
from components.bertviz_page import libraries


@dataclass(frozen=True)
class BertvizPage:
    """A page to open in a browser.

    html: the page with its libraries inside
    nbytes: the size of what BertViz itself wrote, without the libraries
    """

    html: str
    nbytes: int


def head_page(trace: Trace) -> BertvizPage:
    """One layer at a time, all its heads as lines between tokens."""
    from bertviz import head_view

    return _offline(head_view, trace)


def model_page(trace: Trace) -> BertvizPage:
    """All layers and heads as thumbnails."""
    from bertviz import model_view

    return _offline(model_view, trace)


def _offline(view: Callable[..., Any], trace: Trace) -> BertvizPage:
    import torch

    # BertViz takes one tensor a layer: (1, head, query, key)
    attention = [torch.from_numpy(layer.copy())[None] for layer in trace.attention]
    body: str = view(attention, list(trace.tokens), html_action="return").data
    scripts = "".join(f"<script>{library}</script>" for library in libraries())
    head = f'<!DOCTYPE html><html><head><meta charset="utf-8">{scripts}</head>'
    return BertvizPage(
        f"{head}<body>{body}<script>bertviz()</script></body></html>", len(body.encode())
    )
