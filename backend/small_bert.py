"""A small BERT of the app's own, at every stage of its training.

It is an ordinary BERT (Devlin et al. 2018) of 2 layers with 4 heads, width 64, and its own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from backend.catalogue import SMALL
from backend.loaded_encoder import LoadedEncoder
from backend.masked_words import MaskedWords
from backend.model import Model
from backend.output_layer import output_layer_of
from backend.small_words import VOCABULARY
from backend.tokenizer import Tokenizer, wordpiece
from backend.trace import FloatArray
from backend.weights import loading

if TYPE_CHECKING:
    import torch

NAME: Final = SMALL
LIMIT: Final = 42
"""Tokens it reads at most: as many as the longest text of its training has."""
_WIDTH: Final = 64
_LAYERS: Final = 2
_HEADS: Final = 4
_SPREAD: Final = 0.05  # standard deviation of the first weights


@dataclass(frozen=True)
class Scores:
    """Shares right, 0 to 1, on sentences with combinations that were kept out of the training.

    new_pairs, new_nouns: masks filled with the right word, of all words it knows
    pronouns: pronouns of the sentences with new nouns at which it names the right noun
    """

    new_pairs: float
    new_nouns: float
    pronouns: float


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The model after `step` steps, and what it could do then.

    weights: of the whole model by name, its output layer included; not to be changed
    """

    step: int
    scores: Scores
    weights: Mapping[str, torch.Tensor]

    @property
    def nbytes(self) -> int:
        """Bytes held by the weights."""
        return sum(weight.nbytes for weight in self.weights.values())

    def model(self, name: str | None = None) -> Model:
        """The model as every page takes it, by default called after its step: `small-bert@120`."""
        module = small_module()
        module.load_state_dict(self.weights)
        encoder = LoadedEncoder(name or f"{NAME}@{self.step}", module.bert.eval())
        return Model(encoder, small_tokenizer())

    def masked_words(self, model: Model) -> MaskedWords:
        """What fills the masks in traces of the model of this snapshot."""
        layer = output_layer_of(model.module, self.weights)
        if layer is None:
            raise ValueError("expected the weights of a whole model, got those of an encoder")
        return MaskedWords(model, layer)


@dataclass(frozen=True, eq=False)
class SmallBert:
    """A training's result: how it went, and the model at every snapshot.

    losses: (step,), mean -log probability of the right words, read-only
    snapshots: by rising step, the untrained model first; 0.5 MB each
    complete: whether it was trained to its end, and not stopped
    seconds: how long it took
    """

    seed: int
    losses: FloatArray
    snapshots: tuple[Snapshot, ...]
    complete: bool
    seconds: float

    def __post_init__(self) -> None:
        """Make the array read-only."""
        self.losses.flags.writeable = False

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.losses.nbytes + sum(snapshot.nbytes for snapshot in self.snapshots)

    @property
    def last(self) -> Snapshot:
        """What it came to."""
        return self.snapshots[-1]

    def model(self) -> Model:
        """The last snapshot's model under the name NAME."""
        return self.last.model(NAME)


def small_tokenizer() -> Tokenizer:
    """Cuts text into the words the model knows; any other word becomes [UNK]."""
    return Tokenizer(NAME, wordpiece(VOCABULARY, {}), LIMIT)


def small_module(seed: int | None = None) -> Any:
    """A BertForMaskedLM of the small size; with a seed its first weights are that seed's."""
    with loading():
        module = _new_module()
    if seed is not None:
        import torch

        generator = torch.Generator().manual_seed(seed)
        for weight in module.parameters():
            if weight.dim() > 1:
                torch.nn.init.normal_(weight, std=_SPREAD, generator=generator)
    return module


def _new_module() -> Any:
    import torch
    import transformers

    torch.set_num_threads(1)  # as everywhere here; two threads would also add up differently
    return transformers.BertForMaskedLM(
        transformers.BertConfig(
            vocab_size=len(VOCABULARY),
            hidden_size=_WIDTH,
            num_hidden_layers=_LAYERS,
            num_attention_heads=_HEADS,
            intermediate_size=4 * _WIDTH,
            max_position_embeddings=LIMIT,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            attn_implementation="eager",
        )
    )
