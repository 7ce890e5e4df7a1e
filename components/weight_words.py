"""How each kind of weights is spoken of: only raw weights say where a token looks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from backend.weight_kinds import KINDS, RAW


@dataclass(frozen=True)
class WeightWords:
    """Words for the figures in the browser and for what Python writes beside them.

    looks, looked: between a token and those that it goes to, or that come to it
    asks, reach: what the query does, and what it does to the keys
    query, key: over the two columns of tokens; queries, keys: what these columns are called
    query_is, key_is: what a row and a column of a picture is
    which: what the filter of sentences chooses; who: what a picture of one head shows
    rows: what the rows of a picture do with its columns
    noun: what one number is, for one and for several; on: that of one key
    whole: all of what the shown tokens have; off: what the rest of it does; hide: of a threshold
    exact: what the heatmap shows; file: how files are called
    layered: whether all heads of a layer are one
    """

    looks: str
    looked: str
    asks: str
    reach: str
    query: str
    key: str
    queries: str
    keys: str
    query_is: str
    key_is: str
    which: str
    who: str
    rows: str
    noun: str
    nouns: str
    on: str
    whole: str
    off: str
    exact: str
    file: str
    layered: bool = False

    @property
    def query_axis(self) -> str:
        """The title of a picture's rows."""
        return f"query: {self.query_is}"

    @property
    def key_axis(self) -> str:
        """The title of a picture's columns."""
        return f"key: {self.key_is}"

    @property
    def unit(self) -> str:
        """What is counted: heads, or layers where all heads of one are taken together."""
        return "layer" if self.layered else "head"

    def place(self, layer: int, head: int) -> str:
        """What one of them is called."""
        return f"layer {layer}" if self.layered else f"layer {layer}, head {head}"

    def name(self, layer: int, head: int | None = None) -> str:
        """The name of a file about one head, or about a whole layer."""
        within = "" if self.layered or head is None else f"-head-{head}"
        return f"{self.file}-layer-{layer}{within}"


_LOOKS: Final = WeightWords(
    looks="looks at",
    looked="is looked at by",
    asks="looks",
    reach="looks at",
    query="looks (query)",
    key="is looked at (key)",
    queries="Tokens that look (query)",
    keys="Tokens looked at (key)",
    query_is="the token that looks",
    key_is="the token looked at",
    which="Which sentence looks at which",
    who="who looks at whom",
    rows="rows look at columns",
    noun="weight",
    nouns="weights",
    on="weight on",
    whole="all weight these tokens give",
    off="goes to",
    exact="the exact weights",
    file="attention",
)

_MIXED: Final = WeightWords(
    looks="is mixed from",
    looked="goes into",
    asks="is mixed",
    reach="is mixed from",
    query="after the layer (query)",
    key="in the input (key)",
    queries="Tokens after the layer (query)",
    keys="Tokens of the input (key)",
    query_is="the token after the layer",
    key_is="a token of the input",
    which="Which sentence is mixed from which",
    who="who is mixed from whom",
    rows="rows are mixed from columns",
    noun="share",
    nouns="shares",
    on="share of",
    whole="all that these tokens are mixed from",
    off="comes from",
    exact="the exact shares of the input",
    file="rollout",
    layered=KINDS["rollout"].per_layer,
)

WORDS: Final[Mapping[str, WeightWords]] = MappingProxyType(
    {
        RAW: _LOOKS,
        "values": WeightWords(
            looks="gets from",
            looked="hands to",
            asks="gets",
            reach="gets from",
            query="gets (query)",
            key="hands on (key)",
            queries="Tokens that get (query)",
            keys="Tokens that hand on (key)",
            query_is="the token that gets",
            key_is="the token that hands on",
            which="Which sentence gets from which",
            who="who gets from whom",
            rows="rows get from columns",
            noun="share",
            nouns="shares",
            on="share from",
            whole="all that these tokens get",
            off="comes from",
            exact="the exact shares, weight times length",
            file="values",
        ),
        "rollout": _MIXED,
        "flow": replace(
            _MIXED,
            looks="can draw on",
            looked="can flow into",
            asks="draws",
            reach="can draw on",
            which="Which sentence can draw on which",
            who="who can draw on whom",
            rows="rows can draw on columns",
            on="flow from",
            whole="all flow to these tokens",
            exact="the exact shares of the flow",
            file="flow",
            layered=KINDS["flow"].per_layer,
        ),
        "gradient": replace(
            _LOOKS,
            looks="has effect by looking at",
            looked="has effect by being looked at by",
            who="what the answer hangs on",
            rows="rows have effect by looking at columns",
            noun="effect",
            nouns="effects",
            on="effect through",
            whole="all effect that these tokens' weights have",
            off="is in weights on",
            exact="the exact effects, as shares of the model's strongest",
            file="gradient",
        ),
    }
)
"""By the kinds' names in an address."""

RAW_WORDS: Final = WORDS[RAW]

SYMBOLS: Final = r"""
- **Weights** chooses what is drawn: the weights themselves, or what more can be read off them. In
  the formulas $i$ is the query, $j$ the key and $\alpha_{ij}$ their weight; $x_j$ is what the layer
  reads at the key, $W_V$ and $b_V$ make the head's value of it, and $W_O^{\,h}$ is the head's
  slice of the map that joins the heads (its own bias is left out: no key brings it). $\bar A$ is
  the mean of a layer's heads, $I$ what each token keeps of itself, $p$ how likely an answer is.
"""
"""What the formulas are made of; Markdown, one item of a list."""
