"""The rows of the living diagram, from the bottom up: their shapes, and the pages about them."""

from dataclasses import dataclass
from typing import Any, Final

from backend.diagram_packet import NUMBERS
from backend.tagger import Tagger
from backend.trace import Trace
from components.kept import address_of
from components.view import Choice

_PAGES: Final = {
    "input": "tokens",
    "pieces": "tokens",
    "token": "embeddings",
    "segment": "embeddings",
    "position": "embeddings",
    "sum": "embeddings",
    "vectors": "output",
    "classification": "output",
    "output": "output",
}
_LAYER: Final = "layer-"


@dataclass(frozen=True)
class Row:
    """One row of the figure.

    part: its name for the script and for `target_of`; layers are `layer-0` and so on
    shapes: of the arrays that stand in it
    note: what is drawn of them, where that is not all
    """

    part: str
    title: str
    shapes: tuple[str, ...]
    note: str = ""

    @property
    def layer(self) -> int | None:
        """Which layer it is, if it is one."""
        number = self.part.removeprefix(_LAYER)
        return int(number) if number != self.part else None


def target_of(part: str, layers: int) -> tuple[str, dict[str, int]] | None:
    """The page about a part and what is chosen there; None where there is no such part."""
    if part in _PAGES:
        return _PAGES[part], {}
    names = {f"{_LAYER}{layer}": layer for layer in range(layers)}
    return ("attention", {"layer": names[part]}) if part in names else None


def rows_of(trace: Trace, tagger: Tagger | None) -> list[Row]:
    """All rows, the input first."""
    count = len(trace.tokens)
    return [
        Row("input", "Input", (), "as typed"),
        Row("pieces", "Tokenizer", (f"({count},)",), "pieces and their ids"),
        *_embedding_rows(trace),
        *(_layer_row(trace, layer) for layer in range(trace.layers)),
        Row(
            "vectors",
            "T, the final vectors",
            (_shape(trace.hidden[-1].shape),),
            _shown(trace.hidden.shape[2]),
        ),
        _classification_row(trace, tagger),
        Row("output", "Output", (f"({count},)",), "the most likely tags"),
    ]


def row_data(row: Row, trace: Trace) -> dict[str, Any]:
    """What the browser is sent of a row."""
    page, fields = target_of(row.part, trace.layers) or ("overview", {})
    return {
        "part": row.part,
        "layer": row.layer,
        "title": row.title,
        "shapes": row.shapes,
        "note": row.note,
        "href": address_of(page, **fields),
        "page": page.title(),
    }


def lines_head(choice: Choice, lines: str) -> int | None:
    """The head whose weights are the lines; None where they are the mean of all."""
    return None if lines == "mean" else choice.head


def _embedding_rows(trace: Trace) -> list[Row]:
    parts, width = trace.embeddings, trace.embeddings.token.shape[1]
    shape, shown = (_shape(parts.token.shape),), _shown(width)
    rows = [Row("token", "Token embeddings", shape, shown)]
    if parts.segment is not None:
        rows.append(Row("segment", "Segment embeddings", shape, shown))
    without = "" if parts.segment is not None else "; this model has no segments"
    rows.append(Row("position", "Position embeddings", shape, shown + without))
    title = "Sum, normalised"
    rows.append(Row("sum", title, (_shape(trace.hidden[0].shape),), _shown(trace.hidden.shape[2])))
    return rows


def _layer_row(trace: Trace, layer: int) -> Row:
    shapes = (_shape(trace.attention[layer].shape), _shape(trace.hidden[layer + 1].shape))
    return Row(f"{_LAYER}{layer}", f"Layer {layer}", shapes)


def _classification_row(trace: Trace, tagger: Tagger | None) -> Row:
    count, width = trace.hidden[-1].shape
    if tagger is None:
        return Row("classification", "Classification layer", (), "not trained yet")
    tags = len(tagger.tags)
    return Row(
        "classification", "Classification layer", (f"({width}, {tags})", f"({count}, {tags})")
    )


def _shown(width: int) -> str:
    return f"the first {min(NUMBERS, width)} of {width}"


def _shape(shape: tuple[int, ...]) -> str:
    return str(tuple(shape))
