"""English-like sentences of an exact number of tokens, each one new to the app."""

from collections.abc import Iterator
from random import Random
from typing import Final

from backend.catalogue import BUILT_IN
from backend.tokenizer import load_tokenizer

PAIR_A: Final = "The chicken didn't cross the road because it was too tired"
PAIR_B: Final = "The chicken didn't cross the road because it was too"

_SPECIAL: Final = 2  # [CLS] and [SEP]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LAST_WORDS: Final = _words(
    "big small long short old young warm cold wet dry dark bright loud quiet busy empty "
    "rough smooth soft hard heavy light strong weak slow fast rich poor sad happy"
)
_NOUNS: Final = _words("dog cat horse bird child teacher doctor road river table house garden")
_VERBS: Final = _words("saw liked crossed followed found left moved reached watched passed")


def sentences(tokens: int, seed: int) -> Iterator[str]:
    """Endless texts of exactly `tokens` tokens for the built-in model, special ones included."""
    tokenizer = load_tokenizer(BUILT_IN)
    random = Random(f"{tokens} {seed}")
    while True:
        text = _text(tokens - _SPECIAL, random)
        count = len(tokenizer.split(text).tokens)
        if count != tokens:
            raise ValueError(f"expected {tokens} tokens, got {count}: {text}")
        yield text


def _text(words: int, random: Random) -> str:
    found: list[str] = []
    while len(found) < words:
        first, second = random.sample(_NOUNS, 2)
        clause = f"the {first} {random.choice(_VERBS)} the {second} because it was too"
        found += [*clause.split(), random.choice(LAST_WORDS), "."]
    return " ".join(found[:words])
