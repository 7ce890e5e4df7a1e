"""What is told while something is loaded."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from backend.errors import HubUnreachable
from backend.tagger import Tagger
from components import loading


def test_the_training_tells_how_many_pairs_of_sentences_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def half_trained(name: str, progress: Callable[[int, int], None]) -> Tagger:
        progress(226, 452)
        raise HubUnreachable(name)

    def load() -> None:
        from components.loading import load_tagger

        load_tagger("minilm")

    monkeypatch.setattr(loading, "cached_tagger", half_trained)
    app = AppTest.from_function(load).run()
    assert app.get("progress")[0].proto.text.endswith("226 of 452 pairs of sentences read")
