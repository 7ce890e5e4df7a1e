"""A small BERT learns its own little language, while one looks on.

`backend.small_bert` starts it from random weights, `backend.small_sentences` says what it reads,
`backend.small_masking` what it is asked. AdamW (Loshchilov and Hutter 2019) takes its steps; the
rate rises at first and falls in the second half. In the first steps it reads statements about one
thing: it learns to repeat a noun before it has to choose one, and needs half as many steps in all.

There is no dropout, whose random numbers all threads would share, and the first weights come from
a generator of their own, so a seed always gives the same model on the same machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi
from random import Random
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from backend.errors import TrainingStopped
from backend.small_bert import Scores, SmallBert, Snapshot, small_module
from backend.small_masking import NOT_ASKED, Batch, answer_batch, pronoun_batch, training_batch
from backend.small_sentences import Text, held_out_texts, training_texts

if TYPE_CHECKING:
    import torch

STEPS: Final = 1600
SNAPSHOTS: Final = 18
BATCH: Final = 64
"""Texts a step."""
TRIED: Final = 320
"""Questions of each sort at each snapshot."""
STATEMENTS: Final = 250
"""First steps, with nothing to choose."""
_RATE: Final = 3e-3
_WARMING: Final = 100  # steps in which the rate rises
_WEIGHT_DECAY: Final = 0.05
_PAUSE: Final = 0.001  # seconds after a step, for others who wait for the interpreter
_REPORTED: Final = 10  # steps from one report to the next


@dataclass(frozen=True)
class SmallProgress:
    """How far a training is.

    losses: of the steps done, mean -log probability of the right words
    snapshots: so far, the untrained model first
    """

    step: int
    steps: int
    losses: tuple[float, ...]
    snapshots: tuple[Snapshot, ...]
    seconds_left: float | None

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return self.step / self.steps


def train_small_bert(
    report: Callable[[SmallProgress], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
    *,
    seed: int = 0,
    steps: int = STEPS,
) -> SmallBert:
    """Train from random weights; the same seed and steps give the same model.

    report: called after every tenth step and at the snapshots
    should_stop: asked before every step; then what it has learned so far is the last snapshot
    Raises TrainingStopped if it was asked to stop before the first step, ValueError if `steps` is
    not positive.
    """
    if steps < 1:
        raise ValueError(f"expected 1 step or more, got {steps}")
    training = _Training(seed, steps, report)
    for step in range(steps):
        if should_stop():
            break
        training.step(step)
        sleep(_PAUSE)
    return training.result()


def snapshot_steps(steps: int) -> tuple[int, ...]:
    """After which steps the model is kept: often at first, from 0 to the last."""
    last = SNAPSHOTS - 1
    return tuple(sorted({round(steps * (number / last) ** 2) for number in range(SNAPSHOTS)}))


class _Training:
    """A model under way."""

    def __init__(self, seed: int, steps: int, report: Callable[[SmallProgress], None]) -> None:
        self._module = small_module(seed)
        self._optimizer = _optimizer(self._module)
        self._chance = Random(seed)
        self._questions = _held_out_questions()
        self._seed, self._steps, self._report = seed, steps, report
        self._kept_steps = snapshot_steps(steps)
        self._losses = list[float]()
        self._snapshots = list[Snapshot]()
        self._began = monotonic()

    def step(self, step: int) -> None:
        """Step number `step`, from 0, with what is kept and told of it."""
        if step == 0:
            self._keep()
        first = step < STATEMENTS
        batch = training_batch(self._chance, training_texts(self._chance, BATCH, first=first))
        for group in self._optimizer.param_groups:
            group["lr"] = _RATE * _share_of_rate(step, self._steps)
        self._losses.append(_downhill(self._module, self._optimizer, batch))
        done = step + 1
        if done in self._kept_steps:
            self._keep()
        if done % _REPORTED == 0 or done in self._kept_steps:
            self._report(self._progress())

    def result(self) -> SmallBert:
        """What there is now. Raises TrainingStopped if nothing was trained."""
        if not self._losses:
            raise TrainingStopped("The training was stopped before it began.")
        if self._snapshots[-1].step < len(self._losses):
            self._keep()
        return SmallBert(
            seed=self._seed,
            losses=np.array(self._losses, np.float32),
            snapshots=tuple(self._snapshots),
            complete=len(self._losses) == self._steps,
            seconds=monotonic() - self._began,
        )

    def _keep(self) -> None:
        weights = {name: weight.clone() for name, weight in self._module.state_dict().items()}
        scores = _scores(self._module, self._questions)
        self._snapshots.append(Snapshot(len(self._losses), scores, weights))

    def _progress(self) -> SmallProgress:
        done = len(self._losses)
        return SmallProgress(
            step=done,
            steps=self._steps,
            losses=tuple(self._losses),
            snapshots=tuple(self._snapshots),
            seconds_left=(monotonic() - self._began) / done * (self._steps - done),
        )


def _optimizer(module: Any) -> torch.optim.AdamW:
    import torch

    return torch.optim.AdamW(
        module.parameters(), _RATE, betas=(0.9, 0.98), weight_decay=_WEIGHT_DECAY, fused=True
    )


def _share_of_rate(step: int, steps: int) -> float:
    """Up to 1 over the first steps, from the middle on down to 0."""
    rising = min(1.0, (step + 1) / _WARMING)
    return rising * (0.5 + 0.5 * cos(pi * max(0.0, 2 * step / steps - 1)))


def _downhill(module: Any, optimizer: torch.optim.Optimizer, batch: Batch) -> float:
    """One step; the loss before it."""
    import torch

    scores, labels = _asked(module, batch)
    loss = torch.nn.functional.cross_entropy(scores, labels)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach())


def _asked(module: Any, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores (asked, vocabulary) and labels (asked,) of the tokens that something is asked of."""
    import torch

    states = module.bert(
        torch.from_numpy(batch.ids),
        attention_mask=torch.from_numpy(batch.padding),
        token_type_ids=torch.from_numpy(batch.segments),
    ).last_hidden_state  # (text, token, width)
    labels = torch.from_numpy(batch.labels)
    asked = labels != NOT_ASKED  # (text, token)
    return module.cls(states[asked]), labels[asked]


def _scores(module: Any, questions: Mapping[str, Sequence[Batch]]) -> Scores:
    return Scores(**{sort: _share_right(module, batches) for sort, batches in questions.items()})


def _share_right(module: Any, batches: Sequence[Batch]) -> float:
    """Share of what is asked that the model answers with the right word before all others."""
    import torch

    right = []
    with torch.inference_mode():
        for batch in batches:
            scores, labels = _asked(module, batch)
            right.append(scores.argmax(dim=-1) == labels)
            sleep(_PAUSE)
    return float(torch.cat(right).float().mean())


def _held_out_questions() -> dict[str, list[Batch]]:
    """The same for every seed, by the names of Scores' fields."""
    pairs, nouns = (held_out_texts(sort, TRIED) for sort in ("new pairs", "new nouns"))
    return {
        "new_pairs": [answer_batch(texts) for texts in _parts(pairs)],
        "new_nouns": [answer_batch(texts) for texts in _parts(nouns)],
        "pronouns": [pronoun_batch(texts) for texts in _parts(nouns)],
    }


def _parts(texts: Sequence[Text]) -> Iterator[Sequence[Text]]:
    return (texts[start : start + BATCH] for start in range(0, len(texts), BATCH))
