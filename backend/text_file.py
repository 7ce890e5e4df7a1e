"""A file that a visitor uploads, as text; what is none is told in the reader's words."""

from typing import Final

from backend.errors import InputError

MOST_BYTES: Final = 1_000_000

_MARKS: Final = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_KINDS: Final = {b"%PDF": "a PDF", b"PK\x03\x04": "a Word, OpenDocument or ZIP file"}


def decoded(content: bytes) -> str:
    """The file in UTF-8, or in UTF-16 with its mark at the front.

    Raises UnicodeDecodeError if it is in another encoding.
    """
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    return content.decode(encoding)


def text_of_file(content: bytes) -> str:
    """The plain text that a file holds.

    Raises InputError if it is too large, empty, or no plain text.
    """
    if len(content) > MOST_BYTES:
        raise InputError(
            f"The file has {len(content) / 1e6:,.1f} MB; at most {MOST_BYTES / 1e6:.0f} MB are "
            "read. Upload a part of it, or paste some pages into the box."
        )
    kind = next((name for mark, name in _KINDS.items() if content.startswith(mark)), None)
    if kind:
        raise InputError(
            f"This is {kind}, not plain text. Open it, copy the text and paste it into the box, "
            "or save it as plain text (.txt, UTF-8)."
        )
    text = _text_of(content)
    if not text.strip():
        raise InputError("There is no text in the file. Upload another one, or paste a text.")
    return text


def _text_of(content: bytes) -> str:
    try:
        text = decoded(content)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise InputError(
            "This file is no text in UTF-8, and guessing what it is would garble it. Save it as "
            "plain text in the encoding UTF-8, or paste the text into the box."
        )
    return text
