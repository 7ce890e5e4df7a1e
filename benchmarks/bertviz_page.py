"""BertViz's own pages, made to work without a network.

BertViz asks a CDN for require.js, D3 and jQuery and stays blank without them. Here D3 and jQuery
come from packages that carry them, and a stand-in plays require.js. Nothing else is changed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from backend.trace import Trace

_STAND_IN: Final = (
    "window.require = {config() {}};"
    "window.requirejs = (names, start) => start(window.jQuery, window.d3);"
)


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
    libraries = (
        _package_file("xstatic.pkg.jquery", "data/jquery.min.js"),
        _package_file("mpld3", "js/d3.v5.min.js"),
        _STAND_IN,
    )
    scripts = "".join(f"<script>{library}</script>" for library in libraries)
    head = f'<!DOCTYPE html><html><head><meta charset="utf-8">{scripts}</head>'
    return BertvizPage(f"{head}<body>{body}</body></html>", len(body.encode()))


def _package_file(package: str, path: str) -> str:
    """A file that a package carries, found without importing the package."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"expected the package {package}, see requirements-dev.txt")
    return (Path(spec.origin).parent / path).read_text(encoding="utf-8")
