"""A page, or the whole app, without a browser: opened with a link, and read."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from backend.catalogue import SETTING

ROOT = Path(__file__).parent.parent


def opened_script(script: str, **parameters: str | list[str]) -> AppTest:
    """The script after its first run with these parameters in its address."""
    page = AppTest.from_file(str(ROOT / script), default_timeout=90)
    page.query_params.update(parameters)
    return page.run()


def address(page: AppTest) -> dict[str, str]:
    """The parameters that the page has written into its address."""
    values = page.query_params.items()
    return {name: value if isinstance(value, str) else value[0] for name, value in values}


def by_label(widgets: Any, label: str) -> Any:
    """The one of these widgets that is so called."""
    return next(widget for widget in widgets if widget.label == label)


def downloads(page: AppTest) -> list[str]:
    """What the page's buttons for files are called."""
    buttons: Any = page.get("download_button")
    return [button.label for button in buttons]


def allow_any_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pages take any model, as on the machine of who has set so."""
    monkeypatch.setenv(SETTING, "1")
    monkeypatch.setattr("components.own_machine.reached_from_outside", lambda *_: "")
