"""One head's steps as CSV, to take home."""

from collections.abc import Sequence

import numpy as np

from backend.csv_table import digits, table
from backend.head_steps import HeadSteps


def steps_csv(steps: HeadSteps, tokens: Sequence[str]) -> bytes:
    """One line a key: its dot product with the query and what becomes of it."""
    columns = (steps.dot_products, steps.scaled, steps.weights, steps.undivided)
    return table(
        ("key", "key_token", "dot_product", "divided", "weight", "weight_without_division"),
        zip(range(len(tokens)), tokens, *map(digits, columns), strict=True),
    )


def vectors_csv(steps: HeadSteps, tokens: Sequence[str]) -> bytes:
    """One line a vector, one column a dimension of the head; what the head hands on comes last."""
    of_query = [("query", steps.query, steps.query_vector)]
    of_keys = [
        (name, place, vector)
        for name, vectors in (
            ("key", steps.keys),
            ("query × key", steps.products),
            ("value", steps.values),
            ("weight × value", steps.weighted_values),
        )
        for place, vector in enumerate(vectors)
    ]
    handed_on = [("sum of weight × value", steps.query, steps.handed_on)]
    return table(
        ("vector", "position", "token", *map(str, range(steps.head_width))),
        (
            (name, place, tokens[place], *digits(vector))
            for name, place, vector in (*of_query, *of_keys, *handed_on)
        ),
    )


def contributions_csv(steps: HeadSteps) -> bytes:
    """One line a vector, with its length, one column a dimension of the model."""
    heads = [(f"head {head}", vector) for head, vector in enumerate(steps.contributions)]
    others = [
        ("bias", steps.bias),
        ("attention", steps.attended),
        ("token's vector", steps.own),
        ("sum", steps.own + steps.attended),
        ("layer-normalised", steps.written),
    ]
    return table(
        ("vector", "length", *map(str, range(steps.own.size))),
        (
            (name, *digits(np.linalg.norm(vector[None], axis=1)), *digits(vector))
            for name, vector in (*heads, *others)
        ),
    )


def dimensions_csv(steps: HeadSteps, key: int) -> bytes:
    """One line a dimension of the head: the query, one key, their product."""
    columns = (steps.query_vector, steps.keys[key], steps.products[key])
    return table(
        ("dimension", "query", "key", "product"),
        zip(range(steps.head_width), *map(digits, columns), strict=True),
    )
