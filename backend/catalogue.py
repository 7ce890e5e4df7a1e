"""The table of models people can choose; add a line to offer one more."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class Entry:
    """One model: its name, how it is shown, whom to cite, and whether it needs no network."""

    name: str
    title: str
    about: str
    paper: str
    offline: bool


BUILT_IN: Final = "minilm"
SETTING: Final = "EXPLORER_ANY_MODEL"
"""The environment variable that lets readers name any model, on one's own machine alone."""
SMALL: Final = "small-bert"
"""It has no files: a server trains it."""

_BERT: Final = (
    "Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers for Language "
    "Understanding"
)
_DISTILBERT: Final = (
    "Sanh et al. 2019, DistilBERT, a distilled version of BERT: smaller, faster, cheaper and "
    "lighter"
)

_ENTRIES: Final = (
    Entry(
        name=BUILT_IN,
        title="MiniLM-L6 (built in)",
        about="A small BERT: 6 layers of 12 heads. It comes with the app and needs no network.",
        paper="Wang et al. 2020, MiniLM: Deep Self-Attention Distillation for Task-Agnostic "
        "Compression of Pre-Trained Transformers; Reimers and Gurevych 2019, Sentence-BERT: "
        "Sentence Embeddings using Siamese BERT-Networks",
        offline=True,
    ),
    Entry(
        name=SMALL,
        title="Small BERT (trained here)",
        about="A tiny BERT that knows some hundred words: 2 layers of 4 heads. It is trained on "
        "the Cloze page in a minute or two and needs no network.",
        paper=_BERT,
        offline=True,
    ),
    Entry(
        name="bert-base-uncased",
        title="BERT base, uncased",
        about="The original BERT: 12 layers of 12 heads, all letters small. 440 MB to download.",
        paper=_BERT,
        offline=False,
    ),
    Entry(
        name="bert-base-cased",
        title="BERT base, cased",
        about="BERT that tells capital from small letters: 12 layers of 12 heads. "
        "436 MB to download.",
        paper=_BERT,
        offline=False,
    ),
    Entry(
        name="distilbert-base-uncased",
        title="DistilBERT base, uncased",
        about="A BERT of half the depth, without segment embeddings: 6 layers of 12 heads. "
        "268 MB to download.",
        paper=_DISTILBERT,
        offline=False,
    ),
    Entry(
        name="dslim/bert-base-NER",
        title="BERT base, fine-tuned for names",
        about="bert-base-cased, fine-tuned on news to find names of people, places, organisations "
        "and others (CoNLL-2003). It has a classification layer of its own. 433 MB to download.",
        paper=f"{_BERT}; Tjong Kim Sang and De Meulder 2003, Introduction to the CoNLL-2003 Shared "
        "Task",
        offline=False,
    ),
    Entry(
        name="distilbert-base-uncased-finetuned-sst-2-english",
        title="DistilBERT, fine-tuned for sentiment",
        about="DistilBERT, fine-tuned on sentences of film reviews to tell negative from positive "
        "(SST-2). It has a classification layer of its own. 268 MB to download.",
        paper=f"{_DISTILBERT}; Socher et al. 2013, Recursive Deep Models for Semantic "
        "Compositionality Over a Sentiment Treebank",
        offline=False,
    ),
)

CATALOGUE: Final[Mapping[str, Entry]] = MappingProxyType({entry.name: entry for entry in _ENTRIES})


def any_model_is_wanted() -> bool:
    """Whether the server's owner has set that readers may name any Hub id or folder."""
    return os.environ.get(SETTING) == "1"


def is_offered(name: str, *, any_model: bool = False) -> bool:
    """Whether readers may choose this model.

    any_model: whether they may name any Hub id or folder, not only what stands in the table
    """
    return name in CATALOGUE or any_model


def paper_of(name: str) -> str:
    """Whom to cite for the model; nothing where that is not known."""
    return CATALOGUE[name].paper if name in CATALOGUE else ""


def offered_as(name: str) -> str:
    """How the model is offered: its title, and whether it has to be fetched from the Hub."""
    is_fetched = name in CATALOGUE and not CATALOGUE[name].offline
    return title_of(name) + (" (Hub)" if is_fetched else "")


def title_of(name: str) -> str:
    """How the model is shown: its title in the table, else its own name."""
    return CATALOGUE[name].title if name in CATALOGUE else name
