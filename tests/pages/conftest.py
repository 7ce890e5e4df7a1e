"""What every test of a page has of its own."""

from collections.abc import Iterator

import plotly.graph_objects as go
import pytest

from backend import classroom, for_all
from backend.training_queue import TrainingQueue
from components.plot import Drawn, Figure


@pytest.fixture(autouse=True)
def own_line(monkeypatch: pytest.MonkeyPatch) -> Iterator[TrainingQueue]:
    """A line of trainings in which nothing waits for what an earlier test has begun."""
    queue = TrainingQueue()
    monkeypatch.setattr(for_all, "server_queue", lambda: queue)
    monkeypatch.setattr(classroom, "server_queue", lambda: queue)
    for work in (for_all.taggers, for_all.accuracies, for_all.tasks):
        monkeypatch.setattr(work, "_jobs", {})
    yield queue
    queue.close()


@pytest.fixture(autouse=True)
def figures_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plotly checks every name and every value of each figure that a page draws."""

    class Checked(Drawn):
        def __init__(self, figure: Figure) -> None:
            super().__init__(figure)
            go.Figure(self.to_dict())

    monkeypatch.setattr("components.plot.Drawn", Checked)
