"""What the steps of one head say, in words; Markdown, no Streamlit."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from backend.head_steps import HeadSteps
from backend.trace import BoolArray, FloatArray
from components.plain import plain

READING: Final = """
- The **query** is the token that looks, a **key** a token it looks at. Choose the query by clicking
  a token, the head under **Layer** and **Head**. One key is looked at closely: it is framed in all
  figures, and its products are taken apart under 2.
- A **head** reads the vectors that the layer below wrote (layer 0 reads the embeddings). It works
  in a small space of its own: a layer's heads share its dimensions out among them. What these
  dimensions mean nobody has laid down; the maps W and b were learned.
- In figures with colours, one end of the scale is positive, the other negative, and zero is the
  page's own colour. Point at a cell for its number with its sign. Bars below zero are hatched.
- The steps say how the head comes to its weights and what it adds to the token's vector. Whether
  the model's answer hangs on it they do not say: other heads, and the layers above, add their own.
"""
"""How the page is to be read."""

MOST_DRAWN: Final = 32
"""Tokens that have a row in the figures; of more, those with the most weight."""

FEW: Final = 5
"""Dimensions that are told by name."""

_SURE: Final = 0.995  # what two decimals show as 1

Places = NDArray[np.integer[Any]]


def strongest_key(weights: FloatArray, special: BoolArray) -> int:
    """The word with the most weight; a special token where there are no words. Both: (key,)"""
    words = np.where(special, -1.0, weights)
    return int((weights if special.all() else words).argmax())


def drawn_keys(weights: FloatArray, key: int) -> Places:
    """The places of the tokens that are drawn, in reading order; `key` is among them.

    weights: (key,)
    """
    if len(weights) <= MOST_DRAWN:
        return np.arange(len(weights))
    strongest = np.argsort(-weights, kind="stable")
    others = strongest[strongest != key][: MOST_DRAWN - 1]
    return np.sort(np.append(others, key))


def by_size(products: FloatArray) -> Places:
    """The dimensions of products (dimension,), largest first, whatever the sign."""
    return np.argsort(-np.abs(products), kind="stable")


def quoted(name: str) -> str:
    """A token's name as Markdown, in quotation marks."""
    return f"“{plain(name)}”"


def signed(value: float) -> str:
    """A number with its sign."""
    return f"{value:+z.2f}".replace("-", "−")


def summary(steps: HeadSteps, names: Sequence[str], special: BoolArray) -> str:
    """Where this head looks from the query. names: (token,); special: (token,)"""
    first = int(steps.weights.argmax())
    told = f"From {quoted(names[steps.query])} this head looks most at {quoted(names[first])}"
    told += f", with a weight of **{steps.weights[first]:.3f}**"
    word = strongest_key(steps.weights, special)
    if special[first] and not special[word]:
        told += f"; of the words most at {quoted(names[word])}, with {steps.weights[word]:.3f}"
    return f"{told}. Here is how it comes to that, and what comes of it."


def chosen(steps: HeadSteps, names: Sequence[str]) -> str:
    """Which head it is, and who looks. names: (token,)"""
    return f"Layer {steps.layer}, head {steps.head}: {quoted(names[steps.query])} looks"


def about_drawn(steps: HeadSteps, places: Places) -> str:
    """Which tokens the figures leave out."""
    count = len(steps.weights)
    together = float(steps.weights[places].sum())
    return (
        f"These are {count} tokens. The figures draw {len(places)} of them, those with the most "
        f"weight and the key that is looked at closely; together they get {together:.3f} of the "
        "weight. All numbers below are computed over all tokens, and all stand in the table and "
        "in the files."
    )


def about_products(steps: HeadSteps, names: Sequence[str]) -> str:
    """Which key fits best, and which worst."""
    best, worst = int(steps.dot_products.argmax()), int(steps.dot_products.argmin())
    return (
        f"Where query and key are both positive, or both negative, the product is positive: this "
        f"dimension speaks for the key. The largest sum is that of {quoted(names[best])}, "
        f"{signed(steps.dot_products[best])}; the smallest that of {quoted(names[worst])}, "
        f"{signed(steps.dot_products[worst])}."
    )


def about_dimensions(steps: HeadSteps, key: int, names: Sequence[str]) -> str:
    """How much of the score comes from few dimensions."""
    products = steps.products[key]
    few = by_size(products)[:FEW]
    positive = int((products > 0).sum())
    return (
        f"Of the {len(products)} products of {quoted(names[steps.query])} and "
        f"{quoted(names[key])}, {positive} speak for this key and {len(products) - positive} "
        f"against it. The {len(few)} largest (dimensions {_listed(few.tolist())}) add up to "
        f"**{signed(products[few].sum())}**, all together to "
        f"**{signed(steps.dot_products[key])}**. What a single dimension means nobody has laid "
        "down: the model learned them."
    )


def about_division(steps: HeadSteps) -> str:
    """What the division does, before its picture."""
    root = float(np.sqrt(steps.head_width))
    return (
        f"Sums of {steps.head_width} products are large: here they spread by "
        f"{float(steps.dot_products.std()):.1f} (standard deviation). Each is divided by the "
        f"square root of {steps.head_width}, {root:.2f}; then they spread by "
        f"{float(steps.scaled.std()):.1f}. Their order stays the same."
    )


def about_softmax(steps: HeadSteps, names: Sequence[str]) -> str:
    """Why one divides first: what the weights would be without the division."""
    first = int(steps.weights.argmax())
    with_it, without = float(steps.weights[first]), float(steps.undivided[first])
    told = "1.00" if without >= _SURE else f"{without:.2f}"
    seen = int(steps.visible.sum())
    hidden = "" if steps.visible.all() else "Hidden tokens are left out and get no share. "
    return (
        f"{hidden}**Why divide first?** The shares depend on how far apart the scores lie. Without "
        f"the division {quoted(names[first])} would get **{told}** of the weight instead of "
        f"**{with_it:.2f}**. In bits, the entropy of the {seen} shares would be "
        f"{_entropy(steps.undivided):.1f} instead of {_entropy(steps.weights):.1f} (0 = all on one "
        f"token, {np.log2(seen):.1f} = spread evenly). Where one share is nearly 1 "
        "and the others nearly 0, a small change of a score changes next to nothing, and training "
        "hardly gets on: the reason that Vaswani et al. 2017 give for the division."
    )


def about_values(steps: HeadSteps, places: Places, names: Sequence[str]) -> str:
    """How the pictures are to be read, and which token gives most of what is handed on."""
    told = "Both pictures have the same colours: what gets little weight fades."
    if len(places) < len(names):
        told += " The sum is that of all tokens, not only of those drawn."
    return f"{told} {_giver(steps, names)}"


def _giver(steps: HeadSteps, names: Sequence[str]) -> str:
    lengths = steps.weights * steps.value_lengths
    most, weightiest = int(lengths.argmax()), int(steps.weights.argmax())
    if not steps.value_lengths.any():
        return "This head is switched off: nothing of this is handed on."
    told = (
        "Once the output map has taken the values to full width (step 6), weight times length is "
        f"largest for {quoted(names[most])}"
    )
    if most == weightiest:
        return f"{told}, which has the largest weight too."
    return (
        f"{told}, although {quoted(names[weightiest])} has more weight: its value vector is "
        f"shorter there ({steps.value_lengths[weightiest]:.2f} against "
        f"{steps.value_lengths[most]:.2f}), so it hands on less. A large weight alone does not say "
        "that much is handed on (Kobayashi et al. 2020)."
    )


def about_contribution(steps: HeadSteps, names: Sequence[str]) -> str:
    """How large this head's part is beside the others and the token's own vector."""
    lengths = np.linalg.norm(steps.contributions, axis=1)
    own, added = (float(np.linalg.norm(vector)) for vector in (steps.own, steps.attended))
    length = float(lengths[steps.head])
    if not length:
        return "This head is switched off: it adds nothing."
    place = 1 + int((lengths > length).sum())
    return (
        f"This head's part is **{length:.2f}** long, the {_ordinal(place)} of {len(lengths)} "
        f"heads. All heads and the bias together add a vector {added:.2f} long to the vector of "
        f"{quoted(names[steps.query])}, which is {own:.2f} long: this head's part is "
        f"{_size(length / own)} beside what the token brings along ({100 * length / own:.0f} % of "
        f"its length). The cosine of this head's part with all that is added is "
        f"{_cosine(steps.contribution, steps.attended):.2f} (1 = the same direction, 0 = across "
        "it): lengths do not simply add up, because the parts point different ways."
    )


def about_written(steps: HeadSteps, names: Sequence[str]) -> str:
    """How near the token's vector is afterwards to what it was."""
    return (
        f"The cosine of the new vector of {quoted(names[steps.query])} with the old one is "
        f"{_cosine(steps.own, steps.written):.2f}. The layer is not over yet: a feed-forward "
        "network, which looks at each token by itself, changes the vector once more."
    )


def _entropy(weights: FloatArray) -> float:
    """In bits."""
    some = weights[weights > 0].astype(np.float64)
    return abs(float((some * np.log2(some)).sum()))


def _cosine(one: FloatArray, other: FloatArray) -> float:
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other) or 1))


def _size(share: float) -> str:
    return "small" if share < 0.1 else "large" if share > 0.5 else "not small"


def _ordinal(place: int) -> str:
    if place == 1:
        return "longest"
    ending = {1: "st", 2: "nd", 3: "rd"}.get(place % 10 if place % 100 not in (11, 12, 13) else 0)
    return f"{place}{ending or 'th'} longest"


def _listed(numbers: Sequence[int]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
