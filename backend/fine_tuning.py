"""Refine all layers: the encoder's own layers are trained for a task together with a new layer.

This is fine-tuning as Devlin et al. 2018 have it (section 4.1: AdamW, a small rate that rises and
falls, a few epochs), with three differences. The embeddings stay frozen: they are half of the
built-in model's weights, and most of their words do not stand in a small task. There is no
dropout, whose random numbers all threads would share, so that the same seed gives the same
result. And a sentence is read by the mean of its vectors, as everywhere in this app.

Training works on a copy, and needs about four times the memory of the copied layers: weights,
gradients, and two moments of AdamW (Loshchilov and Hutter 2019).
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Final

import numpy as np

from backend.classifier import LinearClassifier
from backend.errors import NotAModel, TrainingError, TrainingStopped
from backend.labelled_texts import LabelledTexts
from backend.model import Model
from backend.refinement import Epoch, Refinement, RefineProgress, Tried, keep, tried
from backend.sentence_vectors import sentence_vectors
from backend.trace import IntArray
from backend.transfer import stratified_folds, train_last_layer

if TYPE_CHECKING:
    import torch

EPOCHS: Final = 4
BATCH: Final = 8
RATE: Final = 2e-4
"""The best of 1e-4 and 2e-4 over the presets, cut in five ways; both do better than no refining."""
NEW_LAYER_RATE: Final = 1e-2
TOKENS: Final = 64
"""Of a longer sentence training reads the beginning."""
PARTS: Final = 3
"""One third of the sentences is held out; a sentence is left in each part of a rare label."""
MOST_BYTES: Final = 400_000_000
_COPIES: Final = 4  # weights, gradients, two moments
_WARMING: Final = 0.1  # share of the steps in which the rate rises
_LONGEST_STEP: Final = 1.0  # norm that gradients are cut to


def refine(
    model: Model,
    table: LabelledTexts,
    report: Callable[[RefineProgress], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
    *,
    epochs: int = EPOCHS,
    seed: int = 0,
) -> Refinement:
    """Train the last layer alone, then all layers of a copy, on two thirds of the sentences.

    The model given is not changed. The same seed gives the same result.
    report: called after every step
    should_stop: asked before every step, and while the model reads the sentences
    Raises TrainingStopped if it was asked to stop, TrainingError if the loss is no number,
    TableError if a text has no token.
    """
    held = stratified_folds(table.labels, PARTS, seed) == 0
    learned, rest = np.flatnonzero(~held), np.flatnonzero(held)
    labels = np.array(table.labels)
    vectors = sentence_vectors(model, table.texts, lambda *_: _go_on(should_stop)).vectors[-1]
    last = train_last_layer(vectors[learned], labels[learned])
    began = monotonic()
    task = _Task(model, table, rest)
    rounds = _train(task, learned, report, should_stop, epochs, seed)
    return Refinement(
        classes=table.classes,
        held_out=tuple(rest.tolist()),
        before=tried(last, vectors[rest], labels[rest]),
        after=task.tried(),
        epochs=rounds,
        seconds=monotonic() - began,
        layer=task.layer(),
        copy=keep(task.model),
    )


def refined_numbers(model: Model) -> int:
    """How many of the model's numbers refining changes: all but the embeddings."""
    return model.numbers - model.encoder.facts.embedding_numbers


def training_bytes(model: Model) -> int:
    """Memory that refining takes for weights, gradients and moments, without what steps need."""
    return _COPIES * (model.nbytes - model.encoder.facts.embedding_nbytes)


def check_size(model: Model) -> None:
    """Raise TrainingError if refining would take more than MOST_BYTES."""
    if training_bytes(model) > MOST_BYTES:
        raise TrainingError(
            f"Refining {model.name} takes {training_bytes(model) / 1e9:.1f} GB of memory; this "
            f"server allows {MOST_BYTES / 1e9:.1f} GB. Choose the built-in model, or train the "
            "last layer only."
        )


class _Task:
    """A copy of the model with a new layer on top, and the sentences they learn."""

    def __init__(self, model: Model, table: LabelledTexts, held_out: IntArray) -> None:
        import torch

        self.model = model.refinable()
        self.classes = table.classes
        self.new = torch.nn.Linear(model.width, len(self.classes))
        torch.nn.init.zeros_(self.new.weight)
        torch.nn.init.zeros_(self.new.bias)
        limit = min(TOKENS, model.limit)
        self._ids = [model.tokenizer.split(text, limit=limit).ids for text in table.texts]
        self._targets = torch.from_numpy(np.searchsorted(self.classes, table.labels))
        self._held_out = [table.texts[place] for place in held_out]
        self._wanted = np.array(table.labels)[held_out]

    def loss(self, batch: IntArray) -> torch.Tensor:
        """Mean cross-entropy of the sentences at these places."""
        import torch

        ids = [torch.from_numpy(self._ids[place].copy()) for place in batch]
        padded = torch.nn.utils.rnn.pad_sequence(ids, batch_first=True)  # (text, token)
        lengths = torch.tensor([len(one) for one in ids])
        mask = (torch.arange(padded.shape[1]) < lengths[:, None]).long()
        vectors = self.model.module(input_ids=padded, attention_mask=mask).last_hidden_state
        mean = (vectors * mask[..., None]).sum(dim=1) / lengths[:, None]  # (text, width)
        return torch.nn.functional.cross_entropy(self.new(mean), self._targets[batch])

    def optimizer(self) -> torch.optim.AdamW:
        """AdamW over what is not frozen."""
        import torch

        layers = [weight for weight in self.model.module.parameters() if weight.requires_grad]
        groups = [
            {"params": layers, "lr": RATE},
            {"params": list(self.new.parameters()), "lr": NEW_LAYER_RATE},
        ]
        return torch.optim.AdamW(groups, fused=True)  # fused: no third copy of all weights

    def layer(self) -> LinearClassifier:
        """The new layer as it is now."""
        weight, bias = (one.detach().numpy().copy() for one in (self.new.weight, self.new.bias))
        return LinearClassifier(weight, bias, self.classes)

    def tried(self) -> Tried:
        """What the layers say now of the held-out sentences."""
        try:
            vectors = sentence_vectors(self.model, self._held_out).vectors[-1]
        except NotAModel as error:
            raise _astray() from error
        return tried(self.layer(), vectors, self._wanted)


def _train(
    task: _Task,
    learned: IntArray,
    report: Callable[[RefineProgress], None],
    should_stop: Callable[[], bool],
    epochs: int,
    seed: int,
) -> tuple[Epoch, ...]:
    """Train to the end; how each epoch went."""
    import torch

    steps = epochs * -(-len(learned) // BATCH)
    optimizer = task.optimizer()
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _share_of_rate(step, steps))
    random, began = np.random.default_rng(seed), monotonic()
    rounds, losses = list[Epoch](), list[float]()
    for epoch in range(1, epochs + 1):
        for batch in np.array_split(random.permutation(learned), steps // epochs):
            _go_on(should_stop)
            losses.append(_step(task, batch, optimizer))
            rate.step()
            done = len(losses)
            left = (monotonic() - began) / done * (steps - done)
            report(RefineProgress(epoch, epochs, done, steps, losses[-1], left))
        rounds.append(Epoch(float(np.mean(losses[-(steps // epochs) :])), task.tried().accuracy))
    return tuple(rounds)


def _go_on(should_stop: Callable[[], bool]) -> None:
    if should_stop():
        raise TrainingStopped("The training was stopped. Nothing was kept of it.")


def _step(task: _Task, batch: IntArray, optimizer: torch.optim.Optimizer) -> float:
    """One step downhill; the loss before it."""
    import torch

    loss = task.loss(batch)
    if not torch.isfinite(loss):
        raise _astray()
    loss.backward()  # type: ignore[no-untyped-call]
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    torch.nn.utils.clip_grad_norm_(weights, _LONGEST_STEP, foreach=False)
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach())


def _astray() -> TrainingError:
    return TrainingError(
        "The training went astray: what the copy computes is no number any more. Take out "
        "unusual sentences, or train the last layer only."
    )


def _share_of_rate(step: int, steps: int) -> float:
    """Up to 1 over the first steps, then down to 0."""
    return min(1.0, (step + 1) / (_WARMING * steps)) * (1 - step / steps)
