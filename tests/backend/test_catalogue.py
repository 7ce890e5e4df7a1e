import ast
import inspect
from pathlib import Path

import pytest

from backend import errors
from backend.catalogue import BUILT_IN, CATALOGUE, SMALL, offered_as, title_of

BACKEND = Path(errors.__file__).parent


def test_names() -> None:
    assert BUILT_IN in CATALOGUE
    assert CATALOGUE[BUILT_IN].offline
    assert CATALOGUE[SMALL].offline
    assert {"bert-base-uncased", "bert-base-cased", "distilbert-base-uncased"} <= set(CATALOGUE)
    for name, entry in CATALOGUE.items():
        assert name == entry.name
        assert entry.about
        assert entry.paper
        assert offered_as(name) == entry.title + ("" if entry.offline else " (Hub)")
    assert offered_as("some/model") == title_of("some/model") == "some/model"


def test_every_error_is_in_the_drawn_tree() -> None:
    classes = [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.ExplorerError)
    ]
    assert len(classes) == 27
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in classes)


@pytest.mark.parametrize("path", sorted(BACKEND.glob("*.py")), ids=lambda path: path.name)
def test_heavy_libraries_are_imported_late(path: Path) -> None:
    top = [
        name.split(".")[0]
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        for name in _imported(node)
    ]
    assert not {"torch", "transformers", "blingfire", "huggingface_hub", "streamlit"} & set(top)


def _imported(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
