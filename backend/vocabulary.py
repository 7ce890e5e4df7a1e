"""The vocabulary of bert-base-cased, rebuilt from files that need no network.

`blingfire` carries that tokenizer in its own format, which knows the text of every id but not
whether the piece starts a word or continues one (`##`).
Source of the vocabulary: Devlin et al. 2018, BERT.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np

SIZE: Final = 28996
_LONGEST_PIECE: Final = 256  # bytes; the longest piece has far fewer
_lock = Lock()


def bert_base_cased_vocabulary() -> tuple[str, ...]:
    """All 28,996 pieces by id, continuations written with `##`."""
    with _lock:  # one rebuilding at a time, and one thread in the library
        return _rebuilt()


@cache
def _rebuilt() -> tuple[str, ...]:
    texts, alone = _read()
    seen: set[str] = set()
    pieces = []
    for text, stands_alone in zip(texts, alone, strict=True):
        starts_word = stands_alone or _is_marked(text) or _is_first_sign(text, seen)
        seen.add(text)
        pieces.append(text if starts_word else f"##{text}")
    return tuple(pieces)


def _is_marked(text: str) -> bool:
    """[PAD], [unused1] and the like, which the library cuts into brackets and word."""
    return len(text) > 1 and text.startswith("[") and text.endswith("]")


def _is_first_sign(text: str, seen: set[str]) -> bool:
    """A sign without letter or digit, met for the first time.

    The library drops lone combining marks, so they never come back as themselves. Of two such
    ids with one text the vocabulary lists the one that starts a word first.
    """
    return text not in seen and not any(character.isalnum() for character in text)


def _read() -> tuple[list[str], list[bool]]:
    """Every id's text, and whether that text alone is cut into exactly this id."""
    import blingfire

    spec = find_spec("blingfire")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("expected the package blingfire to be installed")
    folder = Path(spec.origin).parent
    to_ids = blingfire.load_model(str(folder / "bert_base_cased_tok.bin"))
    to_text = blingfire.load_model(str(folder / "bert_base_cased_tok.i2w"))
    try:
        texts = [_text(blingfire, to_text, number) for number in range(SIZE)]
        alone = [_is_itself(blingfire, to_ids, text, number) for number, text in enumerate(texts)]
    finally:
        blingfire.free_model(to_ids)
        blingfire.free_model(to_text)
    return texts, alone


def _text(blingfire: object, handle: int, number: int) -> str:
    return str(
        blingfire.ids_to_text(  # type: ignore[attr-defined]
            handle, np.array([number], dtype=np.int32), False, _LONGEST_PIECE
        )
    )


def _is_itself(blingfire: object, handle: int, text: str, number: int) -> bool:
    ids = blingfire.text_to_ids(handle, text, 2, no_padding=True)  # type: ignore[attr-defined]
    return [int(found) for found in ids] == [number]
