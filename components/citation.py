"""How to cite the app and what it shows: one line, and the same for BibTeX.

Link and date are the reader's; a text may carry their places instead, for the browser to fill.
"""

import re
from typing import Final

from backend.catalogue import paper_of, title_of

NAME: Final = "Attention Explorer"
YEAR: Final = 2026  # as the licence has it, and its words for who made it
AUTHORS: Final = f"the authors of {NAME}"

LINK_PLACE: Final = "{link}"
DATE_PLACE: Final = "{date}"

_BIBTEX: Final = """@misc{{attention-explorer-{year},
  author = {{{{The authors of {name}}}}},
  title = {{{{{title}}}}},
  year = {{{year}}},
  howpublished = {{\\url{{{link}}}}},
  note = {{{note}}},
}}"""


def citation(what: str, model: str, link: str = LINK_PLACE, date: str = DATE_PLACE) -> str:
    """One line: who, when, what is seen, the model with its paper, the link, the day.

    what: the page and the place on it, as in "Attention, layer 3, head 1"
    date: the day it was looked at, as in 2026-11-23
    """
    return (
        f"{NAME} ({YEAR}), by {AUTHORS}: {what}. Model: {_with_paper(model)}. {link} "
        f"(accessed {date})."
    )


def bibtex(what: str, model: str, link: str = LINK_PLACE, date: str = DATE_PLACE) -> str:
    """The same as an entry for BibTeX."""
    return _BIBTEX.format(
        name=NAME,
        year=YEAR,
        title=_escaped(f"{NAME}: {what}"),
        link=link,
        note=f"Model: {_escaped(_with_paper(model))}. Accessed {date}",
    )


def _with_paper(model: str) -> str:
    paper = paper_of(model)
    return f"{title_of(model)}: {paper}" if paper else title_of(model)


def _escaped(text: str) -> str:
    """`text` for TeX, which reads some signs as commands."""
    text = re.sub(r"[\\{}~^]", " ", text)
    return re.sub(r"([#$%&_])", r"\\\1", text)
