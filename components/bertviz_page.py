"""BertViz's own three views as pages of their own, made to work without a network; no Streamlit.

BertViz asks a CDN for require.js, D3 and jQuery, and writes its numbers as JSON, twice, and again
for each sentence filter. Here the libraries come from packages that carry them, the numbers are
sent once, as bytes, and `bertviz_before.js` makes of them what BertViz's script expects. That
script runs as it is, but for the places in it where its parameters and its width are to stand.

BertViz's files are found without importing it. The page lets nothing run but its own scripts, and
asks no network for anything.
Source: Vig 2019, A Multiscale Visualization of Attention in the Transformer Model.
"""

import json
from base64 import b64encode
from functools import cache
from html import escape
from importlib.metadata import distribution
from pathlib import Path
from string import Template
from typing import Any, Final

import numpy as np

from backend.packing import quantize
from backend.projections import Projections
from backend.sentence_filter import SHOW
from backend.trace import FloatArray, Trace
from components.browser_files import policy_of
from components.palette import INK, PAGE, Theme
from components.view import Choice
from components.view_options import VIEWS

_HERE: Final = Path(__file__).parent
_STAND_IN: Final = (
    "window.require = {config() {}};"
    "window.requirejs = (names, start) => {"
    "  window.bertviz = () => start(window.jQuery, window.d3);"
    "};"
)
_PLACES: Final = {
    "PYTHON_PARAMS": "window.bertviz_params",
    "const DIV_WIDTH = 970;": "const DIV_WIDTH = Math.max(760, innerWidth - 12);",
    "const MATRIX_WIDTH = 200;": (
        "const MATRIX_WIDTH = Math.min(200, Math.max(124, (innerWidth - 412) / 3));"
    ),
}
"""What BertViz's Python replaces in its scripts, and two widths: of the model view, and of the
vectors in the neuron view, so that they fill or fit the room that the page has."""

_FILTERS: Final = {
    name: title if name == "all" else "Sentence {} -> Sentence {}".format(*name.upper())
    for name, title in SHOW.items()
}
"""The sentence filters as BertViz writes them."""

_BODY: Final = Template("""
<div id="bertviz"><span id="controls">$controls</span><p id="wait">BertViz is drawing …</p>
<div id="vis"></div></div>
<script type="application/json" id="sent">$sent</script>
""")
_FRAME_STYLE: Final = (
    "html, body { margin: 0; height: 100%; overflow: hidden; }"
    "iframe { display: block; width: 100%; height: 100%; border: 0; }"
)


@cache
def libraries() -> tuple[str, ...]:
    """jQuery, D3 and a stand-in for require.js: the scripts that BertViz's own must follow.

    BertViz's script then draws when `bertviz()` is called.
    """
    return (
        _package_file("xstatic-jquery", "xstatic/pkg/jquery/data/jquery.min.js"),
        _package_file("mpld3", "mpld3/js/d3.v5.min.js"),
        _STAND_IN,
    )


def bertviz_page(
    view: str, trace: Trace, choice: Choice, theme: Theme, found: Projections | None = None
) -> str:
    """A page that shows a view of VIEWS by itself, opened at the chosen layer, head and filter.

    found: the queries and keys of this trace, which the neuron view draws
    """
    sent = _sent(view, trace, choice, theme, found)
    body = _BODY.substitute(
        controls=_controls(view, trace, choice),
        sent=json.dumps(sent, separators=(",", ":")).replace("<", r"\u003c"),
    )
    scripts = "".join(f"<script>{script}</script>" for script in _scripts(view))
    return _document(view, theme, _style(theme), body + scripts)


def framed(page: str, view: str, theme: Theme) -> str:
    """A page that holds another one in a frame of its own, from which no script can get out.

    Streamlit shows a page as part of the app's own origin. The frame within has none.
    """
    frame = f'<iframe title="BertViz" sandbox="allow-scripts" srcdoc="{escape(page)}"></iframe>'
    return _document(view, theme, _FRAME_STYLE + _colours(theme), frame)


def page_height(view: str, trace: Trace) -> int:
    """Pixels of height in which the page stands without scrolling, a sideways bar included."""
    tokens = len(trace.tokens)
    thumbnails = trace.layers * (tokens * 7 * 12 / trace.heads + 10) + 38
    heights = {
        "head": tokens * 22.5 + 30,
        "model": max(thumbnails, tokens * 18 + 58),
        "neuron": tokens * 26 + 100,
    }
    return int(heights[view]) + 90


def _document(view: str, theme: Theme, style: str, body: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="en" class="{view} {theme}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(view, theme)}">'
        f"<title>BertViz: {VIEWS[view]}</title><style>{style}</style></head>"
        f"<body>{body}</body></html>"
    )


@cache
def _policy(view: str, theme: Theme) -> str:
    """What the page and a frame within it may do: run and wear what is named here, no more."""
    styles = (_style(theme), _FRAME_STYLE + _colours(theme))
    return policy_of(_scripts(view), styles)


@cache
def _scripts(view: str) -> tuple[str, ...]:
    return (*libraries(), _own("before.js"), _bertviz_script(view), _own("after.js"))


def _bertviz_script(view: str) -> str:
    script = _package_file("bertviz", f"bertviz/{view}_view.js")
    for place, put in _PLACES.items():
        script = script.replace(place, put, 1)
    return script


@cache
def _style(theme: Theme) -> str:
    return _colours(theme) + _own("page.css")


def _colours(theme: Theme) -> str:
    return (
        f":root {{ color-scheme: {theme}; --page: {PAGE[theme]}; --ink: {INK[theme]}; }}"
        "html, body { background: var(--page); color: var(--ink); }"
    )


def _controls(view: str, trace: Trace, choice: Choice) -> str:
    """The drop-downs that BertViz's script fills and listens to."""
    ids = {"head": ("layer",), "model": (), "neuron": ("layer", "att_head")}[view]
    titles = {"layer": "Layer", "att_head": "Head"}
    drawn = [f'<label>{titles[name]}: <select id="{name}"></select></label>' for name in ids]
    if trace.sentences[1] is not None:
        drawn.append(_filter(view, choice.show))
    return " ".join(drawn)


def _filter(view: str, show: str) -> str:
    options = "".join(
        f'<option value="{name if view == "neuron" else place}"{" selected" * (name == show)}>'
        f"{escape(title)}</option>"
        for place, (name, title) in enumerate(_FILTERS.items())
    )
    return f'<label>Attention: <select id="filter">{options}</select></label>'


def _sent(
    view: str, trace: Trace, choice: Choice, theme: Theme, found: Projections | None
) -> dict[str, Any]:
    sent: dict[str, Any] = {
        "view": view,
        "tokens": [token.replace("Ġ", " ").replace("▁", " ") for token in trace.tokens],
        "second": None if trace.sentences[1] is None else int(trace.segments.argmax()),
        "layers": trace.layers,
        "heads": trace.heads,
        "layer": choice.layer,
        "head": choice.head,
        "filters": _FILTERS,
        "show": choice.show,
        "mode": theme,
        "weights": b64encode(quantize(trace.attention).tobytes()).decode(),
    }
    if view == "neuron" and found is not None:
        sent |= {"queries": _packed(found.queries), "keys": _packed(found.keys)}
    return sent


def _packed(vectors: FloatArray) -> dict[str, Any]:
    """Vectors in two bytes a number: each is `step` times a whole number up to 32767."""
    step = float(np.abs(vectors).max()) / 32767 or 1.0
    numbers = np.rint(vectors / step).astype("<i2").tobytes()
    return {"step": step, "width": vectors.shape[-1], "numbers": b64encode(numbers).decode()}


def _own(name: str) -> str:
    return (_HERE / f"bertviz_{name}").read_text(encoding="utf-8")


def _package_file(package: str, path: str) -> str:
    """A file that a package brought along, found in its own list: a page of the app may be called
    as the package is, and would be found first by name. Nothing is imported.
    """
    return Path(str(distribution(package).locate_file(path))).read_text(encoding="utf-8")
