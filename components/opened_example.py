"""An example as it is opened: its sentences, and the word that they are about."""

from typing import Any

from backend.cached import model_if_ready
from backend.examples import Example
from components.fitted import NO_TOKENS


def opened_example(example: Example, model: str) -> dict[str, Any]:
    """What to choose for an example, of the tokens only the pronoun in Sentence A that it is about.

    No token where it is about none, where the model cuts the pronoun into pieces, or is not there
    yet to say where it stands.
    """
    chosen = {"a": example.a, "b": example.b, **NO_TOKENS}
    ready = model_if_ready(model)
    if example.claim is None or ready is None:
        return chosen
    pieces = ready.tokenizer.split(example.a, example.b)
    words = [example.a[slice(*span)].strip() for span in pieces.spans[pieces.segments == 0]]
    pronoun = example.claim.pronoun
    return chosen | {"query": words.index(pronoun) if pronoun in words else None}
