"""What kinds of pieces there are, in the words of the page."""

from typing import Final

KINDS: Final = {
    "start": "marks the beginning: the tokenizer puts one in front of everything. Its final "
    "vector can stand for the whole input.",
    "separator": "marks the end of a text, which may be several sentences.",
    "mask": "is a blank: the model was trained to guess the word that stood here.",
    "unknown": "stands for characters that are not in the vocabulary. The model learns only "
    "that something stood here.",
    "padding": "fills up a text that is too short; it means nothing.",
    "continuation": "continues the piece before it without a space. The ## only says so; it is "
    "not in the text.",
    "space": "starts after a space: Ġ stands for that space.",
    "joined": "has no space before it: it begins the text or continues what stands before.",
    "beginning": "begins a word that goes on in the next piece.",
    "piece": "is a word, a sign, or a part of a word beside an apostrophe.",
}
"""What each kind of piece is, as the end of a sentence that begins with the piece."""

TAGS: Final = {
    "start": "start",
    "separator": "separator",
    "mask": "blank",
    "unknown": "unknown!",
    "padding": "filler",
    "continuation": "continues",
    "space": "after a space",
    "joined": "",
    "beginning": "",
    "piece": "",
}
"""One word for each kind; empty for plain pieces."""
_SPECIAL: Final = {
    "[CLS]": "start",
    "<s>": "start",
    "[SEP]": "separator",
    "</s>": "separator",
    "[MASK]": "mask",
    "<mask>": "mask",
    "[UNK]": "unknown",
    "<unk>": "unknown",
    "[PAD]": "padding",
    "<pad>": "padding",
}


def piece_kind(piece: str, following: str = "", *, spaces: bool = False) -> str:
    """Which of `KINDS` a piece is; `spaces` where the tokenizer writes spaces as Ġ."""
    if piece in _SPECIAL:
        return _SPECIAL[piece]
    if spaces:
        return "space" if piece.startswith("Ġ") else "joined"
    if _continues(piece):
        return "continuation"
    return "beginning" if _continues(following) else "piece"


def _continues(piece: str) -> bool:
    return piece.startswith("##") and len(piece) > 2
