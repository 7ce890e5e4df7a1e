"""From sentences to the pieces and ids a model reads.

Every page and every model cuts text here, so that all of them show the same pieces.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import tokenizers
from tokenizers import AddedToken, models, normalizers, pre_tokenizers, processors

from backend.catalogue import BUILT_IN
from backend.errors import EmptySentence, NotAModel
from backend.model_files import model_folder, unreadable
from backend.trace import BoolArray, IntArray, Trace
from backend.vocabulary import bert_base_cased_vocabulary

LIMIT: Final = 512
UNCASED: Final = "bert-base-uncased"
CASED: Final = "bert-base-cased"

UNKNOWN: Final = ("[UNK]", "<unk>")
"""What stands for characters that are not in a vocabulary."""

_BERT_MARKS: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_ROBERTA_MARKS: Final = ("<s>", "<pad>", "</s>", "<unk>")
_SEPARATORS: Final = ("[CLS]", "[SEP]", "[PAD]", "<s>", "</s>", "<pad>")
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, eq=False)
class Pieces:
    """What the tokenizer made of one or two sentences; all arrays are read-only.

    ids: (token,)
    segments: (token,), 0 = sentence A, 1 = sentence B
    special: (token,), True for [CLS], [SEP] and their like, added or typed
    spans: (token, 2), first character and the one after the last, in the token's own sentence;
        (0, 0) for tokens the tokenizer added
    left_out: tokens cut off at `limit`
    marks_spaces: whether Ġ at a token's beginning stands for a space, not for the letter
    """

    name: str
    tokens: tuple[str, ...]
    ids: IntArray
    segments: IntArray
    special: BoolArray
    spans: IntArray
    left_out: int
    limit: int
    marks_spaces: bool

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for array in (self.ids, self.segments, self.special, self.spans):
            array.flags.writeable = False


class Tokenizer:
    """One model's way of cutting text; safe to share between threads."""

    def __init__(self, name: str, cutter: tokenizers.Tokenizer, limit: int = LIMIT) -> None:
        """Take over a tokenizer of the tokenizers library; its own cutting at a limit is off."""
        cutter.no_truncation()
        cutter.no_padding()
        self.name = name
        self.limit = limit
        self._cutter = cutter
        ids = (cutter.token_to_id(mark) for mark in _SEPARATORS)
        self._separators = frozenset(number for number in ids if number is not None)
        by_id = {number: piece for piece, number in cutter.get_vocab().items()}
        self.pieces = tuple(by_id.get(number, "") for number in range(max(by_id, default=-1) + 1))
        self.marks_spaces = _marks_spaces(cutter)

    def split(self, a: str, b: str | None = None, limit: int | None = None) -> Pieces:
        """The pieces of A and B, at most `limit` (the model's own) with those the tokenizer adds.

        A longer text loses tokens at its end, the longer sentence first. A sentence B without
        any token counts as no sentence B.
        Raises EmptySentence if A has no token, ValueError if `limit` leaves room for none.
        """
        encoding = self._cutter.encode(readable(a), readable(b) if b else None)
        owners = _owners(encoding)
        if b and not (owners == 1).any():
            encoding = self._cutter.encode(readable(a))
            owners = _owners(encoding)
        if not (owners == 0).any():
            raise EmptySentence(
                "Sentence A has nothing in it to read. Type a sentence in Sentence A, "
                "or choose one under Examples."
            )
        return self._pieces(encoding, owners, self.limit if limit is None else limit)

    def _pieces(self, encoding: tokenizers.Encoding, owners: IntArray, limit: int) -> Pieces:
        keep = _kept_positions(owners, limit)
        tokens = encoding.tokens  # a new list at every access
        ids = np.array(encoding.ids, dtype=np.int64)
        from_b = np.maximum.accumulate(owners == 1)
        special = (owners < 0) | np.isin(ids, list(self._separators))
        return Pieces(
            name=self.name,
            tokens=tuple(tokens[position] for position in keep),
            ids=ids[keep],
            segments=from_b[keep].astype(np.int64),
            special=special[keep],
            spans=np.array(encoding.offsets, dtype=np.int64)[keep],
            left_out=len(owners) - len(keep),
            limit=limit,
            marks_spaces=self.marks_spaces,
        )


def load_tokenizer(name: str) -> Tokenizer:
    """The tokenizer of a catalogue name, a Hub id or a model folder.

    The two vocabularies of BERT base need no network, and no tokenizer needs a model's weights.
    Raises ModelError as `model_folder` does, NotAModel if there is none that can be read.
    """
    if name == CASED:
        return Tokenizer(name, wordpiece(bert_base_cased_vocabulary(), {"do_lower_case": False}))
    # The built-in model was made with the vocabulary of bert-base-uncased, id for id.
    folder = model_folder(BUILT_IN if name == UNCASED else name, weights=False)
    return Tokenizer(name, _cutter_from(name, folder), _limit_of(folder))


def readable(text: str) -> str:
    """The text with lone surrogates replaced, one character for one, so that spans stay right."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def _marks_spaces(cutter: tokenizers.Tokenizer) -> bool:
    """Whether it reads bytes, and so writes a space as Ġ."""
    words = cutter.pre_tokenizer.pre_tokenize_str("a a") if cutter.pre_tokenizer else []
    return any("Ġ" in word for word, _ in words)


def _owners(encoding: tokenizers.Encoding) -> IntArray:
    """The sentence each token came from: 0 = A, 1 = B, -1 = added by the tokenizer."""
    owners = encoding.sequence_ids
    return np.array([-1 if owner is None else owner for owner in owners], dtype=np.int64)


def _kept_positions(owners: IntArray, limit: int) -> IntArray:
    if len(owners) <= limit:
        return np.arange(len(owners))
    budget = limit - int((owners < 0).sum())
    counts = [int((owners == owner).sum()) for owner in (0, 1)]
    if budget < 2:
        raise ValueError(f"expected a limit with room for two tokens, got {limit}")
    kept = kept_counts(counts[0], counts[1], budget)
    inside = [np.flatnonzero(owners == owner)[: kept[owner]] for owner in (0, 1)]
    return np.sort(np.concatenate([np.flatnonzero(owners < 0), *inside]))


def is_added(read: Pieces | Trace) -> BoolArray:
    """(token,), True for those that stand for nothing that was typed."""
    return np.asarray(read.special & (read.spans[:, 1] == 0))


def kept_counts(first: int, second: int, budget: int) -> tuple[int, int]:
    """How many tokens of two sentences stay where `budget` fit: the longer one is cut first."""
    if first + second <= budget:
        return first, second
    if first > second:
        shorter = min(second, budget // 2)
        return budget - shorter, shorter
    shorter = min(first, budget // 2)
    return shorter, budget - shorter


def _limit_of(folder: Path) -> int:
    """How many tokens the model reads: RoBERTa's table starts with rows that no token uses.

    A config says only what differs from the family's defaults, which are those below.
    """
    config = _read_json(folder / "config.json")
    rows = int(config.get("max_position_embeddings", LIMIT))
    unused = int(config.get("pad_token_id", 1)) + 1 if config.get("model_type") == "roberta" else 0
    return rows - unused


def _cutter_from(name: str, folder: Path) -> tokenizers.Tokenizer:
    try:
        return _read_cutter(folder)
    except Exception as error:  # damaged files fail in every way there is
        nothing = NotAModel(
            f"The files of {name} hold no tokenizer that can be read. Choose another model, for "
            "example the built-in one."
        )
        raise unreadable(name, nothing) from error


def _read_cutter(folder: Path) -> tokenizers.Tokenizer:
    settings = _read_json(folder / "tokenizer_config.json")
    if (folder / "tokenizer.json").is_file():
        return tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    if (folder / "vocab.txt").is_file():
        lines = (folder / "vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
        return wordpiece(lines, settings)
    vocabulary = _read_json(folder / "vocab.json")
    merges = (folder / "merges.txt").read_text(encoding="utf-8").splitlines()
    return _byte_pairs(vocabulary, merges, settings)


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def wordpiece(vocabulary: Sequence[str], settings: dict[str, Any]) -> tokenizers.Tokenizer:
    """BERT's tokenizer over a plain list of pieces, as BERT's own settings describe it."""
    ids = {piece: number for number, piece in enumerate(vocabulary)}
    cutter = tokenizers.Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    cutter.add_special_tokens([mark for mark in _BERT_MARKS if mark in ids])
    cutter.normalizer = normalizers.BertNormalizer(
        clean_text=True,
        handle_chinese_chars=settings.get("tokenize_chinese_chars", True),
        strip_accents=settings.get("strip_accents"),
        lowercase=settings.get("do_lower_case", True),
    )
    cutter.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    cutter.post_processor = processors.BertProcessing(
        ("[SEP]", ids["[SEP]"]), ("[CLS]", ids["[CLS]"])
    )
    return cutter


def _byte_pairs(
    vocabulary: dict[str, int], merges: list[str], settings: dict[str, Any]
) -> tokenizers.Tokenizer:
    """RoBERTa's tokenizer over its two files."""
    pairs = [tuple(line.split(" ")) for line in merges if line and not line.startswith("#version")]
    cutter = tokenizers.Tokenizer(models.BPE(vocabulary, [(left, right) for left, right in pairs]))
    cutter.add_special_tokens([mark for mark in _ROBERTA_MARKS if mark in vocabulary])
    cutter.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    space = bool(settings.get("add_prefix_space", False))
    cutter.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=space)
    cutter.post_processor = processors.RobertaProcessing(
        ("</s>", vocabulary["</s>"]), ("<s>", vocabulary["<s>"]), add_prefix_space=space
    )
    return cutter
