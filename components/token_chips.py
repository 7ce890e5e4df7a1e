"""The pieces of both sentences as chips, and the sentences above them, each marking the other."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from backend.tokenizer import Pieces
from components.browser_files import script_of, style_of
from components.piece_kinds import KINDS, TAGS, piece_kind

_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Chip:
    """One piece as it is shown and told.

    start, end: first character of the input it came from and the one after the last; equal
    where it came from none
    """

    piece: str
    id: int
    position: int
    segment: str
    special: bool
    start: int
    end: int
    kind: str
    source: str

    @property
    def tag(self) -> str:
        """One word for its kind; empty for plain pieces."""
        return TAGS[self.kind]

    @property
    def characters(self) -> str:
        """From which character to before which; empty where it came from none."""
        return f"{self.start} to {self.end}" if self.end > self.start else ""

    @property
    def words(self) -> str:
        """Everything about the piece as one sentence."""
        place = f"characters {self.characters} of the input"
        if not self.characters:
            place = "added by the tokenizer" if self.special else "no character of the input"
        return (
            f"{self.piece}: position {self.position}, id {self.id}, sentence {self.segment}, "
            f"{place}"
        )

    @property
    def explanation(self) -> str:
        """What this piece is, where that needs saying."""
        if self.special and self.characters:
            return f"{self.piece} {KINDS[self.kind]} It was typed by hand here."
        if self.kind == "unknown":
            return f"{self.piece} {KINDS['unknown']} Here they are “{self.source}”."
        return f"{self.piece} {KINDS[self.kind]}"


_mount = st.components.v2.component(
    "token_chips",
    css=style_of("figure", "chips", "token_chips"),
    js=script_of("elements", "token_chips"),
)


def visible(text: str) -> str:
    """`text` with a sign in place of each character that cannot be drawn; as long as before."""
    return _UNSEEN.sub(_sign, text)


def chips_of(sentences: tuple[str, str | None], pieces: Pieces) -> list[Chip]:
    """One chip a piece, in reading order."""
    return [_chip(sentences, pieces, position) for position in range(len(pieces.tokens))]


def legend_of(chips: list[Chip]) -> list[tuple[str, str]]:
    """Each special kind that occurs, as (an example of it, what it is); most telling first."""
    found: dict[str, str] = {}
    for chip in chips:
        found.setdefault(chip.kind, "##…" if chip.kind == "continuation" else chip.piece)
    return [(found[kind], text) for kind, text in KINDS.items() if kind in found and TAGS[kind]]


def show_token_chips(
    sentences: tuple[str, str | None],
    chips: list[Chip],
    *,
    key: str,
    titles: tuple[str, ...] = ("Sentence A", "Sentence B"),
) -> None:
    """Draw the sentences and their chips; pointing at either marks the other.

    titles: what the sentences are called
    """
    _mount(data=chip_data(sentences, chips) | {"titles": titles}, key=key)


def chip_data(sentences: tuple[str, str | None], chips: list[Chip]) -> dict[str, Any]:
    """What the browser is sent; spans count code points, as Python does."""
    return {
        "sentences": [visible(text) for text in sentences if text],
        "chips": [
            {
                "piece": visible(chip.piece),
                "id": chip.id,
                "position": chip.position,
                "segment": chip.segment,
                "special": chip.special,
                "span": [chip.start, chip.end],
                "kind": chip.kind,
                "tag": chip.tag,
                "mark": unicodedata.category(chip.piece.removeprefix("##")[:1] or " ")[0] == "M",
                "words": visible(chip.words),
                "explanation": visible(chip.explanation),
            }
            for chip in chips
        ],
        "legend": [{"piece": piece, "text": text} for piece, text in legend_of(chips)],
    }


def _chip(sentences: tuple[str, str | None], pieces: Pieces, position: int) -> Chip:
    piece, special = pieces.tokens[position], bool(pieces.special[position])
    segment = int(pieces.segments[position])
    start, end = (int(character) for character in pieces.spans[position])
    return Chip(
        piece=piece,
        id=int(pieces.ids[position]),
        position=position,
        segment="AB"[segment],
        special=special,
        start=start,
        end=end,
        kind=piece_kind(
            piece,
            "".join(pieces.tokens[position + 1 : position + 2]),
            spaces=pieces.marks_spaces,
        ),
        source=(sentences[segment] or "")[start:end],
    )


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code > 0x7F:
        return "\N{REPLACEMENT CHARACTER}"
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else chr(0x2400 + code)
