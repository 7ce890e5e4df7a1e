"""A linked figure as one page that needs nothing else: no server, no network, no folder beside it.

The scripts and weights are the figure's own, as the app sends them; the page lets nothing else run
and asks for nothing. What visitors typed stands in it as text, or as JSON that no tag can end.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from string import Template
from typing import Any, Final

from backend.catalogue import title_of
from components.browser_files import policy_of, script_of, style_of
from components.citation import NAME, citation
from components.weight_words import WeightWords

_WEIGHTS_SCRIPT: Final = script_of("meeting", "attention_weights", "whole_view_weights")
_MOUNT_SCRIPT: Final = script_of("meeting", "mount", "whole_view")

_PAGE: Final = Template("""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="$policy">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title · $name</title>
<style>$style</style></head>
<body><main>
<h1>$title</h1>
$sentences
<p class="whole-told">$told</p>
<div id="figure"><noscript>This figure needs JavaScript.</noscript></div>
<h2>How to read this</h2>
$reading
<p class="whole-source">$citation</p>
<p class="whole-source"><a id="live" href="$link">Open this view in the app</a>$without</p>
</main>
<script type="application/json" id="sent">$sent</script>
$weights
$scripts
</body></html>
""")

_HONEST: Final = (
    "Attention is where a head looks, not by itself a reason for what a model decides (Jain and "
    "Wallace 2019; Wiegreffe and Pinter 2019)."
)


@dataclass(frozen=True, eq=False)
class WholeView:
    """A linked figure with all that a page of its own says of it.

    script, style, data: the figure's; packets: makes what its carriers bring, all layers of it
    weights: which kind of weights is drawn, in a sentence
    changes: what was switched off, or how A and B were read
    reading: what is to be known of this figure, beside queries, keys, layers and heads
    tokens: how many there are; most: up to how many all layers fit into a file
    """

    script: str
    style: str
    data: Mapping[str, Any]
    packets: Callable[[], Iterable[bytes]]
    model: str
    sentences: tuple[str, str | None]
    words: WeightWords
    weights: str
    changes: str
    reading: str
    tokens: int
    most: int


def whole_page(title: str, what: str, whole: WholeView, link: str, *, complete: bool) -> bytes:
    """The page as a file in UTF-8.

    what: the view, as it is cited; link: its address; complete: whether that has the sentences
    """
    scripts = (_WEIGHTS_SCRIPT, whole.script, _MOUNT_SCRIPT)
    style = style_of("whole_view") + whole.style
    page = _PAGE.substitute(
        policy=policy_of(scripts, [style]),
        name=NAME,
        title=escape(title),
        style=style,
        sentences=_sentences(whole.sentences),
        told=escape(" ".join(filter(None, (_model(whole.model), whole.weights, whole.changes)))),
        reading="".join(f"<p>{escape(line)}</p>" for line in _reading(whole)),
        citation=escape(citation(what, whole.model, link, date.today().isoformat())),
        link=escape(link),
        without="" if complete else " (without the sentences: they are too long for a link)",
        sent=_embedded(whole.data),
        weights="\n".join(map(_carried, whole.packets())),
        scripts="\n".join(f'<script type="module">{script}</script>' for script in scripts),
    )
    return page.encode("utf-8", "replace")


def _embedded(data: Mapping[str, Any]) -> str:
    """JSON in ASCII without any `<`, so that nothing in it can end or begin a tag."""
    return json.dumps(data, separators=(",", ":")).replace("<", r"\u003c")


def _carried(packet: bytes) -> str:
    text = b64encode(packet).decode()
    return f'<script type="application/octet-stream">{text}</script>'


def _sentences(sentences: tuple[str, str | None]) -> str:
    """A and B, each with its letter."""
    return "\n".join(
        f'<p class="whole-sentence"><b>{letter}</b> <bdi>{escape(text)}</bdi></p>'
        for letter, text in zip("AB", sentences, strict=True)
        if text is not None
    )


def _model(name: str) -> str:
    return f"Model: {title_of(name)}."


def _reading(whole: WholeView) -> tuple[str, ...]:
    words = whole.words
    return (
        f"The query is {words.query_is}, the key {words.key_is}. Each {words.noun} is a number "
        "from 0 to 1 and belongs to one query and one key. Layers and heads count from "
        "0; a layer reads what the layer below wrote, and its heads work at the same time. [CLS] "
        "and [SEP] are special tokens that mark the beginning and the ends.",
        whole.reading,
        _HONEST,
    )
