"""The rules of the house that nothing else would notice being broken."""

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from backend import labelled_texts, text_file

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "transformers"}
DRAWING = {"streamlit", "plotly"}
MODEL_FILES = {
    "backend/model.py",
    "backend/tensors.py",
    "backend/loaded_encoder.py",
    "backend/padded_run.py",
    "backend/serving.py",
    "backend/output_layer.py",
    "backend/weights.py",
    "backend/classifier.py",
    "backend/encoder_pass.py",
    "backend/fine_tuning.py",
    "backend/gradient_weights.py",
    "backend/task_heads.py",
    "backend/small_bert.py",
    "backend/small_training.py",
}


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports(node: ast.AST) -> Iterator[str]:
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module:
            yield child.module


def top_level_imports(path: Path) -> set[str]:
    """What importing the file imports, without what its functions import when they run."""
    later = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    now = [s for s in ast.parse(path.read_text()).body if not isinstance(s, later)]
    return {name for s in now if not is_for_types(s) for name in imports(s)}


def is_for_types(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.If)
        and isinstance(statement.test, ast.Name)
        and statement.test.id == "TYPE_CHECKING"
    )


def packages(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(ast.parse(path.read_text()))}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", sources("backend"), ids=name_of)
def test_backend_runs_without_a_browser(path: Path) -> None:
    assert not packages(path) & (DRAWING | {"components", "pages", "app"})


@pytest.mark.parametrize("path", sources("components"), ids=name_of)
def test_components_know_no_page(path: Path) -> None:
    assert not packages(path) & {"pages", "app"}


@pytest.mark.parametrize("path", sources("cluster"), ids=name_of)
def test_what_starts_the_processes_needs_nothing_of_them(path: Path) -> None:
    assert not packages(path) & (HEAVY | DRAWING | {"ray", "backend", "components", "pages", "app"})


@pytest.mark.parametrize(
    "path", sources("backend") + sources("components") + sources("pages") + [ROOT / "app.py"],
    ids=name_of,
)  # fmt: skip
def test_a_web_server_is_no_part_of_a_cluster(path: Path) -> None:
    """Ray ends its own processes when the cluster goes away."""
    if name_of(path) != "backend/serving.py":
        assert "ray" not in packages(path)
        assert "backend.serving" not in imports(ast.parse(path.read_text()))


@pytest.mark.parametrize(
    "path", sources("backend") + sources("components") + sources("pages") + [ROOT / "app.py"],
    ids=name_of,
)  # fmt: skip
def test_torch_stays_in_the_model_files_and_waits(path: Path) -> None:
    if name_of(path) not in MODEL_FILES:
        assert not packages(path) & HEAVY
    assert not {name.split(".")[0] for name in top_level_imports(path)} & HEAVY


@pytest.mark.parametrize("path", sources("components"), ids=name_of)
def test_only_the_inputs_touch_the_session_and_the_address(path: Path) -> None:
    if path.name not in ("inputs.py", "kept.py"):
        assert "session_state" not in path.read_text()
        assert "query_params" not in path.read_text()


@pytest.mark.parametrize("path", sources("components") + sources("pages"), ids=name_of)
def test_a_part_that_is_drawn_by_itself_keeps_its_model(path: Path) -> None:
    if path.name not in ("parts.py", "page.py", "fair_share.py"):  # the last two draw nothing
        assert "st.fragment" not in path.read_text()


@pytest.mark.parametrize("path", sources("components"), ids=name_of)
def test_figures_draw_and_know_no_streamlit(path: Path) -> None:
    if path.name.startswith("figure"):
        assert "streamlit" not in packages(path)


@pytest.mark.parametrize("path", sources("pages"), ids=name_of)
def test_a_page_asks_computes_draws_and_is_short(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 80
    assert "session_state" not in text
    assert "query_params" not in text


def test_no_module_outgrows_what_one_can_read_at_once() -> None:
    folders = ("backend", "cluster", "components", "pages")
    lengths = {name_of(p): len(p.read_text().splitlines()) for f in folders for p in sources(f)}
    assert {name: length for name, length in lengths.items() if length > 260} == {}


@pytest.mark.parametrize(
    "path", sources("backend") + sources("cluster") + sources("components"), ids=name_of
)
def test_what_is_said_of_a_constant_stands_below_one(path: Path) -> None:
    for before, statement in pairwise(ast.parse(path.read_text()).body):
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            assert isinstance(before, ast.Assign | ast.AnnAssign), f"line {statement.lineno}"


def test_no_function_is_written_twice() -> None:
    places = defaultdict[str, list[str]](list)
    for path in sources("backend") + sources("cluster") + sources("components"):
        for statement in ast.parse(path.read_text()).body:
            if isinstance(statement, ast.FunctionDef):
                body = statement.body[ast.get_docstring(statement) is not None :]
                code = "".join(map(ast.dump, [statement.args, *body]))
                places[f"{statement.name} {code}"].append(name_of(path))
    assert [twice for twice in places.values() if len(twice) > 1] == []


def test_where_a_file_points_to_the_readme_it_has_such_a_heading() -> None:
    (heading,) = re.findall(r'README, "(.+?)"', (ROOT / "Dockerfile").read_text())
    assert f"## {heading}\n" in (ROOT / "README.md").read_text()


def test_no_script_in_the_browser_makes_markup_of_text() -> None:
    for path in (ROOT / "components").glob("*.js"):
        text = path.read_text()
        for danger in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert danger not in text, f"{path.name} uses {danger}"


def test_the_server_takes_no_larger_file_than_its_pages() -> None:
    settings = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["server"]
    megabytes = max(labelled_texts.MOST_BYTES, text_file.MOST_BYTES) // 1_000_000
    assert settings["maxUploadSize"] == megabytes
    assert settings["maxWidgetStateSize"] <= 4
