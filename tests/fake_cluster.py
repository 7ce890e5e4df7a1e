"""A cluster in this process, for what a web server does with one that answers, or does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from backend import operations
from backend.cluster import AGAIN, BACKEND, Cluster
from backend.errors import ClusterAway, TooMuchAsked
from backend.loaded_encoder import LoadedEncoder
from backend.operations import READ
from backend.weights import load_encoder
from backend.wire import unpacked


class FakeCluster(Cluster):
    """Answers from encoders that are loaded here.

    folders: where the files of a model are, by its name; what is not among them is found as ever
    error: what it says instead of an answer, while that is set, to what is `lost` (all if empty)
    asked: the model and the operation of every question
    """

    def __init__(self, **folders: Path) -> None:
        self.folders = folders
        self.error: type[TooMuchAsked] | None = None
        self.lost: tuple[str, ...] = ()
        self.asked: list[tuple[str, str]] = []
        self._encoders: dict[str, LoadedEncoder] = {}

    def _answer(self, model: str, operation: str, body: bytes, waits: bool) -> Any:
        self.asked.append((model, operation))
        if self.error is not None and (operation in self.lost or not self.lost):
            raise self.error(AGAIN)
        encoder = self._encoder(model)
        work = encoder.read if operation == READ else operations.operation(encoder, operation)
        return work(*unpacked(body))

    @contextmanager
    def failing(self, *lost: str, error: type[TooMuchAsked] = ClusterAway) -> Iterator[None]:
        """It gives no answers to these operations, or none at all, while the block runs."""
        self.error, self.lost = error, lost
        yield
        self.error = None

    def _encoder(self, model: str) -> LoadedEncoder:
        if model not in self._encoders:
            folder = str(self.folders.get(model, model))
            self._encoders[model] = LoadedEncoder(model, load_encoder(folder))
        return self._encoders[model]


def use_cluster(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this process ask this cluster for what models compute."""
    monkeypatch.setenv(BACKEND, "ray")
    for module in ("cached", "model"):
        monkeypatch.setattr(f"backend.{module}.cluster", lambda: cluster)
